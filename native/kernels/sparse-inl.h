// The matrix product with a sparse left factor: row by row, the accumulators in registers, exactly the terms of the
// dense product whose factor is not zero, in the same order: the same bits.
//
// What bounds it is reading b: a first layer's panel of 784 × 256 bytes comes from L2 at 32 bytes a cycle, eight cycles
// for four vectors that take four to multiply. So b is taken in slices that fit L1, all rows for one slice before the
// next, with the accumulators put down in c between; a cursor a row tells how far it has come. 1.3 times the speed on
// Zen 4 at MNIST's density.
#include "kernels.h"

namespace myelin {
namespace {

constexpr size_t kSliceBytes = 24576;  // of b at once: three quarters of an L1 cache of 32 KB
constexpr size_t kCursors = 256;       // rows at once

template <class V, int vectors, class T = typename V::T>
void sparse_columns(const SparseGemm<T>& g, size_t n) {
  constexpr int lanes = Lanes<V>::kCount;
  constexpr size_t depth = kSliceBytes / (vectors * 64);
  const V zero = number<V>(0);
  // In registers: the compiler would read them again for each entry.
  const uint32_t* const index = g.index;
  const T *const value = g.value, *const b = g.b + n;
  const ptrdiff_t ldb = g.ldb;
  for (size_t first = 0; first < g.m; first += kCursors) {
    const size_t rows = g.m - first < kCursors ? g.m - first : kCursors;
    uint32_t cursor[kCursors];
    for (size_t r = 0; r < rows; r++) cursor[r] = g.begin[first + r];
    for (size_t from = 0; from == 0 || from < g.k; from += depth) {
      const size_t to = from + depth;
      for (size_t r = 0; r < rows; r++) {
        uint32_t e = cursor[r];
        const uint32_t end = g.end[first + r];
        if (from > 0 && (e == end || index[e] >= to)) continue;  // nothing of this row in this slice
        T* c = g.c + static_cast<ptrdiff_t>(first + r) * g.ldc + n;
        const T* start = from > 0 ? c : g.bias ? g.bias + n : nullptr;
        V acc[vectors];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) acc[v] = start ? V::load(start + v * lanes) : zero;
        for (; e < end && index[e] < to; e++) {
          const V a = V::set1(value[e]);
          const T* bk = b + static_cast<ptrdiff_t>(index[e]) * ldb;
#pragma GCC unroll 4
          for (int v = 0; v < vectors; v++) acc[v] = fma(a, V::load(bk + v * lanes), acc[v]);
        }
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) store(c + v * lanes, acc[v] + zero);
        cursor[r] = e;
      }
    }
  }
}

template <class V, class T = typename V::T>
void sparse_gemm(const SparseGemm<T>& g) {
  constexpr int lanes = Lanes<V>::kCount;
  size_t n = 0;
  for (; n + 4 * lanes <= g.n; n += 4 * lanes) sparse_columns<V, 4>(g, n);
  for (; n + 2 * lanes <= g.n; n += 2 * lanes) sparse_columns<V, 2>(g, n);
  for (; n < g.n; n += lanes) sparse_columns<V, 1>(g, n);
}

}  // namespace
}  // namespace myelin
