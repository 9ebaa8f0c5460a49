#define _GNU_SOURCE
#include "Output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Forking.h"

enum { maximum_pipes = 8 };

uint64_t cps_pipe_number(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode) ? status.st_ino : 0;
}

// Each pipe is opened once more, for reading, and the set of them asked: one call for all, the cheapest that there is.
int cps_watch_pipes(const int *descriptors, int count) {
    int readers[maximum_pipes], opened = 0;
    if (count > maximum_pipes) {
        errno = EINVAL;
        return -1;
    }
    int watch = epoll_create1(EPOLL_CLOEXEC);
    if (watch < 0) return -1;
    for (int index = 0; index < count; index++) {
        char path[32];
        snprintf(path, sizeof path, "/proc/self/fd/%d", descriptors[index]);
        int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (reader < 0) goto failed;
        // It stays open: the set forgets what is closed.
        readers[opened++] = reader;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = reader};
        if (epoll_ctl(watch, EPOLL_CTL_ADD, reader, &event) != 0) goto failed;
    }
    return watch;
failed:;
    int reason = errno;
    while (opened > 0) close(readers[--opened]);
    close(watch);
    errno = reason;
    return -1;
}

int cps_has_unread(int watch) {
    struct epoll_event events[maximum_pipes];
    int count = epoll_wait(watch, events, maximum_pipes, 0), has_unread = count < 0;
    for (int index = 0; index < count; index++) {
        if (events[index].events & EPOLLIN) has_unread = 1;
        // Nobody can write into it any more, which would be reported for ever.
        else epoll_ctl(watch, EPOLL_CTL_DEL, events[index].data.fd, NULL);
    }
    return has_unread;
}

int cps_make_output_pipe(int *descriptors) {
    if (pipe2(descriptors, O_CLOEXEC) != 0) return -1;
    return fcntl(descriptors[0], F_SETFL, O_NONBLOCK);
}

void cps_open_standard_streams(void) {
    for (int stream = 0; stream <= 2; stream++) {
        // The lowest free number is given, and all below are taken.
        if (fcntl(stream, F_GETFD) < 0 && errno == EBADF) (void)!open("/dev/null", stream == 0 ? O_RDONLY : O_WRONLY);
    }
}

void cps_buffer_output_by_line(void) {
    // The buffers that the library would choose hold 4096 bytes: longer lines would be written in pieces.
    static char output[64 << 10], errors[64 << 10];
    setvbuf(stdout, output, _IOLBF, sizeof output);
    setvbuf(stderr, errors, _IOLBF, sizeof errors);
}

// A descriptor for the same place whose writes do not wait, or -1. The flag of the stream's own one is not ours to change: other
// processes have it in common with us.
static int open_without_waiting(int stream) {
    struct stat status;
    if (fstat(stream, &status) != 0) return -1;
    // Files do not make anybody wait, and a new descriptor would begin at their beginning.
    if (S_ISREG(status.st_mode)) return fcntl(stream, F_DUPFD_CLOEXEC, 3);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", stream);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

// How many bytes one write takes whole or not at all: lines, or what there is if that is little; 0 if the first line is longer.
static size_t unbroken_size(const char *bytes, size_t count) {
    enum { greatest = 4096 };
    if (count <= greatest) return count;
    const char *end = memrchr(bytes, '\n', greatest);
    return end ? (size_t)(end - bytes) + 1 : 0;
}

ssize_t cps_print(int stream, const void *bytes, size_t count, int is_in_order, int waits) {
    // Any other descriptor is no stream of the library's.
    FILE *file = stream == 2 ? stderr : stream == 1 ? stdout : NULL;
    // Whoever has the lock may be waiting for the caller: Swift's print holds it while it asks a value for its description.
    int is_locked = file && ftrylockfile(file) == 0;
    if (file && !is_locked && !is_in_order) return -1;
    int descriptor = waits ? stream : open_without_waiting(stream);
    size_t written = 0;
    if (is_locked && is_in_order) fflush_unlocked(file);
    size_t goal = waits ? count : 0;
    // Whether a part of the lines up to the goal is written: a terminal may take a part, and then the rest has to follow.
    int is_begun = waits;
    while (descriptor >= 0 && written < count) {
        if (written == goal) {
            goal += unbroken_size((const char *)bytes + written, count - written);
            is_begun = 0;
        }
        if (written == goal) break;
        ssize_t result = write(descriptor, (const char *)bytes + written, goal - written);
        if (result < 0 && errno == EINTR) continue;
        if (result < 0 && errno == EAGAIN) {
            if (!is_begun) break;
            cps_wait(descriptor, POLLOUT, -1);
            continue;
        }
        // If nobody reads it, there is nowhere to complain.
        if (result <= 0) goal = written = count;
        else written += (size_t)result;
        is_begun = 1;
    }
    if (is_locked) funlockfile(file);
    if (descriptor >= 0 && !waits) close(descriptor);
    return (ssize_t)written;
}

int cps_keeps_lines_whole(int stream) {
    struct stat status;
    return fstat(stream, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

void cps_flush_output(void) { fflush(NULL); }
