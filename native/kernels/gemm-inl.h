// The dense matrix product: register tiles of kTileRows × kTileVectors accumulators.
//
//        b, kTileDepth rows          The tile's accumulators start from the bias (or c) and take one fused
//        ┌──────────┐                multiply-add for each k, in order. Long sums are cut every kTileDepth
//    a   │  k       │                rows, so that the piece of b in use stays in cache; the accumulators are
//  ┌───┐ ├──────────┤                put down in c and taken up again, which changes no bit.
//  │ k │ │ c: tile  │
//  └───┘ └──────────┘
#include "kernels.h"

namespace myelin {
namespace {

// One tile: `rows` × `vectors` outputs at c, `depth` terms from a (in blocks) and b.
template <class V, int rows, int vectors, class T = typename V::T>
inline void gemm_tile(const Gemm<T>& g, const T* a, const T* b, T* c, const T* start, ptrdiff_t start_ld,
                      size_t depth) {
  constexpr int lanes = Lanes<V>::kCount;
  V acc[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[r][v] = start ? V::load(start + r * start_ld + v * lanes) : number<V>(0);

  while (depth > 0) {
    const size_t block = depth < g.a_block ? depth : g.a_block;
    const T* ak = a;
    for (size_t k = 0; k < block; k++) {
      V bk[vectors];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) bk[v] = V::load(b + v * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        const V ar = V::set1(ak[r * g.a_row]);
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) acc[r][v] = fma(ar, bk[v], acc[r][v]);
      }
      ak += g.a_k;
      b += g.ldb;
    }
    a += g.a_block_stride;
    depth -= block;
  }

  const V zero = number<V>(0);  // x + 0 turns -0 into +0 and leaves the rest
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) store(c + r * g.ldc + v * lanes, acc[r][v] + zero);
}

// All rows of one column of tiles; the last rows in a smaller tile.
template <class V, int vectors, class T = typename V::T>
inline void gemm_column(const Gemm<T>& g, const T* a, const T* b, T* c, const T* start, ptrdiff_t start_ld,
                        size_t depth) {
  size_t m = 0;
  for (; m + kTileRows <= g.m; m += kTileRows) {
    gemm_tile<V, kTileRows, vectors>(g, a, b, c, start, start_ld, depth);
    a += kTileRows * g.a_row;
    c += kTileRows * g.ldc;
    if (start) start += kTileRows * start_ld;
  }
  switch (g.m - m) {
    case 1:
      return gemm_tile<V, 1, vectors>(g, a, b, c, start, start_ld, depth);
    case 2:
      return gemm_tile<V, 2, vectors>(g, a, b, c, start, start_ld, depth);
    case 3:
      return gemm_tile<V, 3, vectors>(g, a, b, c, start, start_ld, depth);
    case 4:
      return gemm_tile<V, 4, vectors>(g, a, b, c, start, start_ld, depth);
    case 5:
      return gemm_tile<V, 5, vectors>(g, a, b, c, start, start_ld, depth);
  }
}

template <class V, class T = typename V::T>
void gemm(const Gemm<T>& g) {
  constexpr int lanes = Lanes<V>::kCount;
  // Depth in whole blocks of a, at least one.
  const size_t blocks = kTileDepth > g.a_block ? kTileDepth / g.a_block : 1;
  const size_t most = g.a_block > kTileDepth && g.a_block >= g.k ? kTileDepth : blocks * g.a_block;
  const ptrdiff_t a_advance =
      g.a_block >= g.k ? static_cast<ptrdiff_t>(most) * g.a_k : static_cast<ptrdiff_t>(blocks) * g.a_block_stride;
  const T* a = g.a;
  size_t k = 0;
  do {
    const size_t depth = g.k - k < most ? g.k - k : most;
    size_t n = 0;
    while (n < g.n) {
      const T* b =
          g.b + static_cast<ptrdiff_t>(n / kPanel<T>) * g.b_panel + static_cast<ptrdiff_t>(k) * g.ldb + n % kPanel<T>;
      T* c = g.c + n;
      const bool from_c = g.accumulate || k > 0;
      const T* start = from_c ? c : g.bias ? g.bias + n : nullptr;
      const ptrdiff_t start_ld = from_c ? g.ldc : 0;
      const size_t vectors = (g.n - n) / lanes;
      if (vectors >= 4 && kTileVectors >= 4) {
        gemm_column < V, kTileVectors<4 ? 1 : 4>(g, a, b, c, start, start_ld, depth);
        n += 4 * lanes;
      } else if (vectors >= 2 && kTileVectors >= 2) {
        gemm_column < V, kTileVectors<2 ? 1 : 2>(g, a, b, c, start, start_ld, depth);
        n += 2 * lanes;
      } else {
        gemm_column<V, 1>(g, a, b, c, start, start_ld, depth);
        n += lanes;
      }
    }
    a += a_advance;
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
