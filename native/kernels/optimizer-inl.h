// The update rules, Keras 3's, over flat arrays of weights. Adding one: a struct here, a line in names.h, its row in
// engine/optimizer.cpp. Before every rule: g is scaled and clipped, then w -= decay · w.
// All arrays may have padding lanes: with w = g = 0 every rule leaves w at 0.
#include "kernels.h"

namespace myelin {
namespace {

// What a rule works on: one vector of each array, written back where the rule changed it.
template <class V>
struct Weights {
  V w, g, s0, s1, s2;
};

template <class V>
inline V with_momentum(const OptimizerStep<typename V::T>& o, Weights<V>& x, V v) {
  x.s0 = v;
  return o.nesterov ? fma(V::set1(o.momentum), v, negate(V::set1(o.learning_rate) * x.g)) : v;
}

// v = μ v - η g; w += v. Nesterov: w += μ v - η g. Without momentum the state is not touched: SgdPlain.
struct Sgd {
  static constexpr int kStates = 1;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    const V v = fma(V::set1(o.momentum), x.s0, negate(V::set1(o.learning_rate) * x.g));
    x.w = x.w + with_momentum(o, x, v);
  }
};
struct SgdPlain {
  static constexpr int kStates = 0;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    x.w = fma(negate(V::set1(o.learning_rate)), x.g, x.w);
  }
};

// v = ρ v + (1 - ρ) g²; step = η g / sqrt(v + ε), centered: / sqrt(v - ḡ² + ε).
struct Rmsprop {
  static constexpr int kStates = 3;  // v, momentum, ḡ
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    const V rho = V::set1(o.rho), rest = number<V>(1) - rho;
    x.s0 = fma(rho, x.s0, rest * x.g * x.g);
    V denominator = x.s0 + V::set1(o.epsilon);
    if (o.centered) {
      x.s2 = fma(rho, x.s2, rest * x.g);
      denominator = denominator - x.s2 * x.s2;
    }
    V step = V::set1(o.learning_rate) * x.g / vsqrt(denominator);
    if (o.momentum > 0) x.s1 = step = fma(V::set1(o.momentum), x.s1, step);
    x.w = x.w - step;
  }
};

// a += g²; w -= η g / sqrt(a + ε).
struct Adagrad {
  static constexpr int kStates = 1;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    x.s0 = fma(x.g, x.g, x.s0);
    x.w = x.w - V::set1(o.learning_rate) * x.g / vsqrt(x.s0 + V::set1(o.epsilon));
  }
};

// a = ρ a + (1 - ρ) g²; Δ = -g sqrt(d + ε) / sqrt(a + ε); d = ρ d + (1 - ρ) Δ²; w += η Δ.
struct Adadelta {
  static constexpr int kStates = 2;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    const V rho = V::set1(o.rho), rest = number<V>(1) - rho, epsilon = V::set1(o.epsilon);
    x.s0 = fma(rho, x.s0, rest * x.g * x.g);
    const V delta = x.g * vsqrt(x.s1 + epsilon) / vsqrt(x.s0 + epsilon);
    x.s1 = fma(rho, x.s1, rest * delta * delta);
    x.w = fma(negate(V::set1(o.learning_rate)), delta, x.w);
  }
};

// m += (g - m)(1 - β1); v += (g² - v)(1 - β2), common to the family.
template <class V>
inline void adam_moments(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
  x.s0 = fma(x.g - x.s0, V::set1(1 - o.beta1), x.s0);
  x.s1 = fma(x.g * x.g - x.s1, V::set1(1 - o.beta2), x.s1);
}

// w -= α_t m / (sqrt(v) + ε), α_t = η sqrt(1 - β2^t) / (1 - β1^t): ε is the "epsilon hat" of Kingma & Ba.
struct Adam {
  static constexpr int kStates = 3;  // m, v, and the largest v for amsgrad
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    adam_moments(o, x);
    V v = x.s1;
    if (o.amsgrad) v = x.s2 = vmax(x.s2, v);
    x.w = x.w - x.s0 * V::set1(o.alpha) / (vsqrt(v) + V::set1(o.epsilon));
  }
};

// u = max(β2 u, |g|); w -= η / (1 - β1^t) · m / (u + ε).
struct Adamax {
  static constexpr int kStates = 2;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    x.s0 = fma(x.g - x.s0, V::set1(1 - o.beta1), x.s0);
    x.s1 = vmax(V::set1(o.beta2) * x.s1, absolute(x.g));
    x.w = x.w - x.s0 * V::set1(o.alpha) / (x.s1 + V::set1(o.epsilon));
  }
};

