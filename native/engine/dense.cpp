#include "dense.h"

#include <algorithm>

namespace myelin {
namespace {

// Tiles of the input gradient: kPanel inputs × at most this many rows (256 × 64 floats: 64 KB of L2).
constexpr size_t kTileRows = 256;

bool gradient_needs_z(Activation a) {
  return a == Activation::kGelu || a == Activation::kSoftplus || a == Activation::kSilu || a == Activation::kMish;
}

double products(size_t rows, size_t in, size_t out) {
  return static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out);
}

}  // namespace

template <class T>
DenseLayer<T>::DenseLayer(Network<T>& network, size_t index)
    : Layer<T>(network, index),
      kernel_(this->parameter(ParameterKind::kKernel)),
      bias_(this->parameter(ParameterKind::kBias)) {}

template <class T>
void DenseLayer<T>::bind(Arena& arena, const GraphOptions& o, Signal<T>* in) {
  in_ = in;
  out = Signal<T>::of_width(spec_.units);
  const size_t rows = round_up(o.most_rows, kLanes<T>), elements = rows * static_cast<size_t>(out.ld);
  out.data = arena.take<T>(elements);
  z_ = out;
  if (o.trace || (o.backward && gradient_needs_z(spec_.activation))) z_.data = arena.take<T>(elements);
  if (!o.backward) return;
  delta_t_ = arena.take<T>(out.n * round_up(o.most_rows, kPanel<T>));
  tile_size_ = static_cast<ptrdiff_t>(kPanel<T>) * row_distance<T>(std::min(rows, kTileRows));
  tiles_ = arena.take<T>(static_cast<size_t>(o.threads) * static_cast<size_t>(tile_size_));
  bias_gradient_ = arena.take<T>(out.n);
  if (o.sparse_capacity > 0 && in->sparse) {
    column_begin_ = arena.take<uint32_t>(kernel_->rows + 1);
    column_row_ = arena.take<uint32_t>(o.sparse_capacity);
    column_value_ = arena.take<T>(o.sparse_capacity);
  }
}

template <class T>
void DenseLayer<T>::forward(const Pass<T>& pass) {
  const T* w = network_.values(*kernel_);
  const T* b = bias_ ? network_.values(*bias_) : nullptr;
  const auto activate = kernels_.activate[static_cast<int>(spec_.activation)];
  const T alpha = static_cast<T>(spec_.alpha);
  const bool whole_rows = spec_.activation == Activation::kSoftmax;
  const size_t panels = panel_count<T>(*kernel_), piece = this->row_piece(pass, panels);
  const size_t pieces = (pass.rows + piece - 1) / piece;

  // The batch by columns is made beside it, as one more task: nothing else in a step can be done at the same time.
  const size_t products_end = panels * pieces, sorting = pass.training && column_begin_ && kernel_->trainable ? 1 : 0;

  pass.pool.run(products_end + sorting, products(pass.rows, kernel_->rows, spec_.units), [&](size_t task, int) {
    if (task == products_end) return sort_by_column(pass);
    const size_t panel = task / pieces, first = task % pieces * piece, col = panel * kPanel<T>;
    const size_t rows = pass.rows - first < piece ? pass.rows - first : piece, width = panel_width<T>(*kernel_, panel);
    const T* wp = w + col * kernel_->rows;
    const T* bp = b ? b + col : nullptr;
    T* z = z_.at(first, col);
    const ptrdiff_t ldw = static_cast<ptrdiff_t>(width);
    if (const SparseRows<T>* x = in_->sparse) {
      kernels_.sparse_gemm(
          {x->begin + first, x->end + first, x->index, x->value, wp, ldw, z, z_.ld, bp, rows, width, kernel_->rows});
    } else {
      kernels_.gemm({.a = in_->at(first, 0),
                     .a_row = in_->ld,
                     .a_k = 1,
                     .a_block = kernel_->rows,
                     .b = wp,
                     .ldb = ldw,
                     .c = z,
                     .ldc = z_.ld,
                     .bias = bp,
                     .m = rows,
                     .n = width,
                     .k = kernel_->rows});
    }
    if (!whole_rows) activate(out.block(rows, col, width), z, out.at(first, col), alpha);
  });
  if (!whole_rows) return;
  this->over_rows(pass, static_cast<double>(pass.rows * out.n) * 16, [&](size_t first, size_t rows, int) {
    activate(out.extent(rows), z_.at(first, 0), out.at(first, 0), alpha);
  });
}

