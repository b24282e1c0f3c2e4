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
  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, Signal<T>* in) override;
  void begin(const Pass<T>& pass) override;
  void forward_piece(const Pass<T>& pass, const Piece& piece) override;
  void backward_piece(const Pass<T>& pass, const Piece& piece, T* gradient, T* input_gradient) override;
  double work() const override { return static_cast<double>(out.n) * 8; }

 private:
  using Layer<T>::network_;
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;

  bool drops(const Pass<T>& pass) const { return pass.training && spec_.keep < 1; }
  void thin(const Piece& piece);
  void scale_entries(const Piece& piece);

  T scale_, shift_, dropped_, test_factor_;
  Signal<T> own_;             // memory for the output when it differs from the input
  ByteRows<T> bytes_;         // of the input, with what they stand for after the scaling
  uint64_t* bits_ = nullptr;  // (rows, words_)
  size_t words_ = 0;
};

template <class T>
class NoiseLayer final : public Layer<T> {
 public:
  using Layer<T>::Layer;
  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, Signal<T>* in) override;
  void begin(const Pass<T>& pass) override { out = adds(pass) ? own_ : *in_; }
  void forward_piece(const Pass<T>& pass, const Piece& piece) override;
  // backward: nothing, the noise does not depend on the input
  double work() const override { return static_cast<double>(out.n) * 32; }

 private:
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;
  bool adds(const Pass<T>& pass) const { return pass.training && spec_.stddev != 0; }
  Signal<T> own_;
};

}  // namespace myelin

#endif
