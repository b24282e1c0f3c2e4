// Losses and their gradients, one row after the other. Adding one that is a sum over the outputs: a struct here
// with `term` and `gradient` (∂term/∂p), a line in names.h. kMean: the mean over the outputs, otherwise the sum.
// Definitions and clipping at ε = 1e-7 are Keras 3's.
#include "kernels.h"

namespace myelin {
namespace {

constexpr double kClip = 1e-7;

struct MeanSquaredError {
  static constexpr bool kMean = true;
  template <class V>
  static V term(V p, V y, V) {
    return (p - y) * (p - y);
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return number<V>(2) * (p - y);
  }
};
struct SumSquaredError {  // the textbook's Σ ½ (target - output)²
  static constexpr bool kMean = false;
  template <class V>
  static V term(V p, V y, V) {
    return number<V>(0.5) * (p - y) * (p - y);
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return p - y;
  }
};
struct MeanAbsoluteError {
  static constexpr bool kMean = true;
  template <class V>
  static V term(V p, V y, V) {
    return absolute(p - y);
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return step(p - y) - step(y - p);
  }
};
struct Huber {  // ½ e² for |e| ≤ δ, then δ |e| - ½ δ²
  static constexpr bool kMean = true;
  template <class V>
  static V term(V p, V y, V delta) {
    const V e = absolute(p - y);
    const V half = number<V>(0.5);
    return select(lt(delta, e), delta * e - half * delta * delta, half * e * e);
  }
  template <class V>
  static V gradient(V p, V y, V delta) {
    return vmax(negate(delta), vmin(delta, p - y));
  }
};
struct LogCosh {  // log cosh e = |e| + log(1 + exp(-2|e|)) - log 2
  static constexpr bool kMean = true;
  template <class V>
  static V term(V p, V y, V) {
    const V e = absolute(p - y);
    return e + (vlog1p(vexp(number<V>(-2) * e)) - number<V>(0.69314718055994530942));
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return vtanh(p - y);
  }
};
struct BinaryCrossentropy {
  static constexpr bool kMean = true;
  template <class V>
  static V clipped(V p) {
    return vmin(number<V>(1 - kClip), vmax(number<V>(kClip), p));
  }
  template <class V>
  static V term(V p, V y, V) {
    const V one = number<V>(1), q = clipped(p);
    return negate(fma(y, vlog(q), (one - y) * vlog(one - q)));
  }
  template <class V>
  static V gradient(V p, V y, V) {
    const V one = number<V>(1), q = clipped(p);
    const V inside = step(p - number<V>(kClip)) * step(number<V>(1 - kClip) - p);
    return inside * (q - y) / (q * (one - q));
  }
};
struct Hinge {  // max(1 - y p, 0); a target of 0 means -1
  static constexpr bool kMean = true;
  template <class V>
  static V sign(V y) {
    return select(lt(number<V>(0), y * y), y, number<V>(-1));
  }
  template <class V>
  static V term(V p, V y, V) {
    return vmax(number<V>(0), number<V>(1) - sign(y) * p);
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return negate(sign(y)) * step(number<V>(1) - sign(y) * p);
  }
};
struct KullbackLeiblerDivergence {  // Σ y log(y / p), both clipped to [ε, 1]
  static constexpr bool kMean = false;
  template <class V>
  static V clipped(V p) {
    return vmin(number<V>(1), vmax(number<V>(kClip), p));
  }
  template <class V>
  static V term(V p, V y, V) {
    return clipped(y) * (vlog(clipped(y)) - vlog(clipped(p)));
  }
  template <class V>
  static V gradient(V p, V y, V) {
    const V inside = step(p - number<V>(kClip)) * (number<V>(1) - step(p - number<V>(1)));
    return negate(inside * clipped(y) / clipped(p));
  }
};
struct Poisson {  // p - y log(p + ε)
  static constexpr bool kMean = true;
  template <class V>
  static V shifted(V p) {
    return vmax(number<V>(1e-30), p + number<V>(kClip));
  }
  template <class V>
  static V term(V p, V y, V) {
    return p - y * vlog(shifted(p));
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return number<V>(1) - y / shifted(p);
  }
};

template <class T>
inline T weight_of(const LossArgs<T>& a, size_t row) {
  return a.weight ? a.weight[row] : T(1);
}

template <class V, class L, class T = typename V::T>
void element_loss(const LossArgs<T>& a) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const Extent& x = a.extent;
  const T share = L::kMean ? T(1) / static_cast<T>(x.cols) : T(1);
  const V delta = V::set1(a.delta);
  const T *p = a.p, *y = a.y;
  T* dp = a.dp;
  for (size_t r = 0; r < x.rows; r++, p += x.ld, y += x.ld) {
    const T weight = weight_of(a, r) * share;
    V sum = number<V>(0);
    for (size_t c = 0; c < x.n; c += lanes) {
      const V pc = V::load(p + c), yc = V::load(y + c);
      sum = sum + without_padding(L::term(pc, yc, delta), c, x.cols);
      if (dp) store(dp + c, without_padding(L::gradient(pc, yc, delta) * V::set1(weight * a.scale), c, x.cols));
    }
    a.row_loss[r] = sum_lanes(sum) * weight;
    if (dp) dp += x.ld;
  }
}

// -Σ y log(p / Σp), p / Σp clipped to [ε, 1 - ε] as Keras does for probabilities. A softmax's outputs come with
// Σp = 1 up to rounding; other outputs are normalised, and the gradient knows it: Σy / Σp - y / p.
template <class V, class T = typename V::T>
void categorical_crossentropy(const LossArgs<T>& a) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const Extent& x = a.extent;
  const T *p = a.p, *y = a.y;
  T* dp = a.dp;
  for (size_t r = 0; r < x.rows; r++, p += x.ld, y += x.ld) {
    const T weight = weight_of(a, r);
    V p_sum = number<V>(0), y_sum = number<V>(0), loss = number<V>(0);
    for (size_t c = 0; c < x.n; c += lanes) {
      p_sum = p_sum + V::load(p + c);
      y_sum = y_sum + V::load(y + c);
    }
    const V total = V::set1(sum_lanes(p_sum)), targets = V::set1(sum_lanes(y_sum));
    for (size_t c = 0; c < x.n; c += lanes) {
      const V yc = V::load(y + c), pc = V::load(p + c);
      const V q = vmin(number<V>(1 - kClip), vmax(number<V>(kClip), pc / total));
      loss = loss - yc * vlog(q);
      if (dp) store(dp + c, without_padding((targets - yc / q) / total * V::set1(weight * a.scale), c, x.cols));
    }
    a.row_loss[r] = sum_lanes(loss) * weight;
    if (dp) dp += x.ld;
  }
}

