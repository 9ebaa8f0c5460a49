#define _GNU_SOURCE
#include "Forking.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

extern char **environ;

enum { maximum_descriptors = 8 };

pid_t cps_fork(void) { return fork(); }

int cps_become_child(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) return -1;

    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL);
}

void cps_read_nothing(void) {
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0) return;
    dup2(nothing, 0);
    if (nothing != 0) close(nothing);
}

void cps_use_all_processors(void) {
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all);
}

int cps_processor_limit(void) { return CPU_SETSIZE; }

int cps_usable_processors(int *numbers, int capacity) {
    cpu_set_t set;
    int count = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    for (int number = 0; number < CPU_SETSIZE && count < capacity; number++) {
        if (CPU_ISSET(number, &set)) numbers[count++] = number;
    }
    return count;
}

int cps_permitted_processors(int *numbers, int capacity) {
    cpu_set_t own;
    if (sched_getaffinity(0, sizeof own, &own) != 0) return 0;
    cps_use_all_processors();
    int count = cps_usable_processors(numbers, capacity);
    sched_setaffinity(0, sizeof own, &own);
    return count;
}

int cps_use_processors(const int *numbers, int count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int index = 0; index < count; index++) {
        if (numbers[index] >= 0 && numbers[index] < CPU_SETSIZE) CPU_SET(numbers[index], &set);
    }
    if (sched_setaffinity(0, sizeof set, &set) != 0) return -1;
    return sched_setaffinity(getpid(), sizeof set, &set);
}

int cps_child_signal_descriptor(void) {
    sigset_t set;
    // Blocked first, so that none of the program's handlers is called here, and none ends this process once they are gone. A child that is
    // sent a signal before it blocks nothing any more gets it then.
    sigfillset(&set);
    if (sigprocmask(SIG_SETMASK, &set, NULL) != 0) return -1;
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    // What children call is looked up here, once: see `cps_become_child`.
    (void)getppid();
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

ssize_t cps_send_message(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count) {
    struct iovec vector = {(void *)bytes, count};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * maximum_descriptors)];
    } control;
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (descriptor_count > maximum_descriptors) {
        errno = EINVAL;
        return -1;
    }
    if (descriptor_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)descriptor_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)descriptor_count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)descriptor_count);
    }
    ssize_t result;
    do result = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (result < 0 && errno == EINTR);
    return result;
}

ssize_t cps_receive_message(int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count) {
    struct iovec vector = {bytes, count};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * maximum_descriptors)];
    } control;
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    *descriptor_count = 0;
    ssize_t result;
    do result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (result < 0 && errno == EINTR);
    if (result < 0) return result;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int index = 0; index < found; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + sizeof(int) * (size_t)index, sizeof descriptor);
            if (*descriptor_count < maximum_descriptors) descriptors[(*descriptor_count)++] = descriptor;
            else close(descriptor);
        }
    }
    return result;
}

int cps_make_memory_file(const char *name, size_t size) {
    // Beyond the limit the system does not just refuse: it ends the process.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur) {
        errno = EFBIG;
        return -1;
    }
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    if (ftruncate(descriptor, (off_t)size) != 0) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return -1;
    }
    // Who has it mapped would die of a size that another one changes.
    fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    return descriptor;
}

int cps_open_shared_memory(const char *name, size_t size, int is_new) {
    int descriptor = shm_open(name, O_RDWR | O_CLOEXEC | (is_new ? O_CREAT | O_EXCL : 0), 0600);
    if (descriptor < 0 || !is_new) return descriptor;
#ifdef __linux__
    // Reserved at once: a full file system is an error here, not a crash later.
    int error = posix_fallocate(descriptor, 0, (off_t)size);
#else
    int error = ftruncate(descriptor, (off_t)size) < 0 ? errno : 0;
#endif
    if (error == 0) return descriptor;
    close(descriptor);
    shm_unlink(name);
    errno = error;
    return -1;
}

int cps_set_close_on_exec(int descriptor, int is_on) {
    int flags = fcntl(descriptor, F_GETFD);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFD, is_on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC);
}

