// Batch normalization (over the rows of each column) and layer normalization (over the columns of each row).
// The caller names what gamma, beta and the statistics are; nothing is kept here.
#include "kernels.h"

namespace myelin {
namespace {

template <class V, class T = typename V::T>
void column_moments(const Extent& e, const T* x, T* mean, T* variance) {
  const V rows = number<V>(static_cast<double>(e.rows));
  for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) {
    V sum = number<V>(0);
    for (size_t r = 0; r < e.rows; r++) sum = sum + V::load(x + static_cast<ptrdiff_t>(r) * e.ld + c);
    const V m = sum / rows;
    V squares = number<V>(0);
    for (size_t r = 0; r < e.rows; r++) {
      const V d = V::load(x + static_cast<ptrdiff_t>(r) * e.ld + c) - m;
      squares = fma(d, d, squares);
    }
    store(mean + c, m);
    store(variance + c, squares / rows);
  }
}

template <class V, class T = typename V::T>
void normalize_columns(const Extent& e, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* beta,
                       T* y) {
  for (size_t r = 0; r < e.rows; r++, x += e.ld, y += e.ld)
    for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) {
      const V xhat = (V::load(x + c) - V::load(mean + c)) * V::load(inv_std + c);
      store(y + c, without_padding(fma(V::load(gamma + c), xhat, V::load(beta + c)), c, e.cols));
    }
}

template <class V, class T = typename V::T>
void normalize_columns_gradient(const Extent& e, const T* x, const T* mean, const T* inv_std, const T* gamma,
                                const T* dy, bool fixed, T* dgamma, T* dbeta, T* dx) {
  const V share = number<V>(1) / number<V>(static_cast<double>(e.rows));
  for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) {
    const V m = V::load(mean + c), s = V::load(inv_std + c);
    V g_sum = number<V>(0), b_sum = number<V>(0);
    for (size_t r = 0; r < e.rows; r++) {
      const ptrdiff_t at = static_cast<ptrdiff_t>(r) * e.ld + static_cast<ptrdiff_t>(c);
      const V d = V::load(dy + at);
      g_sum = fma(d, (V::load(x + at) - m) * s, g_sum);
      b_sum = b_sum + d;
    }
    store(dgamma + c, g_sum);
    store(dbeta + c, b_sum);
    const V scale = V::load(gamma + c) * s;
    for (size_t r = 0; r < e.rows; r++) {
      const ptrdiff_t at = static_cast<ptrdiff_t>(r) * e.ld + static_cast<ptrdiff_t>(c);
      const V xhat = (V::load(x + at) - m) * s;
      const V mean_part = fixed ? number<V>(0) : fma(xhat, g_sum, b_sum) * share;
      store(dx + at, scale * (V::load(dy + at) - mean_part));
    }
  }
}

template <class V, class T = typename V::T>
void inverse_sqrt(const T* x, T epsilon, T* y, size_t n) {
  for (size_t i = 0; i < n; i += Lanes<V>::kCount)
    store(y + i, number<V>(1) / vsqrt(V::load(x + i) + V::set1(epsilon)));
}

template <class V, class T = typename V::T>
void normalize_rows(const Extent& e, const T* x, T epsilon, const T* gamma, const T* beta, T* xhat, T* inv_std, T* y) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const T cols = static_cast<T>(e.cols);
  for (size_t r = 0; r < e.rows; r++, x += e.ld, xhat += e.ld, y += e.ld) {
    V sum = number<V>(0), squares = number<V>(0);
    for (size_t c = 0; c < e.n; c += lanes) sum = sum + V::load(x + c);
    const V mean = V::set1(sum_lanes(sum) / cols);
    for (size_t c = 0; c < e.n; c += lanes) {
      const V d = without_padding(V::load(x + c) - mean, c, e.cols);
      squares = fma(d, d, squares);
    }
    const V s = number<V>(1) / vsqrt(V::set1(sum_lanes(squares) / cols) + V::set1(epsilon));
    alignas(64) T first[lanes];
    store(first, s);
    inv_std[r] = first[0];
    for (size_t c = 0; c < e.n; c += lanes) {
      const V h = without_padding((V::load(x + c) - mean) * s, c, e.cols);
      store(xhat + c, h);
      store(y + c, without_padding(fma(V::load(gamma + c), h, V::load(beta + c)), c, e.cols));
    }
  }
}

// dx = (d - (Σ d + x̂ Σ d x̂) / cols) / σ, d = gamma · dy.
template <class V, class T = typename V::T>
void normalize_rows_gradient(const Extent& e, const T* xhat, const T* inv_std, const T* gamma, const T* dy, T* dx) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const V share = number<V>(1) / number<V>(static_cast<double>(e.cols));
  for (size_t r = 0; r < e.rows; r++, xhat += e.ld, dy += e.ld, dx += e.ld) {
    V sum = number<V>(0), product = number<V>(0);
    for (size_t c = 0; c < e.n; c += lanes) {
      const V d = V::load(gamma + c) * V::load(dy + c);
      sum = sum + d;
      product = fma(d, V::load(xhat + c), product);
    }
    const V total = V::set1(sum_lanes(sum)), along = V::set1(sum_lanes(product)), s = V::set1(inv_std[r]);
    for (size_t c = 0; c < e.n; c += lanes) {
      const V d = V::load(gamma + c) * V::load(dy + c);
      store(dx + c, without_padding((d - fma(V::load(xhat + c), along, total) * share) * s, c, e.cols));
    }
  }
}

}  // namespace
}  // namespace myelin
