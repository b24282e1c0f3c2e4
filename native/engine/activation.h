// An activation as a layer of its own: y = f(x).
#ifndef MYELIN_ENGINE_ACTIVATION_H
#define MYELIN_ENGINE_ACTIVATION_H

#include "layer.h"

namespace myelin {

// Whether many outputs are exactly zero.
inline bool gives_zeros(Activation a) { return a == Activation::kRelu || a == Activation::kRelu6; }

template <class T>
class ActivationLayer final : public Layer<T> {
 public:
  using Layer<T>::Layer;

  void bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, Signal<T>* in) override {
    in_ = in;
    pieces_ = pieces;
    out = Signal<T>::of_width(in->cols);
    out.data = arena.take<T>(round_up(o.most_rows, kLanes<T>) * static_cast<size_t>(out.ld));
    out.has_zeros = gives_zeros(spec_.activation);
  }
  void forward_piece(const Pass<T>&, const Piece& p) override {
    kernels_.activate[static_cast<int>(spec_.activation)](out.extent(p.rows), in_->at(p.first, 0), out.at(p.first, 0),
                                                          static_cast<T>(spec_.alpha));
  }
  void backward_piece(const Pass<T>&, const Piece& p, T* gradient, T*) override {
    if (skip_gradient_) return;
    Signal<T> g = out;
    g.data = gradient;
    kernels_.activate_gradient[static_cast<int>(spec_.activation)](
        out.extent(p.rows), in_->at(p.first, 0), out.at(p.first, 0), g.at(p.first, 0), static_cast<T>(spec_.alpha));
  }
  double work() const override { return static_cast<double>(out.n) * 8; }
  Signal<T> pre_activation() const override { return *in_; }
  bool has_activation() const override { return true; }
  void skip_activation_gradient(bool skip) override { skip_gradient_ = skip; }

 private:
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::in_;
  using Layer<T>::pieces_;
  using Layer<T>::out;
  bool skip_gradient_ = false;
};

}  // namespace myelin

#endif
