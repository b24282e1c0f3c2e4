// Batch and layer normalization.
#ifndef MYELIN_ENGINE_NORMALIZATION_H
#define MYELIN_ENGINE_NORMALIZATION_H

#include "layer.h"

namespace myelin {

// γ (x - mean) / sqrt(variance + ε) + β; mean and biased variance are those of the batch while training, moving
// averages otherwise (moving = momentum · moving + (1 - momentum) · batch).
template <class T>
class BatchNormalizationLayer final : public Layer<T> {
 public:
  BatchNormalizationLayer(Network<T>& network, size_t index);
  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, Signal<T>* in) override;
  bool has_rest() const override { return true; }
  size_t learn_tasks() const override { return trains() ? 1 : 0; }
  void learn(const Pass<T>& pass, size_t task, int thread, T* gradient) override;
  void forward_rest(const Pass<T>& pass) override;
  void backward_rest(const Pass<T>& pass, T* gradient, T* input_gradient) override;
  bool trains() const override { return spec_.trainable && (gamma_ || beta_); }

 private:
  using Layer<T>::network_;
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;
  bool uses_batch(const Pass<T>& pass) const { return pass.training && spec_.trainable; }

  const Parameter *gamma_, *beta_, *moving_mean_, *moving_variance_;
  T *ones_ = nullptr, *zeros_ = nullptr;  // for a γ or β there is none of
  T *mean_ = nullptr, *variance_ = nullptr, *inv_std_ = nullptr, *dgamma_ = nullptr, *dbeta_ = nullptr;  // (n)
};

// γ x̂ + β, x̂ = (x - mean) / sqrt(variance + ε) over the features of each sample.
template <class T>
class LayerNormalizationLayer final : public Layer<T> {
 public:
  LayerNormalizationLayer(Network<T>& network, size_t index);
  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, Signal<T>* in) override;
  bool has_rest() const override { return true; }
  size_t learn_tasks() const override { return trains() ? 1 : 0; }
  void learn(const Pass<T>& pass, size_t task, int thread, T* gradient) override;
  void forward_rest(const Pass<T>& pass) override;
  void backward_rest(const Pass<T>& pass, T* gradient, T* input_gradient) override;
  bool trains() const override { return spec_.trainable && (gamma_ || beta_); }

 private:
  using Layer<T>::network_;
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;

  const Parameter *gamma_, *beta_;
  T *ones_ = nullptr, *zeros_ = nullptr;
  Signal<T> xhat_;        // (rows, n)
  Signal<T> product_;     // (rows, n): dy · x̂
  T* inv_std_ = nullptr;  // (rows)
  T *dgamma_ = nullptr, *dbeta_ = nullptr;
};

}  // namespace myelin

#endif
