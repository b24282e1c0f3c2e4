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

// out(n) = a chain a column, out = next(x, out) in increasing row, begun from zero or what is there. Several at once:
// one alone waits for each of its terms, and a line of the cache has more than one vector.
template <class V, int vectors, class Next, class T = typename V::T>
inline void fold_columns(const Extent& e, const T* x, bool accumulate, Next next, T* out) {
  constexpr int lanes = Lanes<V>::kCount;
  V sum[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) sum[v] = accumulate ? V::load(out + v * lanes) : number<V>(0);
  for (size_t r = 0; r < e.rows; r++, x += e.ld)
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) sum[v] = next(V::load(x + v * lanes), sum[v]);
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) store(out + v * lanes, sum[v]);
}

template <class V, class Next, class T = typename V::T>
inline void fold_all_columns(const Extent& e, const T* x, bool accumulate, Next next, T* out) {
  constexpr size_t lanes = Lanes<V>::kCount;
  size_t c = 0;
  for (; c + 8 * lanes <= e.n; c += 8 * lanes) fold_columns<V, 8>(e, x + c, accumulate, next, out + c);
  for (; c + 4 * lanes <= e.n; c += 4 * lanes) fold_columns<V, 4>(e, x + c, accumulate, next, out + c);
  for (; c + 2 * lanes <= e.n; c += 2 * lanes) fold_columns<V, 2>(e, x + c, accumulate, next, out + c);
  for (; c < e.n; c += lanes) fold_columns<V, 1>(e, x + c, accumulate, next, out + c);
}

template <class V, class T = typename V::T>
void column_sum_squares(const Extent& e, const T* w, T* out) {
  fold_all_columns<V>(
      e, w, false, [](V x, V sum) { return fma(x, x, sum); }, out);
}

template <class V, class T = typename V::T>
void column_sum(const Extent& e, const T* x, bool accumulate, T* out) {
  fold_all_columns<V>(
      e, x, accumulate, [](V x, V sum) { return sum + x; }, out);
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

// 0 · x is 0 where x is finite, and NaN where it is not. Four chains, as in sum_columns.
template <class V, class T = typename V::T>
bool all_finite(const Extent& e, const T* x) {
  constexpr size_t lanes = Lanes<V>::kCount, chains = 4;
  const V zero = number<V>(0);
  V sum[chains] = {zero, zero, zero, zero};
  for (size_t r = 0; r < e.rows; r++, x += e.ld) {
    size_t c = 0;
    for (; c + chains * lanes <= e.n; c += chains * lanes)
#pragma GCC unroll 4
      for (size_t v = 0; v < chains; v++) sum[v] = fma(zero, V::load(x + c + v * lanes), sum[v]);
    for (; c < e.n; c += lanes) sum[0] = fma(zero, V::load(x + c), sum[0]);
  }
  return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3])) == 0;
}

// Unsigned, as wide as an element, zero; twice as wide, the same number.
inline uint8_t lane_of(uint8_t) { return 0; }
inline uint32_t lane_of(float) { return 0; }
inline uint64_t lane_of(double) { return 0; }
inline uint16_t widened(uint8_t x) { return x; }
inline uint32_t widened(uint16_t x) { return x; }
inline uint64_t widened(uint32_t x) { return x; }

// bits[i]: lane[0][i] in the lowest place, then lane[1][i], … Twice as wide each time, which is how vectors widen.
template <class Lane, size_t lanes, size_t width>
inline void join_lanes(const Lane (&lane)[lanes][width], uint64_t real, uint64_t* bits) {
  if constexpr (lanes == 1) {
    for (size_t i = 0; i < width; i++) bits[i] = lane[0][i] & real;
  } else {
    using Wide = decltype(widened(Lane{}));
    alignas(64) Wide wide[lanes / 2][width];
    for (size_t k = 0; k < lanes / 2; k++)
      for (size_t i = 0; i < width; i++)
        wide[k][i] = static_cast<Wide>(lane[2 * k][i] | widened(lane[2 * k + 1][i]) << 8 * sizeof(Lane));
    join_lanes(wide, real, bits);
  }
}

// Eight rows at a time go into the bits of lanes, each as wide as an element, which is what vectors compare into.
template <class E>
void mark_nonzero(const E* x, ptrdiff_t ld, size_t rows, size_t cols, uint64_t* bits) {
  using Lane = decltype(lane_of(E{}));
  constexpr size_t a_lane = 8 * sizeof(Lane), lanes = 64 / a_lane, width = 64 / sizeof(E);
  const uint64_t real = rows == 64 ? ~uint64_t{0} : (uint64_t{1} << rows) - 1;
  for (size_t c = 0; c < cols; c += width, x += width, bits += width) {
    alignas(64) Lane lane[lanes][width];
    for (size_t k = 0; k < lanes; k++) {
      for (size_t i = 0; i < width; i++) lane[k][i] = 0;
      for (size_t r = k * a_lane, shift = 0; r < rows && shift < a_lane; r += 8, shift += 8) {
        const E* row = x + static_cast<ptrdiff_t>(r) * ld;
        for (size_t i = 0; i < width; i++) {
          Lane eight = 0;
          for (int j = 0; j < 8; j++) eight = static_cast<Lane>(eight | (row[j * ld + i] != 0 ? 1 << j : 0));
          lane[k][i] = static_cast<Lane>(lane[k][i] | eight << shift);
        }
      }
    }
    join_lanes(lane, real, bits);
  }
}

inline void widen(const uint16_t* src, uint32_t* dst, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = src[i];
}

}  // namespace
}  // namespace myelin
