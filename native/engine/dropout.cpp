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
void DropoutLayer<T>::bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, Signal<T>* in) {
  in_ = in;
  this->pieces_ = pieces;
  out = *in;
  own_ = Signal<T>::of_width(in->cols);
  own_.has_zeros = dropped_ == 0 && (in->has_zeros || spec_.keep < 1);
  out.has_zeros = in->has_zeros || own_.has_zeros;
  const size_t rows = round_up(o.most_rows, kLanes<T>);
  words_ = (in->n + 63) / 64;
  bits_ = arena.take<uint64_t>(rows * words_);
  if (in->bytes) {
    bytes_ = *in->bytes;
    bytes_.value = arena.take<T>(256);
    out.bytes = &bytes_;
  }
  if (!in->sparse) own_.data = arena.take<T>(rows * static_cast<size_t>(own_.ld));
}

template <class T>
void DropoutLayer<T>::begin(const Pass<T>& pass) {
  const bool changes = drops(pass) || (!pass.training && test_factor_ != 1);
  out = changes && !in_->sparse ? own_ : *in_;
  if (!in_->bytes) return;
  out.bytes = &bytes_;
  for (size_t byte = 0; byte < 256; byte++)
    bytes_.value[byte] = drops(pass) ? in_->bytes->value[byte] * scale_ : in_->bytes->value[byte];
}

template <class T>
void DropoutLayer<T>::forward_piece(const Pass<T>& pass, const Piece& p) {
  if (drops(pass)) {
    uint64_t* bits = bits_ + p.first * words_;
    kernels_.draw_mask(this->draw_at(Purpose::kDropout, pass), pass.first + p.first, p.rows, words_,
                       keep_threshold(spec_.keep), bits);
    if (in_->sparse)
      thin(p);
    else
      kernels_.apply_mask(out.extent(p.rows), in_->at(p.first, 0), bits, words_, scale_, shift_, dropped_,
                          out.at(p.first, 0));
  } else if (!pass.training && test_factor_ != 1) {
    if (in_->sparse)
      scale_entries(p);
    else
      kernels_.multiply(out.extent(p.rows), in_->at(p.first, 0), test_factor_, out.at(p.first, 0));
  }
}

// Dropped entries leave the compressed rows, and the bytes. (Alpha dropout, whose dropped units are not zero, never
// sees any.)
template <class T>
void DropoutLayer<T>::thin(const Piece& p) {
  // By value: what a byte is written to might be anything, and all of it would be read again after each.
  const SparseRows<T> x = *in_->sparse;
  const T scale = scale_;
  for (size_t r = p.first; r < p.first + p.rows; r++) {
    const uint64_t* bits = bits_ + r * words_;
    uint8_t* bytes = in_->bytes ? bytes_.at(r, 0) : nullptr;
    const uint32_t end = x.end[r];
    uint32_t kept = x.begin[r];
    for (uint32_t e = x.begin[r]; e < end; e++) {
      const uint32_t i = x.index[e], keep = static_cast<uint32_t>(bits[i / 64] >> (i % 64) & 1);
      x.index[kept] = i;
      x.value[kept] = x.value[e] * scale;
      kept += keep;
      if (bytes) bytes[i] = static_cast<uint8_t>(bytes[i] * keep);
    }
    x.end[r] = kept;
  }
}

template <class T>
void DropoutLayer<T>::scale_entries(const Piece& p) {
  SparseRows<T>& x = *in_->sparse;
  for (size_t r = p.first; r < p.first + p.rows; r++)
    for (uint32_t e = x.begin[r]; e < x.end[r]; e++) x.value[e] *= test_factor_;
}

template <class T>
void DropoutLayer<T>::backward_piece(const Pass<T>& pass, const Piece& p, T* gradient, T*) {
  Signal<T> g = Signal<T>::of_width(out.cols);
  g.data = gradient;
  T* at = g.at(p.first, 0);
  if (drops(pass))
    kernels_.apply_mask(g.extent(p.rows), at, bits_ + p.first * words_, words_, scale_, T(0), T(0), at);
  else if (!pass.training && test_factor_ != 1)
    kernels_.multiply(g.extent(p.rows), at, test_factor_, at);
}

template <class T>
void NoiseLayer<T>::bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, Signal<T>* in) {
  in_ = in;
  this->pieces_ = pieces;
  out = own_ = Signal<T>::of_width(in->cols);
  own_.data = arena.take<T>(round_up(o.most_rows, kLanes<T>) * static_cast<size_t>(own_.ld));
}

template <class T>
void NoiseLayer<T>::forward_piece(const Pass<T>& pass, const Piece& p) {
  if (!adds(pass)) return;
  kernels_.add_noise(out.extent(p.rows), this->draw_at(Purpose::kNoise, pass), pass.first + p.first,
                     in_->at(p.first, 0), static_cast<T>(spec_.stddev), out.at(p.first, 0));
}

template class DropoutLayer<float>;
template class DropoutLayer<double>;
template class NoiseLayer<float>;
template class NoiseLayer<double>;

}  // namespace myelin
