// The engine without Node: nothing is allocated while a session trains, bits do not depend on threads, slices or
// portions, the pool runs every task once, initial values have the moments they should.
#include <atomic>
#include <cmath>
#include <new>
#include <set>

#include "../engine/dense.h"
#include "../engine/session.h"
#include "check.h"

namespace {
std::atomic<long> allocations{0};
}

void* operator new(size_t n) {
  allocations++;
  if (void* p = std::malloc(n ? n : 1)) return p;
  throw std::bad_alloc();
}
void* operator new[](size_t n) { return operator new(n); }
void* operator new(size_t n, std::align_val_t a) {
  allocations++;
  if (void* p = std::aligned_alloc(static_cast<size_t>(a), myelin::test::padded(n, static_cast<size_t>(a)))) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }

using namespace myelin;
using namespace myelin::test;

namespace {

InitializerSpec initializer(Initializer kind) {
  InitializerSpec s;
  s.kind = kind;
  s.max = 1;
  s.stddev = 1;
  return s;
}

LayerSpec dense(size_t units, Activation activation) {
  LayerSpec s;
  s.units = units;
  s.activation = activation;
  s.kernel_initializer = initializer(Initializer::kGlorotUniform);
  s.kernel_regularizer = {1e-5, 1e-4, 0.01};
  s.kernel_constraint = {true, Constraint::kMaxNorm, 0, 3, 1};
  return s;
}

LayerSpec layer(LayerKind kind) {
  LayerSpec s;
  s.kind = kind;
  s.keep = 0.7;
  s.momentum = 0.9;
  s.epsilon = 1e-3;
  s.stddev = 0.1;
  s.activation = Activation::kTanh;
  return s;
}

// Every kind of layer, 100 features, 10 classes.
NetworkSpec everything(bool float64) {
  NetworkSpec s;
  s.float64 = float64;
  s.seed = 42;
  s.inputs = 100;
  s.layers = {layer(LayerKind::kDropout),       dense(70, Activation::kRelu),  layer(LayerKind::kBatchNormalization),
              layer(LayerKind::kDropout),       dense(33, Activation::kGelu),  layer(LayerKind::kLayerNormalization),
              layer(LayerKind::kGaussianNoise), layer(LayerKind::kActivation), layer(LayerKind::kAlphaDropout),
              dense(10, Activation::kSoftmax)};
  return s;
}

// Layers of different widths that a thread takes its piece through without waiting for the others, all with zeros.
NetworkSpec small_layers(bool float64) {
  NetworkSpec s = everything(float64);
  s.layers = {dense(192, Activation::kRelu), layer(LayerKind::kDropout),     dense(64, Activation::kRelu),
              layer(LayerKind::kDropout),    dense(128, Activation::kRelu),  layer(LayerKind::kDropout),
              dense(64, Activation::kRelu),  dense(10, Activation::kSoftmax)};
  return s;
}

// No layer needs the whole batch: one whose columns are shared out, one packed, one small.
NetworkSpec portionable(bool float64) {
  NetworkSpec s = everything(float64);
  s.layers[1].units = 400;
  s.layers.erase(s.layers.begin() + 2);
  s.layers.insert(s.layers.begin() + 7, dense(256, Activation::kTanh));
  return s;
}

// A hidden layer that is all zeros for an empty row and full for any other: of a batch some pieces are compressed.
NetworkSpec some_full_rows(bool float64) {
  NetworkSpec s = everything(float64);
  LayerSpec full = dense(64, Activation::kRelu);
  full.kernel_initializer.kind = Initializer::kConstant;
  full.kernel_initializer.value = 0.01;
  full.kernel_constraint = {};
  full.use_bias = false;
  s.layers = {full, dense(64, Activation::kTanh), dense(10, Activation::kSoftmax)};
  return s;
}

// One that wants its input dense, however sparse the data.
NetworkSpec normalized_first() {
  NetworkSpec s = everything(false);
  s.layers = {layer(LayerKind::kBatchNormalization), dense(70, Activation::kRelu), dense(10, Activation::kSoftmax)};
  return s;
}

TrainingSpec training(double clip_norm) {
  TrainingSpec s;
  s.loss.kind = Loss::kCategoricalCrossentropy;
  s.metrics = {{Metric::kCategoricalAccuracy, 5, 0.5}, {Metric::kR2, 5, 0.5}};
  s.optimizer.kind = Optimizer::kAdam;
  s.optimizer.beta1 = 0.9, s.optimizer.beta2 = 0.999, s.optimizer.epsilon = 1e-7, s.optimizer.clip_norm = clip_norm;
  return s;
}

// Half of the rows are empty.
std::shared_ptr<const Dataset> data(size_t rows) {
  Random random(3);
  auto s = std::make_shared<Storage>();
  s->rows = rows, s->features = 100, s->outputs = 1, s->scale = 1.0 / 255;
  s->element = Element::kU8, s->targets = Targets::kLabels;
  s->x = Buffer(rows * 100);
  s->y = Buffer(rows * 4);
  for (size_t i = 0; i < rows; i++) {
    const bool empty = random.below(2) == 0;
    for (size_t j = 0; j < 100; j++)
      s->x.data()[100 * i + j] = !empty && random.below(4) == 0 ? static_cast<char>(random.below(256)) : 0;
  }
  for (size_t i = 0; i < rows; i++) {
    const int32_t label = static_cast<int32_t>(random.below(10));
    std::memcpy(s->y.data() + 4 * i, &label, 4);
  }
  return std::make_shared<Dataset>(s);
}

template <class T>
std::vector<T> train(const NetworkSpec& spec, size_t batch, int threads, double budget_ms, double clip_norm,
                     long* allocated, size_t portion = 0, std::vector<double>* running = nullptr,
                     const std::shared_ptr<Scratch>& scratch = nullptr) {
  auto network = std::make_shared<Network<T>>(spec, *selected_kernels());
  network->compile(training(clip_norm));
  SessionOptions o;
  o.batch_size = batch, o.epochs = 3, o.threads = threads, o.portion_rows = portion, o.scratch = scratch;
  Session<T> session(network, data(batch == 37 ? 500 : 1500), o);
  const double rate = 0.01;
  std::atomic<bool> stop{false};
  session.run(0, &rate, 1, stop);  // the first batch
  const long before = allocations;
  while (!session.run(budget_ms, &rate, 1, stop).done) {
  }
  if (allocated) *allocated = allocations - before;
  if (running) *running = session.running();
  return std::vector<T>(network->values(), network->values() + network->size());
}

template <class T>
void test_training(const NetworkSpec& spec) {
  const std::string type = type_name<T>();
  const struct {
    size_t batch;
    double clip;
    std::vector<double> budgets;  // milliseconds of a slice; 0: a step
  } cases[] = {
      {37, 0, {0, 1e9}}, {37, 0.5, {0, 1e9}}, {170, 0, {1e9}}, {700, 0, {0, 1e9}}};  // 700: learns in two rounds
  for (const auto& [batch, clip, budgets] : cases) {
    long allocated = -1;
    const std::vector<T> expected = train<T>(spec, batch, 1, 1e9, clip, &allocated);
    check(allocated == 0, "allocations while training, " + type + ": " + std::to_string(allocated));
    for (const int threads : {2, 3, 8})
      for (const double budget : budgets) {
        const std::vector<T> got = train<T>(spec, batch, threads, budget, clip, &allocated);
        check(std::memcmp(got.data(), expected.data(), expected.size() * sizeof(T)) == 0,
              "equal bits, threads " + std::to_string(threads) + " " + type);
        check(allocated == 0, "allocations with threads, " + type + ": " + std::to_string(allocated));
      }
    bool finite = true;
    for (const T w : expected) finite = finite && std::isfinite(w);
    check(finite, "weights are finite, " + type);
  }
}

// A batch taken in portions gives the bits of a whole one: weights, loss and metrics.
template <class T>
void test_portions() {
  const NetworkSpec spec = portionable(sizeof(T) == 8);
  constexpr size_t batch = 700;
  const struct {
    double clip;
    size_t portion;
    int threads;
  } cases[] = {{0, 100, 1}, {0, 576, 2}, {0.5, 256, 3}};
  for (const auto& [clip, portion, threads] : cases) {
    long allocated = -1;
    std::vector<double> expected_running, running;
    const std::vector<T> expected = train<T>(spec, batch, 1, 1e9, clip, nullptr, batch, &expected_running);
    const std::vector<T> got = train<T>(spec, batch, threads, 1e9, clip, &allocated, portion, &running);
    const std::string name = ", portions of " + std::to_string(portion) + " " + type_name<T>();
    check(std::memcmp(got.data(), expected.data(), expected.size() * sizeof(T)) == 0, "equal bits" + name);
    check(running == expected_running, "equal loss and metrics" + name);
    check(allocated == 0, "allocations" + name);
  }
}

// A session in the memory and with the threads of another, larger or smaller, gives the bits of one of its own.
template <class T>
void test_scratch() {
  constexpr bool float64 = sizeof(T) == 8;
  const auto scratch = std::make_shared<Scratch>();
  const struct {
    NetworkSpec spec;
    size_t batch;
    int threads;
  } sessions[] = {{portionable(float64), 700, 3}, {some_full_rows(float64), 37, 3}, {everything(float64), 170, 2}};
  for (const auto& [spec, batch, threads] : sessions) {
    const std::vector<T> expected = train<T>(spec, batch, 1, 1e9, 0, nullptr);
    const std::vector<T> got = train<T>(spec, batch, threads, 1e9, 0, nullptr, 0, nullptr, scratch);
    check(std::memcmp(got.data(), expected.data(), expected.size() * sizeof(T)) == 0,
          "equal bits after another session");
  }
  const Buffer memory = scratch->take_memory();
  check(memory.size() > 0 && scratch->take_memory().size() == 0, "memory is kept for one");
  scratch->keep(std::make_unique<ThreadPool>(2), Buffer(64));
  ThreadPool* const kept = scratch->take_threads(2).release();
  check(kept->threads() == 2, "as many threads as wanted");
  scratch->keep(std::unique_ptr<ThreadPool>(kept), Buffer(64));
  check(scratch->take_threads(3)->threads() == 3, "other threads when there are not as many");
  scratch->close();
  scratch->keep(std::make_unique<ThreadPool>(2), Buffer(64));
  check(scratch->take_memory().size() == 0, "nothing is kept once closed");
}

void test_portion_rows() {
  NetworkSpec spec = portionable(false);
  const auto rows = [&](bool training, int threads, size_t batch) {
    return Graph<float>::portion_rows(spec, training, threads, batch);
  };
  check(rows(true, 1, 100) == 128 && rows(true, 1, 500) == 512, "small batches are whole");
  check(rows(true, 1, 1000) == 384 && rows(true, 1, 10000) == 320, "large ones are not");
  check(rows(true, 4, 10000) > rows(true, 1, 10000), "more threads have more cache");
  check(rows(false, 4, 10000) > rows(true, 4, 10000), "no gradients, more rows");
  spec.layers[1].units = 100000;
  check(rows(true, 1, 10000) == 320 && rows(true, 1, 256 * 100) == 256, "256 rows at the least");
  spec.layers.push_back(layer(LayerKind::kBatchNormalization));
  check(rows(true, 1, 10000) >= 10000, "batch normalization needs all of them");
  check(rows(false, 1, 10000) < 10000, "but only while it trains");
}

void test_pool() {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> count(1000);
    for (int round = 0; round < 200; round++)
      pool.run(count.size(), 1e9, [&](size_t i, int thread) {
        if (thread >= 0 && thread < threads) count[i]++;
      });
    bool once = true;
    for (const auto& c : count) once = once && c == 200;
    check(once, "each task once, threads " + std::to_string(threads));
  }
}

