// The kernels for avx512; flags: CMakeLists.txt.
#include <stddef.h>
#include <stdint.h>

#include "../simd/avx512.h"

#include "../table-inl.h"

namespace myelin {
MYELIN_EXPORT_KERNELS(avx512)
}
