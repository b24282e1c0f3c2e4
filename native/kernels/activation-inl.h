// Activations and their derivatives. Adding one: a struct here with `value` and `gradient`, a line in names.h.
// gradient(z, y) is f'(z) given z and y = f(z); kFromOutput tells that it needs y alone, so that z need not be kept.
#include "kernels.h"

namespace myelin {
namespace {

// step(x): 1 where x > 0, otherwise 0.
template <class V>
inline V step(V x) {
  return select(lt(number<V>(0), x), number<V>(1), number<V>(0));
}

struct Linear {
  template <class V>
  static V value(V z, V) {
    return z;
  }
  template <class V>
  static V gradient(V, V, V) {
    return number<V>(1);
  }
};
struct Sigmoid {
  template <class V>
  static V value(V z, V) {
    return vsigmoid(z);
  }
  template <class V>
  static V gradient(V, V y, V) {
    return y * (number<V>(1) - y);
  }
};
struct HardSigmoid {  // clip(z / 6 + 1/2, 0, 1), as Keras 3
  template <class V>
  static V value(V z, V) {
    return vmax(number<V>(0), vmin(number<V>(1), z / number<V>(6) + number<V>(0.5)));
  }
  template <class V>
  static V gradient(V, V y, V) {
    return step(y * (number<V>(1) - y)) * number<V>(1.0 / 6);
  }
};
struct Tanh {
  template <class V>
  static V value(V z, V) {
    return vtanh(z);
  }
  template <class V>
  static V gradient(V, V y, V) {
    return (number<V>(1) - y) * (number<V>(1) + y);
  }
};
struct Relu {
  template <class V>
  static V value(V z, V) {
    return vmax(number<V>(0), z);
  }
  template <class V>
  static V gradient(V, V y, V) {
    return step(y);
  }
};
struct Relu6 {
  template <class V>
  static V value(V z, V) {
    return vmin(number<V>(6), vmax(number<V>(0), z));
  }
  template <class V>
  static V gradient(V, V y, V) {
    return step(y) * step(number<V>(6) - y);
  }
};
struct LeakyRelu {
  template <class V>
  static V value(V z, V alpha) {
    return select(lt(z, number<V>(0)), alpha * z, z);
  }
  template <class V>
  static V gradient(V, V y, V alpha) {
    return select(lt(number<V>(0), y), number<V>(1), alpha);
  }
};
struct Elu {
  template <class V>
  static V value(V z, V alpha) {
    return select(lt(z, number<V>(0)), alpha * vexpm1_negative(vmin(number<V>(0), z)), z);
  }
  template <class V>
  static V gradient(V, V y, V alpha) {
    return select(lt(number<V>(0), y), number<V>(1), y + alpha);
  }
};
struct Selu {  // Klambauer et al. 2017, α and λ as there
  static constexpr double kAlpha = 1.6732632423543772848, kScale = 1.0507009873554804934;
  template <class V>
  static V value(V z, V) {
    return number<V>(kScale) * Elu::value(z, number<V>(kAlpha));
  }
  template <class V>
  static V gradient(V, V y, V) {
    return select(lt(number<V>(0), y), number<V>(kScale), y + number<V>(kScale * kAlpha));
  }
};
struct Gelu {  // z Φ(z), not the tanh approximation
  template <class V>
  static V value(V z, V) {
    return z * vnormal_cdf(z);
  }
  template <class V>
  static V gradient(V z, V, V) {
    return fma(z, vnormal_density(z), vnormal_cdf(z));
  }
};
struct Softplus {
  template <class V>
  static V value(V z, V) {
    return vsoftplus(z);
  }
  template <class V>
  static V gradient(V z, V, V) {
    return vsigmoid(z);
  }
};
struct Softsign {
  template <class V>
  static V value(V z, V) {
    return z / (number<V>(1) + absolute(z));
  }
  template <class V>
  static V gradient(V, V y, V) {
    const V root = number<V>(1) - absolute(y);
    return root * root;
  }
};
struct Silu {
  template <class V>
  static V value(V z, V) {
    return z * vsigmoid(z);
  }
  template <class V>
  static V gradient(V z, V, V) {
    const V s = vsigmoid(z);
    return s * fma(z, number<V>(1) - s, number<V>(1));
  }
};
struct Mish {  // z tanh(softplus(z))
  template <class V>
  static V value(V z, V) {
    return z * vtanh(vsoftplus(z));
  }
  template <class V>
  static V gradient(V z, V, V) {
    const V t = vtanh(vsoftplus(z));
    return fma(z * vsigmoid(z), number<V>(1) - t * t, t);
  }
};

template <class V, class F, class T = typename V::T>
void activate(const Extent& x, const T* z, T* y, T alpha) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const V a = V::set1(alpha);
  for (size_t r = 0; r < x.rows; r++, z += x.ld, y += x.ld)
    for (size_t c = 0; c < x.n; c += lanes) store(y + c, without_padding(F::value(V::load(z + c), a), c, x.cols));
}

template <class V, class F, class T = typename V::T>
void activate_gradient(const Extent& x, const T* z, const T* y, T* dy, T alpha) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const V a = V::set1(alpha);
  if (!z) z = y;  // not read by those that may be given null
  for (size_t r = 0; r < x.rows; r++, z += x.ld, y += x.ld, dy += x.ld)
    for (size_t c = 0; c < x.n; c += lanes)
      store(dy + c, V::load(dy + c) * F::gradient(V::load(z + c), V::load(y + c), a));
}

// exp(z - max z) / Σ exp(z - max z), a row at a time.
template <class V, class T = typename V::T>
void softmax(const Extent& x, const T* z, T* y, T) {
  constexpr size_t lanes = Lanes<V>::kCount;
  for (size_t r = 0; r < x.rows; r++, z += x.ld, y += x.ld) {
    const V least = number<V>(-__builtin_huge_val());
    V largest = least;
    for (size_t c = 0; c < x.n; c += lanes) largest = vmax(without_padding(V::load(z + c), c, x.cols, least), largest);
    const V most = V::set1(max_lanes(largest));
    V sum = number<V>(0);
    for (size_t c = 0; c < x.n; c += lanes) {
      const V e = without_padding(vexp(V::load(z + c) - most), c, x.cols);
      sum = sum + e;
      store(y + c, e);
    }
    const V total = V::set1(sum_lanes(sum));
    for (size_t c = 0; c < x.n; c += lanes) store(y + c, V::load(y + c) / total);
  }
}

// dz = y (dy - Σ dy y).
template <class V, class T = typename V::T>
void softmax_gradient(const Extent& x, const T*, const T* y, T* dy, T) {
  constexpr size_t lanes = Lanes<V>::kCount;
  for (size_t r = 0; r < x.rows; r++, y += x.ld, dy += x.ld) {
    V sum = number<V>(0);
    for (size_t c = 0; c < x.n; c += lanes) sum = fma(V::load(dy + c), V::load(y + c), sum);
    const V total = V::set1(sum_lanes(sum));
    for (size_t c = 0; c < x.n; c += lanes) store(dy + c, V::load(y + c) * (V::load(dy + c) - total));
  }
}

}  // namespace
}  // namespace myelin
