#include "perceptron.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "error.h"

namespace myelin {
namespace {

// One chain an output, in increasing order of features. Outputs go in tiles, so that their sums stay in registers.
void add_up(const NonzeroRow& x, const double* weights, const double* biases, size_t outputs, double* sums) {
  constexpr size_t kTile = 8;
  size_t o = 0;
  for (; o + kTile <= outputs; o += kTile) {
    double tile[kTile];
    for (size_t i = 0; i < kTile; i++) tile[i] = biases[o + i];
    for (const auto& [feature, value] : x) {
      const double* w = weights + feature * outputs + o;
      for (size_t i = 0; i < kTile; i++) tile[i] += value * w[i];
    }
    for (size_t i = 0; i < kTile; i++) sums[o + i] = tile[i];
  }
  for (; o < outputs; o++) {
    double sum = biases[o];
    for (const auto& [feature, value] : x) sum += value * weights[feature * outputs + o];
    sums[o] = sum;
  }
}

// The weights of output o += step · x.
void move(const NonzeroRow& x, double step, size_t o, size_t outputs, double* weights) {
  for (const auto& [feature, value] : x) weights[feature * outputs + o] += step * value;
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

}  // namespace

// E: as stored; T: the type in which the dataset is scaled and given out.
template <class E, class T>
void NonzeroRow::read_as(size_t stored) {
  constexpr size_t kStride = sizeof(uint64_t) / sizeof(E);  // look at eight bytes at a time first: zeros come in runs
  const Storage& s = data_.storage();
  const E* x = s.features_at<E>(stored);
  const T scale = static_cast<T>(s.scale);
  const size_t features = s.features;
  Entry* out = entries_.data();
  size_t count = 0;
  for (size_t i = 0; i < features;) {
    const size_t end = std::min(i + kStride, features);
    uint64_t word = 1;
    if (i + kStride == end) memcpy(&word, x + i, sizeof word);
    if (word == 0) i = end;
    // Written, and then kept or not: which entries are zero is hard to predict.
    for (; i < end; i++) {
      const T value = static_cast<T>(x[i]) * scale;
      out[count] = {i, static_cast<double>(value)};
      count += value != 0;
    }
  }
  count_ = count;
}

void NonzeroRow::read(size_t row) {
  const size_t stored = data_.stored_row(row);
  switch (data_.storage().element) {
    case Element::kU8:
      return read_as<uint8_t, float>(stored);
    case Element::kF32:
      return read_as<float, float>(stored);
    case Element::kF64:
      return read_as<double, double>(stored);
  }
}

Perceptron::Perceptron(std::shared_ptr<const Dataset> data, PerceptronSpec spec)
    : data_(std::move(data)),
      spec_(std::move(spec)),
      outputs_(spec_.biases.size()),
      x_(*data_),
      weights_(spec_.weights),
      biases_(spec_.biases),
      sums_(outputs_),
      mistakes_(spec_.targets.size()) {
  const size_t features = data_->storage().features;
  if (outputs_ == 0) throw Error("ERR_SHAPE", "a perceptron has at least one output");
  if (spec_.weights.size() / outputs_ != features || spec_.weights.size() % outputs_ != 0)
    throw Error("ERR_SHAPE", "the weights are not features × outputs");
  if (spec_.targets.size() / outputs_ != rows() || spec_.targets.size() % outputs_ != 0)
    throw Error("ERR_SHAPE", "the targets are not rows × outputs");
}

size_t Perceptron::epoch(const uint32_t* order) {
  size_t wrong = 0;
  for (size_t i = 0; i < rows(); i++) wrong += take(order ? order[i] : i);
  if (wrong > 0) restate();
  return wrong;
}

// Moves the weights by learning rate · (target − output) · x; true when an output was wrong.
bool Perceptron::take(size_t row) {
  x_.read(row);
  add_up(x_, weights_.data(), biases_.data(), outputs_, sums_.data());
  bool wrong = false;
  for (size_t o = 0; o < outputs_; o++) {
    const size_t place = row * outputs_ + o;
    const int error = spec_.targets[place] - (sums_[o] > 0 ? 1 : spec_.off);
    if (error == 0) continue;
    wrong = true;
    const double step = spec_.learning_rate * error;
    mistakes_[place] += error;
    biases_[o] += step;
    move(x_, step, o, outputs_, weights_.data());
  }
  return wrong;
}

// Computes the weights anew from the mistakes, so that no rounding of single updates is left in them.
void Perceptron::restate() {
  std::fill(weights_.begin(), weights_.end(), 0.0);
  std::fill(biases_.begin(), biases_.end(), 0.0);
  for (size_t row = 0; row < rows(); row++) {
    const int32_t* times = mistakes_.data() + row * outputs_;
    if (std::all_of(times, times + outputs_, [](int32_t n) { return n == 0; })) continue;
    x_.read(row);
    for (size_t o = 0; o < outputs_; o++) {
      if (times[o] == 0) continue;
      biases_[o] += times[o];
      move(x_, times[o], o, outputs_, weights_.data());
    }
  }
  const double rate = spec_.learning_rate;
  for (size_t i = 0; i < weights_.size(); i++) weights_[i] = spec_.weights[i] + rate * weights_[i];
  for (size_t o = 0; o < outputs_; o++) biases_[o] = spec_.biases[o] + rate * biases_[o];
}

bool Perceptron::finite() const { return all_finite(weights_) && all_finite(biases_); }

size_t Perceptron::bytes() const {
  return (2 * weights_.size() + 3 * outputs_) * sizeof(double) + mistakes_.size() * (sizeof(int32_t) + sizeof(int8_t));
}

void weighted_sums(const Dataset& data, const double* weights, const double* biases, size_t outputs, double* sums) {
  NonzeroRow x(data);
  for (size_t row = 0; row < data.rows(); row++) {
    x.read(row);
    add_up(x, weights, biases, outputs, sums + row * outputs);
  }
}

}  // namespace myelin