// max(max((1 - y) p) - Σ y p + 1, 0).
template <class V, class T = typename V::T>
void categorical_hinge(const LossArgs<T>& a) {
  const Extent& x = a.extent;
  const T *p = a.p, *y = a.y;
  T* dp = a.dp;
  for (size_t r = 0; r < x.rows; r++, p += x.ld, y += x.ld) {
    const T weight = weight_of(a, r);
    T positive = 0, negative = (T(1) - y[0]) * p[0];
    size_t at = 0;
    for (size_t c = 0; c < x.cols; c++) {
      const T other = (T(1) - y[c]) * p[c];
      positive += y[c] * p[c];
      if (other > negative) {
        negative = other;
        at = c;
      }
    }
    const T margin = negative - positive + T(1);
    a.row_loss[r] = (margin > 0 ? margin : margin == margin ? T(0) : margin) * weight;
    if (!dp) continue;
    const T scale = margin > 0 ? weight * a.scale : T(0);
    const T pull = (T(1) - y[at]) * scale;
    for (size_t c = 0; c < x.cols; c++) dp[c] = -y[c] * scale;
    dp[at] += pull;
    for (size_t c = x.cols; c < x.n; c++) dp[c] = 0;
    dp += x.ld;
  }
}

// Crossentropy seen from before the softmax: dz = p Σy - y, with no division and no clipping.
template <class V, class T = typename V::T>
void softmax_crossentropy(const LossArgs<T>& a) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const Extent& x = a.extent;
  const T *p = a.p, *y = a.y;
  T* dp = a.dp;
  for (size_t r = 0; r < x.rows; r++, p += x.ld, y += x.ld) {
    const T weight = weight_of(a, r);
    V y_sum = number<V>(0), loss = number<V>(0);
    for (size_t c = 0; c < x.n; c += lanes) {
      const V yc = V::load(y + c);
      y_sum = y_sum + yc;
      loss = loss - yc * vlog(vmax(number<V>(kClip), V::load(p + c)));
    }
    a.row_loss[r] = sum_lanes(loss) * weight;
    if (!dp) continue;
    const V targets = V::set1(sum_lanes(y_sum)), scale = V::set1(weight * a.scale);
    for (size_t c = 0; c < x.n; c += lanes) store(dp + c, (V::load(p + c) * targets - V::load(y + c)) * scale);
    dp += x.ld;
  }
}

// The same for sigmoid and binary crossentropy: dz = (p - y) / cols.
struct SigmoidCrossentropy {
  static constexpr bool kMean = true;
  template <class V>
  static V term(V p, V y, V delta) {
    return BinaryCrossentropy::term(p, y, delta);
  }
  template <class V>
  static V gradient(V p, V y, V) {
    return p - y;
  }
};

}  // namespace
}  // namespace myelin
