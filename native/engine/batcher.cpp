#include "batcher.h"

#include <bit>
#include <cstring>

#include "sparse_view.h"

namespace myelin {
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
  const double below = skip_below();
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
void Batcher<T>::begin(const Signal<T>& input) const {
  for (size_t byte = 0; input.bytes && byte < 256; byte++)
    input.bytes->value[byte] = static_cast<T>(byte) * static_cast<T>(storage_.scale);
}

// Elements as they are stored, converted and scaled; zeros from cols to n.
template <class T>
void Batcher<T>::convert(const char* from, T* to, size_t cols, size_t n) const {
  const T scale = static_cast<T>(storage_.scale);
  switch (storage_.element) {
    case Element::kU8:
      return kernels_.convert_u8(reinterpret_cast<const uint8_t*>(from), to, cols, n, scale);
    case Element::kF32:
      return kernels_.convert_f32(reinterpret_cast<const float*>(from), to, cols, n, scale);
    case Element::kF64:
      return kernels_.convert_f64(reinterpret_cast<const double*>(from), to, cols, n, scale);
  }
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

// bytes[feature] = value for each entry. Four at a time: reading entries one by one takes longer than writing them.
static void scatter(const CompressedRows::Row& entries, uint8_t* bytes) {
  static_assert(std::endian::native == std::endian::little, "the first of four is the lowest");
  constexpr uint32_t kTogether = 4;
  const auto* values = reinterpret_cast<const uint8_t*>(entries.values);
  uint32_t e = 0;
  for (; e + kTogether <= entries.count; e += kTogether) {
    uint64_t features;
    uint32_t four;
    memcpy(&features, entries.features + e, sizeof features);
    memcpy(&four, values + e, sizeof four);
    for (uint32_t i = 0; i < kTogether; i++)
      bytes[features >> (16 * i) & 0xffff] = static_cast<uint8_t>(four >> (8 * i));
  }
  for (; e < entries.count; e++) bytes[entries.features[e]] = values[e];
}

template <class T>
void Batcher<T>::load(const uint32_t* order, size_t at, size_t first, size_t rows, Signal<T>& input) {
  // Rows come from anywhere: some are asked for while those before them are worked on.
  constexpr size_t kAhead = 16;
  SparseRows<T>* const sparse = compressed_ ? input.sparse : nullptr;  // the graph may want it dense all the same
  const auto row_at = [&](size_t i) { return order ? order[at + i] : at + i; };
  const size_t row_bytes = storage_.features * storage_.element_size();
  const size_t target_bytes = with_targets_ ? storage_.outputs * storage_.target_size() : 0;
  const auto ask_for = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end && i < rows; i++) {
      const size_t stored = data_.stored_row(row_at(i));
      if (sparse) compressed_->prefetch_row(stored);
      prefetch(storage_.y.data() + stored * target_bytes, target_bytes);
    }
  };
  for (size_t i = 0; sparse && i < rows; i++) compressed_->prefetch_place(data_.stored_row(row_at(i)));
  ask_for(0, kAhead);
  for (size_t i = 0; i < rows; i++) {
    if (i % kAhead == 0) ask_for(i + kAhead, i + 2 * kAhead);
    const size_t r = first + i, row = row_at(i), stored = data_.stored_row(row);
    if (sparse) {
      const CompressedRows::Row entries = compressed_->row(stored, storage_.element_size());
      const uint32_t to = static_cast<uint32_t>(r * row_capacity_);
      convert(entries.values, sparse->value + to, entries.count, entries.count);
      kernels_.widen(entries.features, sparse->index + to, entries.count);
      sparse->begin[r] = to;
      sparse->end[r] = to + entries.count;
      if (input.bytes) {
        memset(input.bytes->at(r, 0), 0, input.cols);
        scatter(entries, input.bytes->at(r, 0));
      }
    } else {
      convert(storage_.x.data() + stored * row_bytes, input.at(r, 0), input.cols, input.n);
    }
    if (with_targets_) load_targets(stored, y_.at(r, 0));
    if (all_weights_) weights_[r] = all_weights_[row];
  }
}

template class Batcher<float>;
template class Batcher<double>;

}  // namespace myelin
