#include "normalization.h"

#include <algorithm>

namespace myelin {
namespace {

template <class T>
void take_scale_and_center(Updater<T>& updater, const Parameter* gamma, T* dgamma, const Parameter* beta, T* dbeta) {
  if (gamma && gamma->trainable) updater.take_vector(*gamma, dgamma);
  if (beta && beta->trainable) updater.take_vector(*beta, dbeta);
}

}  // namespace

template <class T>
BatchNormalizationLayer<T>::BatchNormalizationLayer(Network<T>& network, size_t index)
    : Layer<T>(network, index),
      gamma_(this->parameter(ParameterKind::kGamma)),
      beta_(this->parameter(ParameterKind::kBeta)),
      moving_mean_(this->parameter(ParameterKind::kMovingMean)),
      moving_variance_(this->parameter(ParameterKind::kMovingVariance)) {}

template <class T>
void BatchNormalizationLayer<T>::bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, Signal<T>* in) {
  in_ = in;
  this->pieces_ = pieces;
  out = Signal<T>::of_width(in->cols);
  out.data = arena.take<T>(round_up(o.most_rows, kLanes<T>) * static_cast<size_t>(out.ld));
  for (T** vector : {&ones_, &zeros_, &mean_, &variance_, &inv_std_, &dgamma_, &dbeta_}) *vector = arena.take<T>(out.n);
  if (ones_) std::fill_n(ones_, out.n, T(1));
}

template <class T>
void BatchNormalizationLayer<T>::forward_rest(const Pass<T>& pass) {
  const bool batch = uses_batch(pass);
  const T* gamma = gamma_ ? network_.values(*gamma_) : ones_;
  const T* beta = beta_ ? network_.values(*beta_) : zeros_;
  T *moving_mean = network_.values(*moving_mean_), *moving_variance = network_.values(*moving_variance_);
  const T momentum = static_cast<T>(spec_.momentum), rest = T(1) - momentum;
  const size_t pieces = (out.n + kPanel<T> - 1) / kPanel<T>;
  pass.pool.run(pieces, static_cast<double>(pass.rows * out.n) * 4, [&](size_t piece, int) {
    const size_t col = piece * kPanel<T>, width = std::min(out.n - col, kPanel<T>);
    const Extent block = out.block(pass.rows, col, width);
    if (batch) {
      kernels_.column_moments(block, in_->at(0, col), mean_ + col, variance_ + col);
      for (size_t c = col; c < col + width && !pass.keep_statistics; c++) {
        moving_mean[c] = moving_mean[c] * momentum + mean_[c] * rest;
        moving_variance[c] = moving_variance[c] * momentum + variance_[c] * rest;
      }
    } else {
      std::copy_n(moving_mean + col, width, mean_ + col);
      std::copy_n(moving_variance + col, width, variance_ + col);
    }
    kernels_.inverse_sqrt(variance_ + col, static_cast<T>(spec_.epsilon), inv_std_ + col, width);
    kernels_.normalize_columns(block, in_->at(0, col), mean_ + col, inv_std_ + col, gamma + col, beta + col,
                               out.at(0, col));
  });
}

template <class T>
void BatchNormalizationLayer<T>::backward_rest(const Pass<T>& pass, T* gradient, T*) {
  Signal<T> g = out;
  g.data = gradient;
  const T* gamma = gamma_ ? network_.values(*gamma_) : ones_;
  const size_t pieces = (out.n + kPanel<T> - 1) / kPanel<T>;
  pass.pool.run(pieces, static_cast<double>(pass.rows * out.n) * 4, [&](size_t piece, int) {
    const size_t col = piece * kPanel<T>, width = std::min(out.n - col, kPanel<T>);
    T* at = g.at(0, col);
    kernels_.normalize_columns_gradient(out.block(pass.rows, col, width), in_->at(0, col), mean_ + col, inv_std_ + col,
                                        gamma + col, at, !uses_batch(pass), dgamma_ + col, dbeta_ + col, at);
  });
}

template <class T>
LayerNormalizationLayer<T>::LayerNormalizationLayer(Network<T>& network, size_t index)
    : Layer<T>(network, index),
      gamma_(this->parameter(ParameterKind::kGamma)),
      beta_(this->parameter(ParameterKind::kBeta)) {}

template <class T>
void LayerNormalizationLayer<T>::bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, Signal<T>* in) {
  in_ = in;
  this->pieces_ = pieces;
  const size_t rows = round_up(o.most_rows, kLanes<T>);
  out = xhat_ = product_ = Signal<T>::of_width(in->cols);
  const size_t elements = rows * static_cast<size_t>(out.ld);
  out.data = arena.take<T>(elements);
  xhat_.data = arena.take<T>(elements);
  if (o.backward) product_.data = arena.take<T>(elements);
  inv_std_ = arena.take<T>(rows);
  for (T** vector : {&ones_, &zeros_, &dgamma_, &dbeta_}) *vector = arena.take<T>(out.n);
  if (ones_) std::fill_n(ones_, out.n, T(1));
}

template <class T>
void LayerNormalizationLayer<T>::forward_rest(const Pass<T>& pass) {
  const T* gamma = gamma_ ? network_.values(*gamma_) : ones_;
  const T* beta = beta_ ? network_.values(*beta_) : zeros_;
  this->over_pieces(pass, [&](const Piece& p) {
    kernels_.normalize_rows(out.extent(p.rows), in_->at(p.first, 0), static_cast<T>(spec_.epsilon), gamma, beta,
                            xhat_.at(p.first, 0), inv_std_ + p.first, out.at(p.first, 0));
  });
}

template <class T>
void LayerNormalizationLayer<T>::backward_rest(const Pass<T>& pass, T* gradient, T*) {
  Signal<T> g = out;
  g.data = gradient;
  const T* gamma = gamma_ ? network_.values(*gamma_) : ones_;
  if (trains()) {
    kernels_.multiply_into(out.extent(pass.rows), gradient, xhat_.data, product_.data);
    kernels_.column_sum(out.extent(pass.rows), product_.data, pass.first > 0, dgamma_);
    kernels_.column_sum(out.extent(pass.rows), gradient, pass.first > 0, dbeta_);
  }
  this->over_pieces(pass, [&](const Piece& p) {
    kernels_.normalize_rows_gradient(out.extent(p.rows), xhat_.at(p.first, 0), inv_std_ + p.first, gamma,
                                     g.at(p.first, 0), g.at(p.first, 0));
  });
}

template <class T>
void BatchNormalizationLayer<T>::learn(const Pass<T>& pass, size_t, int, T*) {
  take_scale_and_center(*pass.updater, gamma_, dgamma_, beta_, dbeta_);
}

template <class T>
void LayerNormalizationLayer<T>::learn(const Pass<T>& pass, size_t, int, T*) {
  if (pass.ends_batch()) take_scale_and_center(*pass.updater, gamma_, dgamma_, beta_, dbeta_);
}

template class BatchNormalizationLayer<float>;
template class BatchNormalizationLayer<double>;
template class LayerNormalizationLayer<float>;
template class LayerNormalizationLayer<double>;

}  // namespace myelin
