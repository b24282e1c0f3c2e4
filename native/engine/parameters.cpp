#include "parameters.h"

#include <algorithm>
#include <cmath>

#include "draws.h"

namespace myelin {
namespace {

InitializerSpec constant(double value) {
  InitializerSpec spec;
  spec.kind = Initializer::kConstant;
  spec.value = value;
  return spec;
}

// Samples of the normal distribution cut off at two standard deviations: those inside are taken in order.
template <class T>
void truncated_normal(const Kernels<T>& kernels, DrawAt at, T* out, size_t n) {
  T drawn[256];
  size_t done = 0;
  for (at.step = 0; done < n; at.step++) {
    kernels.fill_normal(at, drawn, 256);
    for (const T x : drawn)
      if (x >= -2 && x <= 2 && done < n) out[done++] = x;
  }
}

// Orthonormal rows or columns, whichever are fewer: Gram–Schmidt on a normal matrix, each vector twice, in double.
template <class T>
void orthogonal(const Parameter& p, const Kernels<T>& kernels, const DrawAt& at, double gain, std::vector<T>& out) {
  const bool by_columns = p.rows >= p.cols;
  const size_t length = by_columns ? p.rows : p.cols, count = by_columns ? p.cols : p.rows;
  kernels.fill_normal(at, out.data(), out.size());
  std::vector<double> v(out.begin(), out.end());  // `count` vectors of `length`
  const auto dot = [length](const double* a, const double* b) {
    double sum[8] = {};
    for (size_t i = 0; i < length; i++) sum[i % 8] += a[i] * b[i];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
  };
  for (size_t i = 0; i < count; i++) {
    double* vi = &v[i * length];
    for (int pass = 0; pass < 2; pass++)
      for (size_t j = 0; j < i; j++) {
        const double* vj = &v[j * length];
        const double along = dot(vi, vj);
        for (size_t k = 0; k < length; k++) vi[k] -= along * vj[k];
      }
    const double norm = std::sqrt(dot(vi, vi));
    for (size_t k = 0; k < length; k++) vi[k] /= norm;
  }
  for (size_t r = 0; r < p.rows; r++)
    for (size_t c = 0; c < p.cols; c++)
      out[r * p.cols + c] = static_cast<T>(gain * (by_columns ? v[c * length + r] : v[r * length + c]));
}

}  // namespace

template <class T>
std::vector<Parameter> lay_out(const NetworkSpec& spec) {
  std::vector<Parameter> list;
  size_t offset = 0, blocks = 0, features = spec.inputs;
  const auto add = [&](size_t layer, ParameterKind kind, size_t rows, size_t cols, bool trainable,
                       InitializerSpec initializer, RegularizerSpec regularizer = {}, ConstraintSpec constraint = {}) {
    list.push_back({layer, kind, rows, cols, round_up(cols, kLanes<T>), offset, blocks, trainable, initializer,
                    regularizer, constraint});
    offset += list.back().size();
    blocks += block_count<T>(list.back());
  };
  for (size_t i = 0; i < spec.layers.size(); i++) {
    const LayerSpec& layer = spec.layers[i];
    switch (layer.kind) {
      case LayerKind::kDense:
        add(i, ParameterKind::kKernel, features, layer.units, layer.train_kernel, layer.kernel_initializer,
            layer.kernel_regularizer, layer.kernel_constraint);
        if (layer.use_bias)
          add(i, ParameterKind::kBias, 1, layer.units, layer.train_bias, layer.bias_initializer, layer.bias_regularizer,
              layer.bias_constraint);
        features = layer.units;
        break;
      case LayerKind::kBatchNormalization:
      case LayerKind::kLayerNormalization:
        if (layer.scale) add(i, ParameterKind::kGamma, 1, features, layer.trainable, constant(1));
        if (layer.center) add(i, ParameterKind::kBeta, 1, features, layer.trainable, constant(0));
        if (layer.kind == LayerKind::kBatchNormalization) {
          add(i, ParameterKind::kMovingMean, 1, features, false, constant(0));
          add(i, ParameterKind::kMovingVariance, 1, features, false, constant(1));
        }
        break;
      default:
        break;
    }
  }
  return list;
}

template <class T>
void pack(const Parameter& p, const T* row_major, T* panels, T padding) {
  for (size_t panel = 0; panel < panel_count<T>(p); panel++) {
    const size_t width = panel_width<T>(p, panel), col = panel * kPanel<T>, used = std::min(width, p.cols - col);
    for (size_t r = 0; r < p.rows; r++, panels += width) {
      std::copy_n(row_major + r * p.cols + col, used, panels);
      std::fill(panels + used, panels + width, padding);
    }
  }
}

template <class T>
void unpack(const Parameter& p, const T* panels, T* row_major) {
  for (size_t panel = 0; panel < panel_count<T>(p); panel++) {
    const size_t width = panel_width<T>(p, panel), col = panel * kPanel<T>, used = std::min(width, p.cols - col);
    for (size_t r = 0; r < p.rows; r++, panels += width) std::copy_n(panels, used, row_major + r * p.cols + col);
  }
}

template <class T>
void initialize(const Parameter& p, size_t index, uint64_t network_seed, const Kernels<T>& kernels, T* panels) {
  const InitializerSpec& spec = p.initializer;
  if (spec.kind == Initializer::kZeros) return;  // the arena is
  std::vector<T> values(p.rows * p.cols);
  // A vector's fans are those Keras uses for a shape of one dimension: its length, both ways.
  const double in = static_cast<double>(p.kind == ParameterKind::kKernel ? p.rows : p.cols),
               out = static_cast<double>(p.cols);
  const DrawAt at = spec.seed >= 0 ? DrawAt{static_cast<uint64_t>(spec.seed), stream_of(Purpose::kInitialize, 0), 0}
                                   : DrawAt{network_seed, stream_of(Purpose::kInitialize, index + 1), 0};
  const auto uniform = [&](double low, double high) {
    kernels.fill_uniform(at, values.data(), values.size());
    for (T& x : values) x = static_cast<T>(low + (high - low) * static_cast<double>(x));
  };
  const auto within = [&](double variance) { uniform(-std::sqrt(3 * variance), std::sqrt(3 * variance)); };
  const auto normal = [&](double mean, double stddev) {
    for (T& x : values) x = static_cast<T>(mean + stddev * static_cast<double>(x));
  };
  // Cut off at 2σ, a normal distribution has 0.8796 of its standard deviation left: Keras makes up for it.
  const auto truncated = [&](double variance) {
    truncated_normal(kernels, at, values.data(), values.size());
    normal(0, std::sqrt(variance) / 0.87962566103423978);
  };
  switch (spec.kind) {
    case Initializer::kZeros:
      break;
    case Initializer::kOnes:
      values.assign(values.size(), T(1));
      break;
    case Initializer::kConstant:
      values.assign(values.size(), static_cast<T>(spec.value));
      break;
    case Initializer::kRandomUniform:
      uniform(spec.min, spec.max);
      break;
    case Initializer::kRandomNormal:
      kernels.fill_normal(at, values.data(), values.size());
      normal(spec.mean, spec.stddev);
      break;
    case Initializer::kTruncatedNormal:
      truncated_normal(kernels, at, values.data(), values.size());
      normal(spec.mean, spec.stddev);
      break;
    case Initializer::kGlorotUniform:
      within(2 / (in + out));
      break;
    case Initializer::kGlorotNormal:
      truncated(2 / (in + out));
      break;
    case Initializer::kHeUniform:
      within(2 / in);
      break;
    case Initializer::kHeNormal:
      truncated(2 / in);
      break;
    case Initializer::kLecunUniform:
      within(1 / in);
      break;
    case Initializer::kLecunNormal:
      truncated(1 / in);
      break;
    case Initializer::kOrthogonal:
      orthogonal(p, kernels, at, spec.gain, values);
      break;
    case Initializer::kCount:
      break;
  }
  pack(p, values.data(), panels);
}

#define MYELIN_INSTANTIATE(T)                                     \
  template std::vector<Parameter> lay_out<T>(const NetworkSpec&); \
  template void pack<T>(const Parameter&, const T*, T*, T);       \
  template void unpack<T>(const Parameter&, const T*, T*);        \
  template void initialize<T>(const Parameter&, size_t, uint64_t, const Kernels<T>&, T*);
MYELIN_INSTANTIATE(float)
MYELIN_INSTANTIATE(double)
#undef MYELIN_INSTANTIATE

}  // namespace myelin
