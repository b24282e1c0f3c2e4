// The layers of a network with scratch memory for batches up to a given size: forward pass, loss, backward pass.
//
// A thread takes a piece of the batch, some of its rows, through as many layers as it can, the last ones and the loss
// and back again: small layers cost no fork-join of their own. Between such stretches lie the large layers, whose
// columns are shared out, and those that need the whole batch. At the end all parameters learn together.
#ifndef MYELIN_ENGINE_GRAPH_H
#define MYELIN_ENGINE_GRAPH_H

#include <memory>
#include <vector>

#include "sparse_view.h"

namespace myelin {

struct Nothing {
  template <class... Arguments>
  void operator()(Arguments...) const {}
};

template <class T>
class Graph {
 public:
  Graph(Network<T>& network, const GraphOptions& options);
  // Rows of the portions that a batch is best taken in: of a large one the caches do not hold all values of all layers,
  // from the forward to the backward pass. All of it where a layer needs the whole batch.
  static size_t portion_rows(const NetworkSpec& spec, bool training, int threads, size_t batch_rows);
  void bind(Arena& arena);

  Signal<T>& input() { return input_; }
  const Signal<T>& output() const { return layers_.back()->out; }
  const std::vector<std::unique_ptr<Layer<T>>>& layers() const { return layers_; }

  // What outputs are compared with: y like output(), weights (rows) or null.
  struct Truth {
    const Signal<T>& y;
    const T* weights;
  };
  // Takes a batch through the layers; `load(first, rows)` puts these rows into input(). With a truth, there is a
  // loss for add_losses(); with `backward`, all gradients are there for learn().
  // `visit(layer, gradient)`, in a graph that traces, sees ∂loss/∂output of each layer (∂loss/∂preActivation of those
  // with an activation).
  template <class Load, class Visit = Nothing>
  void run(const Pass<T>& pass, const Truth* truth, bool backward, Load load, Visit visit = {});
  // total + Σ loss · weight, row after row, before the reduction.
  double add_losses(const Pass<T>& pass, double total) const;
  // Hands the gradients of parameters to pass.updater; `beside()` is one more task.
  template <class Beside = Nothing>
  void learn(const Pass<T>& pass, Beside beside = {});

 private:
  void begin(const Pass<T>& pass, const Truth* truth);
  void loss_of(const Pass<T>& pass, const Truth& truth, bool gradient, size_t first, size_t rows);
  bool ends_stretch(size_t layer) const { return options_.trace || layers_[layer]->has_rest(); }
  // The layer that the backward pass reaches in one stretch from `end`, which is done already.
  size_t stretch_before(size_t end) const;
  template <class Visit>
  void backward_piece(const Pass<T>& pass, const Piece& piece, size_t layer, Visit visit);
  template <class Visit>
  void backward_rest(const Pass<T>& pass, size_t layer, Visit visit);
  T* input_gradient(size_t layer) const { return layer > last() ? gradients_[layer - 1] : nullptr; }
  size_t last() const { return options_.trace ? 0 : options_.first_trained; }  // backward
  double work(size_t begin, size_t end) const;

  Network<T>& network_;
  GraphOptions options_;
  Pieces pieces_;
  Signal<T> input_;
  SparseRows<T> sparse_input_;
  ByteRows<T> byte_input_;
  SharedRows<T> shared_rows_;
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  std::vector<T*> gradients_;  // of each layer's output; layers that work in place share theirs with the one before
  using LossKernel = void (*)(const LossArgs<T>&);
  LossKernel evaluate_ = nullptr;
  T* row_loss_ = nullptr;
};

template <class T>
template <class Load, class Visit>
void Graph<T>::run(const Pass<T>& pass, const Truth* truth, bool backward, Load load, Visit visit) {
  begin(pass, truth);
  const size_t count = layers_.size();
  size_t next = 0, back = count;  // the first layer that is not done, forward and backward
  for (bool loaded = false, turned = false; !turned; loaded = true) {
    size_t end = next;
    while (end < count && !ends_stretch(end)) end++;
    turned = end == count;
    if (turned && backward) back = stretch_before(count);
    const size_t begin = next, stop = turned ? count : end + 1;
    const double work = this->work(begin, stop) + this->work(back, count) + static_cast<double>(loaded ? 0 : input_.n);
    pieces_.run(pass.pool, pass.rows, work, [&](const Piece& p) {
      if (!loaded) load(p.first, p.rows);
      for (size_t i = begin; i < stop; i++) layers_[i]->forward_piece(pass, p);
      if (!turned) return;
      if (truth) loss_of(pass, *truth, backward, p.first, p.rows);
      for (size_t i = count; i-- > back;) backward_piece(pass, p, i, visit);
    });
    if (!turned) layers_[end]->forward_rest(pass);
    next = stop;
  }
  while (backward) {
    if (back < count) backward_rest(pass, back, visit);
    if (back == last()) break;
    const size_t from = back;
    back = stretch_before(from);
    pieces_.run(pass.pool, pass.rows, work(back, from), [&](const Piece& p) {
      for (size_t i = from; i-- > back;) backward_piece(pass, p, i, visit);
    });
  }
}

// A graph that traces has one piece and stops after each layer.
template <class T>
template <class Visit>
void Graph<T>::backward_piece(const Pass<T>& pass, const Piece& piece, size_t i, Visit visit) {
  if (options_.trace && !layers_[i]->has_activation()) visit(i, gradients_[i]);
  layers_[i]->backward_piece(pass, piece, gradients_[i], input_gradient(i));
}

template <class T>
template <class Visit>
void Graph<T>::backward_rest(const Pass<T>& pass, size_t i, Visit visit) {
  layers_[i]->backward_rest(pass, gradients_[i], input_gradient(i));
  if (options_.trace && layers_[i]->has_activation()) visit(i, gradients_[i]);
}

template <class T>
template <class Beside>
void Graph<T>::learn(const Pass<T>& pass, Beside beside) {
  size_t tasks = 0;
  for (size_t i = last(); i < layers_.size(); i++) tasks += layers_[i]->learn_tasks();
  const double work = static_cast<double>(pass.rows) * static_cast<double>(network_.size());
  pass.pool.run(tasks + 1, work, [&](size_t task, int thread) {
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
