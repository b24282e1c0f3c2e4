// The kernels: one table of function pointers for each instruction set and element type.
//
// Rules that hold for all of them:
//  - Rows are `ld` elements apart; row starts are 64-byte aligned and `n` (columns) is a multiple of
//    kLanes<T> (64 bytes) unless said otherwise. `cols` counts the real columns, without padding.
//  - Padding lanes are zero where a kernel reads them and zero again where it writes them.
//  - Every output of a product is one chain of fused multiply-adds in increasing index of the summed
//    dimension, begun from its bias or zero. Width, tile size and thread count therefore change no bit,
//    and a term with a factor of exactly zero may be left out. A result of -0 is stored as +0, because
//    whether a chain that underflowed ends in -0 or +0 depends on the zeros that were left out.
//  - Sums along a row use 64 bytes of lanes and one fixed tree, on every instruction set.
//  - Arguments do not overlap unless a comment says they may.
#ifndef MYELIN_KERNELS_KERNELS_H
#define MYELIN_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "names.h"

namespace myelin {

constexpr size_t kAlignment = 64;  // bytes: one cache line, one AVX-512 register

template <class T>
constexpr size_t kLanes = kAlignment / sizeof(T);

// Kernels are stored in panels of this many columns: panel p holds rows 0 … in-1 of columns
// p·kPanel …, row after row, so that a panel of a wide layer is one contiguous piece that stays in L2.
// The last panel is as narrow as the padded units allow.
template <class T>
constexpr size_t kPanel = 4 * kLanes<T>;

// c(m, n) = start + Σ_k a(m, k) b(k, n), start = bias(n), or c itself with `accumulate`, or 0.
// a(m, k) = a[m·a_row + k·a_k] or, with an a_block, which divides k, a[m·a_row + (k / a_block)·a_block_stride +
// (k % a_block)·a_k].
template <class T>
struct Gemm {
  const T* a = nullptr;
  ptrdiff_t a_row = 0, a_k = 0;
  size_t a_block = 0;
  ptrdiff_t a_block_stride = 0;
  const T* b = nullptr;  // (k, n)
  ptrdiff_t ldb = 0;
  T* c = nullptr;  // (m, n)
  ptrdiff_t ldc = 0;
  const T* bias = nullptr;  // (n) or null
  bool accumulate = false;
  size_t m = 0, n = 0, k = 0;
};

// The same with a sparse left factor in compressed rows: row m holds entries begin[m] … end[m]-1,
// each with its k (increasing) and its value.
template <class T>
struct SparseGemm {
  const uint32_t *begin, *end;  // (m)
  const uint32_t* index;
  const T* value;
  const T* b;
  ptrdiff_t ldb;
  T* c;
  ptrdiff_t ldc;
  const T* bias;  // (n) or null
  bool accumulate;
  size_t m, n, k;
};

// The same for a k of 64 at the most, with the left factor's nonzero entries marked by bits, columns of a dense matrix
// being its rows: a(m, k) = a[k·a_k + m] or, where `bytes` is not null, value[bytes[k·a_k + m]]; and bit k of bits[m]
// tells whether it may be other than zero.
template <class T>
struct MaskedGemm {
  const T* a;
  const uint8_t* bytes;
  const T* value;  // (256)
  ptrdiff_t a_k;
  const uint64_t* bits;
  const T* b;  // (64, n), of which those rows are read that a bit asks for
  ptrdiff_t ldb;
  T* c;  // (m, n)
  ptrdiff_t ldc;
  bool accumulate;
  size_t m, n;
};

// A rectangle of rows × cols elements, n ≥ cols columns with the padding.
struct Extent {
  size_t rows, cols, n;
  ptrdiff_t ld;
};

// Loss of each row and its gradient: row_loss[r] = loss(p_r, y_r) · weight[r] and
// dp = ∂row_loss/∂p · scale. `weight` may be null (1). dp may be p.
template <class T>
struct LossArgs {
  Extent extent;
  const T* p;       // (rows, n) outputs
  const T* y;       // (rows, n) targets
  const T* weight;  // (rows) or null
  T* row_loss;      // (rows)
  T* dp;            // (rows, n) or null: no gradient wanted
  T scale;
  T delta;  // huber
};

// One optimizer step. Rates that depend on the step (bias corrections) are worked out by the engine.
template <class T>
struct OptimizerStep {
  Optimizer kind;
  bool nesterov, centered, amsgrad;
  T learning_rate;
  T momentum, rho, beta1, beta2, epsilon;
  T decay;           // learning rate · weight decay: w -= decay · w first
  T gradient_scale;  // clipping by norm; 1 for none
  T clip_value;      // 0 for none
  T alpha;           // adam: learning rate · sqrt(1 - β2^t) / (1 - β1^t); adamax: learning rate / (1 - β1^t)
  T m_factor, g_factor, v_factor;  // nadam
};

// Where a draw stands in the stream of a seed; see rng-inl.h.
struct DrawAt {
  uint64_t seed;
  uint32_t stream;  // purpose and layer
  uint64_t step;    // epoch or step
};

template <class T>
struct Kernels {
  void (*gemm)(const Gemm<T>&);
  void (*sparse_gemm)(const SparseGemm<T>&);
  void (*masked_gemm)(const MaskedGemm<T>&);
  // The entries of x that are not zero, as rows of a sparse factor: those of row r from first + r · n on.
  void (*compress)(const Extent&, const T* x, uint32_t first, uint32_t* begin, uint32_t* end, uint32_t* index,
                   T* value);

