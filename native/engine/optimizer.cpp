#include "optimizer.h"

#include <cmath>
#include <cstring>

#include "../kernels/cpu.h"

namespace myelin {
namespace {

// base^n by squaring: the same bits everywhere, as pow() is not.
double power(double base, uint64_t n) {
  double result = 1;
  for (; n > 0; n >>= 1, base *= base)
    if (n & 1) result *= base;
  return result;
}

}  // namespace

OptimizerStates states_of(const OptimizerSpec& o) {
  switch (o.kind) {
    case Optimizer::kSgd:
      return {{o.momentum > 0, false, false}, 0};
    case Optimizer::kRmsprop:
      return {{true, o.momentum > 0, o.centered}, 0};
    case Optimizer::kAdagrad:
      return {{true, false, false}, o.initial_accumulator};
    case Optimizer::kAdadelta:
    case Optimizer::kAdamax:
    case Optimizer::kNadam:
      return {{true, true, false}, 0};
    case Optimizer::kAdam:
    case Optimizer::kAdamw:
      return {{true, true, o.amsgrad}, 0};
    case Optimizer::kLion:
      return {{true, false, false}, 0};
    case Optimizer::kCount:
      break;
  }
  return {{false, false, false}, 0};
}

// Step t counts from 1. Formulas: Keras 3, keras/src/optimizers.
template <class T>
static OptimizerStep<T> step_of(const OptimizerSpec& o, double rate, uint64_t t, double* nadam_product) {
  OptimizerStep<T> s{};
  s.kind = o.kind;
  s.nesterov = o.nesterov;
  s.centered = o.centered;
  s.amsgrad = o.amsgrad;
  s.learning_rate = static_cast<T>(rate);
  s.momentum = static_cast<T>(o.momentum);
  s.rho = static_cast<T>(o.rho);
  s.beta1 = static_cast<T>(o.beta1);
  s.beta2 = static_cast<T>(o.beta2);
  s.epsilon = static_cast<T>(o.epsilon);
  s.decay = static_cast<T>(rate * o.weight_decay);
  s.gradient_scale = 1;
  s.clip_value = static_cast<T>(o.clip_value);
  const double unbias1 = 1 - power(o.beta1, t), unbias2 = 1 - power(o.beta2, t);
  if (o.kind == Optimizer::kAdamax) s.alpha = static_cast<T>(rate / unbias1);
  if (o.kind == Optimizer::kAdam || o.kind == Optimizer::kAdamw)
    s.alpha = static_cast<T>(rate * std::sqrt(unbias2) / unbias1);
  if (o.kind == Optimizer::kNadam) {
    const double u = o.beta1 * (1 - 0.5 * power(0.96, t)), u_next = o.beta1 * (1 - 0.5 * power(0.96, t + 1));
    *nadam_product *= u;
    s.m_factor = static_cast<T>(u_next / (1 - *nadam_product * u_next));
    s.g_factor = static_cast<T>((1 - u) / (1 - *nadam_product));
    s.v_factor = static_cast<T>(1 / unbias2);
  }
  return s;
}

template <class T>
Updater<T>::Updater(Network<T>& network, Mode mode, double samples, bool portions)
    : network_(network), kernels_(network.kernels()), mode_(mode), samples_(samples), portions_(portions) {
  const OptimizerSpec& o = network.training().optimizer;
  clips_ = mode == Mode::kUpdate && (o.clip_norm > 0 || o.global_clip_norm > 0);
  updated_ = std::vector<std::atomic<uint32_t>>(blocks());
}

// Of all parameters together.
template <class T>
size_t Updater<T>::blocks() const {
  if (network_.parameters().empty()) return 0;
  const Parameter& last = network_.parameters().back();
  return last.first_block + block_count<T>(last);
}

template <class T>
void Updater<T>::bind(Arena& arena) {
  const size_t blocks = this->blocks();
  sum_abs_ = arena.take<T>(blocks);
  sum_squares_ = arena.take<T>(blocks);
  if (keeps() || portions_) gradients_ = arena.take<T>(network_.size());
  if (keeps()) norm_squares_ = arena.take<T>(blocks);
}

template <class T>
void Updater<T>::begin(double learning_rate) {
  if (mode_ != Mode::kUpdate) return;
  network_.iterations++;
  step_ = step_of<T>(network_.training().optimizer, learning_rate, network_.iterations, &network_.nadam_product);
}

template <class T>
void Updater<T>::measure(const Parameter& p, size_t block) {
  const Block b = block_of<T>(p, block);
  kernels_.sum_abs_squares(network_.values(p) + b.offset, b.size(), &sum_abs_[p.first_block + block],
                           &sum_squares_[p.first_block + block]);
}

// The gradient of l1 Σ|w| + l2 Σw² + l2Cost / (2n) Σw².
template <class T>
void Updater<T>::regularize(const Parameter& p, const Block& b, T* g) const {
  const RegularizerSpec& r = p.regularizer;
  kernels_.regularize(g, network_.values(p) + b.offset, static_cast<T>(r.l1),
                      static_cast<T>(2 * r.l2 + r.l2_cost / samples_), b.size());
}

template <class T>
void Updater<T>::update(const Parameter& p, const Block& b, const T* g, T scale) const {
  OptimizerStep<T> step = step_;
  step.gradient_scale = scale;
  const size_t at = p.offset + b.offset;
  kernels_.update(step, network_.values() + at, g, network_.state(0, at), network_.state(1, at), network_.state(2, at),
                  b.size());
}

template <class T>
void Updater<T>::expect(const Parameter& p, size_t block) {
  if (keeps()) return;
  const Block b = block_of<T>(p, block);
  prefetch_to_write(network_.values(p) + b.offset, b.size() * sizeof(T));
}

template <class T>
void Updater<T>::take(const Parameter& p, size_t block, T* g) {
  const Block b = block_of<T>(p, block);
  if (p.regularizer.any()) {
    measure(p, block);
    regularize(p, b, g);
  }
  if (keeps()) {
    T* const to = gradients_ + p.offset + b.offset;
    if (g != to) memcpy(to, g, b.size() * sizeof(T));
    T sum_abs;
    kernels_.sum_abs_squares(g, b.size(), &sum_abs, &norm_squares_[p.first_block + block]);
    return;
  }
  update(p, b, g, T(1));
  if (!constrains_at_once(p)) return;
  const size_t a_panel = blocks_of_panel<T>(p), panel = block / a_panel;
  std::atomic<uint32_t>& updated = updated_[p.first_block + panel * a_panel];
  if (updated.fetch_add(1, std::memory_order_acq_rel) + 1 < a_panel) return;
  updated.store(0, std::memory_order_relaxed);
  constrain_panel(p, panel);
}

template <class T>
void Updater<T>::take_vector(const Parameter& p, T* g) {
  for (size_t block = 0; block < block_count<T>(p); block++) take(p, block, g + block_of<T>(p, block).offset);
}

// Keras: clipNorm cuts each parameter's gradient down by its own norm, globalClipNorm all of them by the norm of all.
template <class T>
void Updater<T>::update_clipped(ThreadPool& pool) {
  const OptimizerSpec& o = network_.training().optimizer;
  const auto squares = [this](const Parameter& p) {
    double sum = 0;
    for (size_t i = 0; i < block_count<T>(p); i++) sum += static_cast<double>(norm_squares_[p.first_block + i]);
    return sum;
  };
  const auto factor = [](double limit, double norm) { return limit > 0 && norm > limit ? limit / norm : 1.0; };
  double all = 0;
  for (const Parameter& p : network_.parameters())
    if (p.trainable) all += squares(p);
  for (const Parameter& p : network_.parameters()) {
    if (!p.trainable) continue;
    const double scale = factor(o.clip_norm, std::sqrt(squares(p))) * factor(o.global_clip_norm, std::sqrt(all));
    pool.run(block_count<T>(p), static_cast<double>(p.size()), [&](size_t block, int) {
      const Block b = block_of<T>(p, block);
      update(p, b, gradients_ + p.offset + b.offset, static_cast<T>(scale));
    });
  }
}

// What a weight is multiplied by so that a norm² of `squares` obeys the constraint; ε as in Keras.
static double constraint_factor(const ConstraintSpec& c, double squares) {
  const double norm = std::sqrt(squares);
  double wanted = 1;  // unitNorm
  if (c.kind == Constraint::kMaxNorm) wanted = norm < c.max_value ? norm : c.max_value;
  if (c.kind == Constraint::kMinMaxNorm) {
    const double clipped = norm < c.min_value ? c.min_value : norm > c.max_value ? c.max_value : norm;
    wanted = c.rate * clipped + (1 - c.rate) * norm;
  }
  return wanted / (1e-7 + norm);
}

// The norm is that of the incoming weights of a unit: of a kernel's column, or of a whole vector (Keras: axis 0).
template <class T>
void Updater<T>::constrain(const Parameter& p, ThreadPool& pool) const {
  if (p.kind == ParameterKind::kKernel)
    return pool.run(panel_count<T>(p), static_cast<double>(p.size()),
                    [&](size_t panel, int) { constrain_panel(p, panel); });
  T* w = network_.values(p);
  if (p.constraint.kind == Constraint::kNonNeg) return kernels_.clamp_negative(w, p.size());
  T sum_abs, squares;
  kernels_.sum_abs_squares(w, p.size(), &sum_abs, &squares);
  const Extent whole{1, p.cols, p.n, static_cast<ptrdiff_t>(p.n)};
  kernels_.multiply(whole, w, static_cast<T>(constraint_factor(p.constraint, static_cast<double>(squares))), w);
}

template <class T>
void Updater<T>::constrain_panel(const Parameter& p, size_t panel) const {
  const ConstraintSpec& c = p.constraint;
  alignas(kAlignment) T factor[kPanel<T>];
  const size_t width = panel_width<T>(p, panel);
  const Extent extent{p.rows, width, width, static_cast<ptrdiff_t>(width)};
  T* at = network_.values(p) + panel * kPanel<T> * p.rows;
  if (c.kind == Constraint::kNonNeg) return kernels_.clamp_negative(at, p.rows * width);
  kernels_.column_sum_squares(extent, at, factor);
  for (size_t i = 0; i < width; i++) factor[i] = static_cast<T>(constraint_factor(c, static_cast<double>(factor[i])));
  kernels_.scale_columns(extent, at, factor);
}

template <class T>
void Updater<T>::finish(ThreadPool& pool) {
  if (mode_ != Mode::kUpdate) return;
  if (clips_) update_clipped(pool);
  for (const Parameter& p : network_.parameters())
    if (p.trainable && p.constraint.any && !constrains_at_once(p)) constrain(p, pool);
}

template <class T>
double Updater<T>::penalty() const {
  double total = 0;
  for (const Parameter& p : network_.parameters()) {
    const RegularizerSpec& r = p.regularizer;
    if (!r.any() || !p.trainable) continue;
    double abs = 0, squares = 0;
    for (size_t i = p.first_block; i < p.first_block + block_count<T>(p); i++) {
      abs += static_cast<double>(sum_abs_[i]);
      squares += static_cast<double>(sum_squares_[i]);
    }
    total += r.l1 * abs + (r.l2 + r.l2_cost / (2 * samples_)) * squares;
  }
  return total;
}

template <class T>
double Updater<T>::measured_penalty() {
  for (const Parameter& p : network_.parameters())
    if (p.regularizer.any() && p.trainable)
      for (size_t block = 0; block < block_count<T>(p); block++) measure(p, block);
  return penalty();
}

template class Updater<float>;
template class Updater<double>;

}  // namespace myelin
