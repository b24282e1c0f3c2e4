// The optimizer's part that depends on the step, and the Updater: it takes each block of a gradient as it is finished,
// adds the regularizer, and updates the weights at once, so that no gradient is ever written to memory. Only clipping
// by norm, which must see all of it first, and tracing keep the gradients.
#ifndef MYELIN_ENGINE_OPTIMIZER_H
#define MYELIN_ENGINE_OPTIMIZER_H

#include <atomic>
#include <vector>

#include "network.h"
#include "thread_pool.h"

namespace myelin {

template <class T>
class Updater {
 public:
  enum class Mode { kUpdate, kKeepGradients };

  // `samples`: the n of the l2Cost regularizer. `portions`: batches may come in several.
  Updater(Network<T>& network, Mode mode, double samples, bool portions = false);
  void bind(Arena& arena);

  // Before the backward pass of one step.
  void begin(double learning_rate);
  // Where the gradient of p, in panel order, is summed up from portions of a batch until take(); null when batches are
  // whole.
  T* sum(const Parameter& p) const { return portions_ ? gradients_ + p.offset : nullptr; }
  // Asks for what take() will write, so that it comes while the gradient is computed. Lines that other threads have
  // read are theirs too: writing them without asking first took 28 µs for 256 KB on two cores of a Zen 4, asking 7.
  void expect(const Parameter& p, size_t block);
  // Takes block `block` of the gradient of p, in panel order; g may be overwritten. From any thread.
  void take(const Parameter& p, size_t block, T* g);
  // The same for a whole vector.
  void take_vector(const Parameter& p, T* g);
  // After the backward pass: what had to wait for the norm, then the constraints that are left.
  void finish(ThreadPool& pool);

  // Regularization penalty of the weights as they were when the step began; after finish().
  double penalty() const;
  // Of the weights as they are now.
  double measured_penalty();

  const T* gradient(const Parameter& p) const { return gradients_ + p.offset; }

 private:
  size_t blocks() const;
  void measure(const Parameter& p, size_t block);
  void regularize(const Parameter& p, const Block& b, T* g) const;
  void update(const Parameter& p, const Block& b, const T* g, T scale) const;
  void update_clipped(ThreadPool& pool);
  void constrain(const Parameter& p, ThreadPool& pool) const;
  void constrain_panel(const Parameter& p, size_t panel) const;
  // Kernels are, panel after panel, while what was just updated is near.
  bool constrains_at_once(const Parameter& p) const {
    return p.constraint.any && p.kind == ParameterKind::kKernel && !keeps();
  }
  bool keeps() const { return mode_ == Mode::kKeepGradients || clips_; }

  Network<T>& network_;
  const Kernels<T>& kernels_;
  const Mode mode_;
  const double samples_;
  const bool portions_;
  bool clips_ = false;
  OptimizerStep<T> step_{};
  T* gradients_ = nullptr;                         // as the parameters, when kept or summed up
  T *sum_abs_ = nullptr, *sum_squares_ = nullptr;  // of the weights, one a block
  T* norm_squares_ = nullptr;                      // of the gradients, one a block, when clipped
  std::vector<std::atomic<uint32_t>> updated_;     // blocks of a panel in this step, at the panel's first block
};

}  // namespace myelin

#endif
