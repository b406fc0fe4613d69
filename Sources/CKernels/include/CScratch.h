// What a thread needs while it runs a kernel: memory, and patience.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

/// The most that a thread keeps, in bytes.
#define SG_SCRATCH_BYTES (16 << 20)

/// At least `count` bytes of the calling thread, up to `SG_SCRATCH_BYTES`, aligned to 64; NULL where
/// the system has none left. Whoever asks may use them until it returns; the next caller of the same
/// thread gets them again, in the same state unless it asks for more than any before.
void *_Nullable sg_thread_scratch(size_t count);

/// The bytes that a thread takes for a caller who needs `count`, up to `SG_SCRATCH_BYTES`; 0 where
/// what every thread has is enough.
size_t sg_thread_scratch_size(size_t count);

/// Tells the processor that the caller waits for another thread's write.
static inline void sg_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#pragma clang assume_nonnull end
