// What this processor can do and how many of it this process may use. No kernels here.
#ifndef MYELIN_KERNELS_CPU_H
#define MYELIN_KERNELS_CPU_H

#include <stddef.h>

namespace myelin {

// Features count only when the operating system saves the registers they need (XGETBV).
bool cpu_has_avx512();  // F, DQ, BW, VL and FMA
bool cpu_has_avx2();    // AVX2 and FMA
bool cpu_has_fma();

// CPUs this process may run on: affinity, and a cgroup's quota rounded up.
int usable_threads();
// Physical cores of the machine, as far as the system tells; at least 1.
int physical_cores();

// Treats subnormal numbers as zero on this thread until destroyed. Decaying momenta of weights that get no
// gradient end as subnormals, which cost some processors a hundred cycles each.
class FlushSubnormals {
 public:
  FlushSubnormals();
  ~FlushSubnormals();
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
  unsigned long long saved_;
};

// Tells the core that this thread only waits.
void spin_pause();

// Asks for the cache lines of p … p + bytes - 1, to read, or to write to what other threads may have read.
void prefetch(const void* p, size_t bytes);
void prefetch_to_write(void* p, size_t bytes);

}  // namespace myelin

#endif
