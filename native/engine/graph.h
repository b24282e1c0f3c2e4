// The layers of a network with scratch memory for batches up to a given size: forward pass, loss, backward pass.
//
// A batch goes through in one of two ways, with the same bits. By rows: each thread takes a piece of the batch through
// all layers and back, so that a step is two fork-joins, one for the rows, one for the parameters; every thread reads
// all weights. By layers: threads share out each layer's columns, so that weights are read once; for layers that need
// the whole batch, and for networks too large to be read once a thread.
#ifndef MYELIN_ENGINE_GRAPH_H
#define MYELIN_ENGINE_GRAPH_H

#include <memory>
#include <vector>

#include "layer.h"

namespace myelin {

struct Nothing {
  template <class... Arguments>
  void operator()(Arguments...) const {}
};

template <class T>
class Graph {
 public:
  Graph(Network<T>& network, const GraphOptions& options);
  void bind(Arena& arena);

  Signal<T>& input() { return input_; }
  const Signal<T>& output() const { return layers_.back()->out; }
  const std::vector<std::unique_ptr<Layer<T>>>& layers() const { return layers_; }

  // What outputs are compared with: y like output(), weights (rows) or null.
  struct Truth {
    const Signal<T>& y;
    const T* weights;
  };
  // Takes a batch through the layers; `load(first, rows)` puts these rows into input(). With a truth, returns the
  // Σ over the rows of loss · weight, before the reduction; with `backward`, all gradients are there for learn().
  // `visit(layer, gradient)`, in a graph that traces, sees ∂loss/∂output of each layer (∂loss/∂preActivation of those
  // with an activation).
  template <class Load, class Visit = Nothing>
  double run(const Pass<T>& pass, const Truth* truth, bool backward, Load load, Visit visit = {});
  // Hands the gradients of parameters to pass.updater; `beside()` is one more task.
  template <class Beside = Nothing>
  void learn(const Pass<T>& pass, Beside beside = {});

 private:
  void begin(const Pass<T>& pass, const Truth* truth);
  void loss_of(const Pass<T>& pass, const Truth& truth, bool gradient, size_t first, size_t rows);
  template <class Task>
  void over_pieces(const Pass<T>& pass, double work, Task task);
  template <class Visit>
  void backward(const Pass<T>& pass, Visit visit);
  size_t last() const { return options_.trace ? 0 : options_.first_trained; }  // backward
  double work(bool backward) const;

  Network<T>& network_;
  GraphOptions options_;
  Pieces pieces_;
  Signal<T> input_;
  SparseRows<T> sparse_input_;
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  std::vector<T*> gradients_;  // of each layer's output; layers that work in place share theirs with the one before
  using LossKernel = void (*)(const LossArgs<T>&);
  LossKernel evaluate_ = nullptr;
  T* row_loss_ = nullptr;
};

template <class T>
template <class Task>
void Graph<T>::over_pieces(const Pass<T>& pass, double work, Task task) {
  const size_t each = pieces_.rows_each;
  pass.pool.run((pass.rows + each - 1) / each, work, [&](size_t i, int thread) {
    const size_t first = i * each, left = pass.rows - first;
    task(Piece{i, first, left < each ? left : each, thread});
  });
}

template <class T>
template <class Load, class Visit>
double Graph<T>::run(const Pass<T>& pass, const Truth* truth, bool backward, Load load, Visit visit) {
  begin(pass, truth);
  const size_t count = layers_.size();
  if (pieces_.by_rows) {
    over_pieces(pass, static_cast<double>(pass.rows) * work(backward), [&](const Piece& p) {
      load(p.first, p.rows);
      for (const auto& layer : layers_) layer->forward_piece(pass, p);
      if (truth) loss_of(pass, *truth, backward, p.first, p.rows);
      for (size_t i = count; backward && i-- > last();)
        layers_[i]->backward_piece(pass, p, gradients_[i], i > last() ? gradients_[i - 1] : nullptr);
    });
  } else {
    over_pieces(pass, static_cast<double>(pass.rows * input_.n), [&](const Piece& p) { load(p.first, p.rows); });
    for (const auto& layer : layers_) layer->forward(pass);
    if (truth)
      over_pieces(pass, static_cast<double>(pass.rows * output().n) * 16,
                  [&](const Piece& p) { loss_of(pass, *truth, backward, p.first, p.rows); });
    if (backward) this->backward(pass, visit);
  }
  double total = 0;
  for (size_t r = 0; truth && r < pass.rows; r++) total += static_cast<double>(row_loss_[r]);
  return total;
}

template <class T>
template <class Visit>
void Graph<T>::backward(const Pass<T>& pass, Visit visit) {
  for (size_t i = layers_.size(); i-- > last();) {
    Layer<T>& layer = *layers_[i];
    if (!layer.has_activation()) visit(i, gradients_[i]);
    layer.backward(pass, gradients_[i], i > last() ? gradients_[i - 1] : nullptr);
    if (layer.has_activation()) visit(i, gradients_[i]);
  }
}

template <class T>
template <class Beside>
void Graph<T>::learn(const Pass<T>& pass, Beside beside) {
  size_t tasks = 0;
  for (size_t i = last(); i < layers_.size(); i++) tasks += layers_[i]->learn_tasks();
  pass.pool.run(tasks + 1, static_cast<double>(pass.rows) * work(false), [&](size_t task, int thread) {
    if (task == tasks) return beside();
    for (size_t i = last();; i++) {
      const size_t own = layers_[i]->learn_tasks();
      if (task < own) return layers_[i]->learn(pass, task, thread, gradients_[i]);
      task -= own;
    }
  });
}

}  // namespace myelin

#endif
