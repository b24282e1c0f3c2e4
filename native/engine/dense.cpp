#include "dense.h"

#include <algorithm>

#include "../kernels/cpu.h"
#include "activation.h"

namespace myelin {
namespace {

// Bytes of a kernel from which on its columns are shared out: reading the smaller ones once a thread costs less than
// another fork-join.
constexpr size_t kLarge = 131072;
// Rows whose delta, of one panel, and input stay in L2 while the blocks of a task learn from them.
constexpr size_t kLearnRows = 512;
// Rows of a batch up to which the transposed delta is multiplied by W instead of the delta by the transposed W: on Zen
// 3 784-2048³-10 trains 1.16 times as fast of 32 rows and 1.07 times of 128; nets of 512 and 1024 units are as fast.
constexpr size_t kColumnRows = 128;

// Panels of a kernel from which on an input without zeros is packed for the weight gradient: on Zen 3 that product
// alone is 1.08 to 1.12 times as fast then, and 784-2048³-10 with tanh trains 1.03 times as fast.
constexpr size_t kPackedPanels = 4;

// Calls run(first_row, rows, sparse) for the stretches of begin … end - 1, each of them `each` rows, that are all
// sparse or all dense. Of a batch of `most` rows.
template <class Sparse, class Run>
void run_stretches(size_t begin, size_t end, size_t each, size_t most, Sparse sparse, Run run) {
  for (size_t i = begin, next; i < end; i = next) {
    const bool state = sparse(i);
    for (next = i + 1; next < end && sparse(next) == state; next++) {
    }
    run(i * each, std::min(next * each, most) - i * each, state);
  }
}

bool gradient_needs_z(Activation a) {
  return a == Activation::kGelu || a == Activation::kSoftplus || a == Activation::kSilu || a == Activation::kMish;
}

}  // namespace

template <class T>
DenseLayer<T>::DenseLayer(Network<T>& network, size_t index, SharedRows<T>& shared)
    : Layer<T>(network, index),
      kernel_(this->parameter(ParameterKind::kKernel)),
      bias_(this->parameter(ParameterKind::kBias)),
      shared_(shared) {}

template <class T>
void DenseLayer<T>::bind(Arena& arena, const GraphOptions& o, const Pieces& pieces, Signal<T>* in) {
  in_ = in;
  pieces_ = pieces;
  in_parts_ = kernel_->size() * sizeof(T) > kLarge;
  out = Signal<T>::of_width(spec_.units);
  out.has_zeros = gives_zeros(spec_.activation);
  const size_t rows = round_up(o.most_rows, kLanes<T>), elements = rows * static_cast<size_t>(out.ld);
  out.data = arena.take<T>(elements);
  z_ = out;
  if (o.trace || (o.backward && gradient_needs_z(spec_.activation))) z_.data = arena.take<T>(elements);
  // A narrow layer multiplies faster than it skips: one vector pays for a value and an index of its own.
  const bool wide = out.n >= kPanel<T>;
  if (in->sparse || (wide && in->has_zeros)) x_.bind(arena, o, pieces, *in, o.backward && kernel_->trainable, shared_);
  if (!o.backward) return;
  // Of a larger batch the delta of a panel comes from far away: many blocks at once make use of it then, in tasks that
  // are still enough for all threads.
  const size_t tasks = 4 * static_cast<size_t>(o.threads), blocks = block_count<T>(*kernel_);
  blocks_each_ =
      o.most_rows <= kLearnRows ? 1 : std::min(std::max(blocks / tasks, size_t{1}), blocks_of_panel<T>(*kernel_));
  kernel_gradient_ = arena.take<T>(static_cast<size_t>(o.threads) * blocks_each_ * kBlockRows * kPanel<T>);
  bias_gradient_ = arena.take<T>(out.n);
  if (!x_.bound() && kernel_->trainable && panel_count<T>(*kernel_) >= kPackedPanels) {
    packed_size_ = rows * kBlockRows;
    packed_ = arena.take<T>(blocks_of_panel<T>(*kernel_) * packed_size_);
  }
  if (this->index_ <= o.first_trained && !o.trace) return;  // no input gradient
  const auto& layers = network_.spec().layers;
  const bool masked = this->index_ + 1 < layers.size() && layers[this->index_ + 1].kind == LayerKind::kDropout;
  if (wide && (out.has_zeros || masked)) delta_.bind(arena, o, pieces, out, false, shared_);
  strip_size_ = out.n * kPanel<T>;
  turned_ = arena.take<T>(strip_size_ * (in_parts_ ? static_cast<size_t>(o.threads) : strips()));
  if (!in_parts_ || rows > kColumnRows) return;
  columns_ld_ = row_distance<T>(rows);
  delta_columns_ = arena.take<T>(out.n * static_cast<size_t>(columns_ld_));
  strip_columns_ = arena.take<T>(static_cast<size_t>(o.threads) * kPanel<T> * static_cast<size_t>(columns_ld_));
}

template <class T>
void DenseLayer<T>::begin(const Pass<T>& pass) {
  if (!pass.updater || in_parts_ || !turned_ || pass.first > 0) return;  // W is the same for all portions
  pass.pool.run(strips(), static_cast<double>(kernel_->size()) / 4,
                [&](size_t strip, int) { turn(strip, turned_ + strip * strip_size_); });
}

template <class T>
template <class Task>
void DenseLayer<T>::over_parts(const Pass<T>& pass, size_t parts, Task task) const {
  const size_t all = pieces_.count(pass.rows);
  const size_t wanted = static_cast<size_t>(pass.pool.threads()) * (pass.pool.threads() > 1 ? 4 : 1);
  const size_t spans = std::min(all, parts >= wanted ? 1 : (wanted + parts - 1) / parts);
  pass.pool.run(parts * spans, static_cast<double>(pass.rows) * products(), [&](size_t i, int thread) {
    const size_t s = i % spans;
    task(i / spans, Span{all * s / spans, all * (s + 1) / spans}, thread);
  });
}

template <class T>
template <class Run>
void DenseLayer<T>::over_stretches(const Pass<T>& pass, const SparseView<T>& view, Span span, Run run) const {
  run_stretches(
      span.begin, span.end, pieces_.rows_each, pass.rows, [&](size_t i) { return view.sparse(i); }, run);
}

// Finds the zeros of a piece of the input.
template <class T>
void DenseLayer<T>::look(const Pass<T>& pass, const Piece& piece) {
  x_.look(kernels_, *in_, piece);
  if (pass.updater && x_.sparse(piece.index) && kernel_->trainable) x_.mark(kernels_, *in_, piece);
}

// Puts the features of each block of the kernel side by side.
template <class T>
void DenseLayer<T>::pack(const Piece& p) const {
  T* to = packed_ + p.first * kBlockRows;
  for (size_t col = 0; col < kernel_->rows; col += kBlockRows, to += packed_size_) {
    const size_t width = std::min(kernel_->rows - col, kBlockRows);
    for (size_t r = 0; r < p.rows; r++) std::copy_n(in_->at(p.first + r, col), width, to + r * kBlockRows);
  }
}

// f(x W + b) for one panel of W.
template <class T>
void DenseLayer<T>::multiply(const Pass<T>& pass, size_t panel, Span span) {
  const size_t col = panel * kPanel<T>, width = panel_width<T>(*kernel_, panel);
  const T* w = network_.values(*kernel_) + col * kernel_->rows;
  const T* b = bias_ ? network_.values(*bias_) + col : nullptr;
  const auto activate = kernels_.activate[static_cast<int>(spec_.activation)];
  over_stretches(pass, x_, span, [&](size_t first, size_t rows, bool sparse) {
    T* z = z_.at(first, col);
    if (sparse) {
      const SparseRows<T>& x = x_.rows();
      kernels_.sparse_gemm({x.begin + first, x.end + first, x.index, x.value, w, static_cast<ptrdiff_t>(width), z,
                            z_.ld, b, false, rows, width, kernel_->rows});
    } else {
      kernels_.gemm({.a = in_->at(first, 0),
                     .a_row = in_->ld,
                     .a_k = 1,
                     .b = w,
                     .ldb = static_cast<ptrdiff_t>(width),
                     .c = z,
                     .ldc = z_.ld,
                     .bias = b,
                     .m = rows,
                     .n = width,
                     .k = kernel_->rows});
    }
    T* y = out.at(first, col);
    if (spec_.activation == Activation::kSoftmax || (spec_.activation == Activation::kLinear && y == z)) return;
    activate(out.block(rows, col, width), z, y, static_cast<T>(spec_.alpha));
  });
}

template <class T>
void DenseLayer<T>::forward_piece(const Pass<T>& pass, const Piece& p) {
  if (x_.bound()) look(pass, p);
  if (packed_ && pass.updater) pack(p);
  if (in_parts_) return;
  for (size_t panel = 0; panel < panel_count<T>(*kernel_); panel++) multiply(pass, panel, {p.index, p.index + 1});
  activate_rows(p);
}

template <class T>
void DenseLayer<T>::forward_rest(const Pass<T>& pass) {
  if (!in_parts_) return;
  over_parts(pass, panel_count<T>(*kernel_), [&](size_t panel, Span span, int) { multiply(pass, panel, span); });
  if (spec_.activation == Activation::kSoftmax) this->over_pieces(pass, [&](const Piece& p) { activate_rows(p); });
}

// Softmax, which needs whole rows.
template <class T>
void DenseLayer<T>::activate_rows(const Piece& p) {
  if (spec_.activation != Activation::kSoftmax) return;
  kernels_.activate[static_cast<int>(Activation::kSoftmax)](out.extent(p.rows), z_.at(p.first, 0), out.at(p.first, 0),
                                                            T(0));
}

// gradient = gradient · f'(z), in place; `look`: its zeros will be left out.
template <class T>
void DenseLayer<T>::differentiate(const Piece& p, T* gradient, bool look) {
  Signal<T> delta = out;
  delta.data = gradient;
  if (!skip_gradient_ && spec_.activation != Activation::kLinear)
    kernels_.activate_gradient[static_cast<int>(spec_.activation)](
        out.extent(p.rows), z_.at(p.first, 0), out.at(p.first, 0), delta.at(p.first, 0), static_cast<T>(spec_.alpha));
  if (look && delta_.bound()) delta_.look(kernels_, delta, p);
}

// One strip of W, kPanel inputs by all units, transposed. Of a large layer it comes from far away, in pieces as short
// as the strip: asking for the next one makes 784-2048³-10 with dropout 1.02 times as fast.
template <class T>
void DenseLayer<T>::turn(size_t strip, T* turned) const {
  const size_t i = strip * kPanel<T>, rows = std::min(kernel_->rows - i, kPanel<T>);
  for (size_t panel = 0; panel < panel_count<T>(*kernel_); panel++) {
    const size_t col = panel * kPanel<T>, width = panel_width<T>(*kernel_, panel);
    if (in_parts_ && panel + 1 < panel_count<T>(*kernel_)) {
      const size_t next_col = col + kPanel<T>, next_width = panel_width<T>(*kernel_, panel + 1);
      prefetch(network_.values(*kernel_) + next_col * kernel_->rows + i * next_width, rows * next_width * sizeof(T));
    }
    kernels_.transpose({rows, width, width, static_cast<ptrdiff_t>(width)},
                       network_.values(*kernel_) + col * kernel_->rows + i * width, turned + col * kPanel<T>,
                       static_cast<ptrdiff_t>(kPanel<T>), round_up(rows, kLanes<T>));
  }
}

// ∂loss/∂z of a piece, transposed.
template <class T>
void DenseLayer<T>::turn_delta(const Piece& p, const T* gradient) {
  kernels_.transpose(out.extent(p.rows), gradient + static_cast<ptrdiff_t>(p.first) * out.ld, delta_columns_ + p.first,
                     columns_ld_, round_up(p.rows, kLanes<T>));
}

// ∂loss/∂x(r, i) for the inputs i of a strip and a stretch of rows: W, as it lies, by the transposed delta gives
// (inputs, rows), which is transposed back. Each output is the same chain over j as in input_gradient().
template <class T>
void DenseLayer<T>::input_gradient_by_columns(size_t strip, size_t first, size_t rows, int thread,
                                              const Signal<T>& dx) const {
  const size_t i = strip * kPanel<T>, inputs = std::min(kernel_->rows - i, kPanel<T>), n = round_up(rows, kLanes<T>);
  const size_t whole = spec_.units / kPanel<T>, rest = spec_.units % kPanel<T>;
  T* to = strip_columns_ + static_cast<size_t>(thread) * kPanel<T> * static_cast<size_t>(columns_ld_);
  Gemm<T> g{.b = delta_columns_ + first, .ldb = columns_ld_, .c = to, .ldc = columns_ld_, .m = inputs, .n = n};
  g.a_k = 1;
  if (whole > 0) {  // the panels of kPanel columns
    g.a = network_.values(*kernel_) + i * kPanel<T>;
    g.a_row = static_cast<ptrdiff_t>(kPanel<T>);
    g.a_block = kPanel<T>;
    g.a_block_stride = static_cast<ptrdiff_t>(kernel_->rows * kPanel<T>);
    g.k = whole * kPanel<T>;
    kernels_.gemm(g);
  }
  if (rest > 0) {  // and a narrower one
    const size_t width = panel_width<T>(*kernel_, whole), col = whole * kPanel<T>;
    g.a = network_.values(*kernel_) + col * kernel_->rows + i * width;
    g.a_row = static_cast<ptrdiff_t>(width);
    g.a_block = 0;
    g.b += static_cast<ptrdiff_t>(col) * columns_ld_;
    g.k = rest;
    g.accumulate = whole > 0;
    kernels_.gemm(g);
  }
  kernels_.transpose({inputs, rows, n, columns_ld_}, to, dx.at(first, i), dx.ld, round_up(inputs, kLanes<T>));
}

// ∂loss/∂x(r, i) = Σ_j delta(r, j) W(i, j), one chain over j, for the inputs i of a strip.
template <class T>
void DenseLayer<T>::input_gradient(const Pass<T>& pass, size_t strip, Span span, int thread, T* turned,
                                   const T* gradient, T* to) {
  const size_t i = strip * kPanel<T>, n = round_up(std::min(kernel_->rows - i, kPanel<T>), kLanes<T>);
  const ptrdiff_t ld = static_cast<ptrdiff_t>(kPanel<T>);
  Signal<T> dx = Signal<T>::of_width(kernel_->rows), delta = out;
  dx.data = to;
  delta.data = const_cast<T*>(gradient);
  bool made = !in_parts_;  // begin() has
  over_stretches(pass, delta_, span, [&](size_t first, size_t rows, bool sparse) {
    if (!sparse && delta_columns_) return input_gradient_by_columns(strip, first, rows, thread, dx);
    if (!made) turn(strip, turned);
    made = true;
    if (sparse) {
      const SparseRows<T>& d = delta_.rows();
      kernels_.sparse_gemm({d.begin + first, d.end + first, d.index, d.value, turned, ld, dx.at(first, i), dx.ld,
                            nullptr, false, rows, n, spec_.units});
    } else {
      kernels_.gemm({.a = delta.at(first, 0),
                     .a_row = delta.ld,
                     .a_k = 1,
                     .b = turned,
                     .ldb = ld,
                     .c = dx.at(first, i),
                     .ldc = dx.ld,
                     .m = rows,
                     .n = n,
                     .k = spec_.units});
    }
  });
}

template <class T>
void DenseLayer<T>::backward_piece(const Pass<T>& pass, const Piece& p, T* gradient, T* to) {
  differentiate(p, gradient, to != nullptr);
  if (to && delta_columns_ && !delta_.sparse(p.index)) turn_delta(p, gradient);
  for (size_t strip = 0; to && !in_parts_ && strip < strips(); strip++)
    input_gradient(pass, strip, {p.index, p.index + 1}, p.thread, turned_ + strip * strip_size_, gradient, to);
}

template <class T>
void DenseLayer<T>::backward_rest(const Pass<T>& pass, T* gradient, T* to) {
  if (!to || !in_parts_) return;
  over_parts(pass, strips(), [&](size_t strip, Span span, int thread) {
    input_gradient(pass, strip, span, thread, turned_ + static_cast<size_t>(thread) * strip_size_, gradient, to);
  });
}

template <class T>
size_t DenseLayer<T>::learn_tasks() const {
  return kernel_tasks() + (bias_ && bias_->trainable ? panel_count<T>(*bias_) : 0);
}

// Of one block of the kernel and the rows of some groups, g(i, j) += Σ_r x(r, i) delta(r, j); the batch's row 0 begins
// it.
template <class T>
void DenseLayer<T>::add_gradient(const Pass<T>& pass, const Block& b, Span groups, const Signal<T>& delta, T* g) const {
  constexpr size_t group = SparseView<T>::kGroup;
  const ptrdiff_t width = static_cast<ptrdiff_t>(b.width);
  const ByteRows<T>* bytes = x_.bytes();
  const Signal<T>& x = in_->sparse ? x_.dense() : *in_;
  const auto add = [&](size_t first, size_t rows, bool sparse) {
    if (!sparse)
      return kernels_.gemm(
          {.a = packed_ ? packed_ + b.row / kBlockRows * packed_size_ + first * kBlockRows : in_->at(first, b.row),
           .a_row = 1,
           .a_k = packed_ ? static_cast<ptrdiff_t>(kBlockRows) : in_->ld,
           .b = delta.at(first, b.col),
           .ldb = delta.ld,
           .c = g,
           .ldc = width,
           .accumulate = pass.first + first > 0,
           .m = b.rows,
           .n = b.width,
           .k = rows});
    uint64_t marks[kBlockRows];
    for (size_t row = first; row < first + rows; row += group)
      kernels_.masked_gemm({.a = bytes ? nullptr : x.at(row, b.row),
                            .bytes = bytes ? bytes->at(row, b.row) : nullptr,
                            .value = bytes ? bytes->value : nullptr,
                            .a_k = bytes ? bytes->ld : x.ld,
                            .bits = x_.marks_of_group(row / group, pass.rows, b.row, b.rows, marks),
                            .b = delta.at(row, b.col),
                            .ldb = delta.ld,
                            .c = g,
                            .ldc = width,
                            .accumulate = pass.first + row > 0,
                            .m = b.rows,
                            .n = b.width});
  };
  const auto sparse = [&](size_t i) { return x_.bound() && x_.sparse_group(i, pass.rows); };
  run_stretches(groups.begin, groups.end, group, pass.rows, sparse, add);
}

// ∂loss/∂W(i, j) = Σ_r x(r, i) delta(r, j), some blocks of a panel in a task, each handed to the updater while it is in
// cache; last the bias, ∂loss/∂b(j) = Σ_r delta(r, j).
template <class T>
void DenseLayer<T>::learn(const Pass<T>& pass, size_t task, int thread, T* gradient) {
  Signal<T> delta = out;
  delta.data = gradient;
  if (task >= kernel_tasks()) {
    const size_t p = task - kernel_tasks(), col = p * kPanel<T>;
    kernels_.column_sum(delta.block(pass.rows, col, panel_width<T>(*bias_, p)), delta.at(0, col), pass.first > 0,
                        bias_gradient_ + col);
    if (pass.ends_batch()) pass.updater->take(*bias_, p, bias_gradient_ + col);
    return;
  }
  constexpr size_t block_size = kBlockRows * kPanel<T>;
  T* const sum = pass.updater->sum(*kernel_);  // of portions
  T* const room = kernel_gradient_ + static_cast<size_t>(thread) * blocks_each_ * block_size;
  const size_t a_panel = blocks_of_panel<T>(*kernel_), panel = task / tasks_of_panel();
  const size_t begin = task % tasks_of_panel() * blocks_each_, end = std::min(begin + blocks_each_, a_panel);
  constexpr size_t group = SparseView<T>::kGroup, step = kLearnRows / group;
  const size_t groups = (pass.rows + group - 1) / group;
  for (size_t at = 0; at < groups; at += step) {
    const Span span{at, std::min(at + step, groups)};
    const bool ends = span.end == groups && pass.ends_batch();
    for (size_t i = begin; i < end; i++) {
      const size_t block = panel * a_panel + i;
      const Block b = block_of<T>(*kernel_, block);
      T* const g = sum ? sum + b.offset : room + (i - begin) * block_size;
      if (ends && !in_parts_) pass.updater->expect(*kernel_, block);  // in parts it is this thread's
      add_gradient(pass, b, span, delta, g);
      if (ends) pass.updater->take(*kernel_, block, g);
    }
  }
}

template class DenseLayer<float>;
template class DenseLayer<double>;

}  // namespace myelin
