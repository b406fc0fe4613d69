#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/// Begins to count: blocks of memory that any thread of the process asks the C library for.
void allocation_counter_start(void);

/// Ends to count; the blocks since the start.
long allocation_counter_stop(void);

#endif