// m̂ = m_factor m + g_factor g, v̂ = v_factor v; w -= η m̂ / (sqrt(v̂) + ε). The factors: engine/optimizer.cpp.
struct Nadam {
  static constexpr int kStates = 2;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    adam_moments(o, x);
    const V m = fma(V::set1(o.m_factor), x.s0, V::set1(o.g_factor) * x.g);
    x.w = x.w - m * V::set1(o.learning_rate) / (vsqrt(x.s1 * V::set1(o.v_factor)) + V::set1(o.epsilon));
  }
};

// w -= η sign(β1 m + (1 - β1) g); m = β2 m + (1 - β2) g.
struct Lion {
  static constexpr int kStates = 1;
  template <class V>
  static void update(const OptimizerStep<typename V::T>& o, Weights<V>& x) {
    const V c = fma(V::set1(o.beta1), x.s0, V::set1(1 - o.beta1) * x.g);
    x.w = fma(negate(V::set1(o.learning_rate)), step(c) - step(negate(c)), x.w);
    x.s0 = fma(V::set1(o.beta2), x.s0, V::set1(1 - o.beta2) * x.g);
  }
};

// The step by value: its numbers stay in registers, for no store can reach them. On Zen 3 Adam takes 8.6 instead of 9.5
// cycles for eight weights, of which the divider needs 8.1, and momentum 4.5 instead of 6.5.
template <class V, class Rule, class T = typename V::T>
void update_all(OptimizerStep<T> o, T* w, const T* g, T* s0, T* s1, T* s2, size_t n) {
  const bool third = Rule::kStates > 2 && s2;  // only when centered or amsgrad asked for it
  const bool second = Rule::kStates > 1 && s1;
  for (size_t i = 0; i < n; i += Lanes<V>::kCount) {
    Weights<V> x;
    x.w = V::load(w + i);
    x.g = V::load(g + i) * V::set1(o.gradient_scale);
    if (o.clip_value > 0) x.g = vmax(V::set1(-o.clip_value), vmin(V::set1(o.clip_value), x.g));
    x.w = fma(negate(V::set1(o.decay)), x.w, x.w);
    const V zero = number<V>(0);
    x.s0 = Rule::kStates > 0 ? V::load(s0 + i) : zero;
    x.s1 = second ? V::load(s1 + i) : zero;
    x.s2 = third ? V::load(s2 + i) : zero;
    Rule::update(o, x);
    store(w + i, x.w);
    if (Rule::kStates > 0) store(s0 + i, x.s0);
    if (second) store(s1 + i, x.s1);
    if (third) store(s2 + i, x.s2);
  }
}

template <class V, class T = typename V::T>
void update(const OptimizerStep<T>& o, T* w, const T* g, T* s0, T* s1, T* s2, size_t n) {
  switch (o.kind) {
    case Optimizer::kSgd:
      return o.momentum > 0 ? update_all<V, Sgd>(o, w, g, s0, s1, s2, n)
                            : update_all<V, SgdPlain>(o, w, g, s0, s1, s2, n);
    case Optimizer::kRmsprop:
      return update_all<V, Rmsprop>(o, w, g, s0, s1, s2, n);
    case Optimizer::kAdagrad:
      return update_all<V, Adagrad>(o, w, g, s0, s1, s2, n);
    case Optimizer::kAdadelta:
      return update_all<V, Adadelta>(o, w, g, s0, s1, s2, n);
    case Optimizer::kAdam:
    case Optimizer::kAdamw:
      return update_all<V, Adam>(o, w, g, s0, s1, s2, n);
    case Optimizer::kAdamax:
      return update_all<V, Adamax>(o, w, g, s0, s1, s2, n);
    case Optimizer::kNadam:
      return update_all<V, Nadam>(o, w, g, s0, s1, s2, n);
    case Optimizer::kLion:
      return update_all<V, Lion>(o, w, g, s0, s1, s2, n);
    case Optimizer::kCount:
      return;
  }
}

// g += l1 sign(w) + l2 w.
template <class V, class T = typename V::T>
void regularize(T* g, const T* w, T l1, T l2, size_t n) {
  for (size_t i = 0; i < n; i += Lanes<V>::kCount) {
    const V wi = V::load(w + i);
    const V sign = step(wi) - step(negate(wi));
    store(g + i, fma(V::set1(l2), wi, fma(V::set1(l1), sign, V::load(g + i))));
  }
}

}  // namespace
}  // namespace myelin
