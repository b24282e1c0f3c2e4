// Metrics over the rows of an epoch, gathered a batch at a time in row order.
#ifndef MYELIN_ENGINE_METRICS_H
#define MYELIN_ENGINE_METRICS_H

#include <vector>

#include "layer.h"

namespace myelin {

template <class T>
class Metrics {
 public:
  Metrics(const std::vector<MetricSpec>& specs, size_t outputs);

  void reset();
  // p and y: rows × outputs.
  void add(const Signal<T>& p, const Signal<T>& y, size_t rows);
  size_t count() const { return states_.size(); }
  double value(size_t index) const;

 private:
  struct State {
    MetricSpec spec;
    double sum = 0, total = 0;                                         // right or squared or absolute, of how many
    double true_positive = 0, false_positive = 0, false_negative = 0;  // precision, recall, f1
    std::vector<double> y_sum, y_squares, residual;                    // r2, one an output
  };
  void add_row(State& s, const T* p, const T* y) const;

  const size_t outputs_;
  std::vector<State> states_;
};

}  // namespace myelin

#endif
