// The matrix product with a sparse left factor: for each row, one pass over its entries for every panel of
// columns, the accumulators in registers. Exactly the terms of the dense product whose factor is not zero,
// in the same order: the same bits.
#include "kernels.h"

namespace myelin {
namespace {

template <class V, int vectors, class T = typename V::T>
inline void sparse_row(const SparseGemm<T>& g, size_t row, size_t n) {
  constexpr int lanes = Lanes<V>::kCount;
  V acc[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) acc[v] = g.bias ? V::load(g.bias + n + v * lanes) : number<V>(0);
  const T* b = g.b + n;
  for (uint32_t e = g.begin[row]; e < g.end[row]; e++) {
    const V a = V::set1(g.value[e]);
    const T* bk = b + static_cast<ptrdiff_t>(g.index[e]) * g.ldb;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[v] = fma(a, V::load(bk + v * lanes), acc[v]);
  }
  const V zero = number<V>(0);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) store(g.c + static_cast<ptrdiff_t>(row) * g.ldc + n + v * lanes, acc[v] + zero);
}

template <class V, class T = typename V::T>
void sparse_gemm(const SparseGemm<T>& g) {
  constexpr int lanes = Lanes<V>::kCount;
  size_t n = 0;
  for (; n + 4 * lanes <= g.n; n += 4 * lanes)
    for (size_t row = 0; row < g.m; row++) sparse_row<V, 4>(g, row, n);
  for (; n + 2 * lanes <= g.n; n += 2 * lanes)
    for (size_t row = 0; row < g.m; row++) sparse_row<V, 2>(g, row, n);
  for (; n < g.n; n += lanes)
    for (size_t row = 0; row < g.m; row++) sparse_row<V, 1>(g, row, n);
}

}  // namespace
}  // namespace myelin