template <class T>
void DenseLayer<T>::backward(const Pass<T>& pass, T* gradient, T* input_gradient_to) {
  activation_gradient(pass, gradient, input_gradient_to != nullptr);
  if (input_gradient_to)
    input_gradient(pass, input_gradient_to);  // before the update: it needs the weights as they were
  if (trains()) weight_gradient(pass, gradient);
}

// gradient = gradient · f'(z), in place, and transposed into delta_t_ where the input gradient will want it.
template <class T>
void DenseLayer<T>::activation_gradient(const Pass<T>& pass, T* gradient, bool transposed) {
  const bool skip = skip_gradient_ || spec_.activation == Activation::kLinear;
  skip_gradient_ = false;
  if (skip && !transposed) return;
  const auto derive = kernels_.activate_gradient[static_cast<int>(spec_.activation)];
  Signal<T> delta = out;
  delta.data = gradient;
  this->over_rows(pass, static_cast<double>(pass.rows * out.n) * 4, [&](size_t first, size_t rows, int) {
    if (!skip)
      derive(out.extent(rows), z_.at(first, 0), out.at(first, 0), delta.at(first, 0), static_cast<T>(spec_.alpha));
    for (size_t r = first, n; transposed && r < first + rows; r += n) {
      n = std::min(kPanel<T> - r % kPanel<T>, first + rows - r);  // up to the end of a panel
      kernels_.transpose(out.extent(n), delta.at(r, 0), delta_t_ + r / kPanel<T> * kPanel<T> * out.n + r % kPanel<T>,
                         static_cast<ptrdiff_t>(kPanel<T>), round_up(n, kLanes<T>));
    }
  });
}

// ∂loss/∂x(r, i) = Σ_j delta(r, j) W(i, j), as its transpose W · deltaᵀ: vectors run along the rows of the batch, so
// that the weights are read as they lie, and the sum over j is one chain.
template <class T>
void DenseLayer<T>::input_gradient(const Pass<T>& pass, T* gradient) {
  const T* w = network_.values(*kernel_);
  Signal<T> dx = *in_;
  dx.data = gradient;
  const size_t inputs = kernel_->rows, units = spec_.units, full = units / kPanel<T>, rest = units % kPanel<T>;
  const size_t strips = (inputs + kPanel<T> - 1) / kPanel<T>;
  size_t piece = round_up(this->row_piece(pass, strips), kPanel<T>);
  if (piece > kTileRows) piece = kTileRows;
  const size_t pieces = (pass.rows + piece - 1) / piece;
  const ptrdiff_t panel = static_cast<ptrdiff_t>(kPanel<T>);

  pass.pool.run(strips * pieces, products(pass.rows, inputs, units), [&](size_t task, int thread) {
    const size_t i = task / pieces * kPanel<T>, first = task % pieces * piece;
    const size_t m = inputs - i < kPanel<T> ? inputs - i : kPanel<T>;
    const size_t rows = pass.rows - first < piece ? pass.rows - first : piece, n = round_up(rows, kLanes<T>);
    T* tile = tiles_ + static_cast<ptrdiff_t>(thread) * tile_size_;
    const ptrdiff_t ld = row_distance<T>(n);
    // The whole panels of W in one product, then the narrow one on top.
    Gemm<T> product{.a = w + i * kPanel<T>,
                    .a_row = panel,
                    .a_k = 1,
                    .a_block = kPanel<T>,
                    .a_block_stride = static_cast<ptrdiff_t>(inputs) * panel,
                    .b = delta_t_ + first * out.n,
                    .ldb = panel,
                    .b_panel = static_cast<ptrdiff_t>(out.n) * panel,
                    .c = tile,
                    .ldc = ld,
                    .m = m,
                    .n = n,
                    .k = full * kPanel<T>};
    if (full > 0) kernels_.gemm(product);
    if (rest > 0) {
      const size_t width = panel_width<T>(*kernel_, full);
      product.a = w + full * kPanel<T> * inputs + i * width;
      product.a_row = static_cast<ptrdiff_t>(width);
      product.a_block = product.k = rest;
      product.b += full * kPanel<T> * kPanel<T>;
      product.accumulate = full > 0;
      kernels_.gemm(product);
    }
    kernels_.transpose({m, rows, n, ld}, tile, dx.at(first, i), dx.ld, round_up(m, kLanes<T>));
  });
}

