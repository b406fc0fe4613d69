#include "CKernels.h"
#include "system.h"
#define BYTES 16
#define SET "generic"
#define NAME(x) x##_generic
#include "kernels.inc"
