#pragma once

// What Swift cannot say itself about starting processes: fork, descriptors sent along with a message,
// the signals and limits of a child, and the way in before main.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif

/// fork(2). Call it only while no other thread of the caller runs Swift code.
pid_t cps_fork(void);

/// Turns the calling process, just forked, into a child of `parent`: it is killed when its parent ends, and has no
/// signal blocked. Returns 0, or -1 when the parent is gone already.
int cps_become_child(pid_t parent);

/// Has the calling process, and those that it forks, read end of file from their standard input.
void cps_read_nothing(void);

/// Allows the calling process every processor that the system lets it have (mpirun binds a rank to one).
void cps_use_all_processors(void);

/// How many processors there can be: the lists below are no longer.
int cps_processor_limit(void);

/// Lists the processors that the calling thread may run on; returns their number.
int cps_usable_processors(int *numbers, int capacity);

/// Lists the processors that the system lets the program have, whatever the calling thread is bound to; returns their number.
int cps_permitted_processors(int *numbers, int capacity);

/// Binds the calling thread, the first one of the process, and all threads that they start from now on. Returns 0, or -1 with errno.
int cps_use_processors(const int *numbers, int count);

/// Blocks all signals, has none handled any more, here and in what is forked, and returns a non-blocking descriptor that is readable when a
/// child has ended, or -1 with errno.
int cps_child_signal_descriptor(void);

/// Sends one datagram with up to 8 descriptors. Returns the number of bytes, or -1 with errno.
ssize_t cps_send_message(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count);

/// Receives one datagram with up to 8 descriptors (made close-on-exec). Returns the number of bytes, 0 at the end, or -1 with errno.
ssize_t cps_receive_message(int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count);

/// An anonymous file in memory, close-on-exec, of `size` bytes; or -1 with errno.
int cps_make_memory_file(const char *name, size_t size);

/// Opens shared memory of that name, which begins with a slash, close-on-exec; makes it with `size` bytes of zeros if
/// `is_new`, and fails then if it exists. Returns the descriptor, or -1 with errno.
int cps_open_shared_memory(const char *name, size_t size, int is_new);

/// Sets or clears close-on-exec.
int cps_set_close_on_exec(int descriptor, int is_on);

/// Names the calling thread for debuggers (at most 15 bytes are shown).
void cps_set_thread_title(const char *name);

/// Names the calling process in the listings of the system (at most 15 bytes are shown).
void cps_set_process_title(const char *name);

/// Waits until a descriptor is ready for `events` (POLLIN …) or `nanoseconds` have passed (negative: no limit).
int cps_wait(int descriptor, short events, int64_t nanoseconds);

/// Replaces the program by itself with the same arguments, and with `NAME=first,second` added to its environment: two
/// descriptors that stay open, of which the second may be -1 for none. Returns only on failure.
int cps_execute_self(const char *environment_name, int first, int second);

/// Starts the program again as a new process, with `NAME=descriptor,-1` in its environment and that descriptor open. Returns the pid, or -1 with errno.
pid_t cps_spawn_self(const char *environment_name, int descriptor);

/// Binds a datagram socket to an abstract address chosen by the system. Writes the address (without its leading zero
/// byte, terminated) to `name`, which holds at least 16 bytes. Returns the non-blocking socket, or -1 with errno.
int cps_make_doorbell(char *name);

/// Rings the doorbell of that name: never blocks, an error is of no consequence.
void cps_ring_doorbell(int socket, const char *name);

/// A descriptor for a process of this process's namespace, close-on-exec, that is readable once the process has ended; or -1 with
/// errno, which is ESRCH if there is none any more.
int cps_watch_process(pid_t pid);

// Sockets by which one program finds another of the same user: they have names of Linux's abstract kind, which vanish with their owner
// and lie in no folder.

/// Listens under an abstract name. Returns the non-blocking socket, or -1 with errno.
int cps_listen_locally(const char *name);

/// Connects to an abstract name. Returns the blocking socket, whose reads and writes fail after `seconds`, or -1 with errno.
int cps_connect_locally(const char *name, int seconds);

/// Who is at the other end of such a connection: writes the user to `user`. Returns 0, or -1 with errno.
int cps_peer_user(int socket, uid_t *user);