  // y = f(z); may be in place. `alpha`: slope of leakyRelu, α of elu. Softmax needs whole rows.
  void (*activate[static_cast<int>(Activation::kCount)])(const Extent&, const T* z, T* y, T alpha);
  // dy = dy · f'(z), from z and y = f(z); z is read for gelu, softplus, silu and mish only and may be null otherwise.
  void (*activate_gradient[static_cast<int>(Activation::kCount)])(const Extent&, const T* z, const T* y, T* dy,
                                                                  T alpha);

  // Against the output p.
  void (*loss[static_cast<int>(Loss::kCount)])(const LossArgs<T>&);
  // Against what goes into the output's softmax or sigmoid: dp = (p Σy - y), (p - y) / cols.
  void (*softmax_crossentropy)(const LossArgs<T>&);
  void (*sigmoid_crossentropy)(const LossArgs<T>&);

  // w, g, s0 … s2: n elements. Which states are used: engine/optimizer.cpp.
  void (*update)(const OptimizerStep<T>&, T* w, const T* g, T* s0, T* s1, T* s2, size_t n);
  // g += l1 · sign(w) + l2 · w.
  void (*regularize)(T* g, const T* w, T l1, T l2, size_t n);
  // Σ|x| and Σx² in kLanes lanes, then the fixed tree.
  void (*sum_abs_squares)(const T* x, size_t n, T* sum_abs, T* sum_squares);
  // Constraints. out(n) = Σ_rows w²; w(r, :) *= factor(:); w = max(w, 0).
  void (*column_sum_squares)(const Extent&, const T* w, T* out);
  void (*scale_columns)(const Extent&, T* w, const T* factor);
  void (*clamp_negative)(T* w, size_t n);

  // out(n) = Σ_rows x, each a chain in increasing row; with `accumulate`, begun from what is in out.
  void (*column_sum)(const Extent&, const T* x, bool accumulate, T* out);
  // dst(c, r) = src(r, c) for r < rows, c < n; columns rows … dst_n-1 of dst become zero.
  void (*transpose)(const Extent&, const T* src, T* dst, ptrdiff_t dst_ld, size_t dst_n);

  // dst = src · scale, and zeros from cols to n; src need not be aligned.
  void (*convert_u8)(const uint8_t* src, T* dst, size_t cols, size_t n, T scale);
  void (*convert_f32)(const float* src, T* dst, size_t cols, size_t n, T scale);
  void (*convert_f64)(const double* src, T* dst, size_t cols, size_t n, T scale);
  // Whether no element is infinite or NaN.
  bool (*all_finite)(const Extent&, const T* x);
  // dst = src; neither need be aligned.
  void (*widen)(const uint16_t* src, uint32_t* dst, size_t n);

