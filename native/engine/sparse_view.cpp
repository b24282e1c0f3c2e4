#include "sparse_view.h"

#include <cstdlib>
#include <cstring>

namespace myelin {
namespace {

// Below this share of nonzero entries skipping is faster than multiplying: see bench/results, density.
constexpr double kWorthSkipping = 0.4;
// A piece that was not worth it is not looked at for so many passes: looking costs about a percent of a product.
constexpr uint32_t kWait = 16;

}  // namespace

double skip_below(double measured) {
  const char* forced = std::getenv("MYELIN_SPARSE");
  if (forced && strcmp(forced, "never") == 0) return 0;
  if (forced && strcmp(forced, "always") == 0) return 2;
  return measured;
}

template <class T>
void SparseView<T>::bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, const Signal<T>& of,
                         bool by_column) {
  const size_t rows = round_up(o.most_rows, kLanes<T>);
  looks_ = !of.sparse;
  columns_ = of.cols;
  a_row_ = of.sparse ? o.sparse_capacity / o.most_rows : of.n;
  skip_below_ = skip_below(kWorthSkipping);
  if (looks_ && (rows * of.n >= size_t{1} << 31 || skip_below_ == 0)) return;
  states_ = arena.take<State>(pieces.most);
  rows_ = of.sparse;
  if (looks_) {
    own_.begin = arena.take<uint32_t>(rows);
    own_.end = arena.take<uint32_t>(rows);
    own_.index = arena.take<uint32_t>(rows * of.n);
    own_.value = arena.take<T>(rows * of.n);
    rows_ = &own_;
  }
  if (!by_column) return;
  column_begin_ = arena.take<uint32_t>(pieces.most * (columns_ + 1));
  column_row_ = arena.take<uint32_t>(rows * a_row_);
  column_value_ = arena.take<T>(rows * a_row_);
}

template <class T>
void SparseView<T>::look(const Kernels<T>& kernels, const Signal<T>& x, const Piece& p) {
  State& state = states_[p.index];
  if (!looks_) {
    state.sparse = true;
    return;
  }
  if (state.wait > 0) {
    state.wait--;
    return;
  }
  const Extent extent = x.extent(p.rows);
  kernels.compress(extent, x.at(p.first, 0), static_cast<uint32_t>(p.first * x.n), own_.begin + p.first,
                   own_.end + p.first, own_.index, own_.value);
  size_t entries = 0;
  for (size_t r = p.first; r < p.first + p.rows; r++) entries += own_.end[r] - own_.begin[r];
  state.sparse = static_cast<double>(entries) < skip_below_ * static_cast<double>(p.rows * x.cols);
  if (!state.sparse) state.wait = kWait;
}

// By counting.
template <class T>
void SparseView<T>::sort(const Piece& p) {
  const SparseRows<T>& x = *rows_;
  uint32_t* begin = column_begin_ + p.index * (columns_ + 1);
  memset(begin, 0, (columns_ + 1) * sizeof(uint32_t));
  for (size_t r = p.first; r < p.first + p.rows; r++)
    for (uint32_t e = x.begin[r]; e < x.end[r]; e++) begin[x.index[e]]++;
  uint32_t total = static_cast<uint32_t>(p.first * a_row_);
  for (size_t c = 0; c < columns_; c++) {  // where each column ends ...
    total += begin[c];
    begin[c] = total;
  }
  begin[columns_] = total;
  for (size_t r = p.rows; r-- > 0;)  // ... filled from there down to where it begins, so backwards
    for (uint32_t e = x.end[p.first + r]; e-- > x.begin[p.first + r];) {
      const uint32_t at = --begin[x.index[e]];
      column_row_[at] = static_cast<uint32_t>(r);
      column_value_[at] = x.value[e];
    }
}

template class SparseView<float>;
template class SparseView<double>;

}  // namespace myelin
