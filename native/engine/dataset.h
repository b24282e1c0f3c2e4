// The data a network is trained on: immutable, in memory of its own, bytes kept as bytes. Subsets share the storage.
#ifndef MYELIN_ENGINE_DATASET_H
#define MYELIN_ENGINE_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <mutex>
#include <vector>

#include "../kernels/cpu.h"
#include "arena.h"
#include "thread_pool.h"

namespace myelin {

enum class Element { kU8, kF32, kF64 };
enum class Targets { kNone, kLabels, kF32, kF64 };

// How many entries of the rows are not zero.
struct Density {
  size_t most_in_row = 0;
  double share = 1;  // of all entries
};

// The rows without their zeros, each in one piece of memory: a count, that many values (elements as in the storage),
// padded to an even number of bytes, and as many features, in increasing order.
class CompressedRows {
 public:
  struct Row {
    uint32_t count;
    const char* values;
    const uint16_t* features;
  };
  Row row(size_t r, size_t element_size) const {
    const char* at = bytes_.data() + begin_[r];
    const uint32_t count = *reinterpret_cast<const uint32_t*>(at);
    return {count, at + kHeader, reinterpret_cast<const uint16_t*>(at + features_offset(count, element_size))};
  }
  // Tell the memory that row r is wanted soon, and first where it lies.
  void prefetch_place(size_t r) const { prefetch(&begin_[r], sizeof begin_[r]); }
  void prefetch_row(size_t r) const { prefetch(bytes_.data() + begin_[r], begin_[r + 1] - begin_[r]); }

 private:
  friend class Storage;
  static constexpr size_t kHeader = 8;  // keeps the values aligned
  static size_t features_offset(size_t count, size_t element_size) {
    return kHeader + round_up(count * element_size, sizeof(uint16_t));
  }
  std::vector<uint64_t> begin_;  // byte offsets, rows + 1
  Buffer bytes_;
};

class Storage {
 public:
  size_t rows = 0, features = 0, outputs = 0;  // outputs: columns of the targets
  double scale = 1;
  Element element = Element::kF32;
  Targets targets = Targets::kNone;
  Buffer x;  // rows × features elements
  Buffer y;  // rows int32 labels, or rows × outputs values

  size_t element_size() const { return element == Element::kU8 ? 1 : element == Element::kF32 ? 4 : 8; }
  size_t target_size() const { return targets == Targets::kF64 ? 8 : 4; }
  template <class E>
  const E* features_at(size_t row) const {
    return reinterpret_cast<const E*>(x.data()) + row * features;
  }
  template <class E>
  const E* targets_at(size_t row) const {
    return reinterpret_cast<const E*>(y.data()) + row * outputs;
  }
  // Both are made once, at the first call, which may come from any thread.
  const Density& density(ThreadPool& pool) const;
  const CompressedRows& compressed(ThreadPool& pool) const;
  static constexpr size_t kMostCompressedFeatures = 65536;

 private:
  template <class E>
  void count(ThreadPool& pool) const;
  template <class E>
  void compress(ThreadPool& pool) const;

  mutable std::once_flag counted_once_, compressed_once_;
  mutable Density density_;
  mutable CompressedRows compressed_;
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
