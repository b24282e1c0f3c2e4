// AVX2 + FMA: a 64-byte vector is two registers. The contract of these types is in vector.md.
#include <immintrin.h>

#include "fold-x86.h"

namespace myelin {
namespace {

constexpr int kTileRows = 6;  // 6 × 2 accumulators + 2 of b + 1 broadcast fit the 16 registers
constexpr int kTileVectors = 1;
constexpr size_t kTileDepth = 256;  // rows of b held in L1 at once: 256 × 64 bytes
constexpr size_t kSliceBytes =
    40960;  // of b at once in a sparse product: more than L1 holds, but longer runs are worth it

struct F {
  using T = float;
  __m256 a, b;
  using Mask = F;
  static F load(const float* p) { return {_mm256_load_ps(p), _mm256_load_ps(p + 8)}; }
  static F set1(float x) {
    const __m256 v = _mm256_set1_ps(x);
    return {v, v};
  }
  static F mask(uint64_t bits) {
    const __m256i select = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i lo = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits & 0xff)), select);
    const __m256i hi = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>((bits >> 8) & 0xff)), select);
    return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(lo, select)), _mm256_castsi256_ps(_mm256_cmpeq_epi32(hi, select))};
  }
};
struct D {
  using T = double;
  __m256d a, b;
  using Mask = D;
  static D load(const double* p) { return {_mm256_load_pd(p), _mm256_load_pd(p + 4)}; }
  static D set1(double x) {
    const __m256d v = _mm256_set1_pd(x);
    return {v, v};
  }
  static D mask(uint64_t bits) {
    const __m256i select = _mm256_setr_epi64x(1, 2, 4, 8);
    const __m256i lo = _mm256_and_si256(_mm256_set1_epi64x(static_cast<long long>(bits & 0xf)), select);
    const __m256i hi = _mm256_and_si256(_mm256_set1_epi64x(static_cast<long long>((bits >> 4) & 0xf)), select);
    return {_mm256_castsi256_pd(_mm256_cmpeq_epi64(lo, select)), _mm256_castsi256_pd(_mm256_cmpeq_epi64(hi, select))};
  }
};

inline void store(float* p, F x) {
  _mm256_store_ps(p, x.a);
  _mm256_store_ps(p + 8, x.b);
}
inline void store(double* p, D x) {
  _mm256_store_pd(p, x.a);
  _mm256_store_pd(p + 4, x.b);
}

