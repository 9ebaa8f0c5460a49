#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "ExitStatus.h"

#include <stdlib.h>

#if defined(__GLIBC__)

static void relay(int status, void *handler) {
    ((void (*)(int)) handler)(status);
}

int cps_on_exit(void (*handler)(int status)) {
    return on_exit(relay, (void *) handler);
}

#else

// Without on_exit the status is not to be had: one function, and 0 as what it is told.
static void (*only_handler)(int status);

static void relay(void) {
    if (only_handler) only_handler(0);
}

int cps_on_exit(void (*handler)(int status)) {
    int is_first = only_handler == 0;
    only_handler = handler;
    return is_first ? atexit(relay) : 0;
}

#endif
