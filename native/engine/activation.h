// An activation as a layer of its own: y = f(x).
#ifndef MYELIN_ENGINE_ACTIVATION_H
#define MYELIN_ENGINE_ACTIVATION_H

#include "layer.h"

namespace myelin {

template <class T>
class ActivationLayer final : public Layer<T> {
 public:
  using Layer<T>::Layer;

  void bind(Arena& arena, const GraphOptions& o, Signal<T>* in) override {
    in_ = in;
    out = Signal<T>::of_width(in->cols);
    out.data = arena.take<T>(round_up(o.most_rows, kLanes<T>) * static_cast<size_t>(out.ld));
  }
  void forward(const Pass<T>& pass) override {
    const auto activate = kernels_.activate[static_cast<int>(spec_.activation)];
    this->over_rows(pass, work(pass), [&](size_t first, size_t rows, int) {
      activate(out.extent(rows), in_->at(first, 0), out.at(first, 0), static_cast<T>(spec_.alpha));
    });
  }
  void backward(const Pass<T>& pass, T* gradient, T*) override {
    if (skip_gradient_) {
      skip_gradient_ = false;
      return;
    }
    Signal<T> g = out;
    g.data = gradient;
    const auto derive = kernels_.activate_gradient[static_cast<int>(spec_.activation)];
    this->over_rows(pass, work(pass), [&](size_t first, size_t rows, int) {
      derive(out.extent(rows), in_->at(first, 0), out.at(first, 0), g.at(first, 0), static_cast<T>(spec_.alpha));
    });
  }
  Signal<T> pre_activation() const override { return *in_; }
  bool has_activation() const override { return true; }
  void skip_activation_gradient() override { skip_gradient_ = true; }

 private:
  double work(const Pass<T>& pass) const { return static_cast<double>(pass.rows * out.n) * 8; }

  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::out;
  bool skip_gradient_ = false;
};

}  // namespace myelin

#endif
