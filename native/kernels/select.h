// Which kernels run: the best set this processor has, or the one that MYELIN_ISA names.
#ifndef MYELIN_KERNELS_SELECT_H
#define MYELIN_KERNELS_SELECT_H

#include "kernels.h"

namespace myelin {

constexpr int kMostIsas = 4;

// All sets that run on this processor, best first; the count is returned.
int available_kernels(const KernelSet* out[kMostIsas]);

// The set of that name, or null when there is none or it does not run here.
const KernelSet* kernels_named(const char* isa);

// The set named by the environment variable MYELIN_ISA, otherwise the best. Null when the named one does not run here.
const KernelSet* selected_kernels();

}  // namespace myelin

#endif
