// NEON (AArch64): a 64-byte vector is four registers. The contract of these types is in vector.md.
#include <arm_neon.h>

namespace myelin {
namespace {

constexpr int kTileRows = 6;  // 6 × 4 accumulators + 4 of b + 1 broadcast fit the 32 registers
constexpr int kTileVectors = 1;
constexpr size_t kTileDepth = 256;     // rows of b held in L1 at once: 256 × 64 bytes
constexpr size_t kSliceBytes = 24576;  // of b at once in a sparse product: three quarters of an L1 cache of 32 KB

struct FMask {
  uint32x4_t a, b, c, d;
};
struct DMask {
  uint64x2_t a, b, c, d;
};

struct F {
  using T = float;
  using Mask = FMask;
  float32x4_t a, b, c, d;
  static F load(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}; }
  static F set1(float x) {
    const float32x4_t v = vdupq_n_f32(x);
    return {v, v, v, v};
  }
  static FMask mask(uint64_t bits) {
    const uint32_t w[4] = {1, 2, 4, 8};
    const uint32x4_t select = vld1q_u32(w);
    const uint32_t b32 = static_cast<uint32_t>(bits);
    return {vtstq_u32(vdupq_n_u32(b32), select), vtstq_u32(vdupq_n_u32(b32 >> 4), select),
            vtstq_u32(vdupq_n_u32(b32 >> 8), select), vtstq_u32(vdupq_n_u32(b32 >> 12), select)};
  }
};
struct D {
  using T = double;
  using Mask = DMask;
  float64x2_t a, b, c, d;
  static D load(const double* p) { return {vld1q_f64(p), vld1q_f64(p + 2), vld1q_f64(p + 4), vld1q_f64(p + 6)}; }
  static D set1(double x) {
    const float64x2_t v = vdupq_n_f64(x);
    return {v, v, v, v};
  }
  static DMask mask(uint64_t bits) {
    const uint64_t w[2] = {1, 2};
    const uint64x2_t select = vld1q_u64(w);
    return {vtstq_u64(vdupq_n_u64(bits), select), vtstq_u64(vdupq_n_u64(bits >> 2), select),
            vtstq_u64(vdupq_n_u64(bits >> 4), select), vtstq_u64(vdupq_n_u64(bits >> 6), select)};
  }
};

inline void store(float* p, F x) {
  vst1q_f32(p, x.a);
  vst1q_f32(p + 4, x.b);
  vst1q_f32(p + 8, x.c);
  vst1q_f32(p + 12, x.d);
}
inline void store(double* p, D x) {
  vst1q_f64(p, x.a);
  vst1q_f64(p + 2, x.b);
  vst1q_f64(p + 4, x.c);
  vst1q_f64(p + 6, x.d);
}

// vmax and vmin are compare-and-select: that is what x86 computes for NaN and for zeros of both signs.
#define MYELIN_BOTH(MACRO) MACRO(F, f32, u32) MACRO(D, f64, u64)
#define MYELIN_OPS(V, S, U)                                                                                          \
  inline V operator+(V x, V y) {                                                                                     \
    return {vaddq_##S(x.a, y.a), vaddq_##S(x.b, y.b), vaddq_##S(x.c, y.c), vaddq_##S(x.d, y.d)};                     \
  }                                                                                                                  \
  inline V operator-(V x, V y) {                                                                                     \
    return {vsubq_##S(x.a, y.a), vsubq_##S(x.b, y.b), vsubq_##S(x.c, y.c), vsubq_##S(x.d, y.d)};                     \
  }                                                                                                                  \
  inline V operator*(V x, V y) {                                                                                     \
    return {vmulq_##S(x.a, y.a), vmulq_##S(x.b, y.b), vmulq_##S(x.c, y.c), vmulq_##S(x.d, y.d)};                     \
  }                                                                                                                  \
  inline V operator/(V x, V y) {                                                                                     \
    return {vdivq_##S(x.a, y.a), vdivq_##S(x.b, y.b), vdivq_##S(x.c, y.c), vdivq_##S(x.d, y.d)};                     \
  }                                                                                                                  \
  inline V fma(V x, V y, V z) {                                                                                      \
    return {vfmaq_##S(z.a, x.a, y.a), vfmaq_##S(z.b, x.b, y.b), vfmaq_##S(z.c, x.c, y.c), vfmaq_##S(z.d, x.d, y.d)}; \
  }                                                                                                                  \
  inline V::Mask lt(V x, V y) {                                                                                      \
    return {vcltq_##S(x.a, y.a), vcltq_##S(x.b, y.b), vcltq_##S(x.c, y.c), vcltq_##S(x.d, y.d)};                     \
  }                                                                                                                  \
  inline V select(V::Mask m, V x, V y) {                                                                             \
    return {vbslq_##S(m.a, x.a, y.a), vbslq_##S(m.b, x.b, y.b), vbslq_##S(m.c, x.c, y.c), vbslq_##S(m.d, x.d, y.d)}; \
  }                                                                                                                  \
  inline V vmax(V x, V y) { return select(lt(y, x), x, y); }                                                         \
  inline V vmin(V x, V y) { return select(lt(x, y), x, y); }                                                         \
  inline V vsqrt(V x) { return {vsqrtq_##S(x.a), vsqrtq_##S(x.b), vsqrtq_##S(x.c), vsqrtq_##S(x.d)}; }
MYELIN_BOTH(MYELIN_OPS)
#undef MYELIN_OPS

#define MYELIN_BITS(V, S, U)                                                                                   \
  inline V bit_op_##V(V x, V y, int op) {                                                                      \
    const auto f = [op](auto p, auto q) {                                                                      \
      const auto i = vreinterpretq_##U##_##S(p), j = vreinterpretq_##U##_##S(q);                               \
      return vreinterpretq_##S##_##U(op == 0 ? vandq_##U(i, j) : op == 1 ? vorrq_##U(i, j) : veorq_##U(i, j)); \
    };                                                                                                         \
    return {f(x.a, y.a), f(x.b, y.b), f(x.c, y.c), f(x.d, y.d)};                                               \
  }                                                                                                            \
  inline V bit_and(V x, V y) { return bit_op_##V(x, y, 0); }                                                   \
  inline V bit_or(V x, V y) { return bit_op_##V(x, y, 1); }                                                    \
  inline V bit_xor(V x, V y) { return bit_op_##V(x, y, 2); }                                                   \
  template <int k>                                                                                             \
  inline V shift_left(V x) {                                                                                   \
    const auto f = [](auto p) { return vreinterpretq_##S##_##U(vshlq_n_##U(vreinterpretq_##U##_##S(p), k)); }; \
    return {f(x.a), f(x.b), f(x.c), f(x.d)};                                                                   \
  }                                                                                                            \
  template <int k>                                                                                             \
  inline V shift_right(V x) {                                                                                  \
    const auto f = [](auto p) { return vreinterpretq_##S##_##U(vshrq_n_##U(vreinterpretq_##U##_##S(p), k)); }; \
    return {f(x.a), f(x.b), f(x.c), f(x.d)};                                                                   \
  }
MYELIN_BOTH(MYELIN_BITS)
#undef MYELIN_BITS
#undef MYELIN_BOTH

// 16 unsigned words.
struct U {
  uint32x4_t a, b, c, d;
  static constexpr int kCount = 16;
  static U count_from(uint32_t x) {
    const uint32_t i[4] = {0, 1, 2, 3};
    const auto four = [&](uint32_t first) { return vaddq_u32(vdupq_n_u32(first), vld1q_u32(i)); };
    return {four(x), four(x + 4), four(x + 8), four(x + 12)};
  }
  static U set1(uint32_t x) {
    const uint32x4_t v = vdupq_n_u32(x);
    return {v, v, v, v};
  }
};
inline void store(uint32_t* p, U x) {
  vst1q_u32(p, x.a);
  vst1q_u32(p + 4, x.b);
  vst1q_u32(p + 8, x.c);
  vst1q_u32(p + 12, x.d);
}
inline U operator^(U x, U y) {
  return {veorq_u32(x.a, y.a), veorq_u32(x.b, y.b), veorq_u32(x.c, y.c), veorq_u32(x.d, y.d)};
}
inline void multiply_wide(U x, uint32_t m, U* high, U* low) {
  const auto quarter = [m](uint32x4_t v, uint32x4_t* h, uint32x4_t* l) {
    const uint32x4_t p = vreinterpretq_u32_u64(vmull_n_u32(vget_low_u32(v), m));
    const uint32x4_t q = vreinterpretq_u32_u64(vmull_high_n_u32(v, m));
    *h = vuzp2q_u32(p, q);
    *l = vuzp1q_u32(p, q);
  };
  quarter(x.a, &high->a, &low->a);
  quarter(x.b, &high->b, &low->b);
  quarter(x.c, &high->c, &low->c);
  quarter(x.d, &high->d, &low->d);
}

// Bit i tells whether words[i] < limit, for the 16 words of a 64-byte line.
inline uint64_t below(const uint32_t* words, uint32_t limit) {
  const uint32_t w[4] = {1, 2, 4, 8};
  const uint32x4_t l = vdupq_n_u32(limit), weight = vld1q_u32(w);
  const auto bits = [&](const uint32_t* p) {
    return static_cast<uint64_t>(vaddvq_u32(vandq_u32(vcltq_u32(vld1q_u32(p), l), weight)));
  };
  return bits(words) | bits(words + 4) << 4 | bits(words + 8) << 8 | bits(words + 12) << 12;
}

// dst(c, r) = src(r, c) for a square of one vector a side.
template <class T>
inline void transpose_square(const T* src, ptrdiff_t ld, T* dst, ptrdiff_t dst_ld) {
  constexpr ptrdiff_t lanes = 64 / sizeof(T);
  for (ptrdiff_t c = 0; c < lanes; c++)
    for (ptrdiff_t r = 0; r < lanes; r++) dst[c * dst_ld + r] = src[r * ld + c];
}

}  // namespace
}  // namespace myelin
