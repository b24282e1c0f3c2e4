// The data a network is trained on: immutable, in memory of its own, bytes kept as bytes. Subsets share the storage.
#ifndef MYELIN_ENGINE_DATASET_H
#define MYELIN_ENGINE_DATASET_H

#include <memory>
#include <mutex>
#include <vector>

#include <stddef.h>
#include <stdint.h>

namespace myelin {

enum class Element { kU8, kF32, kF64 };
enum class Targets { kNone, kLabels, kF32, kF64 };

// How many entries of the rows are not zero.
struct Density {
  size_t most_in_row = 0;
  double share = 1;  // of all entries
};

class Storage {
 public:
  size_t rows = 0, features = 0, outputs = 0;  // outputs: columns of the targets
  double scale = 1;
  Element element = Element::kF32;
  Targets targets = Targets::kNone;
  std::vector<uint8_t> x;  // rows × features elements
  std::vector<uint8_t> y;  // rows int32 labels, or rows × outputs values

  template <class E>
  const E* features_at(size_t row) const {
    return reinterpret_cast<const E*>(x.data()) + row * features;
  }
  template <class E>
  const E* targets_at(size_t row) const {
    return reinterpret_cast<const E*>(y.data()) + row * outputs;
  }
  // Counted over all rows at the first call, which may come from any thread.
  Density density() const;

 private:
  mutable std::once_flag counted_;
  mutable Density density_;
};

class Dataset {
 public:
  explicit Dataset(std::shared_ptr<const Storage> storage);
  // Rows of `parent`, in that order; each below parent.rows().
  Dataset(const Dataset& parent, const uint32_t* rows, size_t count);

  size_t rows() const { return view_ ? view_->size() : storage_->rows; }
  const Storage& storage() const { return *storage_; }
  // Where row i of this dataset lies in the storage.
  size_t stored_row(size_t i) const { return view_ ? (*view_)[i] : i; }

 private:
  std::shared_ptr<const Storage> storage_;
  std::shared_ptr<const std::vector<uint32_t>> view_;  // null: all rows
};

}  // namespace myelin

#endif
