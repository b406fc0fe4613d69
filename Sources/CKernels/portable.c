#include "CKernels.h"
#include "system.h"
#define BYTES 16
#define SET "portable"
#define NAME(x) x##_portable
#include "kernels.inc"
