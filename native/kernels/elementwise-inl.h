// Sums, conversions, transposition and the constraints' pieces: what is left when products, activations, losses,
// update rules and draws have files of their own.
#include "kernels.h"

namespace myelin {
namespace {

template <class V, class T = typename V::T>
void sum_abs_squares(const T* x, size_t n, T* sum_abs, T* sum_squares) {
  V a = number<V>(0), s = number<V>(0);
  for (size_t i = 0; i < n; i += Lanes<V>::kCount) {
    const V v = V::load(x + i);
    a = a + absolute(v);
    s = fma(v, v, s);
  }
  *sum_abs = sum_lanes(a);
  *sum_squares = sum_lanes(s);
}

template <class V, class T = typename V::T>
void column_sum_squares(const Extent& e, const T* w, T* out) {
  for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) {
    V sum = number<V>(0);
    for (size_t r = 0; r < e.rows; r++) {
      const V v = V::load(w + static_cast<ptrdiff_t>(r) * e.ld + c);
      sum = fma(v, v, sum);
    }
    store(out + c, sum);
  }
}

template <class V, class T = typename V::T>
void scale_columns(const Extent& e, T* w, const T* factor) {
  for (size_t r = 0; r < e.rows; r++, w += e.ld)
    for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) store(w + c, V::load(w + c) * V::load(factor + c));
}

template <class V, class T = typename V::T>
void clamp_negative(T* w, size_t n) {
  for (size_t i = 0; i < n; i += Lanes<V>::kCount) store(w + i, vmax(number<V>(0), V::load(w + i)));
}

// Several chains at once: one alone waits for each of its additions.
template <class V, int vectors, class T = typename V::T>
inline void sum_columns(const Extent& e, const T* x, T* out) {
  constexpr int lanes = Lanes<V>::kCount;
  V sum[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) sum[v] = number<V>(0);
  for (size_t r = 0; r < e.rows; r++, x += e.ld)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) sum[v] = sum[v] + V::load(x + v * lanes);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) store(out + v * lanes, sum[v]);
}

template <class V, class T = typename V::T>
void column_sum(const Extent& e, const T* x, T* out) {
  constexpr size_t lanes = Lanes<V>::kCount;
  size_t c = 0;
  for (; c + 4 * lanes <= e.n; c += 4 * lanes) sum_columns<V, 4>(e, x + c, out + c);
  for (; c + 2 * lanes <= e.n; c += 2 * lanes) sum_columns<V, 2>(e, x + c, out + c);
  for (; c < e.n; c += lanes) sum_columns<V, 1>(e, x + c, out + c);
}

template <class V, class T = typename V::T>
void multiply(const Extent& e, const T* x, T factor, T* y) {
  for (size_t r = 0; r < e.rows; r++, x += e.ld, y += e.ld)
    for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) store(y + c, V::load(x + c) * V::set1(factor));
}

template <class V, class T = typename V::T>
void multiply_into(const Extent& e, const T* a, const T* b, T* out) {
  for (size_t r = 0; r < e.rows; r++, a += e.ld, b += e.ld, out += e.ld)
    for (size_t c = 0; c < e.n; c += Lanes<V>::kCount) store(out + c, V::load(a + c) * V::load(b + c));
}

// In squares of one cache line a side, so that every line is read and written while it is near.
template <class V, class T = typename V::T>
void transpose(const Extent& e, const T* src, T* dst, ptrdiff_t dst_ld, size_t dst_n) {
  constexpr size_t lanes = Lanes<V>::kCount;
  for (size_t c = 0; c < e.n; c += lanes)
    for (size_t r = 0; r < dst_n; r += lanes) {
      const size_t rows = r >= e.rows ? 0 : e.rows - r < lanes ? e.rows - r : lanes;
      if (rows == lanes) {
        transpose_square(src + static_cast<ptrdiff_t>(r) * e.ld + c, e.ld, dst + static_cast<ptrdiff_t>(c) * dst_ld + r,
                         dst_ld);
        continue;
      }
      for (size_t i = 0; i < lanes; i++) {
        T* out = dst + static_cast<ptrdiff_t>(c + i) * dst_ld + r;
        const T* in = src + static_cast<ptrdiff_t>(r) * e.ld + c + i;
        for (size_t j = 0; j < rows; j++) out[j] = in[static_cast<ptrdiff_t>(j) * e.ld];
        for (size_t j = rows; j < lanes; j++) out[j] = 0;
      }
    }
}

template <class T, class Source>
void convert(const Source* src, T* dst, size_t cols, size_t n, T scale) {
  for (size_t c = 0; c < cols; c++) dst[c] = static_cast<T>(src[c]) * scale;
  for (size_t c = cols; c < n; c++) dst[c] = 0;
}

inline void widen(const uint16_t* src, uint32_t* dst, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = src[i];
}

}  // namespace
}  // namespace myelin
