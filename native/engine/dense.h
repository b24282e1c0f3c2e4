// The dense layer: y = f(x W + b), its three products and when each is sparse.
#ifndef MYELIN_ENGINE_DENSE_H
#define MYELIN_ENGINE_DENSE_H

#include "layer.h"

namespace myelin {

template <class T>
class DenseLayer final : public Layer<T> {
 public:
  DenseLayer(Network<T>& network, size_t index);

  void bind(Arena& arena, const GraphOptions& options, Signal<T>* in) override;
  void forward(const Pass<T>& pass) override;
  void backward(const Pass<T>& pass, T* gradient, T* input_gradient) override;
  bool in_place() const override { return false; }
  bool trains() const override { return kernel_->trainable || (bias_ && bias_->trainable); }
  Signal<T> pre_activation() const override { return z_; }
  bool has_activation() const override { return true; }
  void skip_activation_gradient() override { skip_gradient_ = true; }

 private:
  void activation_gradient(const Pass<T>& pass, T* gradient, bool transposed);
  void input_gradient(const Pass<T>& pass, T* gradient);
  void weight_gradient(const Pass<T>& pass, const T* gradient);
  void sort_by_column(const Pass<T>& pass);

  using Layer<T>::network_;
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;

  const Parameter *kernel_, *bias_;
  Signal<T> z_;  // before the activation; the output itself when f' needs no more than that
  bool skip_gradient_ = false;

  // ∂loss/∂z transposed, (units, rows), in panels of kPanel rows of the batch: the right factor of the input gradient.
  T* delta_t_ = nullptr;
  T* tiles_ = nullptr;  // room for one tile of the input gradient, transposed, a thread
  ptrdiff_t tile_size_ = 0;
  T* bias_gradient_ = nullptr;
  // The batch by columns, the left factor of a sparse weight gradient: of feature i the entries
  // column_begin_[i] … column_begin_[i + 1] - 1, with their rows in increasing order.
  uint32_t *column_begin_ = nullptr, *column_row_ = nullptr;
  T* column_value_ = nullptr;
};

}  // namespace myelin

#endif
