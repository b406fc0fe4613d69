#include "CScratch.h"

static _Thread_local _Alignas(64) unsigned char scratch[SG_SCRATCH_BYTES];

void *sg_thread_scratch(void) { return scratch; }
