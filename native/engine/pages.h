// Memory for a while: it goes back to the system when it is freed, which malloc does not promise for pieces of less
// than megabytes. Holding many of them and freeing one after the other needs no more than is left.
#ifndef MYELIN_ENGINE_PAGES_H
#define MYELIN_ENGINE_PAGES_H

#include <stddef.h>

#include <cstdlib>
#include <new>
#include <utility>

#ifndef _WIN32
#include <sys/mman.h>
#endif

namespace myelin {

class Pages {
 public:
  Pages() = default;
  explicit Pages(size_t bytes) : size_(bytes > 0 ? bytes : 1) {
#ifdef _WIN32
    memory_ = static_cast<char*>(std::malloc(size_));
    if (!memory_) throw std::bad_alloc();
#else
    void* got = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<char*>(got);
#endif
  }
  Pages(Pages&& other) noexcept { swap(other); }
  Pages& operator=(Pages&& other) noexcept {
    Pages taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Pages() {
    if (!memory_) return;
#ifdef _WIN32
    std::free(memory_);
#else
    munmap(memory_, size_);
#endif
  }

  char* data() { return memory_; }
  const char* data() const { return memory_; }

 private:
  void swap(Pages& other) {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
  }
  char* memory_ = nullptr;
  size_t size_ = 0;
};

}  // namespace myelin

#endif
