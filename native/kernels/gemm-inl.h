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

// Weights that are wanted next: `rows` stretches of memory of `lines` cache lines each, `ld` elements apart.
template <class T>
struct Coming {
  const T* at;
  ptrdiff_t ld;
  size_t rows, lines;
  size_t each = 0;  // lines to ask for at a time
  size_t line = 0;

  void ask() {
    for (size_t i = 0; i < each && rows > 0; i++) {
      ask_for_later(at + line * kLanes<T>);
      if (++line < lines) continue;
      line = 0, rows--, at += ld;
    }
  }
};

// Some rows of a, in blocks of k.
template <class T>
struct LeftRows {
  const T* at;
  ptrdiff_t row, k;
  size_t block;
  ptrdiff_t block_stride;
};

// Of all outputs of a tile, the terms of one k.
template <class V, int rows, int vectors, class T = typename V::T>
MYELIN_INLINE void add_terms(V (&acc)[rows][vectors], const T* a, ptrdiff_t a_row, const T* b) {
  V bk[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) bk[v] = V::load(b + v * Lanes<V>::kCount);
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    const V ar = V::set1(a[r * a_row]);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[r][v] = fma(ar, bk[v], acc[r][v]);
  }
}

// One tile: `rows` × `vectors` outputs at c, `depth` terms. The tile that most of a product is made of takes four k a
// round, and where a's entries lie side by side knows so: where two threads share a core the loop's own instructions
// count (AVX2: 1.04 to 1.13 times the speed there for the one, 1.02 to 1.06 for the other).
template <class V, int rows, int vectors, class T = typename V::T>
MYELIN_INLINE void gemm_tile(LeftRows<T> a, const T* b, ptrdiff_t ldb, T* c, ptrdiff_t ldc, const T* start,
                             ptrdiff_t start_ld, size_t depth) {
  constexpr int lanes = Lanes<V>::kCount;
  const V zero = number<V>(0);
  V acc[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[r][v] = start ? V::load(start + r * start_ld + v * lanes) : zero;
  for (size_t done = 0; done < depth; done += a.block, a.at += a.block_stride) {
    const T* ak = a.at;
    if (rows == kTileRows && a.k == 1) {
#pragma GCC unroll 4
      for (size_t k = 0; k < a.block; k++, ak++, b += ldb) add_terms(acc, ak, a.row, b);
    } else if (rows == kTileRows) {
#pragma GCC unroll 4
      for (size_t k = 0; k < a.block; k++, ak += a.k, b += ldb) add_terms(acc, ak, a.row, b);
    } else {
      for (size_t k = 0; k < a.block; k++, ak += a.k, b += ldb) add_terms(acc, ak, a.row, b);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) store(c + r * ldc + v * lanes, acc[r][v] + zero);  // -0 becomes +0
}

// Rows of the next tile of those that are left. A few rows have too few accumulators to hide a multiply-add's latency:
// they share the rows of the tile before them, 6 + 2 become 4 + 4.
constexpr size_t tile_rows(size_t left) {
  constexpr size_t most = kTileRows, few = 4;
  if (left <= most) return left;
  return left < most + few ? (left + 1) / 2 : most;
}

// All rows of one column of tiles.
template <class V, int vectors, class T = typename V::T>
void gemm_column(const Gemm<T>& g, LeftRows<T> a, const T* b, T* c, const T* start, ptrdiff_t start_ld, size_t depth,
                 Coming<T>& coming) {
  const ptrdiff_t ldb = g.ldb, ldc = g.ldc;
  for (size_t left = g.m, rows; left > 0; left -= rows) {
    rows = tile_rows(left);
    coming.ask();
    switch (rows) {
      case 1:
        gemm_tile<V, 1, vectors>(a, b, ldb, c, ldc, start, start_ld, depth);
        break;
      case 2:
        gemm_tile<V, 2, vectors>(a, b, ldb, c, ldc, start, start_ld, depth);
        break;
      case 3:
        gemm_tile<V, 3, vectors>(a, b, ldb, c, ldc, start, start_ld, depth);
        break;
      case 4:
        gemm_tile<V, 4, vectors>(a, b, ldb, c, ldc, start, start_ld, depth);
        break;
      case 5:
        gemm_tile<V, 5, vectors>(a, b, ldb, c, ldc, start, start_ld, depth);
        break;
      default:
        gemm_tile<V, kTileRows, vectors>(a, b, ldb, c, ldc, start, start_ld, depth);
    }
    a.at += static_cast<ptrdiff_t>(rows) * a.row;
    c += static_cast<ptrdiff_t>(rows) * ldc;
    if (start) start += static_cast<ptrdiff_t>(rows) * start_ld;
  }
}

// After `depth` terms from k on: weights are b, or a where it comes in blocks. Behind a panel or a strip lies the next.
template <class T>
Coming<T> coming_after(const Gemm<T>& g, const LeftRows<T>& a, const T* b, size_t k, size_t depth, size_t blocks) {
  const bool ends = k + depth == g.k;
  if (blocks > 0) {
    const ptrdiff_t strip = static_cast<ptrdiff_t>(g.m) * a.row;
    const T* at = ends ? g.a + strip : a.at + static_cast<ptrdiff_t>(blocks) * a.block_stride;
    return {at, a.block_stride, blocks, static_cast<size_t>(strip) / kLanes<T>};
  }
  const size_t rows = ends && static_cast<ptrdiff_t>(g.n) != g.ldb ? 0 : depth;
  return {b + static_cast<ptrdiff_t>(depth) * g.ldb, g.ldb, rows, g.n / kLanes<T>};
}

template <class V, class T = typename V::T>
void gemm(const Gemm<T>& g) {
  constexpr size_t lanes = Lanes<V>::kCount;
  constexpr size_t widest = kTileVectors < 4 ? kTileVectors < 2 ? 1 : 2 : 4;
  const size_t tiles = g.m / kTileRows * ((g.n / lanes + widest - 1) / widest);
  const size_t blocks = g.a_block == 0 ? 0 : kTileDepth > g.a_block ? kTileDepth / g.a_block : 1;
  const size_t most = blocks > 0 ? blocks * g.a_block : kTileDepth;
  LeftRows<T> a{g.a, g.a_row, g.a_k, g.a_block, g.a_block_stride};
  size_t k = 0;
  do {
    const size_t depth = g.k - k < most ? g.k - k : most;
    if (blocks == 0) a.block = depth;
    const T* b = g.b + static_cast<ptrdiff_t>(k) * g.ldb;
    Coming<T> coming = coming_after(g, a, b, k, depth, blocks);
    if (tiles > 0) coming.each = coming.rows * coming.lines / tiles + 1;
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
    a.at += blocks > 0 ? static_cast<ptrdiff_t>(blocks) * a.block_stride : static_cast<ptrdiff_t>(depth) * a.k;
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