#define MYELIN_BOTH(MACRO) MACRO(F, ps) MACRO(D, pd)
#define MYELIN_OPS(V, S)                                                                                               \
  inline V operator+(V x, V y) { return {_mm256_add_##S(x.a, y.a), _mm256_add_##S(x.b, y.b)}; }                        \
  inline V operator-(V x, V y) { return {_mm256_sub_##S(x.a, y.a), _mm256_sub_##S(x.b, y.b)}; }                        \
  inline V operator*(V x, V y) { return {_mm256_mul_##S(x.a, y.a), _mm256_mul_##S(x.b, y.b)}; }                        \
  inline V operator/(V x, V y) { return {_mm256_div_##S(x.a, y.a), _mm256_div_##S(x.b, y.b)}; }                        \
  inline V fma(V x, V y, V z) { return {_mm256_fmadd_##S(x.a, y.a, z.a), _mm256_fmadd_##S(x.b, y.b, z.b)}; }           \
  inline V vmax(V x, V y) { return {_mm256_max_##S(x.a, y.a), _mm256_max_##S(x.b, y.b)}; }                             \
  inline V vmin(V x, V y) { return {_mm256_min_##S(x.a, y.a), _mm256_min_##S(x.b, y.b)}; }                             \
  inline V vsqrt(V x) { return {_mm256_sqrt_##S(x.a), _mm256_sqrt_##S(x.b)}; }                                         \
  inline V bit_and(V x, V y) { return {_mm256_and_##S(x.a, y.a), _mm256_and_##S(x.b, y.b)}; }                          \
  inline V bit_or(V x, V y) { return {_mm256_or_##S(x.a, y.a), _mm256_or_##S(x.b, y.b)}; }                             \
  inline V bit_xor(V x, V y) { return {_mm256_xor_##S(x.a, y.a), _mm256_xor_##S(x.b, y.b)}; }                          \
  inline V::Mask lt(V x, V y) { return {_mm256_cmp_##S(x.a, y.a, _CMP_LT_OQ), _mm256_cmp_##S(x.b, y.b, _CMP_LT_OQ)}; } \
  inline V select(V::Mask m, V x, V y) { return {_mm256_blendv_##S(y.a, x.a, m.a), _mm256_blendv_##S(y.b, x.b, m.b)}; }
MYELIN_BOTH(MYELIN_OPS)
#undef MYELIN_OPS
#undef MYELIN_BOTH

inline float sum_lanes(F x) { return sum_of(_mm256_add_ps(x.a, x.b)); }
inline double sum_lanes(D x) { return sum_of(_mm256_add_pd(x.a, x.b)); }
inline float max_lanes(F x) { return max_of(_mm256_max_ps(x.a, x.b)); }
inline double max_lanes(D x) { return max_of(_mm256_max_pd(x.a, x.b)); }

#define MYELIN_SHIFT(name, V, cast_in, cast_out, op)                       \
  template <int k>                                                         \
  inline V name(V x) {                                                     \
    return {cast_out(op(cast_in(x.a), k)), cast_out(op(cast_in(x.b), k))}; \
  }
MYELIN_SHIFT(shift_left, F, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_slli_epi32)
MYELIN_SHIFT(shift_right, F, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_srli_epi32)
MYELIN_SHIFT(shift_left, D, _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_slli_epi64)
MYELIN_SHIFT(shift_right, D, _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_srli_epi64)
#undef MYELIN_SHIFT

// 8 unsigned words, four a register, each in the lower half of 64 bits: that is where a product finds its factors and
// leaves its lower half, and its upper half is a shift away. What is in the upper halves does not matter.
struct U {
  static constexpr int kCount = 8;
  __m256i a, b;
  static U count_from(uint32_t x) {
    const __m256i first = _mm256_set1_epi32(static_cast<int>(x));
    return {_mm256_add_epi32(first, _mm256_setr_epi32(0, 0, 1, 0, 2, 0, 3, 0)),
            _mm256_add_epi32(first, _mm256_setr_epi32(4, 0, 5, 0, 6, 0, 7, 0))};
  }
  static U set1(uint32_t x) {
    const __m256i v = _mm256_set1_epi32(static_cast<int>(x));
    return {v, v};
  }
};
inline void store(uint32_t* p, U x) {
  const __m256 lower = _mm256_shuffle_ps(_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b), 0x88);
  _mm256_store_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(_mm256_castps_si256(lower), 0xd8));
}
inline U operator^(U x, U y) { return {_mm256_xor_si256(x.a, y.a), _mm256_xor_si256(x.b, y.b)}; }
inline void multiply_wide(U x, uint32_t m, U* high, U* low) {
  const __m256i factor = _mm256_set1_epi32(static_cast<int>(m));
  *low = {_mm256_mul_epu32(x.a, factor), _mm256_mul_epu32(x.b, factor)};
  *high = {_mm256_srli_epi64(low->a, 32), _mm256_srli_epi64(low->b, 32)};
}

// Bit i tells whether words[i] < limit, for the 16 words of a 64-byte line. Comparisons are signed: shifted by 2^31.
inline uint64_t below(const uint32_t* words, uint32_t limit) {
  const __m256i half = _mm256_set1_epi32(static_cast<int>(0x80000000u));
  const __m256i l = _mm256_xor_si256(_mm256_set1_epi32(static_cast<int>(limit)), half);
  const auto bits = [&](const uint32_t* p) {
    const __m256i x = _mm256_xor_si256(_mm256_load_si256(reinterpret_cast<const __m256i*>(p)), half);
    return static_cast<uint64_t>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(l, x))));
  };
  return bits(words) | bits(words + 8) << 8;
}

// For each mask of 8 lanes the places of its bits, one after the other.
struct Places {
  uint8_t of[256][8];
};
constexpr Places places_of_bits() {
  Places places{};
  for (int mask = 0; mask < 256; mask++)
    for (int lane = 0, count = 0; lane < 8; lane++)
      if (mask >> lane & 1) places.of[mask][count++] = static_cast<uint8_t>(lane);
  return places;
}
constexpr Places kPlaces = places_of_bits();

// The lanes of x that are not zero, and their places counted from `first`, one after the other; how many there are.
inline size_t append_nonzero(__m256 x, uint32_t first, float* value, uint32_t* index) {
  const unsigned mask = static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ)));
  const __m256i places = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPlaces.of[mask])));
  _mm256_storeu_ps(value, _mm256_permutevar8x32_ps(x, places));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(index),
                      _mm256_add_epi32(places, _mm256_set1_epi32(static_cast<int>(first))));
  return static_cast<size_t>(__builtin_popcount(mask));
}
inline size_t append_nonzero(F x, uint32_t first, float* value, uint32_t* index) {
  const size_t count = append_nonzero(x.a, first, value, index);
  return count + append_nonzero(x.b, first + 8, value + count, index + count);
}

// dst(c, r) = src(r, c) for 8 × 8 floats, 4 × 4 doubles.
inline void transpose_quarter(const float* src, ptrdiff_t ld, float* dst, ptrdiff_t dst_ld) {
  __m256 r[8], t[8];
  for (int i = 0; i < 8; i++) r[i] = _mm256_load_ps(src + i * ld);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    _mm256_store_ps(dst + i * dst_ld, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_store_ps(dst + (i + 4) * dst_ld, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}
inline void transpose_quarter(const double* src, ptrdiff_t ld, double* dst, ptrdiff_t dst_ld) {
  __m256d r[4], t[4];
  for (int i = 0; i < 4; i++) r[i] = _mm256_load_pd(src + i * ld);
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    t[i] = _mm256_unpacklo_pd(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_pd(r[i], r[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    _mm256_store_pd(dst + i * dst_ld, _mm256_permute2f128_pd(t[i], t[i + 2], 0x20));
    _mm256_store_pd(dst + (i + 2) * dst_ld, _mm256_permute2f128_pd(t[i], t[i + 2], 0x31));
  }
}
// A square of one vector a side.
template <class T>
inline void transpose_square(const T* src, ptrdiff_t ld, T* dst, ptrdiff_t dst_ld) {
  constexpr ptrdiff_t half = 32 / sizeof(T);
  for (ptrdiff_t r = 0; r < 2 * half; r += half)
    for (ptrdiff_t c = 0; c < 2 * half; c += half)
      transpose_quarter(src + r * ld + c, ld, dst + c * dst_ld + r, dst_ld);
}

}  // namespace
}  // namespace myelin
