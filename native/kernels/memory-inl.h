// What the kernels ask of the memory and of the compiler.
#ifdef _MSC_VER
#define MYELIN_INLINE __forceinline
#else
#define MYELIN_INLINE inline __attribute__((always_inline))
#endif

namespace myelin {
namespace {

// Asks for the line of p and the next one, to be used at once.
inline void ask_for([[maybe_unused]] const void* p) {
#ifndef _MSC_VER
  __builtin_prefetch(p);
  __builtin_prefetch(static_cast<const char*>(p) + 64);
#endif
}

// Asks for the line of p, into L2. p may point anywhere.
inline void ask_for_later([[maybe_unused]] const void* p) {
#ifndef _MSC_VER
  __builtin_prefetch(p, 0, 2);
#endif
}

// p, in one register. GCC adds up the address of each vector of a row anew when it knows what the row's address is the
// sum of: 41 instructions for two entries of a sparse product with AVX2 where 33 do.
template <class T>
MYELIN_INLINE const T* in_register(const T* p) {
#ifndef _MSC_VER
  asm("" : "+r"(p));
#endif
  return p;
}

}  // namespace
}  // namespace myelin
