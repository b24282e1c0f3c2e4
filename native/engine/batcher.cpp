#include "batcher.h"

#include "sparse_view.h"

namespace myelin {
namespace {

// Measured on MNIST's first layer: compressed rows win below this share of nonzero entries.
constexpr double kWorthCompressing = 0.4;

}  // namespace

void check_data(const AnyNetwork& network, const Dataset& data, bool with_targets) {
  const Storage& storage = data.storage();
  const size_t outputs = network.outputs();
  if (data.rows() == 0) throw Error("ERR_DATA", "the dataset has no rows");
  if (storage.features != network.spec().inputs)
    throw Error("ERR_SHAPE", "the dataset's features are not the network's inputs");
  if (!with_targets) return;
  if (storage.targets == Targets::kNone) throw Error("ERR_DATA", "the dataset has no targets");
  if (storage.targets != Targets::kLabels && storage.outputs != outputs)
    throw Error("ERR_SHAPE", "the dataset's targets are not as many as the network's outputs");
  for (size_t i = 0; storage.targets == Targets::kLabels && outputs > 1 && i < data.rows(); i++) {
    const int32_t label = *storage.targets_at<int32_t>(data.stored_row(i));
    if (label < 0 || static_cast<size_t>(label) >= outputs)
      throw Error("ERR_DATA", "a label is not below the network's outputs");
  }
}

template <class T>
Batcher<T>::Batcher(const Network<T>& network, const Dataset& data, bool with_targets)
    : data_(data), storage_(data.storage()), kernels_(network.kernels()), with_targets_(with_targets) {
  const size_t outputs = network.outputs();
  y_ = Signal<T>::of_width(outputs);
  if (!with_targets) return;
  // Keras: towards 1/2 for the binary loss, towards 1/outputs for the others.
  const LossSpec& loss = network.training().loss;
  smoothing_ = loss.label_smoothing;
  smoothed_zero_ = smoothing_ * (loss.kind == Loss::kBinaryCrossentropy ? 0.5 : 1.0 / static_cast<double>(outputs));
}

template <class T>
size_t Batcher<T>::sparse_capacity(size_t rows, ThreadPool& pool) {
  const double below = skip_below(kWorthCompressing);
  if (below == 0 || storage_.features > Storage::kMostCompressedFeatures) return 0;
  const Density& d = storage_.density(pool);
  const size_t capacity = rows * d.most_in_row;
  if (d.share >= below || capacity >= size_t{1} << 31) return 0;
  compressed_ = &storage_.compressed(pool);
  row_capacity_ = d.most_in_row;
  return capacity > 0 ? capacity : 1;
}

template <class T>
void Batcher<T>::bind(Arena& arena, size_t most_rows) {
  const size_t rows = round_up(most_rows, kLanes<T>);
  y_.data = arena.take<T>(rows * static_cast<size_t>(y_.ld));
  weights_ = arena.take<T>(rows);
}

template <class T>
void Batcher<T>::load_dense(size_t stored, T* out, size_t n) const {
  const T scale = static_cast<T>(storage_.scale);
  const size_t cols = storage_.features;
  switch (storage_.element) {
    case Element::kU8:
      return kernels_.convert_u8(storage_.features_at<uint8_t>(stored), out, cols, n, scale);
    case Element::kF32:
      return kernels_.convert_f32(storage_.features_at<float>(stored), out, cols, n, scale);
    case Element::kF64:
      return kernels_.convert_f64(storage_.features_at<double>(stored), out, cols, n, scale);
  }
}

// The entries of one row that are not zero, from `at` on; returns where they end.
template <class T>
template <class E>
uint32_t Batcher<T>::load_compressed(size_t stored, uint32_t at, const SparseRows<T>& to) const {
  const T scale = static_cast<T>(storage_.scale);
  const CompressedRows::Row row = compressed_->row(stored, sizeof(E));
  const E* values = reinterpret_cast<const E*>(row.values);
  for (uint32_t i = 0; i < row.count; i++) to.index[at + i] = row.features[i];
  for (uint32_t i = 0; i < row.count; i++) to.value[at + i] = static_cast<T>(values[i]) * scale;
  return at + row.count;
}

template <class T>
void Batcher<T>::load_targets(size_t stored, T* out) const {
  const size_t n = y_.cols;
  for (size_t i = 0; i < y_.n; i++) out[i] = 0;
  if (storage_.targets == Targets::kLabels) {
    const int32_t label = *storage_.targets_at<int32_t>(stored);
    if (n == 1)
      out[0] = static_cast<T>(label);
    else
      out[label] = 1;
  } else if (storage_.targets == Targets::kF32) {
    for (size_t i = 0; i < n; i++) out[i] = static_cast<T>(storage_.targets_at<float>(stored)[i]);
  } else {
    for (size_t i = 0; i < n; i++) out[i] = static_cast<T>(storage_.targets_at<double>(stored)[i]);
  }
  if (smoothing_ > 0)
    for (size_t i = 0; i < n; i++) out[i] = out[i] * static_cast<T>(1 - smoothing_) + static_cast<T>(smoothed_zero_);
}

template <class T>
void Batcher<T>::load(const uint32_t* order, size_t at, size_t first, size_t rows, Signal<T>& input) {
  constexpr size_t kAhead =
      16;  // rows come from anywhere: ask for some at once instead of waiting for one after the other
  const auto row_at = [&](size_t i) { return order ? order[at + i] : at + i; };
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = i; compressed_ && i % kAhead == 0 && j < rows && j < i + kAhead; j++)
      compressed_->prefetch_row(data_.stored_row(row_at(j)));
    const size_t r = first + i, row = row_at(i), stored = data_.stored_row(row);
    if (SparseRows<T>* x = compressed_ ? input.sparse : nullptr) {
      const uint32_t to = static_cast<uint32_t>(r * row_capacity_);
      x->begin[r] = to;
      switch (storage_.element) {
        case Element::kU8:
          x->end[r] = load_compressed<uint8_t>(stored, to, *x);
          break;
        case Element::kF32:
          x->end[r] = load_compressed<float>(stored, to, *x);
          break;
        case Element::kF64:
          x->end[r] = load_compressed<double>(stored, to, *x);
          break;
      }
    } else {
      load_dense(stored, input.at(r, 0), input.n);
    }
    if (with_targets_) load_targets(stored, y_.at(r, 0));
    if (all_weights_) weights_[r] = all_weights_[row];
  }
}

template class Batcher<float>;
template class Batcher<double>;

}  // namespace myelin