void cps_set_thread_title(const char *name) { prctl(PR_SET_NAME, name); }

void cps_set_process_title(const char *name) {
    // The name of the first thread stands for the process, whichever thread asks.
    int descriptor = open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)!write(descriptor, name, strlen(name));
    close(descriptor);
}

int cps_wait(int descriptor, short events, int64_t nanoseconds) {
    struct pollfd entry = {.fd = descriptor, .events = events};
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return ppoll(&entry, 1, nanoseconds < 0 ? NULL : &limit, NULL);
}

// The arguments that this program was started with, read from the kernel: a library is not handed argc and argv.
static char **own_arguments(void) {
    int descriptor = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    size_t capacity = 4096, length = 0;
    char *text = malloc(capacity + 1);
    for (;;) {
        if (!text) break;
        ssize_t count = read(descriptor, text + length, capacity - length);
        if (count <= 0) break;
        length += (size_t)count;
        if (length == capacity) text = realloc(text, (capacity *= 2) + 1);
    }
    close(descriptor);
    if (!text) return NULL;
    text[length] = 0;
    size_t arguments = 0;
    for (size_t index = 0; index < length; index++) arguments += text[index] == 0;
    char **list = calloc(arguments + 2, sizeof *list);
    if (!list) {
        free(text);
        return NULL;
    }
    size_t position = 0, count = 0;
    while (position < length) {
        list[count++] = text + position;
        position += strlen(text + position) + 1;
    }
    return list;
}

static char **environment_with(const char *name, int first, int second) {
    size_t count = 0, name_length = strlen(name);
    while (environ && environ[count]) count++;
    char **list = calloc(count + 2, sizeof *list);
    char *entry = malloc(name_length + 32);
    if (!list || !entry) {
        free(list);
        free(entry);
        return NULL;
    }
    snprintf(entry, name_length + 32, "%s=%d,%d", name, first, second);
    size_t kept = 0;
    for (size_t index = 0; index < count; index++) {
        if (strncmp(environ[index], name, name_length) == 0 && environ[index][name_length] == '=') continue;
        list[kept++] = environ[index];
    }
    list[kept] = entry;
    return list;
}

int cps_execute_self(const char *environment_name, int first, int second) {
    char **arguments = own_arguments();
    char **environment = environment_with(environment_name, first, second);
    if (!arguments || !environment || cps_set_close_on_exec(first, 0) != 0) return -1;
    if (second >= 0 && cps_set_close_on_exec(second, 0) != 0) return -1;
    return execve("/proc/self/exe", arguments, environment);
}

pid_t cps_spawn_self(const char *environment_name, int descriptor) {
    char **arguments = own_arguments();
    char **environment = environment_with(environment_name, descriptor, -1);
    pid_t child = -1;
    int result = ENOMEM;
    if (arguments && environment) {
        // A duplicate onto itself clears close-on-exec in the child alone, so no other program started meanwhile inherits it.
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor);
        result = posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (arguments) free(arguments[0]);
    free(arguments);
    if (environment) {
        size_t last = 0;
        while (environment[last + 1]) last++;
        free(environment[last]);
    }
    free(environment);
    errno = result;
    return result == 0 ? child : -1;
}

int cps_make_doorbell(char *name) {
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    socklen_t length = sizeof(sa_family_t);  // no path: the kernel picks a free abstract name
    if (bind(descriptor, (struct sockaddr *)&address, length) != 0) goto failed;
    length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) goto failed;
    size_t size = length - offsetof(struct sockaddr_un, sun_path);
    if (size < 2 || size > 16) {
        errno = ENAMETOOLONG;
        goto failed;
    }
    memcpy(name, address.sun_path + 1, size - 1);
    name[size - 1] = 0;
    return descriptor;
failed:;
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

void cps_ring_doorbell(int socket, const char *name) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    size_t size = strlen(name);
    if (size == 0 || size > 15) return;
    memcpy(address.sun_path + 1, name, size);
    char bell = 1;
    sendto(socket, &bell, 1, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + size));
}

// The C library may be older than the call.
int cps_watch_process(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
