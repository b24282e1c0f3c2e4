// Threshold units trained by the perceptron rule on the rows of a dataset, in float64 and on the calling thread.
// Options, history and the order of the rows are the caller's. What the rule is: src/inspect/perceptron.ts.
#ifndef MYELIN_ENGINE_PERCEPTRON_H
#define MYELIN_ENGINE_PERCEPTRON_H

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <vector>

#include "dataset.h"

namespace myelin {

struct PerceptronSpec {
  int off = 0;  // an output that is not 1: 0 or -1
  double learning_rate = 1;
  std::vector<int8_t> targets;  // (rows, outputs), off or 1
  std::vector<double> weights;  // (features, outputs), before training
  std::vector<double> biases;   // (outputs), before training
};

// The entries of one row that are not zero once scaled, in increasing order of features.
class NonzeroRow {
 public:
  struct Entry {
    size_t feature;
    double value;
  };
  explicit NonzeroRow(const Dataset& data) : data_(data), entries_(data.storage().features) {}
  void read(size_t row);
  const Entry* begin() const { return entries_.data(); }
  const Entry* end() const { return entries_.data() + count_; }

 private:
  template <class E, class T>
  void read_as(size_t stored);

  const Dataset& data_;
  std::vector<Entry> entries_;
  size_t count_ = 0;
};

class Perceptron {
 public:
  Perceptron(std::shared_ptr<const Dataset> data, PerceptronSpec spec);

  // One epoch over the rows in `order`, each below rows(), or in their own order when it is null. Returns how many were
  // wrong. Leaves weights = initial + learning rate · Σ mistakes · x, summed over ascending rows.
  size_t epoch(const uint32_t* order);

  size_t rows() const { return data_->rows(); }
  size_t bytes() const;
  bool finite() const;  // all weights and biases
  const std::vector<double>& weights() const { return weights_; }
  const std::vector<double>& biases() const { return biases_; }
  const std::vector<int32_t>& mistakes() const { return mistakes_; }  // (rows, outputs), Σ (target − output)

 private:
  bool take(size_t row);
  void restate();

  const std::shared_ptr<const Dataset> data_;
  const PerceptronSpec spec_;
  const size_t outputs_;
  NonzeroRow x_;
  std::vector<double> weights_, biases_, sums_;
  std::vector<int32_t> mistakes_;
};

// biases + x · weights of every row, (rows, outputs); weights (features, outputs).
void weighted_sums(const Dataset& data, const double* weights, const double* biases, size_t outputs, double* sums);

}  // namespace myelin

#endif
