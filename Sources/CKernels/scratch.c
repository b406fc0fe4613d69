#include "CScratch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

// What most kernels need is part of the thread; more is kept until the thread ends.
#define OWN_BYTES (64 << 10)
#define HUGE_PAGE (2 << 20)

static _Thread_local _Alignas(64) unsigned char own[OWN_BYTES];
static _Thread_local void *memory;
static _Thread_local size_t capacity;

static pthread_key_t ends;
static int knows_ends;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_key(void) { knows_ends = pthread_key_create(&ends, free) == 0; }

size_t sg_thread_scratch_size(size_t count) {
  if (count <= OWN_BYTES) return 0;
  // Rounded to powers of two: a thread asks for more a few times only.
  size_t size = 2 * OWN_BYTES;
  while (size < count) size *= 2;
  return size;
}

void *sg_thread_scratch(size_t count) {
  if (count <= OWN_BYTES) return own;
  if (count <= capacity) return memory;
  pthread_once(&once, make_key);
  // Without a key a thread would leave it behind.
  if (!knows_ends) return NULL;
  free(memory);
  memory = NULL;
  capacity = 0;
  pthread_setspecific(ends, NULL);
  const size_t size = sg_thread_scratch_size(count);
  void *fresh = NULL;
  if (posix_memalign(&fresh, size < HUGE_PAGE ? 64 : HUGE_PAGE, size) != 0) return NULL;
  if (pthread_setspecific(ends, fresh) != 0) {
    free(fresh);
    return NULL;
  }
  if (size >= HUGE_PAGE) madvise(fresh, size, MADV_HUGEPAGE);
  memory = fresh;
  capacity = size;
  return memory;
}
