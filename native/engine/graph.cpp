#include "graph.h"

#include "activation.h"
#include "dense.h"
#include "dropout.h"
#include "normalization.h"

namespace myelin {
namespace {

template <class T>
std::unique_ptr<Layer<T>> make_layer(Network<T>& network, size_t index) {
  switch (network.spec().layers[index].kind) {
    case LayerKind::kDense:
      return std::make_unique<DenseLayer<T>>(network, index);
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
  for (size_t i = 0; i < network.spec().layers.size(); i++) layers_.push_back(make_layer(network, i));
  first_trained_ = layers_.size();
  for (size_t i = layers_.size(); i-- > 0;)
    if (layers_[i]->trains()) first_trained_ = i;
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
    sparse_input_.capacity = options_.sparse_capacity;
    input_.sparse = &sparse_input_;
  } else {
    input_.data = arena.take<T>(rows * static_cast<size_t>(input_.ld));
  }
  Signal<T>* signal = &input_;
  ptrdiff_t widest = input_.ld;
  for (const auto& layer : layers_) {
    layer->bind(arena, options_, signal);
    signal = &layer->out;
    if (signal->ld > widest) widest = signal->ld;
  }
  row_loss_ = arena.take<T>(rows);
  if (options_.backward)
    for (T*& gradient : gradients_) gradient = arena.take<T>(rows * static_cast<size_t>(widest));
}

template <class T>
void Graph<T>::forward(const Pass<T>& pass) {
  for (const auto& layer : layers_) layer->forward(pass);
}

template <class T>
double Graph<T>::loss(const Pass<T>& pass, const Signal<T>& y, const T* weights, bool gradient) {
  const LossSpec& spec = network_.training().loss;
  const LayerSpec& last = network_.spec().layers.back();
  const Kernels<T>& kernels = network_.kernels();
  const Signal<T>& p = output();
  auto evaluate = kernels.loss[static_cast<int>(spec.kind)];
  // Crossentropy and the activation made for it have a simple gradient together.
  if (layers_.back()->has_activation()) {
    const bool categorical =
        spec.kind == Loss::kCategoricalCrossentropy || spec.kind == Loss::kSparseCategoricalCrossentropy;
    const bool softmax = last.activation == Activation::kSoftmax && categorical;
    const bool sigmoid = last.activation == Activation::kSigmoid && spec.kind == Loss::kBinaryCrossentropy;
    if (softmax) evaluate = kernels.softmax_crossentropy;
    if (sigmoid) evaluate = kernels.sigmoid_crossentropy;
    if (gradient && (softmax || sigmoid)) layers_.back()->skip_activation_gradient();
  }
  const T scale = spec.sum ? T(1) : T(1) / static_cast<T>(pass.rows);
  const size_t piece = 32;
  const size_t pieces = (pass.rows + piece - 1) / piece;
  pass.pool.run(pieces, static_cast<double>(pass.rows * p.n) * 16, [&](size_t i, int) {
    const size_t first = i * piece, rows = pass.rows - first < piece ? pass.rows - first : piece;
    T* dp = gradient ? gradients_[0] + static_cast<ptrdiff_t>(first) * p.ld : nullptr;
    evaluate({p.extent(rows), p.at(first, 0), y.at(first, 0), weights ? weights + first : nullptr, row_loss_ + first,
              dp, scale, static_cast<T>(spec.delta)});
  });
  double total = 0;
  for (size_t r = 0; r < pass.rows; r++) total += static_cast<double>(row_loss_[r]);
  return total;
}

template class Graph<float>;
template class Graph<double>;

}  // namespace myelin
