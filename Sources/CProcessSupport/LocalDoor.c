#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "Forking.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef __linux__

// The address of an abstract name, whose length says where it ends; 0 if it is too long.
static socklen_t abstract_address(const char *name, struct sockaddr_un *address) {
    size_t length = strlen(name);
    if (length + 1 > sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path + 1, name, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
}

static int closed(int descriptor) {
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

int cps_listen_locally(const char *name) {
    struct sockaddr_un address;
    socklen_t length = abstract_address(name, &address);
    if (length == 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (bind(descriptor, (struct sockaddr *)&address, length) != 0 || listen(descriptor, 8) != 0) {
        return closed(descriptor);
    }
    return descriptor;
}

int cps_connect_locally(const char *name, int seconds) {
    struct sockaddr_un address;
    socklen_t length = abstract_address(name, &address);
    if (length == 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct timeval limit = {.tv_sec = seconds, .tv_usec = 0};
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        connect(descriptor, (struct sockaddr *)&address, length) != 0) {
        return closed(descriptor);
    }
    return descriptor;
}

int cps_peer_user(int socket, uid_t *user) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
    *user = credentials.uid;
    return 0;
}

#else

int cps_listen_locally(const char *name) {
    (void)name;
    errno = ENOTSUP;
    return -1;
}

int cps_connect_locally(const char *name, int seconds) {
    (void)name;
    (void)seconds;
    errno = ENOTSUP;
    return -1;
}

int cps_peer_user(int socket, uid_t *user) {
    (void)socket;
    (void)user;
    errno = ENOTSUP;
    return -1;
}

#endif
