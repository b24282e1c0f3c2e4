// Looking inside: one batch forward and backward with everything kept, the same gradients by differences, and a forward
// pass on the calling thread.
#ifndef MYELIN_ENGINE_INSPECT_H
#define MYELIN_ENGINE_INSPECT_H

#include <memory>
#include <vector>

#include "batcher.h"

namespace myelin {

// Arrays are row-major, without padding; empty stands for "there is none".
template <class T>
struct LayerTrace {
  std::vector<T> input, pre_activation, output, delta;
};
template <class T>
struct Trace {
  double loss = 0;
  std::vector<LayerTrace<T>> layers;
  std::vector<std::vector<T>> gradients;  // one a parameter
};

// The whole dataset as one batch; regularizers count in loss and gradients, nothing is updated.
template <class T>
Trace<T> trace(Network<T>& network, const Dataset& data, bool training);

// The gradients of trace() by central differences of fourth order,
// f'(w) ≈ (8 (f(w+h) - f(w-h)) - (f(w+2h) - f(w-2h))) / 12h, error h⁴ f⁽⁵⁾ / 30.
template <class T>
std::vector<std::vector<T>> differences(Network<T>& network, const Dataset& data, bool training, double h);

// Forward passes of a few rows at a time on the calling thread, with memory kept for the next call.
template <class T>
class Predictor {
 public:
  explicit Predictor(Network<T>& network);
  // x: rows × inputs, y: rows × outputs. False, and y of no use, when a value of x is not finite.
  bool predict(const T* x, size_t rows, T* y);

 private:
  static constexpr size_t kRows = 32;
  Network<T>& network_;
  ThreadPool pool_{1};
  Graph<T> graph_;
  Arena arena_;
};

}  // namespace myelin

#endif
