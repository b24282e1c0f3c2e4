// A session: a network and a dataset pinned, with threads and scratch memory, worked off in slices. Training,
// evaluation and prediction differ in what is done with each batch. Nothing is allocated once it is built.
#ifndef MYELIN_ENGINE_SESSION_H
#define MYELIN_ENGINE_SESSION_H

#include <atomic>
#include <memory>
#include <vector>

#include "batcher.h"
#include "metrics.h"
#include "scratch.h"

namespace myelin {

enum class Task { kTrain, kEvaluate, kPredict };

struct SessionOptions {
  Task task = Task::kTrain;
  size_t batch_size = 32, epochs = 1;
  int threads = 1;
  bool shuffle = true, end_at_epoch = false;
  size_t portion_rows = 0;             // rows of a batch taken at once; 0: what is good for it
  std::vector<double> sample_weights;  // one a row, or none
  std::shared_ptr<Scratch> scratch;    // for sessions that follow each other, or null
};

struct Progress {
  bool done = false, diverged = false;
  size_t epoch = 0, batch = 0, batches = 0;
};

// Throws unless a session of these can be built; cheap, where building one is not.
void check_session(const SessionOptions& options, const AnyNetwork& network, const Dataset& data);

// What the addon sees, whatever the element type.
class AnySession {
 public:
  virtual ~AnySession() = default;
  // Works until all is done, `budget_ms` have passed, an epoch ended (with end_at_epoch), `stop` is set (from any
  // thread; taken back here), the loss is not finite or `rates` are used up; at least one batch. One rate counts for
  // every step.
  virtual Progress run(double budget_ms, const double* rates, size_t rate_count, std::atomic<bool>& stop) = 0;
  // After run(), on the thread that called it: [loss, ...metrics] so far, and of each epoch finished in that slice.
  virtual const std::vector<double>& running() const = 0;
  virtual const std::vector<double>& finished() const = 0;
  // Predictions, rows × outputs elements.
  virtual const void* outputs() const = 0;
};

template <class T>
class Session final : public AnySession {
 public:
  Session(std::shared_ptr<Network<T>> network, std::shared_ptr<const Dataset> data, SessionOptions options);
  ~Session() override;

  Progress run(double budget_ms, const double* rates, size_t rate_count, std::atomic<bool>& stop) override;
  const std::vector<double>& running() const override { return running_; }
  const std::vector<double>& finished() const override { return finished_; }
  const void* outputs() const override { return outputs_.data(); }

 private:
  size_t good_portion() const;
  bool step(double rate);  // one batch; false when its loss is not finite
  void begin_epoch();
  void end_epoch();
  void report();
  void keep_outputs(size_t at, size_t rows);
  bool trains() const { return options_.task == Task::kTrain; }

  const std::shared_ptr<Network<T>> network_;
  const std::shared_ptr<const Dataset> data_;
  const SessionOptions options_;
  const size_t rows_, batch_rows_, batches_, portion_rows_;
  const std::shared_ptr<Scratch> scratch_;
  std::unique_ptr<ThreadPool> pool_;
  Batcher<T> batcher_;
  Graph<T> graph_;
  Updater<T> updater_;
  Metrics<T> metrics_;
  Arena arena_;

  uint32_t* order_ = nullptr;  // (rows) this epoch's permutation
  double* draws_ = nullptr;    // (rows) what it is made from
  T* sample_weights_ = nullptr;
  bool loaded_ = false;  // a batch has been
  size_t epoch_ = 0, batch_ = 0;
  double loss_sum_ = 0, loss_rows_ = 0, penalty_ = 0;
  std::vector<double> running_, finished_;
  std::vector<T> outputs_;
};

// After check_session().
std::unique_ptr<AnySession> make_session(const std::shared_ptr<AnyNetwork>& network,
                                         const std::shared_ptr<const Dataset>& data, const SessionOptions& options);

}  // namespace myelin

#endif
