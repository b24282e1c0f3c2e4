// What the kernels ask of the memory before they need it.
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

}  // namespace
}  // namespace myelin
