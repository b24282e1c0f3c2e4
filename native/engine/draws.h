// What random numbers are drawn for. Together with the seed, the layer and the step it makes the address of a draw
// (kernels/rng-inl.h), so that no two purposes ever share one.
#ifndef MYELIN_ENGINE_DRAWS_H
#define MYELIN_ENGINE_DRAWS_H

#include <stddef.h>
#include <stdint.h>

namespace myelin {

enum class Purpose : uint32_t { kInitialize = 1, kShuffle = 2, kDropout = 3, kNoise = 4 };

inline uint32_t stream_of(Purpose purpose, size_t layer) {
  return static_cast<uint32_t>(purpose) << 24 | static_cast<uint32_t>(layer & 0xffffff);
}

// keep as a threshold on 32 random bits.
inline uint32_t keep_threshold(double keep) {
  return keep >= 1 ? 0xffffffffu : static_cast<uint32_t>(keep * 4294967296.0);
}

}  // namespace myelin

#endif
