// What a product skips: the rows of a signal without their zeros and, for weight gradients, the same by columns. Made
// piece by piece; a piece with few zeros stays dense, and is not looked at again for a while.
#ifndef MYELIN_ENGINE_SPARSE_VIEW_H
#define MYELIN_ENGINE_SPARSE_VIEW_H

#include "layer.h"

namespace myelin {

// Below which share of nonzero entries zeros are left out: `measured`, where doing so begins to be faster, unless
// MYELIN_SPARSE=never|always overrides it. All give the same bits, and a test compares them.
double skip_below(double measured);

template <class T>
class SparseView {
 public:
  // Of a signal that comes compressed already, or that will be looked at. `by_column`: sort() will be called.
  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, const Signal<T>& of, bool by_column);
  bool bound() const { return states_ != nullptr; }

  // Compresses a piece of x, unless it has too few zeros to pay.
  void look(const Kernels<T>& kernels, const Signal<T>& x, const Piece& piece);
  // The same entries by column.
  void sort(const Piece& piece);
  // Whether piece i is compressed.
  bool sparse(size_t i) const { return states_ && states_[i].sparse; }

  const SparseRows<T>& rows() const { return *rows_; }
  // Of piece i: column c has the entries column(i)[c] … column(i)[c + 1] - 1, with their rows, counted from the piece's
  // first, in increasing order.
  const uint32_t* column(size_t i) const { return column_begin_ + i * (columns_ + 1); }
  const uint32_t* column_row() const { return column_row_; }
  const T* column_value() const { return column_value_; }

 private:
  struct State {
    bool sparse;
    uint32_t wait;  // looks to leave out
  };
  size_t columns_ = 0, a_row_ = 0;  // columns; entries a row has room for
  State* states_ = nullptr;         // one a piece
  SparseRows<T> own_;
  const SparseRows<T>* rows_ = nullptr;
  bool looks_ = false;
  double skip_below_ = 0;
  uint32_t *column_begin_ = nullptr, *column_row_ = nullptr;
  T* column_value_ = nullptr;
};

}  // namespace myelin

#endif
