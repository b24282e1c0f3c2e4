// One aligned allocation, carved in order. Built twice: once without memory, to learn the size, once for real.
#ifndef MYELIN_ENGINE_ARENA_H
#define MYELIN_ENGINE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "../kernels/kernels.h"

namespace myelin {

class Arena {
 public:
  Arena() = default;  // measures
  explicit Arena(size_t bytes) : capacity_(bytes) {
    // Huge pages spare the address translation of a wide layer; the alignment lets the kernel give them.
    const size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
    const size_t rounded = (bytes + alignment) / alignment * alignment;
#ifdef _WIN32
    memory_ = static_cast<char*>(_aligned_malloc(rounded, alignment));
#else
    memory_ = static_cast<char*>(std::aligned_alloc(alignment, rounded));
#endif
    if (!memory_) throw std::bad_alloc();
#ifdef __linux__
    if (bytes >= kHugePage) madvise(memory_, rounded, MADV_HUGEPAGE);
#endif
    memset(memory_, 0, rounded);
  }
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Arena() {
#ifdef _WIN32
    _aligned_free(memory_);
#else
    std::free(memory_);
#endif
  }

  // n zeroed elements, 64-byte aligned; null while measuring.
  template <class T>
  T* take(size_t n) {
    const size_t at = used_;
    used_ += (n * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    if (!memory_) return nullptr;
    if (used_ > capacity_) std::abort();  // the two passes differ: a defect
    return reinterpret_cast<T*>(memory_ + at);
  }
  size_t used() const { return used_; }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;
  void swap(Arena& other) {
    char* memory = memory_;
    const size_t used = used_, capacity = capacity_;
    memory_ = other.memory_, used_ = other.used_, capacity_ = other.capacity_;
    other.memory_ = memory, other.used_ = used, other.capacity_ = capacity;
  }
  char* memory_ = nullptr;
  size_t used_ = 0, capacity_ = 0;
};

// Runs `carve` on a measuring arena, then on one of that size, which is returned.
template <class Carve>
Arena carved(Carve carve) {
  Arena measure;
  carve(measure);
  Arena arena(measure.used());
  carve(arena);
  return arena;
}

inline size_t round_up(size_t n, size_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Distance between rows of n columns: an odd number of cache lines, or rows of a power-of-two width would all fall into
// the same few sets of the cache.
template <class T>
ptrdiff_t row_distance(size_t n) {
  const size_t lines = round_up(n, kLanes<T>) / kLanes<T>;
  return static_cast<ptrdiff_t>((lines == 1 ? 1 : lines | 1) * kLanes<T>);
}

}  // namespace myelin

#endif
