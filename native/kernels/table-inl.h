// Fills the tables of one instruction set. Included once by each isa/<isa>.cpp, after its simd header; all code is in
// an anonymous namespace, so that the linker can never merge it with that of another instruction set.
#include "kernels.h"
#include "math-inl.h"
#include "memory-inl.h"

#include "activation-inl.h"
#include "elementwise-inl.h"
#include "gemm-inl.h"
#include "loss-inl.h"
#include "masked-inl.h"
#include "normalization-inl.h"
#include "optimizer-inl.h"
#include "rng-inl.h"
#include "sparse-inl.h"

namespace myelin {
namespace {

struct Softmax {};  // whole rows: softmax() and softmax_gradient()

template <class V, class A>
struct ActivationOf {
  using T = typename V::T;
  static void value(const Extent& x, const T* z, T* y, T alpha) { activate<V, A>(x, z, y, alpha); }
  static void gradient(const Extent& x, const T* z, const T* y, T* dy, T alpha) {
    activate_gradient<V, A>(x, z, y, dy, alpha);
  }
};
template <class V>
struct ActivationOf<V, Softmax> {
  using T = typename V::T;
  static void value(const Extent& x, const T* z, T* y, T alpha) { softmax<V>(x, z, y, alpha); }
  static void gradient(const Extent& x, const T* z, const T* y, T* dy, T alpha) {
    softmax_gradient<V>(x, z, y, dy, alpha);
  }
};

template <class V>
const Kernels<typename V::T>* table() {
  using T = typename V::T;
  static constexpr Kernels<T> kernels = {
      gemm<V>,
      sparse_gemm<V>,
      masked_gemm<V>,
      compress<V>,
#define MYELIN_VALUE(name, text) ActivationOf<V, name>::value,
      {MYELIN_ACTIVATIONS(MYELIN_VALUE)},
#undef MYELIN_VALUE
#define MYELIN_GRADIENT(name, text) ActivationOf<V, name>::gradient,
      {MYELIN_ACTIVATIONS(MYELIN_GRADIENT)},
#undef MYELIN_GRADIENT
#define MYELIN_ELEMENT(name, text) element_loss<V, name>,
      {MYELIN_ELEMENT_LOSSES(MYELIN_ELEMENT) categorical_crossentropy<V>, categorical_crossentropy<V>,
       categorical_hinge<V>},
#undef MYELIN_ELEMENT
      softmax_crossentropy<V>,
      element_loss<V, SigmoidCrossentropy>,
      update<V>,
      regularize<V>,
      sum_abs_squares<V>,
      column_sum_squares<V>,
      scale_columns<V>,
      clamp_negative<V>,
      column_sum<V>,
      transpose<V>,
      convert<T, uint8_t>,
      convert<T, float>,
      convert<T, double>,
      all_finite<V>,
      widen,
      mark_nonzero<uint8_t>,
      mark_nonzero<T>,
      draw_mask,
      apply_mask<V>,
      add_noise<V>,
      multiply<V>,
      fill_uniform<V>,
      fill_normal<V>,
      column_moments<V>,
      normalize_columns<V>,
      normalize_columns_gradient<V>,
      inverse_sqrt<V>,
      normalize_rows<V>,
      normalize_rows_gradient<V>,
      multiply_into<V>,
      fma_loop<V>,
  };
  return &kernels;
}

}  // namespace

#define MYELIN_EXPORT_KERNELS(isa)                               \
  const KernelSet* kernels_##isa();                              \
  const KernelSet* kernels_##isa() {                             \
    static const KernelSet set = {#isa, table<F>(), table<D>()}; \
    return &set;                                                 \
  }

}  // namespace myelin
