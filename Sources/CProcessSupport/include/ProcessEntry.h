#pragma once

/// The variables in the environment that make a program started again take another way than its main.
#define CPS_PROCESS_VARIABLE "SWIFT_MPI_PROCESS_SOCKET"
#define CPS_SERVER_VARIABLE "SWIFT_MPI_FORK_SERVER_SOCKET"

/// Their names, for Swift.
extern const char *const cps_process_variable;
extern const char *const cps_server_variable;

/// Runs on the main thread what is handed to the main queue and the main actor; never returns.
///
/// Unlike `dispatch_main` it works before `main` as well, where a thread cannot be left: there the C library
/// knows no place yet that the main thread could return to. And the main actor keeps the main thread.
_Noreturn void cps_serve_main_queue(void);

/// Ends this process, as `_exit` does.
///
/// If its first thread sleeps, that is left to it: told by a pipe, it takes this thread's processor at once. A thread that is ended by another
/// is not so quick: it waits for its turn on the processor that it was on, and the memory of the process is freed only then.
_Noreturn void cps_end_process(int status);

/// Makes once, for all that will be forked, what the other one needs.
void cps_prepare_main_queue(void);

/// Has this process keep up to 64 MiB of freed memory for what it allocates next.
///
/// A message of a mebibyte would otherwise be put into fresh pages each time, which takes longer than to copy it.
void cps_keep_freed_memory(void);

