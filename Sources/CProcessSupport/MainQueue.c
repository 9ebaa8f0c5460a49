#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "ProcessEntry.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

// What libdispatch offers to run loops: a descriptor that is readable when the main queue has work, and a function that does it.
// Weak, because programs that use MPI alone are linked without the library.
__attribute__((weak)) extern int _dispatch_get_main_queue_handle_4CF(void);
__attribute__((weak)) extern void _dispatch_main_queue_callback_4CF(void *unused);

_Noreturn void cps_serve_main_queue(void) {
    int handle = _dispatch_get_main_queue_handle_4CF();
    // If a run loop was used before the process was forked, its relatives have the same descriptor, and would take the news away from one another.
    int own = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (own >= 0) {
        dup3(own, handle, O_CLOEXEC);
        close(own);
    }
    for (;;) {
        _dispatch_main_queue_callback_4CF(NULL);
        struct pollfd entry = {.fd = handle, .events = POLLIN};
        if (poll(&entry, 1, -1) > 0) {
            uint64_t count;
            (void)!read(handle, &count, sizeof count);
        }
    }
}
