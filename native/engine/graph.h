// The layers of a network with scratch memory for batches up to a given size: forward pass, loss, backward pass.
#ifndef MYELIN_ENGINE_GRAPH_H
#define MYELIN_ENGINE_GRAPH_H

#include <memory>
#include <vector>

#include "layer.h"

namespace myelin {

template <class T>
class Graph {
 public:
  Graph(Network<T>& network, const GraphOptions& options);
  void bind(Arena& arena);

  Signal<T>& input() { return input_; }
  const Signal<T>& output() const { return layers_.back()->out; }
  const std::vector<std::unique_ptr<Layer<T>>>& layers() const { return layers_; }

  void forward(const Pass<T>& pass);
  // Σ over the rows of loss · weight, before the reduction; `y` like output(), `weights` (rows) or null. With
  // `gradient` it is kept for backward().
  double loss(const Pass<T>& pass, const Signal<T>& y, const T* weights, bool gradient);
  // `visit(layer, gradient)`, when given, sees ∂loss/∂output of each layer (∂loss/∂preActivation of those with an
  // activation).
  template <class Visit>
  void backward(const Pass<T>& pass, Visit visit);
  void backward(const Pass<T>& pass) {
    backward(pass, [](size_t, const T*) {});
  }

 private:
  Network<T>& network_;
  const GraphOptions options_;
  Signal<T> input_;
  SparseRows<T> sparse_input_;
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  size_t first_trained_ = 0;  // no layer before it has anything to learn
  T* gradients_[2] = {};      // of the present layer's output, and room for that of its input
  T* row_loss_ = nullptr;
};

template <class T>
template <class Visit>
void Graph<T>::backward(const Pass<T>& pass, Visit visit) {
  T *gradient = gradients_[0], *spare = gradients_[1];
  const size_t last = options_.trace ? 0 : first_trained_;
  for (size_t i = layers_.size(); i-- > last;) {
    Layer<T>& layer = *layers_[i];
    if (!layer.has_activation()) visit(i, gradient);
    layer.backward(pass, gradient, i > last ? spare : nullptr);
    if (layer.has_activation()) visit(i, gradient);
    if (!layer.in_place()) std::swap(gradient, spare);
  }
}

}  // namespace myelin

#endif
