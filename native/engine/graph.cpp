#include "graph.h"

#include <algorithm>

#include "activation.h"
#include "dense.h"
#include "dropout.h"
#include "normalization.h"

namespace myelin {
namespace {

// Of a piece: the rows of delta that a weight gradient reads for one panel of 64 columns, 16 KB, stay in L1 beside the
// rest.
constexpr size_t kMostRows = 64;
// Of a portion: the bytes of its values for each thread, as much as L2 and a share of L3 hold. Larger batches in
// portions train, on two cores of a Zen 3, 1.2 to 1.3 times as fast of 4096 rows and 784-512-512-10, 1.25 times with
// 784-128-10 and 1.7 times with 784-2048³-10.
constexpr size_t kCache = size_t{2} << 20;
// Rows of a portion at the least: each reads and writes the gradients of all parameters.
constexpr size_t kLeastPortion = 256;

template <class T>
std::unique_ptr<Layer<T>> make_layer(Network<T>& network, size_t index, SharedRows<T>& shared) {
  switch (network.spec().layers[index].kind) {
    case LayerKind::kDense:
      return std::make_unique<DenseLayer<T>>(network, index, shared);
    case LayerKind::kDropout:
    case LayerKind::kAlphaDropout:
      return std::make_unique<DropoutLayer<T>>(network, index);
    case LayerKind::kActivation:
      return std::make_unique<ActivationLayer<T>>(network, index);
    case LayerKind::kBatchNormalization:
      return std::make_unique<BatchNormalizationLayer<T>>(network, index);
    case LayerKind::kLayerNormalization:
      return std::make_unique<LayerNormalizationLayer<T>>(network, index);
    case LayerKind::kGaussianNoise:
      return std::make_unique<NoiseLayer<T>>(network, index);
    case LayerKind::kCount:
      break;
  }
  throw Error("ERR_OPTION", "unknown layer");
}

// Whether compressed rows can travel as far as a dense layer: through dropout alone.
bool takes_sparse(const NetworkSpec& spec) {
  for (const LayerSpec& layer : spec.layers) {
    if (layer.kind == LayerKind::kDense) return true;
    if (layer.kind != LayerKind::kDropout) return false;
  }
  return false;
}

}  // namespace

template <class T>
Graph<T>::Graph(Network<T>& network, const GraphOptions& options) : network_(network), options_(options) {
  for (size_t i = 0; i < network.spec().layers.size(); i++) layers_.push_back(make_layer(network, i, shared_rows_));
  options_.first_trained = layers_.size();
  for (size_t i = layers_.size(); i-- > 0;)
    if (layers_[i]->trains()) options_.first_trained = i;
  const size_t threads = static_cast<size_t>(options.threads), rows = options.most_rows;
  pieces_.rows_each = options.trace ? round_up(rows, kLanes<T>)
                                    : std::min(round_up((rows + threads - 1) / threads, kLanes<T>), kMostRows);
  pieces_.most = pieces_.count(rows);
}

template <class T>
size_t Graph<T>::portion_rows(const NetworkSpec& spec, bool training, int threads, size_t batch_rows) {
  size_t values = spec.inputs, width = spec.inputs;  // of a row
  for (const LayerSpec& layer : spec.layers) {
    if (training && layer.kind == LayerKind::kBatchNormalization && layer.trainable) return batch_rows;
    if (layer.kind == LayerKind::kDense) width = layer.units;
    values += training ? 2 * width : width;  // and its gradient
  }
  const size_t most = std::max(static_cast<size_t>(threads) * kCache / (values * sizeof(T)), kLeastPortion);
  const size_t portions = std::max(batch_rows / most, size_t{1});
  return round_up((batch_rows + portions - 1) / portions, kMostRows);
}

template <class T>
void Graph<T>::bind(Arena& arena) {
  const size_t rows = round_up(options_.most_rows, kLanes<T>);
  input_ = Signal<T>::of_width(network_.spec().inputs);
  if (options_.sparse_capacity > 0 && takes_sparse(network_.spec())) {
    sparse_input_.begin = arena.take<uint32_t>(rows);
    sparse_input_.end = arena.take<uint32_t>(rows);
    sparse_input_.index = arena.take<uint32_t>(options_.sparse_capacity);
    sparse_input_.value = arena.take<T>(options_.sparse_capacity);
    input_.sparse = &sparse_input_;
    if (options_.bytes_in_data) {
      byte_input_.ld = static_cast<ptrdiff_t>(round_up(input_.cols, kAlignment) | kAlignment);
      byte_input_.data = arena.take<uint8_t>(rows * static_cast<size_t>(byte_input_.ld));
      byte_input_.value = arena.take<T>(256);
      input_.bytes = &byte_input_;
    }
  } else {
    input_.data = arena.take<T>(rows * static_cast<size_t>(input_.ld));
    input_.has_zeros = options_.zeros_in_input;
  }
  Signal<T>* signal = &input_;
  for (const auto& layer : layers_) {
    layer->bind(arena, options_, pieces_, signal);
    signal = &layer->out;
  }
  shared_rows_.bind(arena, rows);
  row_loss_ = arena.take<T>(rows);
  if (!options_.backward) return;
  gradients_.assign(layers_.size(), nullptr);
  T* gradient = nullptr;
  for (size_t i = layers_.size(); i-- > last();) {
    if (i + 1 == layers_.size() || !layers_[i + 1]->in_place())
      gradient = arena.take<T>(rows * static_cast<size_t>(layers_[i]->out.ld));
    gradients_[i] = gradient;
  }
}

// Multiply-adds of a row of a piece, one way.
template <class T>
double Graph<T>::work(size_t begin, size_t end) const {
  double total = 0;
  for (size_t i = begin; i < end; i++) total += layers_[i]->work();
  return total;
}

template <class T>
size_t Graph<T>::stretch_before(size_t end) const {
  while (end > last() && !ends_stretch(end - 1)) end--;
  return end > last() ? end - 1 : end;
}

template <class T>
void Graph<T>::begin(const Pass<T>& pass, const Truth* truth) {
  for (const auto& layer : layers_) layer->begin(pass);
  if (!truth) return;
  const LossSpec& spec = network_.training().loss;
  const LayerSpec& last = network_.spec().layers.back();
  const Kernels<T>& kernels = network_.kernels();
  evaluate_ = kernels.loss[static_cast<int>(spec.kind)];
  // Crossentropy and the activation made for it have a simple gradient together.
  if (!layers_.back()->has_activation()) return;
  const bool categorical =
      spec.kind == Loss::kCategoricalCrossentropy || spec.kind == Loss::kSparseCategoricalCrossentropy;
  const bool softmax = last.activation == Activation::kSoftmax && categorical;
  const bool sigmoid = last.activation == Activation::kSigmoid && spec.kind == Loss::kBinaryCrossentropy;
  if (softmax) evaluate_ = kernels.softmax_crossentropy;
  if (sigmoid) evaluate_ = kernels.sigmoid_crossentropy;
  layers_.back()->skip_activation_gradient(softmax || sigmoid);
}

template <class T>
void Graph<T>::loss_of(const Pass<T>& pass, const Truth& truth, bool gradient, size_t first, size_t rows) {
  const LossSpec& spec = network_.training().loss;
  const Signal<T>& p = output();
  const T scale = spec.sum ? T(1) : T(1) / static_cast<T>(pass.batch_rows);
  T* dp = gradient ? gradients_.back() + static_cast<ptrdiff_t>(first) * p.ld : nullptr;
  evaluate_({p.extent(rows), p.at(first, 0), truth.y.at(first, 0), truth.weights ? truth.weights + first : nullptr,
             row_loss_ + first, dp, scale, static_cast<T>(spec.delta)});
}

template <class T>
double Graph<T>::add_losses(const Pass<T>& pass, double total) const {
  for (size_t r = 0; r < pass.rows; r++) total += static_cast<double>(row_loss_[r]);
  return total;
}

template class Graph<float>;
template class Graph<double>;

}  // namespace myelin
