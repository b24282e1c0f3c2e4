#include "inspect.h"

#include <algorithm>
#include <cstring>

#include "../kernels/cpu.h"

namespace myelin {
namespace {

template <class T>
std::vector<T> plain(const Signal<T>& s, size_t rows) {
  std::vector<T> out;
  if (!s.data) return out;
  out.reserve(rows * s.cols);
  for (size_t r = 0; r < rows; r++) out.insert(out.end(), s.at(r, 0), s.at(r, 0) + s.cols);
  return out;
}

// A graph that keeps everything, with the dataset loaded as one batch.
template <class T>
class Inspection {
 public:
  Inspection(Network<T>& network, const Dataset& data, bool training)
      : network_(network),
        rows_(data.rows()),
        batcher_(network, data, true),
        graph_(network, {.most_rows = data.rows(), .backward = true, .trace = true}),
        updater_(network, Updater<T>::Mode::kKeepGradients, static_cast<double>(data.rows())),
        pass_{data.rows(), 0, data.rows(), training, true, network.steps, pool_, &updater_} {
    arena_ = carved([this](Arena& arena) {
      batcher_.bind(arena, rows_);
      graph_.bind(arena);
      if (network_.size() > 0) updater_.bind(arena);
    });
    batcher_.load(nullptr, 0, 0, rows_, graph_.input());
  }

  template <class Visit = Nothing>
  double loss(bool backward, Visit visit = {}) {
    const typename Graph<T>::Truth truth{batcher_.targets(), nullptr};
    graph_.run(pass_, &truth, backward, Nothing{}, visit);
    const double total = graph_.add_losses(pass_, 0);
    const double data_loss = network_.training().loss.sum ? total : total / static_cast<double>(rows_);
    return data_loss + updater_.measured_penalty();
  }

  Graph<T>& graph() { return graph_; }
  Updater<T>& updater() { return updater_; }
  const Pass<T>& pass() const { return pass_; }

 private:
  const FlushSubnormals flush_;
  Network<T>& network_;
  const size_t rows_;
  ThreadPool pool_{1};
  Batcher<T> batcher_;
  Graph<T> graph_;
  Updater<T> updater_;
  Arena arena_;
  const Pass<T> pass_;
};

void check(const AnyNetwork& network, const Dataset& data) {
  if (!network.compiled()) throw Error("ERR_NOT_COMPILED", "the network is not compiled");
  check_data(network, data, true);
}

}  // namespace

template <class T>
Trace<T> trace(Network<T>& network, const Dataset& data, bool training) {
  check(network, data);
  Inspection<T> inspection(network, data, training);
  const auto& layers = inspection.graph().layers();
  const size_t rows = data.rows();
  Trace<T> t;
  t.layers.resize(layers.size());
  t.loss = inspection.loss(true, [&](size_t i, const T* gradient) {
    Signal<T> delta = layers[i]->out;
    delta.data = const_cast<T*>(gradient);
    t.layers[i].delta = plain(delta, rows);
  });
  inspection.graph().learn(inspection.pass());
  for (size_t i = 0; i < layers.size(); i++) {
    t.layers[i].input = plain(*layers[i]->in(), rows);
    t.layers[i].pre_activation = plain(layers[i]->pre_activation(), rows);
    t.layers[i].output = plain(layers[i]->out, rows);
  }
  for (const Parameter& p : network.parameters()) {
    std::vector<T> gradient(p.trainable ? p.rows * p.cols : 0);
    if (p.trainable) unpack(p, inspection.updater().gradient(p), gradient.data());
    t.gradients.push_back(std::move(gradient));
  }
  return t;
}

template <class T>
std::vector<std::vector<T>> differences(Network<T>& network, const Dataset& data, bool training, double h) {
  check(network, data);
  Inspection<T> inspection(network, data, training);
  std::vector<std::vector<T>> gradients;
  for (size_t index = 0; index < network.parameters().size(); index++) {
    const Parameter& p = network.parameters()[index];
    std::vector<T> gradient(p.trainable ? p.rows * p.cols : 0), kept(p.rows * p.cols), moved;
    network.get_parameter(index, kept.data());
    moved = kept;
    for (size_t i = 0; i < gradient.size(); i++) {
      const auto loss_at = [&](double distance) {
        moved[i] = static_cast<T>(static_cast<double>(kept[i]) + distance);
        network.set_parameter(index, moved.data());
        return inspection.loss(false);
      };
      const double near = loss_at(h) - loss_at(-h), far = loss_at(2 * h) - loss_at(-2 * h);
      gradient[i] = static_cast<T>((8 * near - far) / (12 * h));
      moved[i] = kept[i];
    }
    network.set_parameter(index, kept.data());
    gradients.push_back(std::move(gradient));
  }
  return gradients;
}

template <class T>
Predictor<T>::Predictor(Network<T>& network)
    : network_(network), graph_(network, {.most_rows = kRows, .zeros_in_input = true}) {
  arena_ = carved([this](Arena& arena) { graph_.bind(arena); });
}

template <class T>
bool Predictor<T>::predict(const T* x, size_t rows, T* y) {
  const FlushSubnormals flush;
  const size_t inputs = network_.spec().inputs;
  for (size_t done = 0; done < rows; done += kRows) {
    const size_t n = std::min(kRows, rows - done);
    Signal<T>& in = graph_.input();
    for (size_t r = 0; r < n; r++, x += inputs) memcpy(in.at(r, 0), x, inputs * sizeof(T));
    if (!network_.kernels().all_finite(in.extent(n), in.at(0, 0))) return false;
    graph_.run({n, 0, n, false, true, 0, pool_, nullptr}, nullptr, false, Nothing{});
    const Signal<T>& out = graph_.output();
    for (size_t r = 0; r < n; r++, y += out.cols) std::copy_n(out.at(r, 0), out.cols, y);
  }
  return true;
}

#define MYELIN_INSTANTIATE(T)                                                                     \
  template Trace<T> trace<T>(Network<T>&, const Dataset&, bool);                                  \
  template std::vector<std::vector<T>> differences<T>(Network<T>&, const Dataset&, bool, double); \
  template class Predictor<T>;
MYELIN_INSTANTIATE(float)
MYELIN_INSTANTIATE(double)
#undef MYELIN_INSTANTIATE

}  // namespace myelin
