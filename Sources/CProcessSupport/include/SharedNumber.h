#pragma once

// Numbers in memory that two processes share.

#include <stdint.h>

static inline uint64_t cps_load_acquire(const void *place) {
    return __atomic_load_n((const uint64_t *)place, __ATOMIC_ACQUIRE);
}

static inline void cps_store_release(void *place, uint64_t value) {
    __atomic_store_n((uint64_t *)place, value, __ATOMIC_RELEASE);
}

// Puts `desired` in place of `expected`; says whether `expected` was still there.
static inline int cps_compare_exchange(void *place, uint64_t expected, uint64_t desired) {
    return __atomic_compare_exchange_n((uint64_t *)place, &expected, desired, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

// Puts a number in place of another and returns that one.
static inline uint64_t cps_exchange(void *place, uint64_t value) {
    return __atomic_exchange_n((uint64_t *)place, value, __ATOMIC_SEQ_CST);
}

// What was written before it is seen by the other side before what is read after it is read.
static inline void cps_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

// Tells the processor that the caller goes round in a loop until another one writes something.
static inline void cps_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
