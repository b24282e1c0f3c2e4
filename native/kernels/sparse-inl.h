// The matrix product with a sparse left factor: row by row, the accumulators in registers, exactly the terms of the
// dense product whose factor is not zero, in the same order: the same bits. And what makes such a factor.
//
// What bounds the product is reading b: a first layer's panel of 784 × 256 bytes comes from L2 at 32 bytes a cycle,
// eight cycles for four vectors that take four to multiply. So b is taken in slices that fit L1, all rows for one slice
// before the next, with the accumulators put down in c between; a cursor a row tells how far it has come. 1.3 times the
// speed on Zen 4 at MNIST's density. (With AVX2 on Zen 3, slices of 40 KB are 1.1 times as fast as those of 24 KB.) Two
// entries a round spare half of the loop's own instructions: 1.13 times in L1.
// Entries come in runs too short for the hardware to see them coming, from L3 or, with threads, from another core's
// cache: asked for ahead, 784-128-10 is 1.05 times as fast at a batch of 128 and two threads, 1.2 times at 4096.
#include "kernels.h"

namespace myelin {
namespace {

constexpr size_t kCursors = 256;  // rows at once
constexpr size_t kAhead = 4;      // rows whose entries are asked for before their turn
constexpr size_t kSliced = 4;     // rows from which on a slice that is in L1 serves enough of them

template <class V, int vectors, class T = typename V::T>
inline void multiply_add(V* acc, T a, const T* b) {
  b = in_register(b);
  const V factor = V::set1(a);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) acc[v] = fma(factor, V::load(b + v * Lanes<V>::kCount), acc[v]);
}

template <class V, int vectors, class T = typename V::T>
void sparse_columns(const SparseGemm<T>& g, size_t n) {
  constexpr int lanes = Lanes<V>::kCount;
  const size_t depth = g.m < kSliced ? g.k : kSliceBytes / (vectors * 64);
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
        if (r + kAhead < rows) {
          ask_for(index + cursor[r + kAhead]);
          ask_for(value + cursor[r + kAhead]);
        }
        uint32_t e = cursor[r];
        const uint32_t end = g.end[first + r];
        const bool resumes = from > 0 || g.accumulate;
        if (resumes && (e == end || index[e] >= to)) continue;  // nothing of this row in this slice
        T* c = g.c + static_cast<ptrdiff_t>(first + r) * g.ldc + n;
        const T* start = resumes ? c : g.bias ? g.bias + n : nullptr;
        V acc[vectors];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) acc[v] = start ? V::load(start + v * lanes) : zero;
        for (; e + 1 < end && index[e + 1] < to; e += 2) {
          multiply_add<V, vectors>(acc, value[e], b + static_cast<ptrdiff_t>(index[e]) * ldb);
          multiply_add<V, vectors>(acc, value[e + 1], b + static_cast<ptrdiff_t>(index[e + 1]) * ldb);
        }
        if (e < end && index[e] < to) {
          multiply_add<V, vectors>(acc, value[e], b + static_cast<ptrdiff_t>(index[e]) * ldb);
          e++;
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

// For instruction sets that have no way of their own: one lane after the other, without a branch. Room for a whole
// vector must be left.
template <class V, class T = typename V::T>
inline size_t append_nonzero(V x, uint32_t first, T* value, uint32_t* index) {
  constexpr uint32_t lanes = Lanes<V>::kCount;
  alignas(64) T lane[lanes];
  store(lane, x);
  size_t count = 0;
  for (uint32_t i = 0; i < lanes; i++) {
    value[count] = lane[i];
    index[count] = first + i;
    count += lane[i] != 0;
  }
  return count;
}

template <class V, class T = typename V::T>
void compress(const Extent& e, const T* x, uint32_t first, uint32_t* begin, uint32_t* end, uint32_t* index, T* value) {
  constexpr size_t lanes = Lanes<V>::kCount;
  for (size_t r = 0; r < e.rows; r++, x += e.ld) {
    size_t at = first + r * e.n;
    begin[r] = static_cast<uint32_t>(at);
    for (size_t c = 0; c < e.n; c += lanes)
      at += append_nonzero(V::load(x + c), static_cast<uint32_t>(c), value + at, index + at);
    end[r] = static_cast<uint32_t>(at);
  }
}

}  // namespace
}  // namespace myelin