  // Bit r of bits[c] tells whether x(r, c) is other than zero, for up to 64 rows and as many columns as fill whole
  // lines of 64 bytes.
  void (*mark_bytes)(const uint8_t* x, ptrdiff_t ld, size_t rows, size_t cols, uint64_t* bits);
  void (*mark)(const T* x, ptrdiff_t ld, size_t rows, size_t cols, uint64_t* bits);

  // bits: `words` 64-bit words a row for rows first_row …; bit e % 64 of word e / 64 tells whether element e is kept,
  // with probability threshold / 2^32.
  void (*draw_mask)(const DrawAt&, size_t first_row, size_t rows, size_t words, uint32_t threshold, uint64_t* bits);
  // y = bit ? x · scale + shift : dropped; may be in place. Padding is set to zero.
  void (*apply_mask)(const Extent&, const T* x, const uint64_t* bits, size_t words, T scale, T shift, T dropped, T* y);
  // y = x + stddev · N(0, 1), row r drawn at first_row + r; y = scale · x. Both may be in place.
  void (*add_noise)(const Extent&, const DrawAt&, size_t first_row, const T* x, T stddev, T* y);
  void (*multiply)(const Extent&, const T* x, T factor, T* y);
  // Element e of the stream: uniform in [0, 1), standard normal. n need not be a multiple of anything.
  void (*fill_uniform)(const DrawAt&, T* out, size_t n);
  void (*fill_normal)(const DrawAt&, T* out, size_t n);

  // Batch normalization, per column: mean and biased variance over rows.
  void (*column_moments)(const Extent&, const T* x, T* mean, T* variance);
  // y = gamma · (x - mean) · inv_std + beta, gamma and beta never null.
  void (*normalize_columns)(const Extent&, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* beta,
                            T* y);
  // dgamma = Σ dy · x̂, dbeta = Σ dy; dx = gamma · inv_std · (dy - (dbeta + x̂ · dgamma) / rows), or gamma · inv_std · dy
  // when the statistics are `fixed`. May be in place (dx = dy).
  void (*normalize_columns_gradient)(const Extent&, const T* x, const T* mean, const T* inv_std, const T* gamma,
                                     const T* dy, bool fixed, T* dgamma, T* dbeta, T* dx);
  void (*inverse_sqrt)(const T* x, T epsilon, T* y, size_t n);  // y = 1 / sqrt(x + ε)

  // Layer normalization, per row: y = gamma · x̂ + beta, x̂ = (x - mean) / sqrt(variance + ε); x̂ and 1/σ are kept.
  void (*normalize_rows)(const Extent&, const T* x, T epsilon, const T* gamma, const T* beta, T* xhat, T* inv_std,
                         T* y);
  // dx of it; may be in place. Gradients of gamma and beta are column sums of dy · x̂ and dy: see multiply_into.
  void (*normalize_rows_gradient)(const Extent&, const T* xhat, const T* inv_std, const T* gamma, const T* dy, T* dx);
  void (*multiply_into)(const Extent&, const T* a, const T* b, T* out);  // out = a · b, elementwise; may be in place

  // Independent fused multiply-adds in registers; the FLOPs done. For measuring a machine's peak.
  uint64_t (*fma_loop)(uint64_t rounds, T* sink);
};

struct KernelSet {
  const char* isa;
  const Kernels<float>* f32;
  const Kernels<double>* f64;
};

template <class T>
const Kernels<T>& kernels_of(const KernelSet& set);
template <>
inline const Kernels<float>& kernels_of<float>(const KernelSet& set) {
  return *set.f32;
}
template <>
inline const Kernels<double>& kernels_of<double>(const KernelSet& set) {
  return *set.f64;
}

}  // namespace myelin

#endif
