#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "ProcessEntry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// What libdispatch offers to run loops: a descriptor that is readable when the main queue has work, and a function that does it.
// Weak, because programs that use MPI alone are linked without the library.
__attribute__((weak)) extern int _dispatch_get_main_queue_handle_4CF(void);
__attribute__((weak)) extern void _dispatch_main_queue_callback_4CF(void *unused);

void cps_prepare_main_queue(void) { (void)_dispatch_get_main_queue_handle_4CF(); }

// What the first thread does: when it sleeps, another one may have it end the process.
enum { at_work, asleep, ending };
static _Atomic int first_thread = at_work;
static _Atomic int end_status;
// The pipe by which it is woken, and whose it is: a copy of this process may be forked, and may close or replace descriptors.
static pid_t owner;
static struct stat own_pipe;

_Noreturn void cps_serve_main_queue(void) {
    int handle = _dispatch_get_main_queue_handle_4CF();
    int ends[2] = {handle, -1};
    // If a run loop was used before the process was forked, its relatives have the same descriptor, and would take the news away from one another.
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
        dup3(ends[1], handle, O_CLOEXEC);
        close(ends[1]);
        if (fstat(handle, &own_pipe) == 0) owner = getpid();
    }
    for (;;) {
        _dispatch_main_queue_callback_4CF(NULL);
        struct pollfd entry = {.fd = ends[0], .events = POLLIN};
        atomic_store(&first_thread, asleep);
        int count = poll(&entry, 1, -1);
        int state = asleep;
        if (!atomic_compare_exchange_strong(&first_thread, &state, at_work)) _exit(end_status);
        if (count > 0) {
            uint64_t news[64];
            (void)!read(ends[0], news, sizeof news);
        }
    }
}

// Whether the first thread has been woken to end the process.
static int wake_first_thread(void) {
    int handle = _dispatch_get_main_queue_handle_4CF();
    struct stat status;
    int state = asleep;
    if (owner != getpid() || fstat(handle, &status) != 0) return 0;
    if (status.st_ino != own_pipe.st_ino || status.st_dev != own_pipe.st_dev) return 0;
    if (!atomic_compare_exchange_strong(&first_thread, &state, ending)) return 0;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    uint64_t news = 1;
    // If there is no room for it, the first thread is waking up anyway.
    return write(handle, &news, sizeof news) > 0 || errno == EAGAIN;
}

_Noreturn void cps_end_process(int status) {
    atomic_store(&end_status, status);
#ifdef __linux__
    // The call ends this thread alone.
    if (wake_first_thread()) syscall(SYS_exit, 0);
#endif
    _exit(status);
}
