// A test harness of a page: named checks, counted; the last line printed is "N passed, N failed".
#ifndef MYELIN_TEST_CHECK_H
#define MYELIN_TEST_CHECK_H

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../kernels/kernels.h"
#include "../kernels/select.h"

namespace myelin::test {

inline int passed = 0, failed = 0;

inline void check(bool ok, const std::string& name) {
  (ok ? passed : failed)++;
  if (!ok) std::printf("FAIL %s\n", name.c_str());
}

inline int summary() {
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

// A small generator of its own, so that the tests do not rest on what they test (xorshift64*, Vigna 2016).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull + 1) {}
  uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Dull;
  }
  size_t below(size_t n) { return static_cast<size_t>(next() % n); }
  double uniform(double low, double high) { return low + (high - low) * static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

// rows × ld elements, 64-byte aligned, between guard bands; everything begins as a sentinel that no kernel computes.
template <class T>
class Matrix {
 public:
  Matrix(size_t rows, size_t n, ptrdiff_t ld)
      : rows_(rows), n_(n), ld_(static_cast<size_t>(ld)), size_(rows * ld_ + 2 * kGuard) {
    const size_t bytes = (size_ * sizeof(T) + 63) / 64 * 64;
    memory_ = static_cast<T*>(std::aligned_alloc(64, bytes));
    for (size_t i = 0; i < size_; i++) memory_[i] = kSentinel;
  }
  Matrix(const Matrix& other) : Matrix(other.rows_, other.n_, static_cast<ptrdiff_t>(other.ld_)) {
    std::memcpy(memory_, other.memory_, size_ * sizeof(T));
  }
  Matrix& operator=(const Matrix&) = delete;
  ~Matrix() { std::free(memory_); }

  T* data() { return memory_ + kGuard; }
  const T* data() const { return memory_ + kGuard; }
  T& at(size_t r, size_t c) { return data()[r * ld_ + c]; }

  // Random values in columns below `cols`, zeros in the padding. `zeros`: the share of exact zeros.
  Matrix& fill(Random& random, size_t cols, double low = -2, double high = 2, double zeros = 0) {
    for (size_t r = 0; r < rows_; r++)
      for (size_t c = 0; c < n_; c++)
        at(r, c) = c < cols && random.uniform(0, 1) >= zeros ? static_cast<T>(random.uniform(low, high)) : T(0);
    return *this;
  }
  bool same_bits(const Matrix& other) const {
    if (std::memcmp(memory_, other.memory_, size_ * sizeof(T)) == 0) return true;
    // NaN payloads are no result; everything else is.
    for (size_t i = 0; i < size_; i++) {
      const bool both_nan = memory_[i] != memory_[i] && other.memory_[i] != other.memory_[i];
      if (!both_nan && std::memcmp(memory_ + i, other.memory_ + i, sizeof(T)) != 0) return false;
    }
    return true;
  }
  // Nothing outside rows × n was written.
  bool guards_intact() const {
    for (size_t i = 0; i < size_; i++) {
      const bool inside = i >= kGuard && i < size_ - kGuard && (i - kGuard) % ld_ < n_;
      if (!inside && memory_[i] != kSentinel) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kGuard = 64;
  static constexpr T kSentinel = T(-123456789);
  size_t rows_, n_, ld_, size_;
  T* memory_;
};

inline size_t padded(size_t n, size_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// The instruction sets that promise equal bits and run here, without the specification itself.
inline std::vector<const KernelSet*> promised() {
  const KernelSet* sets[kMostIsas];
  const int n = available_kernels(sets);
  std::vector<const KernelSet*> out;
  for (int i = 0; i < n; i++)
    if (std::strcmp(sets[i]->isa, "scalar") != 0 && std::strcmp(sets[i]->isa, "baseline") != 0) out.push_back(sets[i]);
  return out;
}

template <class T>
std::string type_name() {
  return sizeof(T) == 4 ? "float" : "double";
}

}  // namespace myelin::test

#endif
