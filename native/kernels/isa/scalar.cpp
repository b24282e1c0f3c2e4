// The kernels in plain C++ with fused multiply-adds: the specification of all the others.
#include <stddef.h>
#include <stdint.h>

#include "../simd/generic.h"

#include "../table-inl.h"

namespace myelin {
MYELIN_EXPORT_KERNELS(scalar)
}
