#pragma once

// What Swift cannot say itself about what a process prints: pipes, what was not read from them, and lines that stay whole.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A pipe whose descriptors are close-on-exec, and whose reading end does not block. Returns 0, or -1 with errno.
int cps_make_output_pipe(int *descriptors);

/// Opens `/dev/null` in the place of those of the descriptors 0, 1 and 2 that are closed.
void cps_open_standard_streams(void);

/// Makes standard output and error be written line by line, a line of up to 64 KiB at once.
void cps_buffer_output_by_line(void);

/// Writes all that is buffered for standard output and error.
void cps_flush_output(void);

/// Writes bytes to standard output (1) or error (2). If `is_in_order` is not 0, what is buffered is written before it, and also while another thread of the process
/// prints there; otherwise it returns -1 then, having written nothing. If `waits` is 0, only as many whole lines are written as there is room
/// for. Returns how many bytes were written; what can never be written counts as written.
ssize_t cps_print(int stream, const void *bytes, size_t count, int is_in_order, int waits);

/// Whether a line of up to 64 KiB that several processes write to standard output (1) or error (2) stays whole. The system takes one write to
/// a file or a terminal in one go, but one of more than 4096 bytes to a pipe or a socket as its reader lets it.
int cps_keeps_lines_whole(int stream);

/// The system's number of a pipe; 0 if the descriptor is none.
uint64_t cps_pipe_number(int descriptor);

/// Makes a descriptor by which `cps_has_unread` knows whether something was written into one of these pipes and not read yet; -1 with
/// errno. The pipes count as having a reader for as long as this process lives.
int cps_watch_pipes(const int *descriptors, int count);
int cps_has_unread(int watch);
