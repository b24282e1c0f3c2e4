// exp, expm1, log, log1p, tanh, sigmoid, the error function and sine/cosine of a turn, from the operations
// of the vector types alone: the same operations in the same order on every instruction set, so the same bits.
// Errors are in units in the last place (ulp), measured over the valid range by native/test/math_test.cpp.
#include <stddef.h>
#include <stdint.h>

namespace myelin {
namespace {

template <class V>
struct Lanes {
  using T = typename V::T;
  static constexpr int kCount = 64 / sizeof(T);
};

// Constants that depend on the element type.
template <class T>
struct Format;
template <>
struct Format<float> {
  static constexpr int kMantissaBits = 23;
  static constexpr float kBias = 127;
  static constexpr float kTwoToMantissa = 8388608.0f;                         // 2^23
  static constexpr float kRound = 12582912.0f;                                // 1.5 · 2^23
  static constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;  // high: 9 bits, k · high is exact
  static constexpr float kExpLow = -104.0f, kExpHigh = 89.0f;                 // beyond: 0 and infinity
  static constexpr int kExpTerms = 7;                                         // r^8/8! < 0.1 ulp for |r| ≤ ln2/2
  static constexpr int kLogTerms = 5;                                         // s^11/11 < 0.01 ulp for |s| ≤ 0.1716
  static constexpr int kErfTerms = 12;
  static constexpr int kTrigTerms = 5;  // (π/4)^11/11! < 0.1 ulp
};
template <>
struct Format<double> {
  static constexpr int kMantissaBits = 52;
  static constexpr double kBias = 1023;
  static constexpr double kTwoToMantissa = 4503599627370496.0;  // 2^52
  static constexpr double kRound = 6755399441055744.0;          // 1.5 · 2^52
  static constexpr double kLn2High = 6.93145751953125e-1, kLn2Low = 1.42860682030941723212e-6;
  static constexpr double kExpLow = -746.0, kExpHigh = 710.0;
  static constexpr int kExpTerms = 13;  // r^14/14! < 0.1 ulp
  static constexpr int kLogTerms = 11;  // s^23/23 < 0.1 ulp
  static constexpr int kErfTerms = 28;
  static constexpr int kTrigTerms = 9;  // (π/4)^19/19! < 0.1 ulp
};

template <class V>
inline V number(double x) {
  return V::set1(static_cast<typename V::T>(x));
}
template <class V>
inline V negate(V x) {
  return bit_xor(x, number<V>(-0.0));
}
template <class V>
inline V absolute(V x) {
  return bit_xor(x, bit_and(x, number<V>(-0.0)));
}
template <class V>
inline V with_sign_of(V magnitude, V sign) {
  return bit_or(magnitude, bit_and(sign, number<V>(-0.0)));
}
// Nearest whole number, ties to even; |x| < 2^22 (2^51).
template <class V>
inline V nearest(V x) {
  const V magic = V::set1(Format<typename V::T>::kRound);
  return (x + magic) - magic;
}
// 2^k for whole k in [-126, 127] ([-1022, 1023]): k + bias, written into the exponent's bits.
template <class V>
inline V power_of_two(V k) {
  using M = Format<typename V::T>;
  return shift_left<M::kMantissaBits>(k + V::set1(M::kTwoToMantissa + M::kBias));
}

// x = k ln2 + r, |r| ≤ ln2/2. Returns (exp(r) - 1) / r and sets k and r.
template <class V>
inline V exp_reduced(V x, V* k, V* r) {
  using M = Format<typename V::T>;
  *k = nearest(x * number<V>(1.44269504088896340736));
  *r = fma(negate(*k), V::set1(M::kLn2High), x);
  *r = fma(negate(*k), V::set1(M::kLn2Low), *r);
  // Taylor: 1 + r/2! + r²/3! + …
  double factorial = 1;
  for (int i = 2; i <= M::kExpTerms; i++) factorial *= i;
  V sum = number<V>(1 / factorial);
#pragma GCC unroll 16
  for (int i = M::kExpTerms; i > 1; i--) {
    factorial /= i;
    sum = fma(sum, *r, number<V>(1 / factorial));
  }
  return sum;
}

// Valid range: all; NaN stays NaN. Max error: 1.5 ulp where the result is a normal number.
template <class V>
inline V vexp(V x) {
  using M = Format<typename V::T>;
  x = vmin(V::set1(M::kExpHigh), vmax(V::set1(M::kExpLow), x));
  V k, r;
  const V q = exp_reduced(x, &k, &r);
  const V e = fma(r, q, number<V>(1));
  const V half = nearest(k * number<V>(0.5));  // in two steps, as 2^k alone may leave the range
  return e * power_of_two(half) * power_of_two(k - half);
}

// exp(x) - 1. Valid range: x ≤ 0. Max error: 2 ulp.
template <class V>
inline V vexpm1_negative(V x) {
  x = vmax(number<V>(-60), x);
  V k, r;
  const V q = exp_reduced(x, &k, &r);
  const V scale = power_of_two(k);
  return fma(r * q, scale, scale - number<V>(1));
}

// Valid range: positive normal numbers. Max error: 1 ulp.
template <class V>
inline V vlog(V x) {
  using M = Format<typename V::T>;
  const V one = number<V>(1);
  V e = bit_or(shift_right<M::kMantissaBits>(x), V::set1(M::kTwoToMantissa)) - V::set1(M::kTwoToMantissa + M::kBias);
  // Keep the mantissa's bits, with the exponent of 1.
  constexpr int kAbove = 512 / Lanes<V>::kCount - M::kMantissaBits;  // sign and exponent
  V m = bit_or(shift_right<kAbove>(shift_left<kAbove>(x)), one);
  const auto small = lt(m, number<V>(1.41421356237309504880));
  m = select(small, m, m * number<V>(0.5));
  e = select(small, e, e + one);
  // log m = 2 atanh s = 2s + 2s (s²/3 + s⁴/5 + …)
  const V f = m - one;
  const V s = f / (m + one);
  const V z = s * s;
  V sum = number<V>(2.0 / (2 * M::kLogTerms - 1));
#pragma GCC unroll 16
  for (int i = M::kLogTerms - 1; i > 1; i--) sum = fma(sum, z, number<V>(2.0 / (2 * i - 1)));
  // 2s = f - s f, so that the leading term is exact.
  const V tail = fma(s, sum * z - f, e * V::set1(M::kLn2Low));
  return fma(e, V::set1(M::kLn2High), f + tail) + (x - x);  // NaN stays NaN
}

// log(1 + y). Valid range: 0 ≤ y ≤ 1. Max error: 2 ulp.
template <class V>
inline V vlog1p(V y) {
  const V u = y + number<V>(1);
  return vlog(u) + (y - (u - number<V>(1))) / u;
}

// Valid range: all. Max error: 3 ulp.
template <class V>
inline V vtanh(V x) {
  const V t = vexpm1_negative(number<V>(-2) * absolute(x));
  return with_sign_of(absolute(t) / (t + number<V>(2)), x);
}

// 1 / (1 + exp(-x)). Valid range: all. Max error: 2.5 ulp where the result is a normal number.
template <class V>
inline V vsigmoid(V x) {
  return number<V>(1) / (number<V>(1) + vexp(negate(x)));
}

// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)). Valid range: all. Max error: 2 ulp.
template <class V>
inline V vsoftplus(V x) {
  return vmax(number<V>(0), x) + vlog1p(vexp(negate(absolute(x))));
}

// erfc z = t exp(-z² + P(t)), t = 2 / (2 + z), z ≥ 0; the form is that of Numerical Recipes, 3rd ed., 6.2.2.
// P: Chebyshev coefficients on t in [0, 1], from 200 nodes in 50-digit arithmetic.
constexpr double kErfc[28] = {
    -0.6513268598908547171,     0.6419697923564902603,      0.019476473204185836312,    -0.0095615147868086316419,
    -0.0009465953444820368663,  0.00036683949785276145187,  0.000042523324806907771645, -0.000020278578112534243154,
    -1.6242900046470255135e-6,  1.3036558355805232018e-6,   1.5626441722066143152e-8,   -8.5238095914926542502e-8,
    6.529054439098851476e-9,    5.0593434955514689592e-9,   -9.9136415649303310105e-10, -2.2736512229318357448e-10,
    9.646791102015526022e-11,   2.3940380830391191915e-12,  -6.886027526497554461e-12,  8.9448792730907024329e-13,
    3.130921399343015089e-13,   -1.1270822361368155425e-13, 3.8109052553121557083e-16,  7.1060976135937746387e-15,
    -1.5230282014385871389e-15, -9.4574945734346639448e-17, 1.2102371894662016045e-16,  -2.8166630904242513984e-17};

// Φ(x), the standard normal distribution function. Valid range: all. Max error: 8 · 2^-24 (2^-53) absolute.
template <class V>
inline V vnormal_cdf(V x) {
  using M = Format<typename V::T>;
  const V z = absolute(x) * number<V>(0.70710678118654752440);
  const V t = number<V>(2) / (number<V>(2) + z);
  const V twice = fma(number<V>(4), t, number<V>(-2));  // 2 · (2t - 1), Clenshaw
  V b = number<V>(0), next = number<V>(0);
#pragma GCC unroll 32
  for (int i = M::kErfTerms - 1; i > 0; i--) {
    const V b_new = fma(twice, b, number<V>(kErfc[i]) - next);
    next = b;
    b = b_new;
  }
  const V p = fma(twice * number<V>(0.5), b, number<V>(kErfc[0]) - next);
  const V half_erfc = number<V>(0.5) * t * vexp(fma(negate(z), z, p));
  return select(lt(x, number<V>(0)), half_erfc, number<V>(1) - half_erfc);
}

// Density of the standard normal distribution.
template <class V>
inline V vnormal_density(V x) {
  return number<V>(0.39894228040143267794) * vexp(number<V>(-0.5) * x * x);
}

// Sine and cosine of 2πu. Valid range: 0 ≤ u ≤ 1. Max error: 2 · 2^-24 (2^-53) absolute.
template <class V>
inline void vsin_cos_turn(V u, V* sine, V* cosine) {
  using M = Format<typename V::T>;
  const V quarter = nearest(u * number<V>(4));  // 0 … 4
  const V a = fma(u, number<V>(4), negate(quarter)) * number<V>(1.57079632679489661923);
  const V z = negate(a * a);
  double s_factor = 1, c_factor = 1;  // 1 / (2i+1)!, 1 / (2i)!
  for (int i = 1; i <= M::kTrigTerms; i++) {
    s_factor /= (2.0 * i) * (2.0 * i + 1);
    c_factor /= (2.0 * i) * (2.0 * i - 1);
  }
  V s = number<V>(s_factor), c = number<V>(c_factor);
#pragma GCC unroll 16
  for (int i = M::kTrigTerms; i > 0; i--) {
    s_factor *= (2.0 * i) * (2.0 * i + 1);
    c_factor *= (2.0 * i) * (2.0 * i - 1);
    s = fma(s, z, number<V>(s_factor));
    c = fma(c, z, number<V>(c_factor));
  }
  s = s * a;
  // Quarters 1 and 3 swap sine and cosine; signs follow from the quadrant.
  const V from_middle = absolute(quarter - number<V>(2));  // 2 1 0 1 2
  const auto odd = lt(absolute(from_middle - number<V>(1)), number<V>(0.5));
  const V sin_part = select(odd, c, s), cos_part = select(odd, s, c);
  const V sine_sign = select(lt(absolute(quarter - number<V>(2.5)), number<V>(1)), number<V>(-1), number<V>(1));
  const V cosine_sign = select(lt(absolute(quarter - number<V>(1.5)), number<V>(1)), number<V>(-1), number<V>(1));
  *sine = sin_part * sine_sign;
  *cosine = cos_part * cosine_sign;
}

// Sum and maximum over the lanes: lane i with i + n/2, then n/4, … on every instruction set. Those that have a quicker
// way to the same bits overload them.
template <class V>
inline typename V::T sum_lanes(V x) {
  constexpr int n = Lanes<V>::kCount;
  alignas(64) typename V::T a[n];
  store(a, x);
  for (int half = n / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) a[i] += a[i + half];
  return a[0];
}
template <class V>
inline typename V::T max_lanes(V x) {
  constexpr int n = Lanes<V>::kCount;
  alignas(64) typename V::T a[n];
  store(a, x);
  for (int half = n / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) a[i] = a[i] > a[i + half] ? a[i] : a[i + half];
  return a[0];
}

// x in lanes below `cols` (counted from lane `first` of the row), `padding` beyond.
template <class V>
inline V without_padding(V x, size_t first, size_t cols, V padding = number<V>(0)) {
  if (first + Lanes<V>::kCount <= cols) return x;
  const size_t real = cols > first ? cols - first : 0;
  return select(V::mask((uint64_t{1} << real) - 1), x, padding);
}

}  // namespace
}  // namespace myelin
