// Sum and maximum over the lanes of a 256-bit register in the order of math-inl.h: lane i with i + n/2, then i + n/4, …
// For avx2.h and avx512.h, whose own first step brings a 64-byte vector down to this.
#include <immintrin.h>

namespace myelin {
namespace {

#define MYELIN_FOLD(name, op)                                                                  \
  inline float name(__m256 x) {                                                                \
    const __m128 four = _mm_##op##_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)); \
    const __m128 two = _mm_##op##_ps(four, _mm_movehl_ps(four, four));                         \
    return _mm_cvtss_f32(_mm_##op##_ss(two, _mm_movehdup_ps(two)));                            \
  }                                                                                            \
  inline double name(__m256d x) {                                                              \
    const __m128d two = _mm_##op##_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1)); \
    return _mm_cvtsd_f64(_mm_##op##_sd(two, _mm_unpackhi_pd(two, two)));                       \
  }
MYELIN_FOLD(sum_of, add)
MYELIN_FOLD(max_of, max)
#undef MYELIN_FOLD

}  // namespace
}  // namespace myelin
