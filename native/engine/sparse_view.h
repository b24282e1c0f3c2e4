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
  void mark(const Kernels<T>& kernels, const Signal<T>& x, const Piece& piece);
  // Whether piece i is compressed.
  bool sparse(size_t i) const { return states_ && states_[i].sparse; }

  const SparseRows<T>& rows() const { return *rows_; }
  // A weight gradient takes rows in groups, whatever the pieces: the more threads, the smaller those are, and taken one
  // by one they would have it put its accumulators down after every few rows.
  static constexpr size_t kGroup = 64;
  // Whether all rows of a group, in a batch of so many, are compressed, and marked.
  bool sparse_group(size_t group, size_t rows) const;
  // Of a sparse group: bit r of word c is its row r and column `column` + c, for `count` columns. `room` is for so
  // many.
  const uint64_t* marks_of_group(size_t group, size_t rows, size_t column, size_t count, uint64_t* room) const;
  // The values of a signal that came compressed, for the columns: as bytes, or null and dense, made by mark().
  const ByteRows<T>* bytes() const { return bytes_; }
  const Signal<T>& dense() const { return dense_; }

 private:
  struct State {
    bool sparse;
    uint32_t wait;  // looks to leave out
  };
  // Of piece i: bit r % 64 of word r / 64 · marked_ + c is row r, counted from the piece's first, of column c. Apart
  // from those of other pieces: threads that set bits of the same words took four times as long on 16 cores.
  uint64_t* marks(size_t i) const { return marks_ + i * marks_size_; }

  Pieces pieces_;
  size_t marked_ = 0, marks_size_ = 0;  // words of a group, of a piece
  State* states_ = nullptr;             // one a piece
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
