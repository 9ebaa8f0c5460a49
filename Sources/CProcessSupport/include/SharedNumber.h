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
