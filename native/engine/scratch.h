// Threads and memory that outlive a session, for the one that follows it: of a stream of batches each has a session of
// its own, and starting threads and clearing memory would cost as much as a step of a small network.
#ifndef MYELIN_ENGINE_SCRATCH_H
#define MYELIN_ENGINE_SCRATCH_H

#include <memory>
#include <mutex>

#include "arena.h"
#include "thread_pool.h"

namespace myelin {

// From any thread. Of sessions at the same time one finds what another left, the others make their own.
class Scratch {
 public:
  // What was kept if it is that many threads, or new ones.
  std::unique_ptr<ThreadPool> take_threads(int threads) {
    std::unique_ptr<ThreadPool> kept;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      kept = std::move(threads_);
    }
    if (!kept || kept->threads() != threads) kept = std::make_unique<ThreadPool>(threads);
    return kept;
  }
  // What was kept, however large, or nothing.
  Buffer take_memory() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::move(memory_);
  }
  void keep(std::unique_ptr<ThreadPool> threads, Buffer memory) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    threads_.swap(threads);
    memory_ = std::move(memory);
  }
  // Keeps nothing from now on.
  void close() {
    keep(nullptr, Buffer());
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }

 private:
  std::mutex mutex_;
  bool closed_ = false;
  std::unique_ptr<ThreadPool> threads_;
  Buffer memory_;
};

}  // namespace myelin

#endif
