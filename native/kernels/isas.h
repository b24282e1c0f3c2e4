// The instruction sets there are kernels for, best first. Drives selection, the tests and the benches.
// X(name, symbol): `symbol` is the one function that isa/<name>.cpp exports.
#ifndef MYELIN_KERNELS_ISAS_H
#define MYELIN_KERNELS_ISAS_H

#if defined(__x86_64__) || defined(_M_X64)
#define MYELIN_ISAS(X) \
  X(avx512)            \
  X(avx2)              \
  X(scalar)            \
  X(baseline)
#elif defined(__aarch64__) || defined(_M_ARM64)
#define MYELIN_ISAS(X) \
  X(neon)              \
  X(scalar)
#else
#define MYELIN_ISAS(X) X(scalar)
#endif

#endif