// ∂loss/∂W(i, j) = Σ_r x(r, i) delta(r, j), a block at a time, each handed to the updater while it is in cache.
template <class T>
void DenseLayer<T>::weight_gradient(const Pass<T>& pass, const T* gradient) {
  Signal<T> delta = out;
  delta.data = const_cast<T*>(gradient);
  Updater<T>& updater = *pass.updater;
  const size_t blocks = kernel_->trainable ? block_count<T>(*kernel_) : 0;
  const size_t bias_panels = bias_ && bias_->trainable ? panel_count<T>(*bias_) : 0;

  pass.pool.run(blocks + bias_panels, products(pass.rows, kernel_->rows, spec_.units), [&](size_t task, int thread) {
    if (task >= blocks) {
      const size_t p = task - blocks, col = p * kPanel<T>;
      kernels_.column_sum(delta.block(pass.rows, col, panel_width<T>(*bias_, p)), delta.at(0, col),
                          bias_gradient_ + col);
      updater.take(*bias_, p, bias_gradient_ + col);
      return;
    }
    const Block b = block_of<T>(*kernel_, task);
    T* g = updater.scratch(thread);
    const ptrdiff_t width = static_cast<ptrdiff_t>(b.width);
    if (in_->sparse) {
      kernels_.sparse_gemm({column_begin_ + b.row, column_begin_ + b.row + 1, column_row_, column_value_,
                            delta.at(0, b.col), delta.ld, g, width, nullptr, b.rows, b.width, pass.rows});
    } else {
      kernels_.gemm({.a = in_->at(0, b.row),
                     .a_row = 1,
                     .a_k = in_->ld,
                     .a_block = pass.rows,
                     .b = delta.at(0, b.col),
                     .ldb = delta.ld,
                     .c = g,
                     .ldc = width,
                     .m = b.rows,
                     .n = b.width,
                     .k = pass.rows});
    }
    updater.take(*kernel_, task, g);
  });
}

// The compressed rows turned into compressed columns, by counting.
template <class T>
void DenseLayer<T>::sort_by_column(const Pass<T>& pass) {
  const SparseRows<T>& x = *in_->sparse;
  const size_t columns = kernel_->rows;
  for (size_t c = 0; c <= columns; c++) column_begin_[c] = 0;
  for (size_t r = 0; r < pass.rows; r++)
    for (uint32_t e = x.begin[r]; e < x.end[r]; e++) column_begin_[x.index[e]]++;
  uint32_t total = 0;
  for (size_t c = 0; c < columns; c++) {  // where each column ends ...
    total += column_begin_[c];
    column_begin_[c] = total;
  }
  column_begin_[columns] = total;
  for (size_t r = pass.rows; r-- > 0;)  // ... filled from there down to where it begins, so backwards
    for (uint32_t e = x.end[r]; e-- > x.begin[r];) {
      const uint32_t at = --column_begin_[x.index[e]];
      column_row_[at] = static_cast<uint32_t>(r);
      column_value_[at] = x.value[e];
    }
}

template class DenseLayer<float>;
template class DenseLayer<double>;

}  // namespace myelin
