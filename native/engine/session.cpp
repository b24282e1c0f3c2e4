#include "session.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "../kernels/cpu.h"
#include "draws.h"

namespace myelin {
namespace {

constexpr size_t kFinishedRows = 4096;  // epochs a slice may finish before it must report them

template <class T>
GraphOptions graph_options(Batcher<T>& batcher, const SessionOptions& o, size_t most_rows, ThreadPool& pool) {
  GraphOptions g;
  g.most_rows = most_rows;
  g.threads = pool.threads();
  g.backward = o.task == Task::kTrain;
  g.sparse_capacity = batcher.sparse_capacity(most_rows, pool);
  g.bytes_in_data = batcher.bytes();
  return g;
}

}  // namespace

void check_session(const SessionOptions& o, const AnyNetwork& network, const Dataset& data) {
  if (o.batch_size == 0 || o.threads < 1 || o.threads > 1024)
    throw Error("ERR_OPTION", "a session needs a batch size and 1 to 1024 threads");
  if (o.task != Task::kPredict && !network.compiled()) throw Error("ERR_NOT_COMPILED", "the network is not compiled");
  if (data.rows() > 0xffffffffu) throw Error("ERR_DATA", "the dataset has more than 2^32 rows");
  check_data(network, data, o.task != Task::kPredict);
  if (!o.sample_weights.empty() && o.sample_weights.size() != data.rows())
    throw Error("ERR_SHAPE", "sample weights are not one a row");
}

template <class T>
Session<T>::Session(std::shared_ptr<Network<T>> network, std::shared_ptr<const Dataset> data, SessionOptions options)
    : network_(std::move(network)),
      data_(std::move(data)),
      options_(std::move(options)),
      rows_(data_->rows()),
      batch_rows_(std::min(options_.batch_size, rows_)),
      batches_((rows_ + batch_rows_ - 1) / batch_rows_),
      portion_rows_(std::min(batch_rows_, options_.portion_rows > 0 ? options_.portion_rows : good_portion())),
      scratch_(options_.scratch ? options_.scratch : std::make_shared<Scratch>()),
      pool_(scratch_->take_threads(options_.threads)),
      batcher_(*network_, *data_, options_.task != Task::kPredict),
      graph_(*network_, graph_options(batcher_, options_, portion_rows_, *pool_)),
      updater_(*network_, Updater<T>::Mode::kUpdate,
               static_cast<double>(trains() || network_->samples == 0 ? rows_ : network_->samples),
               portion_rows_ < batch_rows_),
      metrics_(options_.task == Task::kPredict ? std::vector<MetricSpec>{} : network_->training().metrics,
               network_->outputs()) {
  const bool shuffles = trains() && options_.shuffle;
  arena_ = carved(
      [&](Arena& arena) {
        batcher_.bind(arena, portion_rows_);
        graph_.bind(arena);
        if (options_.task != Task::kPredict && network_->size() > 0) updater_.bind(arena);
        order_ = shuffles ? arena.take<uint32_t>(rows_) : nullptr;
        draws_ = shuffles ? arena.take<double>(rows_) : nullptr;
        sample_weights_ = options_.sample_weights.empty() ? nullptr : arena.take<T>(rows_);
      },
      scratch_->take_memory());
  for (size_t i = 0; i < options_.sample_weights.size(); i++)
    sample_weights_[i] = static_cast<T>(options_.sample_weights[i]);
  batcher_.set_weights(sample_weights_);
  batcher_.begin(graph_.input());
  if (options_.task == Task::kPredict) outputs_.resize(rows_ * network_->outputs());
  if (options_.task == Task::kEvaluate) penalty_ = updater_.measured_penalty();
  running_.resize(1 + metrics_.count());
  finished_.reserve(running_.size() * std::min(options_.epochs, kFinishedRows));
  if (trains()) network_->samples = rows_;
}

template <class T>
Session<T>::~Session() {
  scratch_->keep(std::move(pool_), arena_.release());
}

template <class T>
size_t Session<T>::good_portion() const {
  return Graph<T>::portion_rows(network_->spec(), trains(), options_.threads, batch_rows_);
}

template <class T>
Progress Session<T>::run(double budget_ms, const double* rates, size_t rate_count, std::atomic<bool>& stop) {
  using Clock = std::chrono::steady_clock;
  const FlushSubnormals flush;
  const Clock::time_point begin = Clock::now();
  const size_t epochs = trains() ? options_.epochs : 1;
  finished_.clear();
  Progress progress;
  for (size_t steps = 0; epoch_ < epochs;) {
    if (batch_ == 0) begin_epoch();
    progress.diverged = !step(rate_count > 1 ? rates[steps] : rate_count == 1 ? rates[0] : 0);
    if (progress.diverged) break;
    steps++;
    const bool epoch_ended = ++batch_ == batches_;
    if (epoch_ended) end_epoch();
    const double elapsed = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    if ((epoch_ended && options_.end_at_epoch) || elapsed >= budget_ms ||
        stop.exchange(false, std::memory_order_relaxed))
      break;
    if ((rate_count > 1 && steps == rate_count) || finished_.size() == running_.size() * kFinishedRows) break;
  }
  report();
  progress.done = epoch_ == epochs;
  progress.epoch = epoch_;
  progress.batch = batch_;
  progress.batches = batches_;
  return progress;
}

// This epoch's permutation is a function of the seed and the network's epoch alone: Fisher–Yates.
template <class T>
void Session<T>::begin_epoch() {
  loss_sum_ = loss_rows_ = 0;
  metrics_.reset();
  if (!order_) return;
  const DrawAt at{network_->spec().seed, stream_of(Purpose::kShuffle, 0), network_->epochs};
  kernels_of<double>(network_->kernel_set()).fill_uniform(at, draws_, rows_);
  for (size_t i = 0; i < rows_; i++) order_[i] = static_cast<uint32_t>(i);
  for (size_t i = rows_ - 1; i > 0; i--)
    std::swap(order_[i], order_[static_cast<size_t>(draws_[i] * static_cast<double>(i + 1))]);
}

template <class T>
void Session<T>::end_epoch() {
  batch_ = 0;
  epoch_++;
  if (!trains()) return;
  network_->epochs++;
  report();
  finished_.insert(finished_.end(), running_.begin(), running_.end());
}

template <class T>
void Session<T>::report() {
  running_[0] = loss_rows_ > 0 ? loss_sum_ / loss_rows_ : 0;
  for (size_t i = 0; i < metrics_.count(); i++) running_[i + 1] = metrics_.value(i);
}

template <class T>
bool Session<T>::step(double rate) {
  const size_t at = batch_ * batch_rows_, rows = std::min(batch_rows_, rows_ - at);
  const bool predicts = options_.task == Task::kPredict;
  const typename Graph<T>::Truth truth{batcher_.targets(), batcher_.weights()};
  double total = 0;
  for (size_t first = 0; first < rows; first += portion_rows_) {
    const size_t now = std::min(portion_rows_, rows - first);
    const Pass<T> pass{now, first, rows, trains(), false, network_->steps, *pool_, trains() ? &updater_ : nullptr};
    // What is all of the data, in its order, stays where it is; but dropout thins out compressed rows in place.
    const bool loaded = loaded_ && portion_rows_ == rows_ && !order_ && !graph_.input().sparse;
    graph_.run(pass, predicts ? nullptr : &truth, trains(), [&](size_t row, size_t count) {
      if (!loaded) batcher_.load(order_, at + first + row, row, count, graph_.input());
    });
    loaded_ = true;
    if (predicts) {
      keep_outputs(at + first, now);
      continue;
    }
    total = graph_.add_losses(pass, total);
    const auto measure = [&] { metrics_.add(graph_.output(), batcher_.targets(), now); };
    if (!trains()) {
      measure();
      continue;
    }
    if (!std::isfinite(total)) return false;
    if (pass.ends_batch()) updater_.begin(rate);
    graph_.learn(pass, measure);
  }
  if (predicts) return true;
  if (trains()) {
    updater_.finish(*pool_);
    network_->steps++;
    penalty_ = updater_.penalty();
  }
  const double mean = network_->training().loss.sum ? total : total / static_cast<double>(rows);
  loss_sum_ += (mean + penalty_) * static_cast<double>(rows);
  loss_rows_ += static_cast<double>(rows);
  return true;
}

template <class T>
void Session<T>::keep_outputs(size_t at, size_t rows) {
  const Signal<T>& p = graph_.output();
  T* to = outputs_.data() + at * p.cols;
  for (size_t r = 0; r < rows; r++, to += p.cols) std::copy_n(p.at(r, 0), p.cols, to);
}

std::unique_ptr<AnySession> make_session(const std::shared_ptr<AnyNetwork>& network,
                                         const std::shared_ptr<const Dataset>& data, const SessionOptions& options) {
  if (auto f32 = std::dynamic_pointer_cast<Network<float>>(network))
    return std::make_unique<Session<float>>(f32, data, options);
  return std::make_unique<Session<double>>(std::dynamic_pointer_cast<Network<double>>(network), data, options);
}

template class Session<float>;
template class Session<double>;

}  // namespace myelin
