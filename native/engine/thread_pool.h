// A fork-join pool for one session: run() gives the tasks of a phase to its threads, the caller among them, and returns
// when all are done. Tasks must write disjoint outputs; who ran which changes no bit.
//
// Each thread has a share of the tasks, the same whenever a phase has as many: what it wrote in the last step is still
// in its cache. Whoever is done helps the others, from the end of their shares. So a worker that the system has put to
// sleep delays nothing but the task it holds: nobody waits for a worker to arrive, only for tasks to be done. Between
// phases workers spin for a short while, then park; so does the caller at the end of a phase, because a core that looks
// busy is given no thread of those that wait behind another process.
#ifndef MYELIN_ENGINE_THREAD_POOL_H
#define MYELIN_ENGINE_THREAD_POOL_H

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace myelin {

class ThreadPool {
 public:
  explicit ThreadPool(int threads);  // counts the caller
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls task(index, thread) for index 0 … tasks-1; thread is 0 … threads()-1, 0 for the caller. `work`: multiply-adds
  // of all tasks together; little work stays on the caller. Tasks must not throw.
  template <class Task>
  void run(size_t tasks, double work, Task task) {
    if (workers_.empty() || tasks < 2 || work < kWorthSharing) {
      for (size_t i = 0; i < tasks; i++) task(i, 0);
      return;
    }
    fork_join(
        tasks, [](void* context, size_t index, int thread) { (*static_cast<Task*>(context))(index, thread); }, &task);
  }

 private:
  using Call = void (*)(void*, size_t, int);
  // A fork-join costs one to two microseconds; 2^16 multiply-adds take one core about three.
  static constexpr double kWorthSharing = 65536;

  // A thread's share of the present phase: tasks next (high half) … end - 1 (low half) are left. Taking one is a
  // compare-and-swap, and only a taken task gives the right to read call_ and context_.
  struct alignas(64) Share {
    std::atomic<uint64_t> left{0};
  };

  void fork_join(size_t tasks, Call call, void* context);
  void work(int thread);
  bool work_on_task(int thread);
  void wait_until_done();
  void worker(int thread);

  std::vector<Share> shares_;
  std::atomic<uint64_t> phase_{0};
  std::atomic<size_t> unfinished_{0};
  Call call_ = nullptr;
  void* context_ = nullptr;

  const std::chrono::microseconds most_patience_;  // how long a thread spins at the most
  std::chrono::microseconds caller_patience_;      // how long the caller spins the next time
  std::atomic<int> parked_{0};
  std::atomic<bool> caller_waits_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
};

}  // namespace myelin

#endif