template <class T>
void test_initializers() {
  const KernelSet& set = *kernels_named("scalar");
  NetworkSpec spec;
  spec.inputs = 200;
  const double in = 200, out = 300;
  const struct {
    Initializer kind;
    double mean, variance;
  } expected[] = {{Initializer::kZeros, 0, 0},
                  {Initializer::kOnes, 1, 0},
                  {Initializer::kRandomUniform, 0.5, 1.0 / 12},
                  {Initializer::kRandomNormal, 0, 1},
                  {Initializer::kTruncatedNormal, 0, 0.7737413},  // of a standard normal cut off at two
                  {Initializer::kGlorotUniform, 0, 2 / (in + out)},
                  {Initializer::kGlorotNormal, 0, 2 / (in + out)},
                  {Initializer::kHeUniform, 0, 2 / in},
                  {Initializer::kHeNormal, 0, 2 / in},
                  {Initializer::kLecunUniform, 0, 1 / in},
                  {Initializer::kLecunNormal, 0, 1 / in},
                  {Initializer::kOrthogonal, 0, 1 / out}};
  for (const auto& e : expected) {
    spec.layers = {dense(300, Activation::kLinear)};
    spec.layers[0].kernel_initializer = initializer(e.kind);
    Network<T> network(spec, set);
    std::vector<T> w(200 * 300);
    network.get_parameter(0, w.data());
    double mean = 0, square = 0;
    for (const T x : w)
      mean += static_cast<double>(x) / 60000, square += static_cast<double>(x) * static_cast<double>(x) / 60000;
    const double variance = square - mean * mean, spread = std::sqrt(e.variance);
    check(std::abs(mean - e.mean) <= 5 * spread / std::sqrt(60000.0) + 1e-6,
          "mean of initializer " + std::to_string(static_cast<int>(e.kind)));
    check(std::abs(variance - e.variance) <= 0.03 * e.variance + 1e-6,
          "variance of initializer " + std::to_string(static_cast<int>(e.kind)));
    if (e.kind != Initializer::kOrthogonal) continue;
    double off = 0;  // rows are orthonormal
    for (size_t i = 0; i < 5; i++)
      for (size_t j = 0; j <= i; j++) {
        double dot = 0;
        for (size_t c = 0; c < 300; c++)
          dot += static_cast<double>(w[i * 300 + c]) * static_cast<double>(w[j * 300 + c]);
        off = std::max(off, std::abs(dot - (i == j)));
      }
    check(off < 1e-5, "orthonormal rows");
  }
}

