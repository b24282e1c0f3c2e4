// The functions of math-inl.h, seen through the activations and draws that use them, against the C library in long
// double: the greatest error in units in the last place over the valid range stays below what the comments promise.
#include <cmath>
#include <functional>

#include "check.h"

using namespace myelin;
using namespace myelin::test;

namespace {

template <class T>
double ulps(T got, long double exact) {
  if (std::isnan(got) || std::isnan(exact)) return std::isnan(got) && std::isnan(exact) ? 0 : 1e9;
  const T near = static_cast<T>(exact);
  if (got == near) return 0;
  int exponent;
  std::frexp(static_cast<double>(exact), &exponent);
  const long double unit = std::ldexp(1.0L, exponent - (sizeof(T) == 4 ? 24 : 53));
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / unit);
}

// The greatest error over `count` points of [low, high].
template <class T>
double worst(Activation activation, double alpha, double low, double high,
             const std::function<long double(long double)>& exact, bool absolute = false) {
  constexpr size_t count = 200000;
  const Kernels<T>& k = kernels_of<T>(*kernels_named("scalar"));
  Matrix<T> z(1, count, count), y(1, count, count);
  for (size_t i = 0; i < count; i++)
    z.at(0, i) = static_cast<T>(low + (high - low) * static_cast<double>(i) / (count - 1));
  k.activate[static_cast<int>(activation)]({1, count, count, count}, z.data(), y.data(), static_cast<T>(alpha));
  double most = 0;
  for (size_t i = 0; i < count; i++) {
    const long double e = exact(z.at(0, i));
    const double error = absolute
                             ? static_cast<double>(std::fabs(y.at(0, i) - e)) / (sizeof(T) == 4 ? 0x1p-24 : 0x1p-53)
                             : ulps(y.at(0, i), e);
    if (!(error <= most)) most = error;
  }
  return most;
}

template <class T>
void test_type() {
  const auto expect = [](const char* name, double error, double most) {
    std::printf("%-8s %-14s max error %.2f\n", type_name<T>().c_str(), name, error);
    check(error <= most, std::string(name) + " " + type_name<T>() + " error " + std::to_string(error));
  };
  using L = long double;
  const auto sigmoid = [](L x) { return 1 / (1 + std::exp(-x)); };
  const auto softplus = [](L x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); };
  expect("sigmoid", worst<T>(Activation::kSigmoid, 0, -80, 80, sigmoid), 2.5);
  expect("tanh", worst<T>(Activation::kTanh, 0, -20, 20, [](L x) { return std::tanh(x); }), 3);
  expect("tanh near 0", worst<T>(Activation::kTanh, 0, -1e-3, 1e-3, [](L x) { return std::tanh(x); }), 3);
  expect("elu", worst<T>(Activation::kElu, 1, -50, 0, [](L x) { return std::expm1(x); }), 2);
  expect("softplus", worst<T>(Activation::kSoftplus, 0, -80, 80, softplus), 2);
  // Φ through z Φ(z) on [-1, 1], in units of 2^-24 (2^-53).
  expect(
      "gelu",
      worst<T>(
          Activation::kGelu, 0, -1, 1, [](L x) { return x * 0.5L * std::erfc(-x * 0.70710678118654752440084L); }, true),
      8);
}

// What must come out at the ends: saturation, infinities, NaN.
template <class T>
void test_ends() {
  const Kernels<T>& k = kernels_of<T>(*kernels_named("scalar"));
  const T inf = static_cast<T>(INFINITY), nan = static_cast<T>(NAN);
  const auto f = [&](Activation a, T x) {
    Matrix<T> z(1, kLanes<T>, static_cast<ptrdiff_t>(kLanes<T>)), y(z);
    for (size_t i = 0; i < kLanes<T>; i++) z.at(0, i) = x;
    k.activate[static_cast<int>(a)]({1, kLanes<T>, kLanes<T>, static_cast<ptrdiff_t>(kLanes<T>)}, z.data(), y.data(),
                                    T(1));
    return y.at(0, 0);
  };
  check(f(Activation::kSigmoid, inf) == 1 && f(Activation::kSigmoid, -inf) == 0, "sigmoid at infinity");
  check(f(Activation::kTanh, inf) == 1 && f(Activation::kTanh, -inf) == -1 && f(Activation::kTanh, 0) == 0,
        "tanh at infinity and 0");
  check(f(Activation::kSoftplus, inf) == inf && f(Activation::kElu, -inf) == -1, "softplus and elu at infinity");
  for (int a = 0; a < static_cast<int>(Activation::kCount); a++)
    check(std::isnan(f(static_cast<Activation>(a), nan)), "NaN stays NaN, activation " + std::to_string(a));
}

// Moments of a million draws, within five standard errors.
template <class T>
void test_draws() {
  const Kernels<T>& k = kernels_of<T>(*kernels_named("scalar"));
  constexpr size_t n = 1000000;
  std::vector<T> x(n);
  const auto moment = [&](int power) {
    double sum = 0;
    for (const T v : x) sum += std::pow(static_cast<double>(v), power);
    return sum / n;
  };
  k.fill_uniform({1, 2, 3}, x.data(), n);
  check(std::abs(moment(1) - 0.5) < 5 * std::sqrt(1.0 / 12 / n), "mean of uniform draws");
  check(std::abs(moment(2) - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / n), "second moment of uniform draws");
  k.fill_normal({1, 2, 3}, x.data(), n);
  check(std::abs(moment(1)) < 5 * std::sqrt(1.0 / n), "mean of normal draws");
  check(std::abs(moment(2) - 1) < 5 * std::sqrt(2.0 / n), "variance of normal draws");
  check(std::abs(moment(3)) < 5 * std::sqrt(15.0 / n), "third moment of normal draws");
  check(std::abs(moment(4) - 3) < 5 * std::sqrt(96.0 / n), "fourth moment of normal draws");
}

}  // namespace

int main() {
  test_type<float>();
  test_type<double>();
  test_ends<float>();
  test_ends<double>();
  test_draws<float>();
  test_draws<double>();
  return summary();
}
