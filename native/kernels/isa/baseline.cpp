// The kernels for x86-64 without FMA: plain C++, multiplications and additions rounded apart.
#define MYELIN_NO_FMA
#include <stddef.h>
#include <stdint.h>

#include "../simd/generic.h"

#include "../table-inl.h"

namespace myelin {
MYELIN_EXPORT_KERNELS(baseline)
}