// A kernel of 5 × 70 in panels of 64 and 16 columns.
void test_layout() {
  Parameter p{};
  p.rows = 5, p.cols = 70, p.n = 80;
  std::vector<float> in(5 * 70), panels(p.size()), out(5 * 70);
  for (size_t i = 0; i < in.size(); i++) in[i] = static_cast<float>(i + 1);
  pack(p, in.data(), panels.data());
  unpack(p, panels.data(), out.data());
  check(in == out, "pack and unpack");
  check(
      panels[64] == in[70] && panels[5 * 64] == in[64] && panels[5 * 64 + 16] == in[70 + 64] && panels[5 * 64 + 6] == 0,
      "panels");
  std::set<size_t> seen;
  for (size_t b = 0; b < block_count<float>(p); b++) seen.insert(block_of<float>(p, b).offset);
  check(seen == std::set<size_t>{0, 5 * 64}, "blocks");
}

// What is read of the optimizer's arrays and written into a fresh network gives the same arrays, padding and all.
template <class T>
void test_state() {
  TrainingSpec spec = training(0);
  spec.optimizer.kind = Optimizer::kAdagrad, spec.optimizer.initial_accumulator = 0.1;
  auto trained = std::make_shared<Network<T>>(everything(sizeof(T) == 8), *selected_kernels());
  trained->compile(spec);
  SessionOptions o;
  o.batch_size = 100, o.epochs = 1;
  Session<T> session(trained, data(300), o);
  const double rate = 0.01;
  std::atomic<bool> stop{false};
  session.run(1e9, &rate, 1, stop);
  Network<T> fresh(everything(sizeof(T) == 8), *selected_kernels());
  check(!fresh.has_state(0), "no state before compile");
  fresh.compile(spec);
  check(fresh.has_state(0) && !fresh.has_state(1) && !fresh.has_state(2), "the states of adagrad");
  const size_t bytes = trained->size() * sizeof(T);
  check(std::memcmp(fresh.state(0, 0), trained->state(0, 0), bytes) != 0, "training changes the state");
  for (size_t i = 0; i < trained->parameters().size(); i++) {
    std::vector<T> values(trained->parameters()[i].rows * trained->parameters()[i].cols);
    trained->get_state(0, i, values.data());
    fresh.set_state(0, i, values.data());
  }
  check(std::memcmp(fresh.state(0, 0), trained->state(0, 0), bytes) == 0, "the state of another network");
}

}  // namespace

int main() {
  test_pool();
  test_layout();
  test_portion_rows();
  test_initializers<float>();
  test_initializers<double>();
  test_state<float>();
  test_state<double>();
  test_training<float>(everything(false));
  test_training<double>(everything(true));
  test_training<float>(small_layers(false));
  test_training<double>(small_layers(true));
  test_training<float>(some_full_rows(false));
  test_training<double>(some_full_rows(true));
  test_training<float>(normalized_first());
  test_portions<float>();
  test_portions<double>();
  test_scratch<float>();
  test_scratch<double>();
  return summary();
}
