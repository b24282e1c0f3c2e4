// Fills the input of a graph and the targets with the rows of a batch: converted, scaled, one-hot where labels are
// classes; as compressed rows when the data is sparse enough for that to pay.
#ifndef MYELIN_ENGINE_BATCHER_H
#define MYELIN_ENGINE_BATCHER_H

#include "dataset.h"
#include "graph.h"

namespace myelin {

// Throws when the data does not fit the network: its features, its targets if they are needed.
void check_data(const AnyNetwork& network, const Dataset& data, bool with_targets);

template <class T>
class Batcher {
 public:
  // The data must fit the network: check_data(). `with_targets`: the targets are needed.
  Batcher(const Network<T>& network, const Dataset& data, bool with_targets);
  // Entries a batch of `rows` may have as compressed rows; 0 when the input had better be dense.
  size_t sparse_capacity(size_t rows, ThreadPool& pool);
  // Whether the rows are bytes in the data.
  bool bytes() const { return storage_.element == Element::kU8; }
  void bind(Arena& arena, size_t most_rows);
  // What stays the same for all batches of `input`, whose memory is there.
  void begin(const Signal<T>& input) const;

  // Puts rows of the dataset, order[at …] or, without an order, at, at + 1, …, into rows first … first + rows - 1 of
  // the batch.
  void load(const uint32_t* order, size_t at, size_t first, size_t rows, Signal<T>& input);
  const Signal<T>& targets() const { return y_; }
  // The samples' weights for load(): one a row of the dataset, or null.
  void set_weights(const T* weights) { all_weights_ = weights; }
  const T* weights() const { return all_weights_ ? weights_ : nullptr; }

 private:
  void convert(const char* from, T* to, size_t cols, size_t n) const;
  void load_targets(size_t stored, T* out) const;

  const Dataset& data_;
  const Storage& storage_;
  const Kernels<T>& kernels_;
  const bool with_targets_;
  const CompressedRows* compressed_ = nullptr;  // when sparse_capacity() chose it
  size_t row_capacity_ = 0;                     // entries a compressed row has room for
  double smoothing_ = 0, smoothed_zero_ = 0;
  Signal<T> y_;
  const T* all_weights_ = nullptr;
  T* weights_ = nullptr;  // (rows) of the batch
};

}  // namespace myelin

#endif
