// AVX-512 (F, DQ, BW, VL): one register is one 64-byte vector. The contract of these types is in vector.md.
#include <immintrin.h>

#include "fold-x86.h"

namespace myelin {
namespace {

constexpr int kTileRows = 6;  // 6 × 4 accumulators + 4 of b + 1 broadcast fit the 32 registers
constexpr int kTileVectors = 4;
constexpr size_t kTileDepth = 512;     // rows of b held in L2 at once: 512 × 256 bytes
constexpr size_t kSliceBytes = 24576;  // of b at once in a sparse product: three quarters of an L1 cache of 32 KB

struct F {
  using T = float;
  using Mask = __mmask16;
  __m512 v;
  static F load(const float* p) { return {_mm512_load_ps(p)}; }
  static F set1(float x) { return {_mm512_set1_ps(x)}; }
  static Mask mask(uint64_t bits) { return static_cast<Mask>(bits); }
};
struct D {
  using T = double;
  using Mask = __mmask8;
  __m512d v;
  static D load(const double* p) { return {_mm512_load_pd(p)}; }
  static D set1(double x) { return {_mm512_set1_pd(x)}; }
  static Mask mask(uint64_t bits) { return static_cast<Mask>(bits); }
};

inline void store(float* p, F x) { _mm512_store_ps(p, x.v); }
inline void store(double* p, D x) { _mm512_store_pd(p, x.v); }

#define MYELIN_BOTH(MACRO) MACRO(F, ps) MACRO(D, pd)
#define MYELIN_OPS(V, S)                                                              \
  inline V operator+(V a, V b) { return {_mm512_add_##S(a.v, b.v)}; }                 \
  inline V operator-(V a, V b) { return {_mm512_sub_##S(a.v, b.v)}; }                 \
  inline V operator*(V a, V b) { return {_mm512_mul_##S(a.v, b.v)}; }                 \
  inline V operator/(V a, V b) { return {_mm512_div_##S(a.v, b.v)}; }                 \
  inline V fma(V a, V b, V c) { return {_mm512_fmadd_##S(a.v, b.v, c.v)}; }           \
  inline V vmax(V a, V b) { return {_mm512_max_##S(a.v, b.v)}; }                      \
  inline V vmin(V a, V b) { return {_mm512_min_##S(a.v, b.v)}; }                      \
  inline V vsqrt(V a) { return {_mm512_sqrt_##S(a.v)}; }                              \
  inline V bit_and(V a, V b) { return {_mm512_and_##S(a.v, b.v)}; }                   \
  inline V bit_or(V a, V b) { return {_mm512_or_##S(a.v, b.v)}; }                     \
  inline V bit_xor(V a, V b) { return {_mm512_xor_##S(a.v, b.v)}; }                   \
  inline V::Mask lt(V a, V b) { return _mm512_cmp_##S##_mask(a.v, b.v, _CMP_LT_OQ); } \
  inline V select(V::Mask m, V a, V b) { return {_mm512_mask_blend_##S(m, b.v, a.v)}; }
MYELIN_BOTH(MYELIN_OPS)
#undef MYELIN_OPS
#undef MYELIN_BOTH

template <int k>
inline F shift_left(F a) {
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a.v), k))};
}
template <int k>
inline F shift_right(F a) {
  return {_mm512_castsi512_ps(_mm512_srli_epi32(_mm512_castps_si512(a.v), k))};
}
template <int k>
inline D shift_left(D a) {
  return {_mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(a.v), k))};
}
template <int k>
inline D shift_right(D a) {
  return {_mm512_castsi512_pd(_mm512_srli_epi64(_mm512_castpd_si512(a.v), k))};
}

inline float sum_lanes(F x) {
  return sum_of(_mm256_add_ps(_mm512_castps512_ps256(x.v), _mm512_extractf32x8_ps(x.v, 1)));
}
inline double sum_lanes(D x) {
  return sum_of(_mm256_add_pd(_mm512_castpd512_pd256(x.v), _mm512_extractf64x4_pd(x.v, 1)));
}
inline float max_lanes(F x) {
  return max_of(_mm256_max_ps(_mm512_castps512_ps256(x.v), _mm512_extractf32x8_ps(x.v, 1)));
}
inline double max_lanes(D x) {
  return max_of(_mm256_max_pd(_mm512_castpd512_pd256(x.v), _mm512_extractf64x4_pd(x.v, 1)));
}

// 16 unsigned words.
struct U {
  __m512i v;
  static constexpr int kCount = 16;
  static U count_from(uint32_t x) {
    return {_mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(x)),
                             _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))};
  }
  static U set1(uint32_t x) { return {_mm512_set1_epi32(static_cast<int>(x))}; }
};
inline void store(uint32_t* p, U x) { _mm512_store_si512(p, x.v); }
inline U operator^(U a, U b) { return {_mm512_xor_si512(a.v, b.v)}; }
inline void multiply_wide(U a, uint32_t m, U* high, U* low) {
  const __m512i factor = _mm512_set1_epi32(static_cast<int>(m));
  const __m512i even = _mm512_mul_epu32(a.v, factor), odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), factor);
  high->v = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
  low->v = _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
}

// Bit i tells whether words[i] < limit, for the 16 words of a 64-byte line.
inline uint64_t below(const uint32_t* words, uint32_t limit) {
  return _cvtmask16_u32(_mm512_cmplt_epu32_mask(_mm512_load_si512(words), _mm512_set1_epi32(static_cast<int>(limit))));
}

// dst(c, r) = src(r, c) for a square of one vector a side: pairs, fours, then 128-bit lanes twice.
inline void transpose_square(const float* src, ptrdiff_t ld, float* dst, ptrdiff_t dst_ld) {
  __m512 r[16], t[16];
  for (int i = 0; i < 16; i++) r[i] = _mm512_load_ps(src + i * ld);
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    const auto pd = [](__m512 x) { return _mm512_castps_pd(x); };
    r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(pd(t[i]), pd(t[i + 2])));
    r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pd(t[i]), pd(t[i + 2])));
    r[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pd(t[i + 1]), pd(t[i + 3])));
    r[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pd(t[i + 1]), pd(t[i + 3])));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m512 a = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88), b = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    const __m512 c = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88),
                 d = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
    _mm512_store_ps(dst + i * dst_ld, _mm512_shuffle_f32x4(a, c, 0x88));
    _mm512_store_ps(dst + (i + 4) * dst_ld, _mm512_shuffle_f32x4(b, d, 0x88));
    _mm512_store_ps(dst + (i + 8) * dst_ld, _mm512_shuffle_f32x4(a, c, 0xdd));
    _mm512_store_ps(dst + (i + 12) * dst_ld, _mm512_shuffle_f32x4(b, d, 0xdd));
  }
}
inline void transpose_square(const double* src, ptrdiff_t ld, double* dst, ptrdiff_t dst_ld) {
  __m512d r[8], t[8];
  for (int i = 0; i < 8; i++) r[i] = _mm512_load_pd(src + i * ld);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_pd(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_pd(r[i], r[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    const __m512d a = _mm512_shuffle_f64x2(t[i], t[i + 2], 0x88), b = _mm512_shuffle_f64x2(t[i], t[i + 2], 0xdd);
    const __m512d c = _mm512_shuffle_f64x2(t[i + 4], t[i + 6], 0x88),
                  d = _mm512_shuffle_f64x2(t[i + 4], t[i + 6], 0xdd);
    _mm512_store_pd(dst + i * dst_ld, _mm512_shuffle_f64x2(a, c, 0x88));
    _mm512_store_pd(dst + (i + 2) * dst_ld, _mm512_shuffle_f64x2(b, d, 0x88));
    _mm512_store_pd(dst + (i + 4) * dst_ld, _mm512_shuffle_f64x2(a, c, 0xdd));
    _mm512_store_pd(dst + (i + 6) * dst_ld, _mm512_shuffle_f64x2(b, d, 0xdd));
  }
}

// The lanes of x that are not zero, and their places counted from `first`, one after the other; how many there are.
// Compressed in a register: compressing into memory is microcode on Zen 4. The mask is counted as a word that an
// intrinsic gave: of a mask on the stack GCC 12 counts 32 bits where it stored 16 (seen under -fsanitize=thread).
inline size_t append_nonzero(F x, uint32_t first, float* value, uint32_t* index) {
  const __mmask16 m = _mm512_cmp_ps_mask(x.v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  const __m512i places = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                                          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  _mm512_storeu_ps(value, _mm512_maskz_compress_ps(m, x.v));
  _mm512_storeu_si512(index, _mm512_maskz_compress_epi32(m, places));
  return static_cast<size_t>(__builtin_popcount(_cvtmask16_u32(m)));
}
inline size_t append_nonzero(D x, uint32_t first, double* value, uint32_t* index) {
  const __mmask8 m = _mm512_cmp_pd_mask(x.v, _mm512_setzero_pd(), _CMP_NEQ_UQ);
  const __m256i places =
      _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  _mm512_storeu_pd(value, _mm512_maskz_compress_pd(m, x.v));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(index), _mm256_maskz_compress_epi32(m, places));
  return static_cast<size_t>(__builtin_popcount(_cvtmask8_u32(m)));
}

}  // namespace
}  // namespace myelin
