// The products: the scalar kernels against a plain chain of fma, every other instruction set against scalar, bit for
// bit, over sizes 1 … 70, odd strides, blocks, long sums; dense against sparse; guard bands around what is written.
#include <cmath>

#include "check.h"

using namespace myelin;
using namespace myelin::test;

namespace {

enum class Start { kZero, kBias, kAccumulate };

// One product in all its forms, for each instruction set.
template <class T>
struct Product {
  size_t m, n, k, cols;
  ptrdiff_t ldb, ldc;
  Matrix<T> b, c, bias;
  std::vector<T> value;  // what the bytes of `a` stand for
  std::vector<uint8_t> a;
  ptrdiff_t a_row, a_k, a_block_stride = 0;
  size_t a_block;  // 0: one
  Start start;

  Product(Random& random, size_t m_, size_t cols_, size_t k_, Start start_, bool transposed, double zeros,
          size_t blocks = 1)
      : m(m_),
        n(padded(cols_, kLanes<T>)),
        k(k_),
        cols(cols_),
        ldb(static_cast<ptrdiff_t>(n + kLanes<T> * random.below(3))),
        ldc(static_cast<ptrdiff_t>(n + kLanes<T> * random.below(3))),
        b(k, n, ldb),
        c(m, n, ldc),
        bias(1, n, static_cast<ptrdiff_t>(n)),
        start(start_) {
    b.fill(random, cols);
    bias.fill(random, cols);
    if (start == Start::kAccumulate) c.fill(random, cols);
    // a as k rows of m (transposed) or m rows of k, with an odd distance; in blocks of k when there are several.
    const size_t depth = k / blocks;
    const ptrdiff_t distance = static_cast<ptrdiff_t>((transposed ? m : depth) | 1) + 2;
    a_row = transposed ? 1 : distance;
    a_k = transposed ? distance : 1;
    a_block = blocks > 1 ? depth : 0;
    const size_t block_size = static_cast<size_t>(distance) * (transposed ? depth : m);
    if (blocks > 1) a_block_stride = static_cast<ptrdiff_t>(block_size);
    a.resize(block_size * blocks + 64);
    value.resize(256);
    for (size_t byte = 1; byte < 256; byte++) value[byte] = static_cast<T>(random.uniform(-2, 2));
    for (uint8_t& x : a) x = random.uniform(0, 1) < zeros ? 0 : static_cast<uint8_t>(1 + random.below(255));
  }
  uint8_t byte_at(size_t row, size_t at) const {
    const size_t block = a_block == 0 ? 0 : at / a_block, in_block = a_block == 0 ? at : at % a_block;
    return a[static_cast<size_t>(static_cast<ptrdiff_t>(row) * a_row + static_cast<ptrdiff_t>(block) * a_block_stride +
                                 static_cast<ptrdiff_t>(in_block) * a_k)];
  }
  T a_at(size_t row, size_t at) const { return value[byte_at(row, at)]; }
  Matrix<T> dense(const Kernels<T>& kernels) const {
    Matrix<T> out(c);
    std::vector<T> values;
    for (const uint8_t byte : a) values.push_back(value[byte]);
    kernels.gemm({.a = values.data(),
                  .a_row = a_row,
                  .a_k = a_k,
                  .a_block = a_block,
                  .a_block_stride = a_block_stride,
                  .b = b.data(),
                  .ldb = ldb,
                  .c = out.data(),
                  .ldc = ldc,
                  .bias = start == Start::kBias ? bias.data() : nullptr,
                  .accumulate = start == Start::kAccumulate,
                  .m = m,
                  .n = n,
                  .k = k});
    return out;
  }
  Matrix<T> sparse(const Kernels<T>& kernels) const {
    std::vector<uint32_t> begin, end, index;
    std::vector<T> value;
    for (size_t row = 0; row < m; row++) {
      begin.push_back(static_cast<uint32_t>(index.size()));
      for (size_t i = 0; i < k; i++)
        if (a_at(row, i) != 0) index.push_back(static_cast<uint32_t>(i)), value.push_back(a_at(row, i));
      end.push_back(static_cast<uint32_t>(index.size()));
    }
    Matrix<T> out(c);
    kernels.sparse_gemm({begin.data(), end.data(), index.data(), value.data(), b.data(), ldb, out.data(), ldc,
                         start == Start::kBias ? bias.data() : nullptr, start == Start::kAccumulate, m, n, k});
    return out;
  }
  // With a as columns, of values or of bytes; bits set where a is not zero, and now and then where it is.
  Matrix<T> masked(const Kernels<T>& kernels, bool as_bytes) const {
    const size_t words = (k + 63) / 64;
    std::vector<T> columns(k * (m + 3));
    std::vector<uint8_t> bytes(k * (m + 3));
    std::vector<uint64_t> bits(words * m);
    for (size_t i = 0; i < k; i++)
      for (size_t row = 0; row < m; row++) {
        columns[i * (m + 3) + row] = a_at(row, i);
        bytes[i * (m + 3) + row] = byte_at(row, i);
        if (a_at(row, i) != 0 || (i + row) % 7 == 0) bits[i / 64 * m + row] |= uint64_t{1} << i % 64;
      }
    Matrix<T> out(c);
    for (size_t i = 0; i < k; i += 64)
      kernels.masked_gemm({.a = as_bytes ? nullptr : columns.data() + i * (m + 3),
                           .bytes = as_bytes ? bytes.data() + i * (m + 3) : nullptr,
                           .value = value.data(),
                           .a_k = static_cast<ptrdiff_t>(m + 3),
                           .bits = bits.data() + i / 64 * m,
                           .b = b.data() + static_cast<ptrdiff_t>(i) * ldb,
                           .ldb = ldb,
                           .c = out.data(),
                           .ldc = ldc,
                           .accumulate = i > 0 || start == Start::kAccumulate,
                           .m = m,
                           .n = n});
    return out;
  }
  Matrix<T> by_hand() {
    Matrix<T> out(c);
    for (size_t r = 0; r < m; r++)
      for (size_t j = 0; j < n; j++) {
        T sum = start == Start::kBias ? bias.at(0, j) : start == Start::kAccumulate ? c.at(r, j) : T(0);
        for (size_t i = 0; i < k; i++) sum = std::fma(a_at(r, i), b.at(i, j), sum);
        out.at(r, j) = sum + T(0);
      }
    return out;
  }
};

template <class T>
void test_type() {
  const Kernels<T>& scalar = kernels_of<T>(*kernels_named("scalar"));
  Random random(7);
  const auto run = [&](size_t m, size_t cols, size_t k, Start start, bool transposed, double zeros, size_t blocks = 1) {
    Product<T> p(random, m, cols, k, start, transposed, zeros, blocks);
    const std::string name = type_name<T>() + " " + std::to_string(m) + "x" + std::to_string(cols) + "x" +
                             std::to_string(k) + " blocks " + std::to_string(blocks) + " start " +
                             std::to_string(static_cast<int>(start));
    const Matrix<T> expected = p.by_hand();
    const Matrix<T> spec = p.dense(scalar);
    bool ok = spec.same_bits(expected) && spec.guards_intact();
    for (const KernelSet* set : promised()) {
      const Matrix<T> out = p.dense(kernels_of<T>(*set));
      ok = ok && out.same_bits(expected) && out.guards_intact();
      const Matrix<T> skipped = p.sparse(kernels_of<T>(*set));
      ok = ok && skipped.same_bits(expected) && skipped.guards_intact();
      for (const bool as_bytes : {false, true}) {
        if (start == Start::kBias) continue;
        const Matrix<T> masked = p.masked(kernels_of<T>(*set), as_bytes);
        ok = ok && masked.same_bits(expected) && masked.guards_intact();
      }
    }
    ok = ok && p.sparse(scalar).same_bits(expected);
    if (start != Start::kBias)
      ok = ok && p.masked(scalar, false).same_bits(expected) && p.masked(scalar, true).same_bits(expected);
    check(ok, "gemm " + name);
  };
  const Start starts[] = {Start::kZero, Start::kBias, Start::kAccumulate};
  for (size_t size = 1; size <= 70; size++)
    for (const bool transposed : {false, true}) {
      run(size, 1 + random.below(70), 1 + random.below(70), starts[size % 3], transposed, 0.5);
      run(1 + random.below(70), size, 1 + random.below(70), starts[(size + 1) % 3], transposed, 0.8);
      run(1 + random.below(70), 1 + random.below(70), size, starts[(size + 2) % 3], transposed, 0);
    }
  // Sums longer than a tile is deep; b as wide as its rows are apart, or not.
  for (const size_t k : {255, 256, 257, 511, 512, 513, 1100, 2100})
    for (const Start start : starts)
      for (const size_t cols : {17, 64, 65, 70}) run(7 + k % 9, cols, k, start, k % 2 == 0, 0.3);
  // Few rows, for which a sparse product does not cut b into slices, and as many as it does.
  for (const size_t rows : {1, 2, 3, 4, 5})
    for (const Start start : starts) run(rows, 64 + rows, 700, start, false, 0.7);
  for (const size_t blocks : {2, 5, 9, 20})
    for (const bool transposed : {false, true}) run(13, 70, blocks * 64, starts[blocks % 3], transposed, 0.3, blocks);
  run(3, 17, 3 * 700, Start::kBias, false, 0.3, 3);  // blocks longer than a tile is deep
}

// Sums that underflow end in +0 whether or not zeros were skipped.
template <class T>
void test_signed_zero() {
  const T tiny = sizeof(T) == 4 ? T(1e-30) : T(1e-200);
  const T a[2] = {tiny, 0};
  Matrix<T> b(2, kLanes<T>, static_cast<ptrdiff_t>(kLanes<T>)), c(1, kLanes<T>, static_cast<ptrdiff_t>(kLanes<T>));
  for (size_t j = 0; j < kLanes<T>; j++) b.at(0, j) = -tiny, b.at(1, j) = 1;
  std::vector<const KernelSet*> sets = promised();
  sets.push_back(kernels_named("scalar"));
  for (const KernelSet* set : sets) {
    for (const size_t k : {1, 2}) {
      const ptrdiff_t ld = static_cast<ptrdiff_t>(kLanes<T>);
      kernels_of<T>(*set).gemm({.a = a,
                                .a_row = 2,
                                .a_k = 1,
                                .b = b.data(),
                                .ldb = ld,
                                .c = c.data(),
                                .ldc = ld,
                                .m = 1,
                                .n = kLanes<T>,
                                .k = k});
      check(!std::signbit(c.at(0, 0)), std::string("no negative zero ") + set->isa);
    }
  }
}

}  // namespace

int main() {
  test_type<float>();
  test_type<double>();
  test_signed_zero<float>();
  test_signed_zero<double>();
  return summary();
}
