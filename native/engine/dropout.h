// The layers that are random while training and plain afterwards: dropout, alpha dropout, Gaussian noise.
#ifndef MYELIN_ENGINE_DROPOUT_H
#define MYELIN_ENGINE_DROPOUT_H

#include "layer.h"

namespace myelin {

// Dropout and alpha dropout. With rate = 1 - keep:
//  dropout: y = x / keep for kept units, 0 for the others; with test scaling y = x, and y = keep · x at test time.
//  alphaDropout (Klambauer et al. 2017): dropped units become α' = -1.7581 and all are mapped by a x + b, so that mean
//  and variance stay.
template <class T>
class DropoutLayer final : public Layer<T> {
 public:
  DropoutLayer(Network<T>& network, size_t index);
  void bind(Arena& arena, const GraphOptions& options, Signal<T>* in) override;
  void forward(const Pass<T>& pass) override;
  void backward(const Pass<T>& pass, T* gradient, T* input_gradient) override;

 private:
  using Layer<T>::network_;
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;

  void pass_on(T factor, const Pass<T>& pass);
  void thin(size_t first, size_t rows);

  T scale_, shift_, dropped_, test_factor_;
  Signal<T> own_;             // memory for the output when it differs from the input
  uint64_t* bits_ = nullptr;  // (rows, words_)
  size_t words_ = 0;
};

template <class T>
class NoiseLayer final : public Layer<T> {
 public:
  using Layer<T>::Layer;
  void bind(Arena& arena, const GraphOptions& options, Signal<T>* in) override;
  void forward(const Pass<T>& pass) override;
  void backward(const Pass<T>&, T*, T*) override {}  // the noise does not depend on the input

 private:
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;
  Signal<T> own_;
};

}  // namespace myelin

#endif
