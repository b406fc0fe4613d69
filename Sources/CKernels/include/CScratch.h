// What a thread needs while it runs a kernel: memory, and patience.
#pragma once

#pragma clang assume_nonnull begin

#define SG_SCRATCH_BYTES 65536

/// `SG_SCRATCH_BYTES` bytes of the calling thread, aligned to 64. Whoever asks may use them until it
/// returns; a kernel calls no other one meanwhile.
void *sg_thread_scratch(void);

/// Tells the processor that the caller waits for another thread's write.
static inline void sg_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#pragma clang assume_nonnull end
