// The kernels for avx2; flags: CMakeLists.txt.
#include <stddef.h>
#include <stdint.h>

#include "../simd/avx2.h"

#include "../table-inl.h"

namespace myelin {
MYELIN_EXPORT_KERNELS(avx2)
}
