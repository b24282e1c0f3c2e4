// Random draws: Philox4x32-10 (Salmon et al. 2011), a function of (seed, stream, step, element) and nothing else, so
// nothing depends on who draws first and nothing is drawn twice.
// The counter is (block, step low, step high, stream), the key the seed. A group of kBlocks consecutive blocks gives
// 64 words; word j·16 + i of a group is output j of its block i.
#include "kernels.h"

namespace myelin {
namespace {

constexpr int kBlocks = 16, kRounds = 10;

class Philox {
 public:
  explicit Philox(const DrawAt& at) : at_(at) {
    uint32_t k0 = static_cast<uint32_t>(at.seed), k1 = static_cast<uint32_t>(at.seed >> 32);
    for (int round = 0; round < kRounds; round++) {
      k0_[round] = k0, k1_[round] = k1;
      k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
  }
  // words[64] of group `group`, 64-byte aligned.
  void draw(uint32_t group, uint32_t* words) const {
    for (int i = 0; i < kBlocks; i += U::kCount) {
      U c0 = U::count_from(group * kBlocks + static_cast<uint32_t>(i)), c1 = U::set1(static_cast<uint32_t>(at_.step));
      U c2 = U::set1(static_cast<uint32_t>(at_.step >> 32)), c3 = U::set1(at_.stream);
      for (int round = 0; round < kRounds; round++) {
        U high0, low0, high2, low2;
        multiply_wide(c0, 0xD2511F53u, &high0, &low0);
        multiply_wide(c2, 0xCD9E8D57u, &high2, &low2);
        c0 = high2 ^ (c1 ^ U::set1(k0_[round]));
        c2 = high0 ^ (c3 ^ U::set1(k1_[round]));
        c1 = low2;
        c3 = low0;
      }
      store(words + i, c0);
      store(words + kBlocks + i, c1);
      store(words + 2 * kBlocks + i, c2);
      store(words + 3 * kBlocks + i, c3);
    }
  }

 private:
  const DrawAt at_;
  uint32_t k0_[kRounds], k1_[kRounds];  // of each round
};

// One 64-bit word of the mask per group.
inline void draw_mask(const DrawAt& at, size_t first_row, size_t rows, size_t words, uint32_t threshold,
                      uint64_t* bits) {
  const Philox philox(at);
  for (size_t i = 0; i < rows * words; i++) {
    alignas(64) uint32_t draw[64];
    philox.draw(static_cast<uint32_t>(first_row * words + i), draw);
    bits[i] = below(draw, threshold) | below(draw + 16, threshold) << 16 | below(draw + 32, threshold) << 32 |
              below(draw + 48, threshold) << 48;
  }
}

// y = bit ? x · scale + shift : dropped.
template <class V, class T = typename V::T>
void apply_mask(const Extent& e, const T* x, const uint64_t* bits, size_t words, T scale, T shift, T dropped, T* y) {
  constexpr size_t lanes = Lanes<V>::kCount;
  for (size_t r = 0; r < e.rows; r++, x += e.ld, y += e.ld, bits += words)
    for (size_t c = 0; c < e.n; c += lanes) {
      const V kept = fma(V::load(x + c), V::set1(scale), V::set1(shift));
      const V chosen = select(V::mask(bits[c / 64] >> (c % 64)), kept, V::set1(dropped));
      store(y + c, without_padding(chosen, c, e.cols));
    }
}

// Uniform in [0, 1) from the upper bits of one word (float: 24) or of two (double: 53).
inline void uniforms(const uint32_t* words, float* out) {
  for (int i = 0; i < 64; i++) out[i] = static_cast<float>(words[i] >> 8) * 5.9604644775390625e-8f;  // 2^-24
}
inline void uniforms(const uint32_t* words, double* out) {
  for (int i = 0; i < 32; i++) {
    const uint64_t bits = static_cast<uint64_t>(words[i]) << 32 | words[32 + i];
    out[i] = static_cast<double>(bits >> 11) * 1.1102230246251565404e-16;  // 2^-53
  }
}

// Values one group gives: 64 floats or 32 doubles.
template <class T>
constexpr int kGroup = 256 / sizeof(T);

template <class V, class T = typename V::T>
inline void uniform_group(const DrawAt& at, uint32_t group, T* out) {
  alignas(64) uint32_t words[64];
  Philox(at).draw(group, words);
  uniforms(words, out);
}

// Box–Muller: r = sqrt(-2 log u), r cos 2πv and r sin 2πv; u in (0, 1].
template <class V, class T = typename V::T>
inline void normal_group(const DrawAt& at, uint32_t group, T* out) {
  constexpr int lanes = Lanes<V>::kCount;
  alignas(64) T u[kGroup<T>];
  uniform_group<V>(at, group, u);
  for (int i = 0; i < kGroup<T> / 2; i += lanes) {
    V sine, cosine;
    const V radius = vsqrt(number<V>(-2) * vlog(number<V>(1) - V::load(u + i)));
    vsin_cos_turn(V::load(u + kGroup<T> / 2 + i), &sine, &cosine);
    store(out + i, radius * cosine);
    store(out + kGroup<T> / 2 + i, radius * sine);
  }
}

template <class V, class T, class Draw>
inline void fill(T* out, size_t n, Draw draw) {
  for (size_t done = 0; done < n; done += kGroup<T>) {
    alignas(64) T values[kGroup<T>];
    draw(static_cast<uint32_t>(done / kGroup<T>), values);
    for (size_t i = 0; i < kGroup<T> && done + i < n; i++) out[done + i] = values[i];
  }
}

template <class V, class T = typename V::T>
void fill_uniform(const DrawAt& at, T* out, size_t n) {
  fill<V>(out, n, [&at](uint32_t group, T* values) { uniform_group<V>(at, group, values); });
}
template <class V, class T = typename V::T>
void fill_normal(const DrawAt& at, T* out, size_t n) {
  fill<V>(out, n, [&at](uint32_t group, T* values) { normal_group<V>(at, group, values); });
}

template <class V, class T = typename V::T>
void add_noise(const Extent& e, const DrawAt& at, size_t first_row, const T* x, T stddev, T* y) {
  constexpr size_t lanes = Lanes<V>::kCount;
  const size_t groups = (e.n + kGroup<T> - 1) / kGroup<T>;
  for (size_t r = 0; r < e.rows; r++, x += e.ld, y += e.ld)
    for (size_t group = 0; group < groups; group++) {
      alignas(64) T noise[kGroup<T>];
      normal_group<V>(at, static_cast<uint32_t>((first_row + r) * groups + group), noise);
      for (size_t i = 0, c = group * kGroup<T>; i < kGroup<T> && c < e.n; i += lanes, c += lanes)
        store(y + c, without_padding(fma(V::set1(stddev), V::load(noise + i), V::load(x + c)), c, e.cols));
    }
}

}  // namespace
}  // namespace myelin
