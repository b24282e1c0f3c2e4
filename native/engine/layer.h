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
  size_t capacity = 0;
};

// What passes between layers: rows × cols, dense, or sparse when `sparse` is set (then `data` is not valid).
template <class T>
struct Signal {
  T* data = nullptr;
  size_t cols = 0, n = 0;  // n: with padding
  ptrdiff_t ld = 0;
  SparseRows<T>* sparse = nullptr;

  static Signal of_width(size_t cols) {
    return {nullptr, cols, round_up(cols, kLanes<T>), row_distance<T>(cols), nullptr};
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
  bool backward = false;       // room for gradients
  bool trace = false;          // keep every value somebody may want to look at; gradients of all inputs
  size_t sparse_capacity = 0;  // entries of a batch when the input may come as compressed rows; 0: it is dense
};

// One batch on its way through a graph.
template <class T>
struct Pass {
  size_t rows;
  bool training;
  bool keep_statistics;  // batch normalization: leave the moving statistics alone
  uint64_t step;         // address of this batch's random draws
  ThreadPool& pool;
  Updater<T>* updater;  // backward only
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
  virtual void bind(Arena& arena, const GraphOptions& options, Signal<T>* in) = 0;
  virtual void forward(const Pass<T>& pass) = 0;
  // `gradient` is ∂loss/∂out and becomes, in place, ∂loss/∂in for layers that keep the shape and ∂loss/∂preActivation
  // for dense ones, which write ∂loss/∂in to `input_gradient` unless it is null.
  virtual void backward(const Pass<T>& pass, T* gradient, T* input_gradient) = 0;
  // Whether backward() leaves the gradient in place.
  virtual bool in_place() const { return true; }
  virtual bool trains() const { return false; }
  // What goes into the activation, after forward(); null data when the layer has none or does not keep it.
  virtual Signal<T> pre_activation() const { return {}; }
  // Whether the gradient in place after backward() is ∂loss/∂preActivation.
  virtual bool has_activation() const { return false; }
  // The last layer's loss may come as ∂loss/∂preActivation already: the next backward() then leaves out f'.
  virtual void skip_activation_gradient() {}

  Signal<T>* in() const { return in_; }
  Signal<T> out;

 protected:
  const Parameter* parameter(ParameterKind kind) const {
    for (const Parameter& p : network_.parameters())
      if (p.layer == index_ && p.kind == kind) return &p;
    return nullptr;
  }
  // Runs task(first_row, rows, thread) over pieces of the batch; pieces begin at multiples of kLanes.
  template <class Task>
  void over_rows(const Pass<T>& pass, double work, Task task) const {
    const size_t piece = row_piece(pass, 1);
    pass.pool.run((pass.rows + piece - 1) / piece, work, [&](size_t i, int thread) {
      const size_t first = i * piece;
      task(first, pass.rows - first < piece ? pass.rows - first : piece, thread);
    });
  }
  // Rows of a piece so that `others` pieces side by side give every thread about four tasks, but none above 256 rows.
  size_t row_piece(const Pass<T>& pass, size_t others) const {
    const size_t wanted = static_cast<size_t>(pass.pool.threads()) * 4;
    const size_t pieces = pass.pool.threads() == 1 ? 1 : others >= wanted ? 1 : (wanted + others - 1) / others;
    const size_t rows = round_up((pass.rows + pieces - 1) / pieces, kLanes<T>);
    return rows < 256 ? rows : 256;
  }
  DrawAt draw_at(Purpose purpose, const Pass<T>& pass) const {
    return {network_.spec().seed, stream_of(purpose, index_), pass.step};
  }

  Network<T>& network_;
  const Kernels<T>& kernels_;
  const LayerSpec& spec_;
  const size_t index_;
  Signal<T>* in_ = nullptr;
};

}  // namespace myelin

#endif
