// Memory of a thread for what a kernel keeps while it runs.
#pragma once

#pragma clang assume_nonnull begin

#define SG_SCRATCH_BYTES 65536

/// `SG_SCRATCH_BYTES` bytes of the calling thread, aligned to 64. Whoever asks may use them until it
/// returns; a kernel calls no other one meanwhile.
void *sg_thread_scratch(void);

#pragma clang assume_nonnull end
