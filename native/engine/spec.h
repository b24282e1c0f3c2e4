// What a network is and how it is trained, as plain data: the C++ side of the specs in src/native.ts, where every
// field is explained. TypeScript has checked the values; check_spec() checks again what memory safety needs.
#ifndef MYELIN_ENGINE_SPEC_H
#define MYELIN_ENGINE_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "names.h"

namespace myelin {

struct InitializerSpec {
  Initializer kind = Initializer::kZeros;
  double value = 0, min = 0, max = 0, mean = 0, stddev = 0, gain = 1;
  double seed = -1;  // -1: derived from the network's
};

struct RegularizerSpec {
  double l1 = 0, l2 = 0, l2_cost = 0;
  bool any() const { return l1 != 0 || l2 != 0 || l2_cost != 0; }
};

struct ConstraintSpec {
  bool any = false;
  Constraint kind = Constraint::kMaxNorm;
  double min_value = 0, max_value = 0, rate = 1;
};

struct LayerSpec {
  LayerKind kind = LayerKind::kDense;
  size_t units = 0;                             // dense
  Activation activation = Activation::kLinear;  // dense, activation
  double alpha = 0;                             // dense, activation
  bool use_bias = true, train_kernel = true, train_bias = true;
  InitializerSpec kernel_initializer, bias_initializer;
  RegularizerSpec kernel_regularizer, bias_regularizer;
  ConstraintSpec kernel_constraint, bias_constraint;
  double keep = 1;                   // dropout, alphaDropout
  bool test_scaling = false;         // dropout
  double momentum = 0, epsilon = 0;  // normalization
  bool center = true, scale = true, trainable = true;
  double stddev = 0;  // gaussianNoise
};

struct NetworkSpec {
  bool float64 = false;
  uint64_t seed = 0;
  size_t inputs = 0;
  std::vector<LayerSpec> layers;
};

struct LossSpec {
  Loss kind = Loss::kMeanSquaredError;
  double label_smoothing = 0, delta = 1;
  bool sum = false;  // over the samples of a batch, instead of their mean
};

struct MetricSpec {
  Metric kind = Metric::kCategoricalAccuracy;
  size_t k = 5;
  double threshold = 0.5;
};

struct OptimizerSpec {
  Optimizer kind = Optimizer::kSgd;
  double momentum = 0, rho = 0, beta1 = 0, beta2 = 0, epsilon = 0, initial_accumulator = 0;
  bool nesterov = false, centered = false, amsgrad = false;
  double weight_decay = 0, clip_norm = 0, global_clip_norm = 0, clip_value = 0;
};

struct TrainingSpec {
  LossSpec loss;
  std::vector<MetricSpec> metrics;
  OptimizerSpec optimizer;
};

}  // namespace myelin

#endif
