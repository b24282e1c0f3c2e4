// The dense matrix product: register tiles of kTileRows × kTileVectors accumulators.
//
//        b, kTileDepth rows          The tile's accumulators start from the bias (or c) and take one fused
//        ┌──────────┐                multiply-add for each k, in order. Long sums are cut every kTileDepth
//    a   │  k       │                rows, so that the piece of b in use stays in cache; the accumulators are
//  ┌───┐ ├──────────┤                put down in c and taken up again, which changes no bit.
//  │ k │ │ c: tile  │
//  └───┘ └──────────┘                While one piece of b is in use the next is asked for, a few rows a tile: a wide
//                                    layer's weights come from far away, in pieces too short for the hardware to see
//                                    them coming (1.1 times the speed of a layer of 2048 by 2048 on Zen 3).
#include "kernels.h"

namespace myelin {
namespace {

// Rows of b that are wanted next.
template <class T>
struct Coming {
  const T* b;
  ptrdiff_t ldb;
  size_t rows, n, each;  // how many are left, their width, how many to ask for at a time

  void ask() {
    for (size_t i = 0; i < each && rows > 0; i++, rows--, b += ldb)
      for (size_t c = 0; c < n; c += kLanes<T>) ask_for_later(b + c);
  }
};

// One tile: `rows` × `vectors` outputs at c, `depth` terms.
template <class V, int rows, int vectors, class T = typename V::T>
MYELIN_INLINE void gemm_tile(const T* a, ptrdiff_t a_row, ptrdiff_t a_k, const T* b, ptrdiff_t ldb, T* c, ptrdiff_t ldc,
                             const T* start, ptrdiff_t start_ld, size_t depth) {
  constexpr int lanes = Lanes<V>::kCount;
  const V zero = number<V>(0);
  V acc[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[r][v] = start ? V::load(start + r * start_ld + v * lanes) : zero;
  for (size_t k = 0; k < depth; k++, a += a_k, b += ldb) {
    V bk[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) bk[v] = V::load(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const V ar = V::set1(a[r * a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) acc[r][v] = fma(ar, bk[v], acc[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) store(c + r * ldc + v * lanes, acc[r][v] + zero);  // -0 becomes +0
}

// All rows of one column of tiles; the last rows in a smaller tile.
template <class V, int vectors, class T = typename V::T>
void gemm_column(const Gemm<T>& g, const T* a, const T* b, T* c, const T* start, ptrdiff_t start_ld, size_t depth,
                 Coming<T>& coming) {
  const ptrdiff_t a_row = g.a_row, a_k = g.a_k, ldb = g.ldb, ldc = g.ldc;
  size_t m = 0;
  for (; m + kTileRows <= g.m; m += kTileRows) {
    coming.ask();
    gemm_tile<V, kTileRows, vectors>(a, a_row, a_k, b, ldb, c, ldc, start, start_ld, depth);
    a += kTileRows * a_row;
    c += kTileRows * ldc;
    if (start) start += kTileRows * start_ld;
  }
  switch (g.m - m) {
    case 1:
      return gemm_tile<V, 1, vectors>(a, a_row, a_k, b, ldb, c, ldc, start, start_ld, depth);
    case 2:
      return gemm_tile<V, 2, vectors>(a, a_row, a_k, b, ldb, c, ldc, start, start_ld, depth);
    case 3:
      return gemm_tile<V, 3, vectors>(a, a_row, a_k, b, ldb, c, ldc, start, start_ld, depth);
    case 4:
      return gemm_tile<V, 4, vectors>(a, a_row, a_k, b, ldb, c, ldc, start, start_ld, depth);
    case 5:
      return gemm_tile<V, 5, vectors>(a, a_row, a_k, b, ldb, c, ldc, start, start_ld, depth);
  }
}

template <class V, class T = typename V::T>
void gemm(const Gemm<T>& g) {
  constexpr size_t lanes = Lanes<V>::kCount;
  constexpr size_t widest = kTileVectors < 4 ? kTileVectors < 2 ? 1 : 2 : 4;
  const size_t tiles = g.m / kTileRows * ((g.n / lanes + widest - 1) / widest);
  size_t k = 0;
  do {
    const size_t depth = g.k - k < kTileDepth ? g.k - k : kTileDepth;
    const T* a = g.a + static_cast<ptrdiff_t>(k) * g.a_k;
    const T* b = g.b + static_cast<ptrdiff_t>(k) * g.ldb;
    // After a panel of weights comes the next one.
    const bool goes_on = k + depth < g.k || static_cast<ptrdiff_t>(g.n) == g.ldb;
    const size_t next = goes_on && tiles > 0 ? depth : 0;
    Coming<T> coming{b + static_cast<ptrdiff_t>(depth) * g.ldb, g.ldb, next, g.n, next / (tiles | 1) + 1};
    const bool from_c = g.accumulate || k > 0;
    const ptrdiff_t start_ld = from_c ? g.ldc : 0;
    for (size_t n = 0; n < g.n;) {
      const size_t left = (g.n - n) / lanes;
      const T* start = from_c ? g.c + n : g.bias ? g.bias + n : nullptr;
      if (widest >= 4 && left >= 4) {
        gemm_column<V, widest>(g, a, b + n, g.c + n, start, start_ld, depth, coming);
        n += 4 * lanes;
      } else if (widest >= 2 && left >= 2) {
        gemm_column<V, (widest < 2 ? 1 : 2)>(g, a, b + n, g.c + n, start, start_ld, depth, coming);
        n += 2 * lanes;
      } else {
        gemm_column<V, 1>(g, a, b + n, g.c + n, start, start_ld, depth, coming);
        n += lanes;
      }
    }
    k += depth;
  } while (k < g.k);
}

// Twelve registers of independent chains: more than the eight that hide a latency of 4 cycles on two ports.
template <class V, class T = typename V::T>
uint64_t fma_loop(uint64_t rounds, T* sink) {
  constexpr int chains = sizeof(V) == 64 && kTileVectors == 1 ? 6 : 12;
  V acc[chains];
  for (int i = 0; i < chains; i++) acc[i] = number<V>(i);
  const V a = V::set1(static_cast<T>(0.999)), b = V::set1(static_cast<T>(0.001));
  for (uint64_t round = 0; round < rounds; round++)
#pragma GCC unroll 16
    for (int i = 0; i < chains; i++) acc[i] = fma(acc[i], a, b);
  V sum = acc[0];
  for (int i = 1; i < chains; i++) sum = sum + acc[i];
  *sink = sum_lanes(sum);
  return rounds * chains * Lanes<V>::kCount * 2;
}

}  // namespace
}  // namespace myelin
