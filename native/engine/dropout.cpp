#include "dropout.h"

#include <cmath>

namespace myelin {

template <class T>
DropoutLayer<T>::DropoutLayer(Network<T>& network, size_t index) : Layer<T>(network, index) {
  const double keep = spec_.keep, rate = 1 - keep;
  scale_ = 1, shift_ = 0, dropped_ = 0, test_factor_ = 1;
  if (spec_.kind == LayerKind::kAlphaDropout) {
    constexpr double kAlpha = -1.7580993408473766;  // -λα of selu
    const double a = 1 / std::sqrt(keep * (1 + rate * kAlpha * kAlpha)), b = -a * kAlpha * rate;
    scale_ = static_cast<T>(a), shift_ = static_cast<T>(b), dropped_ = static_cast<T>(a * kAlpha + b);
  } else if (spec_.test_scaling) {
    test_factor_ = static_cast<T>(keep);
  } else {
    scale_ = static_cast<T>(1 / keep);
  }
}

template <class T>
void DropoutLayer<T>::bind(Arena& arena, const GraphOptions& o, Signal<T>* in) {
  in_ = in;
  out = *in;
  own_ = Signal<T>::of_width(in->cols);
  const size_t rows = round_up(o.most_rows, kLanes<T>);
  words_ = (in->n + 63) / 64;
  bits_ = arena.take<uint64_t>(rows * words_);
  if (!in->sparse) own_.data = arena.take<T>(rows * static_cast<size_t>(own_.ld));
}

// y = factor · x.
template <class T>
void DropoutLayer<T>::pass_on(T factor, const Pass<T>& pass) {
  out = *in_;
  if (factor == 1) return;
  if (SparseRows<T>* x = in_->sparse) {
    for (size_t r = 0; r < pass.rows; r++)
      for (uint32_t e = x->begin[r]; e < x->end[r]; e++) x->value[e] *= factor;
    return;
  }
  out = own_;
  this->over_rows(pass, static_cast<double>(pass.rows * out.n), [&](size_t first, size_t rows, int) {
    kernels_.multiply(out.extent(rows), in_->at(first, 0), factor, out.at(first, 0));
  });
}

template <class T>
void DropoutLayer<T>::forward(const Pass<T>& pass) {
  if (!pass.training || spec_.keep >= 1) return pass_on(pass.training ? T(1) : test_factor_, pass);
  const DrawAt at = this->draw_at(Purpose::kDropout, pass);
  out = in_->sparse ? *in_ : own_;
  this->over_rows(pass, static_cast<double>(pass.rows * out.n) * 8, [&](size_t first, size_t rows, int) {
    uint64_t* bits = bits_ + first * words_;
    kernels_.draw_mask(at, first, rows, words_, keep_threshold(spec_.keep), bits);
    if (in_->sparse)
      thin(first, rows);
    else
      kernels_.apply_mask(out.extent(rows), in_->at(first, 0), bits, words_, scale_, shift_, dropped_,
                          out.at(first, 0));
  });
}

// Dropped entries leave the compressed rows. (Alpha dropout, whose dropped units are not zero, never sees any.)
template <class T>
void DropoutLayer<T>::thin(size_t first, size_t rows) {
  SparseRows<T>& x = *in_->sparse;
  for (size_t r = first; r < first + rows; r++) {
    const uint64_t* bits = bits_ + r * words_;
    uint32_t kept = x.begin[r];
    for (uint32_t e = x.begin[r]; e < x.end[r]; e++) {
      const uint32_t i = x.index[e];
      x.index[kept] = i;
      x.value[kept] = x.value[e] * scale_;
      kept += static_cast<uint32_t>(bits[i / 64] >> (i % 64) & 1);
    }
    x.end[r] = kept;
  }
}

template <class T>
void DropoutLayer<T>::backward(const Pass<T>& pass, T* gradient, T*) {
  Signal<T> g = Signal<T>::of_width(out.cols);
  g.data = gradient;
  const double work = static_cast<double>(pass.rows * out.n);
  if (pass.training && spec_.keep < 1) {
    this->over_rows(pass, work, [&](size_t first, size_t rows, int) {
      T* at = g.at(first, 0);
      kernels_.apply_mask(g.extent(rows), at, bits_ + first * words_, words_, scale_, T(0), T(0), at);
    });
  } else if (!pass.training && test_factor_ != 1) {
    this->over_rows(pass, work, [&](size_t first, size_t rows, int) {
      kernels_.multiply(g.extent(rows), g.at(first, 0), test_factor_, g.at(first, 0));
    });
  }
}

template <class T>
void NoiseLayer<T>::bind(Arena& arena, const GraphOptions& o, Signal<T>* in) {
  in_ = in;
  out = own_ = Signal<T>::of_width(in->cols);
  own_.data = arena.take<T>(round_up(o.most_rows, kLanes<T>) * static_cast<size_t>(own_.ld));
}

template <class T>
void NoiseLayer<T>::forward(const Pass<T>& pass) {
  out = *in_;
  if (!pass.training || spec_.stddev == 0) return;
  out = own_;
  const DrawAt at = this->draw_at(Purpose::kNoise, pass);
  this->over_rows(pass, static_cast<double>(pass.rows * out.n) * 32, [&](size_t first, size_t rows, int) {
    kernels_.add_noise(out.extent(rows), at, first, in_->at(first, 0), static_cast<T>(spec_.stddev), out.at(first, 0));
  });
}

template class DropoutLayer<float>;
template class DropoutLayer<double>;
template class NoiseLayer<float>;
template class NoiseLayer<double>;

}  // namespace myelin
