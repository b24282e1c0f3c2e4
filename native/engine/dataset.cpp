#include "dataset.h"

#include <algorithm>
#include <cstring>

#include "error.h"

namespace myelin {
namespace {

constexpr size_t kPiece = 64;  // rows of one task

// Calls body(first, end) for pieces of the rows.
template <class Body>
void over_rows(ThreadPool& pool, const Storage& s, Body body) {
  pool.run(
      (s.rows + kPiece - 1) / kPiece, static_cast<double>(s.rows) * static_cast<double>(s.features),
      [&](size_t piece, int) { body(piece * kPiece, (piece + 1) * kPiece < s.rows ? (piece + 1) * kPiece : s.rows); });
}

}  // namespace

template <class E>
void Storage::count(ThreadPool& pool) const {
  std::vector<uint32_t> counts(rows);
  over_rows(pool, *this, [&](size_t first, size_t end) {
    for (size_t r = first; r < end; r++) {
      const E* x = features_at<E>(r);
      uint32_t n = 0;
      for (size_t i = 0; i < features; i++) n += x[i] != 0;
      counts[r] = n;
    }
  });
  size_t total = 0;
  compressed_.begin_.resize(rows + 1);
  for (size_t r = 0; r < rows; r++) {
    total += counts[r];
    density_.most_in_row = std::max(density_.most_in_row, static_cast<size_t>(counts[r]));
    const size_t bytes = CompressedRows::features_offset(counts[r], sizeof(E)) + counts[r] * sizeof(uint16_t);
    compressed_.begin_[r + 1] = compressed_.begin_[r] + round_up(bytes, CompressedRows::kHeader);
  }
  density_.share = static_cast<double>(total) / (static_cast<double>(rows) * static_cast<double>(features));
}

template <class E>
void Storage::compress(ThreadPool& pool) const {
  constexpr size_t kWord = sizeof(uint64_t) / sizeof(E);  // entries looked at together first: zeros come in runs
  compressed_.bytes_ = Buffer(compressed_.begin_[rows]);
  over_rows(pool, *this, [this](size_t first, size_t end) {
    std::vector<uint16_t> at(features + 1);  // of a piece
    std::vector<E> values(features + 1);
    for (size_t r = first; r < end; r++) {
      const E* x = features_at<E>(r);
      uint32_t n = 0;
      // Without a branch, which would be as hard to foresee as the data: a zero is written over by what comes next.
      const auto keep = [&](size_t i) {
        at[n] = static_cast<uint16_t>(i);
        values[n] = x[i];
        n += x[i] != 0;
      };
      size_t i = 0;
      for (; i + kWord <= features; i += kWord) {
        uint64_t word;
        memcpy(&word, x + i, sizeof word);
        for (size_t k = 0; word != 0 && k < kWord; k++) keep(i + k);
      }
      for (; i < features; i++) keep(i);
      char* row = compressed_.bytes_.data() + compressed_.begin_[r];
      memcpy(row, &n, sizeof n);
      memcpy(row + CompressedRows::kHeader, values.data(), n * sizeof(E));
      memcpy(row + CompressedRows::features_offset(n, sizeof(E)), at.data(), n * sizeof(uint16_t));
    }
  });
}

const Density& Storage::density(ThreadPool& pool) const {
  std::call_once(counted_once_, [&] {
    if (element == Element::kU8) count<uint8_t>(pool);
    if (element == Element::kF32) count<float>(pool);
    if (element == Element::kF64) count<double>(pool);
  });
  return density_;
}

const CompressedRows& Storage::compressed(ThreadPool& pool) const {
  density(pool);
  std::call_once(compressed_once_, [&] {
    if (element == Element::kU8) compress<uint8_t>(pool);
    if (element == Element::kF32) compress<float>(pool);
    if (element == Element::kF64) compress<double>(pool);
  });
  return compressed_;
}

Dataset::Dataset(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}

Dataset::Dataset(const Dataset& parent, const uint32_t* rows, size_t count) : storage_(parent.storage_) {
  auto view = std::make_shared<std::vector<uint32_t>>(count);
  for (size_t i = 0; i < count; i++) {
    if (rows[i] >= parent.rows()) throw Error("ERR_DATA", "a subset names a row that the dataset does not have");
    (*view)[i] = static_cast<uint32_t>(parent.stored_row(rows[i]));
  }
  view_ = std::move(view);
}

}  // namespace myelin
