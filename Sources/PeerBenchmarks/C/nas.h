/* The pseudo-random numbers of the NAS Parallel Benchmarks: x <- 5^13 x modulo 2^46, as fractions of 2^46. */
#ifndef NAS_H
#define NAS_H

#include <stdint.h>

static const uint64_t multiplier = 1220703125, mask = (UINT64_C(1) << 46) - 1;

static inline double next_random(uint64_t *state) {
    *state = (*state * multiplier) & mask;
    return (double)(int64_t)*state * (1.0 / (double)(UINT64_C(1) << 46));
}

/* Goes on as if so many numbers had been asked for. */
static inline void skip_random(uint64_t *state, uint64_t count) {
    for (uint64_t power = multiplier; count > 0; count >>= 1) {
        if (count & 1) *state = (*state * power) & mask;
        power = (power * power) & mask;
    }
}

#endif
