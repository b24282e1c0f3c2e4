// AVX-512 (F, DQ, BW, VL): one register is one 64-byte vector. The contract of these types is in vector.md.
#include <immintrin.h>

namespace myelin {
namespace {

constexpr int kTileRows = 6;  // 6 × 4 accumulators + 4 of b + 1 broadcast fit the 32 registers
constexpr int kTileVectors = 4;
constexpr size_t kTileDepth = 512;  // rows of b held in L2 at once: 512 × 256 bytes

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

// 16 unsigned words.
struct U {
  __m512i v;
  static U load(const uint32_t* p) { return {_mm512_load_si512(p)}; }
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
  return _mm512_cmplt_epu32_mask(_mm512_load_si512(words), _mm512_set1_epi32(static_cast<int>(limit)));
}

}  // namespace
}  // namespace myelin
