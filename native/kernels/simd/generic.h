// Plain C++: a 64-byte vector is an array. With fused multiply-adds (scalar.cpp) these loops are the
// specification that every other instruction set must equal bit for bit; without (baseline.cpp, which
// defines MYELIN_NO_FMA) they serve x86-64 processors that have no FMA and are outside that promise.
// The contract of these types is in vector.md.
namespace myelin {
namespace {

constexpr int kTileRows = 4;
constexpr int kTileVectors = 1;
constexpr size_t kTileDepth = 256;
constexpr size_t kSliceBytes = 24576;  // of b at once in a sparse product

inline float fma1(float a, float b, float c) {
#ifdef MYELIN_NO_FMA
  return a * b + c;
#else
  return __builtin_fmaf(a, b, c);
#endif
}
inline double fma1(double a, double b, double c) {
#ifdef MYELIN_NO_FMA
  return a * b + c;
#else
  return __builtin_fma(a, b, c);
#endif
}
inline float sqrt1(float x) { return __builtin_sqrtf(x); }
inline double sqrt1(double x) { return __builtin_sqrt(x); }

template <class Element, class Word, int lanes>
struct Array {
  using T = Element;
  struct Mask {
    bool m[lanes];
  };
  T v[lanes];

  static Array load(const T* p) {
    return each([p](int i) { return p[i]; });
  }
  static Array set1(T x) {
    return each([x](int) { return x; });
  }
  static Mask mask(uint64_t bits) {
    Mask m;
    for (int i = 0; i < lanes; i++) m.m[i] = (bits >> i) & 1;
    return m;
  }
  template <class Function>
  static Array each(Function f) {
    Array out;
    for (int i = 0; i < lanes; i++) out.v[i] = f(i);
    return out;
  }
  template <class Function>
  static Array each_word(Array x, Array y, Function f) {
    Word a[lanes], b[lanes];
    __builtin_memcpy(a, x.v, sizeof a);
    __builtin_memcpy(b, y.v, sizeof b);
    for (int i = 0; i < lanes; i++) a[i] = f(a[i], b[i]);
    __builtin_memcpy(x.v, a, sizeof a);
    return x;
  }
};
using F = Array<float, uint32_t, 16>;
using D = Array<double, uint64_t, 8>;

#define MYELIN_OPS(V, Word)                                                   \
  inline void store(V::T* p, V x) { __builtin_memcpy(p, x.v, sizeof x.v); }   \
  inline V operator+(V x, V y) {                                              \
    return V::each([&](int i) { return x.v[i] + y.v[i]; });                   \
  }                                                                           \
  inline V operator-(V x, V y) {                                              \
    return V::each([&](int i) { return x.v[i] - y.v[i]; });                   \
  }                                                                           \
  inline V operator*(V x, V y) {                                              \
    return V::each([&](int i) { return x.v[i] * y.v[i]; });                   \
  }                                                                           \
  inline V operator/(V x, V y) {                                              \
    return V::each([&](int i) { return x.v[i] / y.v[i]; });                   \
  }                                                                           \
  inline V fma(V x, V y, V z) {                                               \
    return V::each([&](int i) { return fma1(x.v[i], y.v[i], z.v[i]); });      \
  }                                                                           \
  inline V vmax(V x, V y) {                                                   \
    return V::each([&](int i) { return x.v[i] > y.v[i] ? x.v[i] : y.v[i]; }); \
  }                                                                           \
  inline V vmin(V x, V y) {                                                   \
    return V::each([&](int i) { return x.v[i] < y.v[i] ? x.v[i] : y.v[i]; }); \
  }                                                                           \
  inline V vsqrt(V x) {                                                       \
    return V::each([&](int i) { return sqrt1(x.v[i]); });                     \
  }                                                                           \
  inline V::Mask lt(V x, V y) {                                               \
    V::Mask m;                                                                \
    for (size_t i = 0; i < sizeof m.m; i++) m.m[i] = x.v[i] < y.v[i];         \
    return m;                                                                 \
  }                                                                           \
  inline V select(const V::Mask& m, V x, V y) {                               \
    return V::each([&](int i) { return m.m[i] ? x.v[i] : y.v[i]; });          \
  }                                                                           \
  inline V bit_and(V x, V y) {                                                \
    return V::each_word(x, y, [](Word a, Word b) { return a & b; });          \
  }                                                                           \
  inline V bit_or(V x, V y) {                                                 \
    return V::each_word(x, y, [](Word a, Word b) { return a | b; });          \
  }                                                                           \
  inline V bit_xor(V x, V y) {                                                \
    return V::each_word(x, y, [](Word a, Word b) { return a ^ b; });          \
  }                                                                           \
  template <int k>                                                            \
  inline V shift_left(V x) {                                                  \
    return V::each_word(x, x, [](Word a, Word) { return a << k; });           \
  }                                                                           \
  template <int k>                                                            \
  inline V shift_right(V x) {                                                 \
    return V::each_word(x, x, [](Word a, Word) { return a >> k; });           \
  }
MYELIN_OPS(F, uint32_t)
MYELIN_OPS(D, uint64_t)
#undef MYELIN_OPS

// 16 unsigned words.
struct U {
  uint32_t v[16];
  static constexpr int kCount = 16;
  static U count_from(uint32_t first) {
    U x;
    for (uint32_t i = 0; i < 16; i++) x.v[i] = first + i;
    return x;
  }
  static U set1(uint32_t value) {
    U x;
    for (int i = 0; i < 16; i++) x.v[i] = value;
    return x;
  }
};
inline void store(uint32_t* p, U x) { __builtin_memcpy(p, x.v, sizeof x.v); }
inline U operator^(U x, U y) {
  for (int i = 0; i < 16; i++) x.v[i] ^= y.v[i];
  return x;
}
inline void multiply_wide(U x, uint32_t m, U* high, U* low) {
  for (int i = 0; i < 16; i++) {
    const uint64_t product = static_cast<uint64_t>(x.v[i]) * m;
    high->v[i] = static_cast<uint32_t>(product >> 32);
    low->v[i] = static_cast<uint32_t>(product);
  }
}

// Bit i tells whether words[i] < limit, for the 16 words of a 64-byte line.
inline uint64_t below(const uint32_t* words, uint32_t limit) {
  uint64_t bits = 0;
  for (int i = 0; i < 16; i++) bits |= static_cast<uint64_t>(words[i] < limit) << i;
  return bits;
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
