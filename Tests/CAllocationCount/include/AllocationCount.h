#pragma once
#include <stdbool.h>

// Counts allocations of the process, and does with the C library what a test does with ours, to be compared.

/// What was allocated while it was counted.
typedef struct {
    /// How many calls of malloc, calloc, realloc, posix_memalign and the like.
    long calls;
    /// The bytes that they asked for.
    long bytes;
} AllocationCount;

/// Whether allocations can be counted here: not with a C library other than glibc, or with a sanitizer, which has its own.
bool allocation_count_is_possible(void);

/// Begins to count: what this thread allocates, or what any thread does.
void allocation_count_begin(bool ofAllThreads);

/// Ends counting.
AllocationCount allocation_count_end(void);

/// Has the most memory that the process has had counted from now on. False if the system cannot.
bool allocation_count_reset_peak(void);

/// The most memory that the process has had, in bytes.
long allocation_count_peak(void);

/// The memory that the process has now, in bytes.
long allocation_count_resident(void);

/// Sends 8 bytes to the other rank of two and back so many times, in C.
void allocation_count_ping_pong(int rounds);

/// Sends 8 bytes to this rank itself and receives them so many times, in C.
void allocation_count_send_to_self(int rounds);

/// Broadcasts a number of rank 0 and finds the largest of all ranks so many times, in C.
void allocation_count_collectives(int rounds);

/// Sums up numbers of all ranks in place, in C.
void allocation_count_all_reduce(double *numbers, int count);
