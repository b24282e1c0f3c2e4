// Memory: a Buffer is one aligned allocation; an Arena is one that is carved in order, built twice: once without
// memory, to learn the size, once for real.
#ifndef MYELIN_ENGINE_ARENA_H
#define MYELIN_ENGINE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cstdlib>
#include <new>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "../kernels/kernels.h"

namespace myelin {

// Aligned memory that is not set to anything; in huge pages when large, which spare the address translation of wide
// layers and of rows picked at random.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t bytes) : size_(bytes) {
    constexpr size_t kHugePage = size_t{2} << 20;
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
  }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
#ifdef _WIN32
    _aligned_free(memory_);
#else
    std::free(memory_);
#endif
  }

  char* data() { return memory_; }
  const char* data() const { return memory_; }
  size_t size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
  }
  char* memory_ = nullptr;
  size_t size_ = 0;
};

class Arena {
 public:
  Arena() = default;  // measures
  Arena(Buffer memory, size_t bytes) : buffer_(std::move(memory)) { memset(buffer_.data(), 0, bytes); }

  // n zeroed elements, 64-byte aligned; null while measuring.
  template <class T>
  T* take(size_t n) {
    const size_t at = used_;
    used_ += (n * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    if (!buffer_.data()) return nullptr;
    if (used_ > buffer_.size()) std::abort();  // the two passes differ: a defect
    return reinterpret_cast<T*>(buffer_.data() + at);
  }
  size_t used() const { return used_; }
  // What it was carved from; nothing that was taken may be used any more.
  Buffer release() { return std::move(buffer_); }

 private:
  Buffer buffer_;
  size_t used_ = 0;
};

// Runs `carve` on a measuring arena, then on one of that size, which is returned; of `memory`, if it is enough.
template <class Carve>
Arena carved(Carve carve, Buffer memory = {}) {
  Arena measure;
  carve(measure);
  if (memory.size() < measure.used()) {
    memory = Buffer();  // before there are both
    memory = Buffer(measure.used());
  }
  Arena arena(std::move(memory), measure.used());
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
