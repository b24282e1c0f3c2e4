#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "isas.h"

namespace myelin {

#define MYELIN_DECLARE(isa) const KernelSet* kernels_##isa();
MYELIN_ISAS(MYELIN_DECLARE)
#undef MYELIN_DECLARE

namespace {

[[maybe_unused]] bool runs_avx512() { return cpu_has_avx512(); }
[[maybe_unused]] bool runs_avx2() { return cpu_has_avx2(); }
[[maybe_unused]] bool runs_neon() { return true; }    // part of AArch64
[[maybe_unused]] bool runs_scalar() { return true; }  // the C library has fma() for processors without
[[maybe_unused]] bool runs_baseline() { return true; }

struct Entry {
  const char* name;
  bool (*runs)();
  const KernelSet* (*kernels)();
};
#define MYELIN_ENTRY(isa) {#isa, runs_##isa, kernels_##isa},
constexpr Entry kEntries[] = {MYELIN_ISAS(MYELIN_ENTRY)};
#undef MYELIN_ENTRY

}  // namespace

int available_kernels(const KernelSet* out[kMostIsas]) {
  int n = 0;
  for (const Entry& entry : kEntries)
    if (entry.runs()) out[n++] = entry.kernels();
  return n;
}

const KernelSet* kernels_named(const char* isa) {
  for (const Entry& entry : kEntries)
    if (strcmp(entry.name, isa) == 0) return entry.runs() ? entry.kernels() : nullptr;
  return nullptr;
}

const KernelSet* selected_kernels() {
  const char* forced = getenv("MYELIN_ISA");
  if (forced && *forced) return kernels_named(forced);
#if defined(__x86_64__) || defined(_M_X64)
  // Without FMA in hardware, scalar would emulate it, a hundred times slower.
  if (!cpu_has_fma()) return kernels_named("baseline");
#endif
  const KernelSet* sets[kMostIsas];
  available_kernels(sets);
  return sets[0];
}

}  // namespace myelin
