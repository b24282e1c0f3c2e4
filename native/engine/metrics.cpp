#include "metrics.h"

#include <algorithm>
#include <cmath>

namespace myelin {
namespace {

template <class T>
size_t largest(const T* x, size_t n) {
  size_t at = 0;
  for (size_t i = 1; i < n; i++)
    if (x[i] > x[at]) at = i;
  return at;
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

template <class T>
Metrics<T>::Metrics(const std::vector<MetricSpec>& specs, size_t outputs) : outputs_(outputs) {
  for (const MetricSpec& spec : specs) {
    State s;
    s.spec = spec;
    if (spec.kind == Metric::kR2) s.y_sum.resize(outputs), s.y_squares.resize(outputs), s.residual.resize(outputs);
    states_.push_back(std::move(s));
  }
}

template <class T>
void Metrics<T>::reset() {
  for (State& s : states_) {
    s.sum = s.total = s.true_positive = s.false_positive = s.false_negative = 0;
    for (auto* v : {&s.y_sum, &s.y_squares, &s.residual}) std::fill(v->begin(), v->end(), 0.0);
  }
}

template <class T>
void Metrics<T>::add(const Signal<T>& p, const Signal<T>& y, size_t rows) {
  for (State& s : states_)
    for (size_t r = 0; r < rows; r++) add_row(s, p.at(r, 0), y.at(r, 0));
}

template <class T>
void Metrics<T>::add_row(State& s, const T* p, const T* y) const {
  const auto above = [&](T x) { return static_cast<double>(x) > s.spec.threshold; };
  switch (s.spec.kind) {
    case Metric::kBinaryAccuracy:  // every output counts
      for (size_t i = 0; i < outputs_; i++) s.sum += y[i] == (above(p[i]) ? T(1) : T(0));
      s.total += static_cast<double>(outputs_);
      break;
    case Metric::kCategoricalAccuracy:
      s.sum += largest(p, outputs_) == largest(y, outputs_);
      s.total++;
      break;
    case Metric::kTopKCategoricalAccuracy: {  // fewer than k outputs are larger than the true class's
      const T truth = p[largest(y, outputs_)];
      size_t larger = 0;
      for (size_t i = 0; i < outputs_; i++) larger += p[i] > truth;
      s.sum += larger < s.spec.k && std::isfinite(truth);
      s.total++;
      break;
    }
    case Metric::kMeanSquaredError:
    case Metric::kMeanAbsoluteError:
      for (size_t i = 0; i < outputs_; i++) {
        const double e = static_cast<double>(p[i]) - static_cast<double>(y[i]);
        s.sum += s.spec.kind == Metric::kMeanSquaredError ? e * e : std::abs(e);
      }
      s.total += static_cast<double>(outputs_);
      break;
    case Metric::kR2:
      for (size_t i = 0; i < outputs_; i++) {
        const double t = static_cast<double>(y[i]), e = t - static_cast<double>(p[i]);
        s.y_sum[i] += t;
        s.y_squares[i] += t * t;
        s.residual[i] += e * e;
      }
      s.total++;
      break;
    case Metric::kPrecision:
    case Metric::kRecall:
    case Metric::kF1:
      for (size_t i = 0; i < outputs_; i++) {
        const bool said = above(p[i]), is = y[i] > T(0);
        s.true_positive += said && is;
        s.false_positive += said && !is;
        s.false_negative += !said && is;
      }
      break;
    case Metric::kCount:
      break;
  }
}

template <class T>
double Metrics<T>::value(size_t index) const {
  const State& s = states_[index];
  const double precision = ratio(s.true_positive, s.true_positive + s.false_positive);
  const double recall = ratio(s.true_positive, s.true_positive + s.false_negative);
  switch (s.spec.kind) {
    case Metric::kPrecision:
      return precision;
    case Metric::kRecall:
      return recall;
    case Metric::kF1:
      return ratio(2 * precision * recall, precision + recall);
    case Metric::kR2: {  // the mean over the outputs of 1 - Σ e² / Σ (y - ȳ)²
      double sum = 0;
      for (size_t i = 0; i < outputs_; i++) {
        const double spread = s.y_squares[i] - s.y_sum[i] * s.y_sum[i] / (s.total > 0 ? s.total : 1);
        sum += spread > 0 ? 1 - s.residual[i] / spread : 0;
      }
      return sum / static_cast<double>(outputs_);
    }
    default:
      return ratio(s.sum, s.total);
  }
}

template class Metrics<float>;
template class Metrics<double>;

}  // namespace myelin
