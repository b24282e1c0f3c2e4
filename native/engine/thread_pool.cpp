#include "thread_pool.h"

#include <system_error>

#include "../kernels/cpu.h"

namespace myelin {
namespace {
// About 20 µs: longer than the gaps between the phases of a step, shorter than a time slice.
constexpr int kSpins = 1000;
constexpr uint64_t kTaskMask = 0xffffffff;
}  // namespace

ThreadPool::ThreadPool(int threads) {
  workers_.reserve(static_cast<size_t>(threads > 1 ? threads - 1 : 0));
  try {
    for (int i = 1; i < threads; i++) workers_.emplace_back([this, i] { worker(i); });
  } catch (const std::system_error&) {
    // The system gives no more threads: go on with those there are.
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_.store(true, std::memory_order_seq_cst);
  }
  wake_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void ThreadPool::fork_join(size_t tasks, Call call, void* context) {
  call_ = call;
  context_ = context;
  unfinished_.store(tasks, std::memory_order_relaxed);
  const uint64_t phase = (left_.load(std::memory_order_relaxed) >> 32) + 1;
  left_.store(phase << 32 | tasks, std::memory_order_seq_cst);
  if (parked_.load(std::memory_order_seq_cst) > 0) {
    { const std::lock_guard<std::mutex> lock(mutex_); }  // a worker between its last look and its wait has the mutex
    wake_.notify_all();
  }
  while (work_on_task(0)) {
  }
  for (int spins = 0; unfinished_.load(std::memory_order_acquire) > 0; spins++) {
    if (spins < kSpins)
      spin_pause();
    else
      std::this_thread::yield();
  }
}

bool ThreadPool::work_on_task(int thread) {
  uint64_t left = left_.load(std::memory_order_acquire);
  do {
    if ((left & kTaskMask) == 0) return false;
  } while (!left_.compare_exchange_weak(left, left - 1, std::memory_order_acq_rel, std::memory_order_acquire));
  // Tasks go out last first; their order changes nothing.
  call_(context_, (left & kTaskMask) - 1, thread);
  unfinished_.fetch_sub(1, std::memory_order_acq_rel);
  return true;
}

void ThreadPool::worker(int thread) {
  const FlushSubnormals flush;
  int spins = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {
    if (work_on_task(thread)) {
      spins = 0;
    } else if (++spins < kSpins) {
      spin_pause();
    } else {
      std::unique_lock<std::mutex> lock(mutex_);
      parked_.fetch_add(1, std::memory_order_seq_cst);
      wake_.wait(lock, [this] {
        return stopping_.load(std::memory_order_relaxed) || (left_.load(std::memory_order_seq_cst) & kTaskMask) > 0;
      });
      parked_.fetch_sub(1, std::memory_order_seq_cst);
      spins = 0;
    }
  }
}

}  // namespace myelin
