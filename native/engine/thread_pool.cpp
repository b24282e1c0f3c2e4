#include "thread_pool.h"

#include <chrono>
#include <system_error>

#include "../kernels/cpu.h"

namespace myelin {
namespace {
using Microseconds = std::chrono::microseconds;

// Longer than the gaps between the phases of a small net's step, but not long enough to look busy to the system, which
// makes a thread that spins beside other processes wait itself: 200 µs cost a third of the speed there.
constexpr Microseconds kLeastPatience{10};
// Worth it when the other threads are only late, as they are on a core whose other hyperthread is at work: with the
// least patience 784-128-10 and 784-512-512-10 are 1.1 times as slow there. Not when they have no core to be late on.
constexpr Microseconds kMostPatience{100};
constexpr uint64_t kEnd = 0xffffffff;

using Clock = std::chrono::steady_clock;

// Waits until `ready()`, with `park` when that takes too long. What it took says how patient to be the next time:
// whoever came soon after was late, whoever did not was put to sleep by the system.
template <class Ready, class Park>
void wait_until(Ready ready, Microseconds& patience, Microseconds most, Park park) {
  const auto begin = Clock::now();
  do {
    for (int i = 0; i < 64; i++) {
      if (ready()) return;
      spin_pause();
    }
  } while (Clock::now() - begin < patience);
  park();
  patience = Clock::now() - begin < 2 * most ? most : kLeastPatience;
}
}  // namespace

ThreadPool::ThreadPool(int threads)
    : shares_(static_cast<size_t>(threads > 1 ? threads : 1)),
      most_patience_(threads > 1 && threads <= usable_threads() ? kMostPatience : kLeastPatience),
      caller_patience_(kLeastPatience) {
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
  work(0);
  wait_until_done();
}

void ThreadPool::wait_until_done() {
  const auto done = [this] { return unfinished_.load(std::memory_order_seq_cst) == 0; };
  wait_until(done, caller_patience_, most_patience_, [&] {
    std::unique_lock<std::mutex> lock(mutex_);
    caller_waits_.store(true, std::memory_order_seq_cst);
    done_.wait(lock, done);
    caller_waits_.store(false, std::memory_order_relaxed);
  });
}

// Until no task is left. What was done is told once, at the end: with sixteen threads, telling each task would have all
// of them write to one line of the cache in turn.
void ThreadPool::work(int thread) {
  size_t done = 0;
  while (work_on_task(thread)) done++;
  if (done == 0 || unfinished_.fetch_sub(done, std::memory_order_seq_cst) > done ||
      !caller_waits_.load(std::memory_order_seq_cst))
    return;
  { const std::lock_guard<std::mutex> lock(mutex_); }  // the caller between its last look and its wait has the mutex
  done_.notify_one();
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
      call_(context_, i == 0 ? next : end - 1, thread);
      return true;
    }
  }
  return false;
}

void ThreadPool::worker(int thread) {
  const FlushSubnormals flush;
  uint64_t seen = 0;
  const auto called = [&] {
    return stopping_.load(std::memory_order_relaxed) || phase_.load(std::memory_order_seq_cst) != seen;
  };
  Microseconds patience = kLeastPatience;
  for (;;) {
    wait_until(called, patience, most_patience_, [&] {
      std::unique_lock<std::mutex> lock(mutex_);
      parked_.fetch_add(1, std::memory_order_seq_cst);
      wake_.wait(lock, called);
      parked_.fetch_sub(1, std::memory_order_seq_cst);
    });
    if (stopping_.load(std::memory_order_relaxed)) return;
    seen = phase_.load(std::memory_order_acquire);
    work(thread);
  }
}

}  // namespace myelin
