#include "standardize.h"

#include <algorithm>
#include <cmath>

namespace myelin {
namespace {

// Calls body(row, features) with each row's features as they are stored.
template <class E, class Body>
void over_rows(const Dataset& data, Body body) {
  for (size_t r = 0; r < data.rows(); r++) body(r, data.storage().features_at<E>(data.stored_row(r)));
}

template <class E>
Moments moments_of(const Dataset& data) {
  const size_t n = data.storage().features;
  const double rows = static_cast<double>(data.rows()), scale = data.storage().scale;
  const E* first = data.storage().features_at<E>(data.stored_row(0));
  Moments m{std::vector<double>(n), std::vector<double>(n)};
  std::vector<char> changes(n);
  over_rows<E>(data, [&](size_t, const E* x) {
    for (size_t i = 0; i < n; i++) m.means[i] += static_cast<double>(x[i]) * scale;
    for (size_t i = 0; i < n; i++) changes[i] |= x[i] != first[i];
  });
  for (size_t i = 0; i < n; i++) m.means[i] = changes[i] ? m.means[i] / rows : static_cast<double>(first[i]) * scale;
  over_rows<E>(data, [&](size_t, const E* x) {
    for (size_t i = 0; i < n; i++) {
      const double distance = static_cast<double>(x[i]) * scale - m.means[i];
      m.deviations[i] += distance * distance;
    }
  });
  for (double& sum : m.deviations) sum = sum > 0 ? std::sqrt(sum / rows) : 1;
  return m;
}

template <class To, class From>
void standardize(const Dataset& data, const double* means, const double* deviations, Buffer& to) {
  const size_t n = data.storage().features;
  const double scale = data.storage().scale;
  over_rows<From>(data, [&](size_t r, const From* x) {
    To* out = reinterpret_cast<To*>(to.data()) + r * n;
    for (size_t i = 0; i < n; i++)
      out[i] = static_cast<To>((static_cast<double>(x[i]) * scale - means[i]) / deviations[i]);
  });
}

}  // namespace

Moments moments(const Dataset& data) {
  switch (data.storage().element) {
    case Element::kU8:
      return moments_of<uint8_t>(data);
    case Element::kF32:
      return moments_of<float>(data);
    default:
      return moments_of<double>(data);
  }
}

std::shared_ptr<Storage> standardized(const Dataset& data, const double* means, const double* deviations) {
  const Storage& from = data.storage();
  auto to = std::make_shared<Storage>();
  to->rows = data.rows();
  to->features = from.features;
  to->outputs = from.outputs;
  to->targets = from.targets;
  to->element = from.element == Element::kF64 ? Element::kF64 : Element::kF32;
  const size_t count = to->rows * to->features;
  to->x = Buffer(count * (to->element == Element::kF64 ? sizeof(double) : sizeof(float)));
  if (from.element == Element::kU8) standardize<float, uint8_t>(data, means, deviations, to->x);
  if (from.element == Element::kF32) standardize<float, float>(data, means, deviations, to->x);
  if (from.element == Element::kF64) standardize<double, double>(data, means, deviations, to->x);
  if (from.targets == Targets::kNone) return to;
  const size_t width = from.y.size() / from.rows;  // bytes of one row's targets
  to->y = Buffer(to->rows * width);
  for (size_t r = 0; r < to->rows; r++)
    memcpy(to->y.data() + r * width, from.y.data() + data.stored_row(r) * width, width);
  return to;
}

}  // namespace myelin
