#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "AllocationCount.h"

#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_SANITIZER)
#define COUNTS 1

// The program's functions take precedence over the C library's, for all that it loads as well. These pass on to the same allocator.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long calls, bytes;
static atomic_bool countsAll;
static _Thread_local bool countsThis;

static inline void note(size_t size) {
    if (!countsThis && !atomic_load_explicit(&countsAll, memory_order_relaxed)) return;
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&bytes, (long)size, memory_order_relaxed);
}

void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note(count * size);
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note(size);
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    note(size);
    void *made = __libc_memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *memory = made;
    return 0;
}

bool allocation_count_is_possible(void) {
    // Whether it is really these functions that are called.
    allocation_count_begin(false);
    // Through a volatile variable, or an optimizer would leave both calls out.
    char *volatile copy = strdup("counted");
    free(copy);
    return allocation_count_end().calls == 1;
}

void allocation_count_begin(bool ofAllThreads) {
    atomic_store(&calls, 0);
    atomic_store(&bytes, 0);
    if (ofAllThreads) atomic_store(&countsAll, true);
    countsThis = true;
}

AllocationCount allocation_count_end(void) {
    countsThis = false;
    atomic_store(&countsAll, false);
    return (AllocationCount){atomic_load(&calls), atomic_load(&bytes)};
}

#else

bool allocation_count_is_possible(void) { return false; }
void allocation_count_begin(bool ofAllThreads) { (void)ofAllThreads; }
AllocationCount allocation_count_end(void) { return (AllocationCount){0, 0}; }

#endif

bool allocation_count_reset_peak(void) {
    int file = open("/proc/self/clear_refs", O_WRONLY);
    if (file < 0) return false;
    bool isDone = write(file, "5", 1) == 1;
    close(file);
    return isDone;
}

static long status(const char *name) {
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL) return -1;
    char line[256];
    long kilobytes = -1;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) kilobytes = atol(line + strlen(name) + 1);
    }
    fclose(file);
    return kilobytes < 0 ? -1 : kilobytes * 1024;
}

long allocation_count_peak(void) { return status("VmHWM"); }

long allocation_count_resident(void) { return status("VmRSS"); }

void allocation_count_ping_pong(int rounds) {
    int rank;
    double number = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int round = 0; round < rounds; round++) {
        if (rank == 0) MPI_Send(&number, 1, MPI_DOUBLE, 1, 0, MPI_COMM_WORLD);
        MPI_Recv(&number, 1, MPI_DOUBLE, 1 - rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (rank == 1) MPI_Send(&number, 1, MPI_DOUBLE, 0, 0, MPI_COMM_WORLD);
    }
}

void allocation_count_send_to_self(int rounds) {
    double number = 1;
    for (int round = 0; round < rounds; round++) {
        MPI_Send(&number, 1, MPI_DOUBLE, 0, 0, MPI_COMM_SELF);
        MPI_Recv(&number, 1, MPI_DOUBLE, 0, 0, MPI_COMM_SELF, MPI_STATUS_IGNORE);
    }
}

void allocation_count_collectives(int rounds) {
    double number = 1;
    for (int round = 0; round < rounds; round++) {
        MPI_Bcast(&number, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    }
}

void allocation_count_all_reduce(double *numbers, int count) {
    MPI_Allreduce(MPI_IN_PLACE, numbers, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}
