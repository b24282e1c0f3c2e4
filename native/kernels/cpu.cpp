#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <thread>

#if defined(__x86_64__) || defined(_M_X64)
#define MYELIN_X86 1
#include <immintrin.h>
#ifdef _MSC_VER
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif
#ifdef __linux__
#include <sched.h>
#endif
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

namespace myelin {
namespace {

#ifdef MYELIN_X86

struct Registers {
  unsigned eax, ebx, ecx, edx;
};

Registers cpuid(unsigned leaf) {
  Registers r{};
#ifdef _MSC_VER
  int out[4];
  __cpuidex(out, static_cast<int>(leaf), 0);
  memcpy(&r, out, sizeof r);
#else
  __cpuid_count(leaf, 0, r.eax, r.ebx, r.ecx, r.edx);
#endif
  return r;
}

// Which registers the operating system saves; 0 when it does not say.
unsigned long long saved_registers() {
  if (!(cpuid(1).ecx >> 27 & 1)) return 0;  // OSXSAVE
#ifdef _MSC_VER
  return _xgetbv(0);
#else
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<unsigned long long>(high) << 32 | low;
#endif
}

bool bit(unsigned word, int n) { return word >> n & 1; }

#endif

#ifdef __linux__
// A cgroup's CPU quota in whole CPUs, rounded up; 0 for none.
int cgroup_cpus() {
  long long quota = -1, period = -1;
  if (FILE* f = fopen("/sys/fs/cgroup/cpu.max", "r")) {
    if (fscanf(f, "%lld %lld", &quota, &period) != 2) quota = -1;  // "max 100000": no quota
    fclose(f);
  } else {
    if (FILE* q = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r")) {
      if (fscanf(q, "%lld", &quota) != 1) quota = -1;
      fclose(q);
    }
    if (FILE* p = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r")) {
      if (fscanf(p, "%lld", &period) != 1) period = -1;
      fclose(p);
    }
  }
  return quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : 0;
}
#endif

}  // namespace

#ifdef MYELIN_X86
bool cpu_has_fma() {
  return cpuid(0).eax >= 1 && bit(cpuid(1).ecx, 12) && bit(cpuid(1).ecx, 28) && (saved_registers() & 0x6) == 0x6;
}
// With the bit manipulation that every processor with AVX2 has.
bool cpu_has_avx2() { return cpu_has_fma() && cpuid(0).eax >= 7 && bit(cpuid(7).ebx, 5) && bit(cpuid(7).ebx, 3); }
bool cpu_has_avx512() {
  if (!cpu_has_avx2() || (saved_registers() & 0xe6) != 0xe6) return false;
  const unsigned b = cpuid(7).ebx;
  return bit(b, 16) && bit(b, 17) && bit(b, 30) && bit(b, 31);
}
#else
bool cpu_has_fma() { return true; }
bool cpu_has_avx2() { return false; }
bool cpu_has_avx512() { return false; }
#endif

int usable_threads() {
  int n = static_cast<int>(std::thread::hardware_concurrency());
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) n = CPU_COUNT(&set);
  const int quota = cgroup_cpus();
  if (quota > 0 && quota < n) n = quota;
#endif
  return n > 0 ? n : 1;
}

int physical_cores() {
#if defined(__linux__)
  // One line "N" or "N,M" a CPU: the first of each group of siblings is its core.
  int cores = 0;
  for (int cpu = 0; cpu < 4096; cpu++) {
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE* f = fopen(path, "r");
    if (!f) break;
    int first = -1;
    if (fscanf(f, "%d", &first) == 1 && first == cpu) cores++;
    fclose(f);
  }
  if (cores > 0) return cores;
#elif defined(__APPLE__)
  int cores = 0;
  size_t size = sizeof cores;
  if (sysctlbyname("hw.physicalcpu", &cores, &size, nullptr, 0) == 0 && cores > 0) return cores;
#endif
  const int n = static_cast<int>(std::thread::hardware_concurrency());
  return n > 0 ? n : 1;
}

#if defined(MYELIN_X86)
// MXCSR: flush to zero (bit 15), denormals are zero (bit 6).
FlushSubnormals::FlushSubnormals() : saved_(_mm_getcsr()) { _mm_setcsr(static_cast<unsigned>(saved_) | 0x8040); }
FlushSubnormals::~FlushSubnormals() { _mm_setcsr(static_cast<unsigned>(saved_)); }
void spin_pause() { _mm_pause(); }
#elif defined(__aarch64__)
// FPCR: flush to zero (bit 24), of inputs and results.
FlushSubnormals::FlushSubnormals() {
  __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
  __asm__ volatile("msr fpcr, %0" : : "r"(saved_ | 1ull << 24));
}
FlushSubnormals::~FlushSubnormals() { __asm__ volatile("msr fpcr, %0" : : "r"(saved_)); }
void spin_pause() { __asm__ volatile("yield"); }
#else
FlushSubnormals::FlushSubnormals() : saved_(0) {}
FlushSubnormals::~FlushSubnormals() {}
void spin_pause() {}
#endif

void prefetch([[maybe_unused]] const void* p, [[maybe_unused]] size_t bytes) {
#ifndef _MSC_VER
  const char* at = static_cast<const char*>(p);
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(at + i);
#endif
}

void prefetch_to_write([[maybe_unused]] void* p, [[maybe_unused]] size_t bytes) {
#ifndef _MSC_VER
  char* at = static_cast<char*>(p);
  for (size_t i = 0; i < bytes; i += 64) {
#ifdef __x86_64__
    __asm__ volatile("prefetchw %0" : : "m"(at[i]));  // the builtin gives it only where the compiler may assume it
#else
    __builtin_prefetch(at + i, 1);
#endif
  }
#endif
}

}  // namespace myelin
