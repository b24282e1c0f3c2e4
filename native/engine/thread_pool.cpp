#include "thread_pool.h"

#include <chrono>
#include <system_error>

#include "../kernels/cpu.h"

namespace myelin {
namespace {
// Longer than the gaps between the phases of a small net's step. A thread that spins longer looks busy to the system,
// and is then made to wait itself: beside other processes 200 µs cost a third of the speed.
constexpr std::chrono::microseconds kPatience{10};
constexpr uint64_t kEnd = 0xffffffff;

// Waits until `ready()`, but not longer than a thread's patience.
template <class Ready>
bool spin_until(Ready ready) {
  const auto begin = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < 64; i++) {
      if (ready()) return true;
      spin_pause();
    }
  } while (std::chrono::steady_clock::now() - begin < kPatience);
  return false;
}
}  // namespace

ThreadPool::ThreadPool(int threads) : shares_(static_cast<size_t>(threads > 1 ? threads : 1)) {
  workers_.reserve(shares_.size() - 1);
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
  const size_t count = static_cast<size_t>(threads());
  for (size_t t = 0; t < count; t++)
    shares_[t].left.store(tasks * t / count << 32 | tasks * (t + 1) / count, std::memory_order_release);
  phase_.fetch_add(1, std::memory_order_seq_cst);
  if (parked_.load(std::memory_order_seq_cst) > 0) {
    { const std::lock_guard<std::mutex> lock(mutex_); }  // a worker between its last look and its wait has the mutex
    wake_.notify_all();
  }
  while (work_on_task(0)) {
  }
  wait_until_done();
}

void ThreadPool::wait_until_done() {
  if (spin_until([this] { return unfinished_.load(std::memory_order_acquire) == 0; })) return;
  std::unique_lock<std::mutex> lock(mutex_);
  caller_waits_.store(true, std::memory_order_seq_cst);
  done_.wait(lock, [this] { return unfinished_.load(std::memory_order_seq_cst) == 0; });
  caller_waits_.store(false, std::memory_order_relaxed);
}

// One task: the first of the thread's own share, or the last of another's.
bool ThreadPool::work_on_task(int thread) {
  const int count = threads();
  for (int i = 0; i < count; i++) {
    std::atomic<uint64_t>& left = shares_[static_cast<size_t>((thread + i) % count)].left;
    uint64_t seen = left.load(std::memory_order_acquire);
    for (uint64_t next = seen >> 32, end = seen & kEnd; next < end; next = seen >> 32, end = seen & kEnd) {
      const uint64_t rest = i == 0 ? seen + (uint64_t{1} << 32) : seen - 1;
      if (!left.compare_exchange_weak(seen, rest, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      work(thread, i == 0 ? next : end - 1);
      return true;
    }
  }
  return false;
}

void ThreadPool::work(int thread, size_t index) {
  call_(context_, index, thread);
  if (unfinished_.fetch_sub(1, std::memory_order_seq_cst) > 1 || !caller_waits_.load(std::memory_order_seq_cst)) return;
  { const std::lock_guard<std::mutex> lock(mutex_); }  // the caller between its last look and its wait has the mutex
  done_.notify_one();
}

void ThreadPool::worker(int thread) {
  const FlushSubnormals flush;
  uint64_t seen = 0;
  const auto called = [&] {
    return stopping_.load(std::memory_order_relaxed) || phase_.load(std::memory_order_seq_cst) != seen;
  };
  for (;;) {
    if (!spin_until(called)) {
      std::unique_lock<std::mutex> lock(mutex_);
      parked_.fetch_add(1, std::memory_order_seq_cst);
      wake_.wait(lock, called);
      parked_.fetch_sub(1, std::memory_order_seq_cst);
    }
    if (stopping_.load(std::memory_order_relaxed)) return;
    seen = phase_.load(std::memory_order_acquire);
    while (work_on_task(thread)) {
    }
  }
}

}  // namespace myelin
