// Standardization: features less their mean, divided by their standard deviation.
#ifndef MYELIN_ENGINE_STANDARDIZE_H
#define MYELIN_ENGINE_STANDARDIZE_H

#include <memory>
#include <vector>

#include "dataset.h"

namespace myelin {

// Of each feature, its scale applied. The deviation is the square root of the mean square; 1 for a feature that is the
// same in all rows.
struct Moments {
  std::vector<double> means, deviations;
};
Moments moments(const Dataset& data);

// The rows of `data`, features (x - mean) / deviation, computed in double and kept as float, as double where they were
// that before; `means` and `deviations` are one a feature. Targets are copied.
std::shared_ptr<Storage> standardized(const Dataset& data, const double* means, const double* deviations);

}  // namespace myelin

#endif
