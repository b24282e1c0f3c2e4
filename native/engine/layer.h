// What a layer of a Graph is: it reads a signal, writes one, and turns the gradient of its output into that of its
// input. Parameters belong to the Network, everything else to the arena of whoever owns the Graph.
#ifndef MYELIN_ENGINE_LAYER_H
#define MYELIN_ENGINE_LAYER_H

#include "arena.h"
#include "draws.h"
#include "network.h"
#include "optimizer.h"
#include "thread_pool.h"

namespace myelin {

// The rows of a batch as compressed rows (kernels.h, SparseGemm): of row r the entries begin[r] … end[r]-1.
template <class T>
struct SparseRows {
  uint32_t *begin = nullptr, *end = nullptr;  // (rows)
  uint32_t* index = nullptr;
  T* value = nullptr;
};

// The rows of a batch as bytes, and what each byte stands for: a quarter of the memory for what reads columns.
template <class T>
struct ByteRows {
  uint8_t* data = nullptr;  // (rows, ld)
  ptrdiff_t ld = 0;
  T* value = nullptr;  // (256)

  uint8_t* at(size_t row, size_t col) const {
    return data + static_cast<ptrdiff_t>(row) * ld + static_cast<ptrdiff_t>(col);
  }
};

// What passes between layers: rows × cols, dense, or sparse when `sparse` is set (then `data` is not valid).
template <class T>
struct Signal {
  T* data = nullptr;
  size_t cols = 0, n = 0;  // n: with padding
  ptrdiff_t ld = 0;
  SparseRows<T>* sparse = nullptr;
  const ByteRows<T>* bytes = nullptr;  // beside `sparse`, where the data is bytes: the same values
  bool has_zeros = false;              // by its nature: after ReLU or dropout

  static Signal of_width(size_t cols) {
    return {nullptr, cols, round_up(cols, kLanes<T>), row_distance<T>(cols), nullptr, nullptr, false};
  }
  Extent extent(size_t rows) const { return {rows, cols, n, ld}; }
  // Rows first … first + rows - 1 of columns col … col + width - 1.
  Extent block(size_t rows, size_t col, size_t width) const {
    const size_t real = cols <= col ? 0 : cols - col < width ? cols - col : width;
    return {rows, real, width, ld};
  }
  T* at(size_t row, size_t col) const { return data + static_cast<ptrdiff_t>(row) * ld + static_cast<ptrdiff_t>(col); }
};

// How a graph is built.
struct GraphOptions {
  size_t most_rows = 1;
  int threads = 1;
  bool backward = false;        // room for gradients
  bool trace = false;           // keep every value somebody may want to look at; gradients of all inputs
  size_t sparse_capacity = 0;   // entries of a batch when the input may come as compressed rows; 0: it is dense
  bool bytes_in_data = false;   // such rows are bytes in the data
  bool zeros_in_input = false;  // a dense input is looked at for zeros to skip
  size_t first_trained = 0;     // no layer before it has anything to learn; the graph finds out
};

// One of the pieces that a batch is cut into: some of its rows, in the hands of one thread.
struct Piece {
  size_t index, first, rows;
  int thread;
};

// How a graph cuts a batch: pieces of so many rows, a multiple of kLanes.
struct Pieces {
  size_t rows_each = 1, most = 1;

  size_t count(size_t rows) const { return (rows + rows_each - 1) / rows_each; }
  // Runs task(piece) for all pieces of a batch of `rows`; `work`: multiply-adds of a row.
  template <class Task>
  void run(ThreadPool& pool, size_t rows, double work, Task task) const {
    pool.run(count(rows), static_cast<double>(rows) * work, [&](size_t i, int thread) {
      const size_t first = i * rows_each, left = rows - first;
      task(Piece{i, first, left < rows_each ? left : rows_each, thread});
    });
  }
};

// A batch on its way through a graph; or a portion of a large one, which comes in several.
template <class T>
struct Pass {
  size_t rows;        // of this portion
  size_t first;       // how many of the batch came before
  size_t batch_rows;  // of all portions
  bool training;
  bool keep_statistics;  // batch normalization: leave the moving statistics alone
  uint64_t step;         // address of this batch's random draws
  ThreadPool& pool;
  Updater<T>* updater;  // backward only

  bool ends_batch() const { return first + rows == batch_rows; }
};

template <class T>
class Layer {
 public:
  Layer(Network<T>& network, size_t index)
      : network_(network), kernels_(network.kernels()), spec_(network.spec().layers[index]), index_(index) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  // Takes its memory and sets `out`; `in` stays valid as long as the layer.
  virtual void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, Signal<T>* in) = 0;
  // Before anything else of a pass, which may be one of several portions of a batch, on one thread; may set `out`.
  virtual void begin(const Pass<T>&) {}

  // A thread takes a piece of the batch through as many layers as it can. A layer that needs the whole batch for that,
  // or is better shared out otherwise, has a rest, which is done with the pool's threads when all pieces have come to
  // it.
  virtual bool has_rest() const { return false; }
  virtual void forward_piece(const Pass<T>&, const Piece&) {}
  virtual void forward_rest(const Pass<T>&) {}
  // `gradient` is ∂loss/∂out and becomes, in place, ∂loss/∂in for layers that keep the shape and ∂loss/∂preActivation
  // for dense ones, which write ∂loss/∂in to `input_gradient` unless it is null.
  virtual void backward_piece(const Pass<T>&, const Piece&, T*, T*) {}
  virtual void backward_rest(const Pass<T>&, T*, T*) {}
  // What is left when all gradients are there: parameters' gradients and their update, in tasks for any thread.
  virtual size_t learn_tasks() const { return 0; }
  virtual void learn(const Pass<T>&, size_t, int, T*) {}
  // Multiply-adds of a row of a piece, one way; what decides how many threads are worth it.
  virtual double work() const { return static_cast<double>(out.n) * 4; }

  // Whether backward() leaves the gradient in place.
  virtual bool in_place() const { return true; }
  virtual bool trains() const { return false; }
  // What goes into the activation, after forward(); null data when the layer has none or does not keep it.
  virtual Signal<T> pre_activation() const { return {}; }
  // Whether the gradient in place after backward() is ∂loss/∂preActivation.
  virtual bool has_activation() const { return false; }
  // The last layer's loss may come as ∂loss/∂preActivation already: backward() then leaves out f'.
  virtual void skip_activation_gradient(bool) {}

  Signal<T>* in() const { return in_; }
  Signal<T> out;

 protected:
  const Parameter* parameter(ParameterKind kind) const {
    for (const Parameter& p : network_.parameters())
      if (p.layer == index_ && p.kind == kind) return &p;
    return nullptr;
  }
  template <class Task>
  void over_pieces(const Pass<T>& pass, Task task) const {
    pieces_.run(pass.pool, pass.rows, work(), task);
  }
  DrawAt draw_at(Purpose purpose, const Pass<T>& pass) const {
    return {network_.spec().seed, stream_of(purpose, index_), pass.step};
  }

  Network<T>& network_;
  const Kernels<T>& kernels_;
  const LayerSpec& spec_;
  const size_t index_;
  Pieces pieces_;
  Signal<T>* in_ = nullptr;
};

}  // namespace myelin

#endif
