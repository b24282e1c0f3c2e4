// The dense layer: y = f(x W + b), its three products and when each leaves out zeros.
#ifndef MYELIN_ENGINE_DENSE_H
#define MYELIN_ENGINE_DENSE_H

#include "sparse_view.h"

namespace myelin {

template <class T>
class DenseLayer final : public Layer<T> {
 public:
  DenseLayer(Network<T>& network, size_t index, SharedRows<T>& shared);

  void bind(Arena& arena, const GraphOptions& options, const Pieces& pieces, Signal<T>* in) override;
  void begin(const Pass<T>& pass) override;
  void forward_piece(const Pass<T>& pass, const Piece& piece) override;
  void forward_rest(const Pass<T>& pass) override;
  void backward_piece(const Pass<T>& pass, const Piece& piece, T* gradient, T* input_gradient) override;
  void backward_rest(const Pass<T>& pass, T* gradient, T* input_gradient) override;
  size_t learn_tasks() const override;
  void learn(const Pass<T>& pass, size_t task, int thread, T* gradient) override;
  double work() const override { return in_parts_ ? static_cast<double>(in_->n + out.n) * 4 : products(); }
  // A large layer's columns are shared out, not its rows: what a thread updates is then read by no other.
  bool has_rest() const override { return in_parts_; }

  bool in_place() const override { return false; }
  bool trains() const override { return kernel_->trainable || (bias_ && bias_->trainable); }
  Signal<T> pre_activation() const override { return z_; }
  bool has_activation() const override { return true; }
  void skip_activation_gradient(bool skip) override { skip_gradient_ = skip; }

 private:
  // Neighbouring pieces of the batch, worked on by one thread; or groups (sparse_view.h).
  struct Span {
    size_t begin, end;
  };
  void look(const Pass<T>& pass, const Piece& piece);
  void pack(const Piece& piece) const;
  void multiply(const Pass<T>& pass, size_t panel, Span span);
  void activate_rows(const Piece& piece);
  void differentiate(const Piece& piece, T* gradient, bool look);
  void turn(size_t strip, T* turned) const;
  void add_gradient(const Pass<T>& pass, const Block& block, Span groups, const Signal<T>& delta, T* g) const;
  void turn_delta(const Piece& piece, const T* gradient);
  // Of the inputs of a strip. `turned` is that strip, whether it is made yet or not.
  void input_gradient(const Pass<T>& pass, size_t strip, Span span, int thread, T* turned, const T* gradient, T* to);
  void input_gradient_by_columns(size_t strip, size_t first, size_t rows, int thread, const Signal<T>& dx) const;
  // Runs task(part, span, thread) for `parts` parts of the layer and spans of the batch, enough of both for all
  // threads.
  template <class Task>
  void over_parts(const Pass<T>& pass, size_t parts, Task task) const;
  // Calls run(first_row, rows, sparse) for the stretches of a span that are all sparse or all dense in `view`.
  template <class Run>
  void over_stretches(const Pass<T>& pass, const SparseView<T>& view, Span span, Run run) const;
  size_t tasks_of_panel() const { return (blocks_of_panel<T>(*kernel_) + blocks_each_ - 1) / blocks_each_; }
  size_t kernel_tasks() const { return kernel_->trainable ? panel_count<T>(*kernel_) * tasks_of_panel() : 0; }
  double products() const { return static_cast<double>(kernel_->rows) * static_cast<double>(spec_.units); }
  size_t strips() const { return (kernel_->rows + kPanel<T> - 1) / kPanel<T>; }

  using Layer<T>::network_;
  using Layer<T>::kernels_;
  using Layer<T>::spec_;
  using Layer<T>::pieces_;
  using Layer<T>::in_;
  using Layer<T>::out;

  const Parameter *kernel_, *bias_;
  Signal<T> z_;  // before the activation; the output itself when f' needs no more than that
  bool skip_gradient_ = false;
  SharedRows<T>& shared_;
  SparseView<T> x_, delta_;  // of the input and of ∂loss/∂z

  bool in_parts_ = false;
  // W transposed, (units, inputs), in strips of kPanel inputs: the right factor of the input gradient. Room for one
  // strip a thread in parts, otherwise all of them, made anew in begin().
  T* turned_ = nullptr;
  size_t strip_size_ = 0;
  // Of a batch in parts that is small enough, ∂loss/∂z transposed, (units, rows), and a thread's ∂loss/∂x of one strip,
  // (kPanel, rows): two small matrices to transpose instead of W.
  T *delta_columns_ = nullptr, *strip_columns_ = nullptr;
  ptrdiff_t columns_ld_ = 0;
  // An input in which nothing is skipped, by the features of a block, (rows, kBlockRows) each; null when it is not
  // worth it.
  T* packed_ = nullptr;
  size_t packed_size_ = 0;
  size_t blocks_each_ = 1;        // of the kernel, that learn in one task
  T* kernel_gradient_ = nullptr;  // of one task a thread
  T* bias_gradient_ = nullptr;
};

}  // namespace myelin

#endif
