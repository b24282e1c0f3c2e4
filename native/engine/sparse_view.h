// What a product skips: the rows of a signal without their zeros and, for weight gradients, where the zeros of its
// columns are. Made piece by piece; a piece with few zeros stays dense, and is not looked at again for a while.
#ifndef MYELIN_ENGINE_SPARSE_VIEW_H
#define MYELIN_ENGINE_SPARSE_VIEW_H

#include "layer.h"

namespace myelin {

// Below which share of nonzero entries zeros are left out. MYELIN_SPARSE=never|always overrides it: all give the same
// bits, and a test compares them.
double skip_below();

// Room for compressed rows that all views of a graph share: a piece's are wanted until its product is done, and before
// another view looks at that piece. Where a piece lies depends on no view: while one thread has come to a layer with
// its piece another may be layers behind with its own.
template <class T>
struct SharedRows {
  SparseRows<T> rows;
  size_t width = 0;  // entries of a row, at the most

  void bind(Arena& arena, size_t most_rows) {
    if (width == 0) return;
    rows.begin = arena.take<uint32_t>(most_rows);
    rows.end = arena.take<uint32_t>(most_rows);
    rows.index = arena.take<uint32_t>(most_rows * width);
    rows.value = arena.take<T>(most_rows * width);
  }
};

template <class T>
class SparseView {
 public:
  // Of a signal that comes compressed already, or that will be looked at. `by_column`: mark() will be called.
  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, const Signal<T>& of, bool by_column,
            SharedRows<T>& shared);
  bool bound() const { return states_ != nullptr; }

  // Compresses a piece of x, unless it has too few zeros to pay.
  void look(const Kernels<T>& kernels, const Signal<T>& x, const Piece& piece);
  // Marks, for each column, the rows of a compressed piece in which it is not zero.
  void mark(const Piece& piece);
  // Whether piece i is compressed.
  bool sparse(size_t i) const { return states_ && states_[i].sparse; }

  const SparseRows<T>& rows() const { return *rows_; }
  // Of piece i: bit r % 64 of marks(i)[r / 64 · columns() + c] is row r, counted from the piece's first, of column c.
  const uint64_t* marks(size_t i) const { return marks_ + i * marks_size_; }
  size_t columns() const { return columns_; }
  // The values of a signal that came compressed, for the columns: as bytes, or null and dense, made by mark().
  const ByteRows<T>* bytes() const { return bytes_; }
  const Signal<T>& dense() const { return dense_; }

 private:
  struct State {
    bool sparse;
    uint32_t wait;  // looks to leave out
  };
  size_t columns_ = 0, marks_size_ = 0;
  State* states_ = nullptr;  // one a piece
  const SharedRows<T>* shared_ = nullptr;
  const SparseRows<T>* rows_ = nullptr;
  bool looks_ = false;
  double skip_below_ = 0;
  uint64_t* marks_ = nullptr;
  const ByteRows<T>* bytes_ = nullptr;
  Signal<T> dense_;
};

}  // namespace myelin

#endif
