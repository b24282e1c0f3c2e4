// The kernels for neon; flags: CMakeLists.txt.
#include <stddef.h>
#include <stdint.h>

#include "../simd/neon.h"

#include "../table-inl.h"

namespace myelin {
MYELIN_EXPORT_KERNELS(neon)
}
