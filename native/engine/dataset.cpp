#include "dataset.h"

#include "error.h"

namespace myelin {
namespace {

template <class E>
Density count(const Storage& s) {
  Density d;
  size_t total = 0;
  for (size_t r = 0; r < s.rows; r++) {
    const E* x = s.features_at<E>(r);
    size_t n = 0;
    for (size_t i = 0; i < s.features; i++) n += x[i] != 0;
    total += n;
    if (n > d.most_in_row) d.most_in_row = n;
  }
  d.share = static_cast<double>(total) / (static_cast<double>(s.rows) * static_cast<double>(s.features));
  return d;
}

}  // namespace

Density Storage::density() const {
  std::call_once(counted_, [this] {
    if (element == Element::kU8) density_ = count<uint8_t>(*this);
    if (element == Element::kF32) density_ = count<float>(*this);
    if (element == Element::kF64) density_ = count<double>(*this);
  });
  return density_;
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
