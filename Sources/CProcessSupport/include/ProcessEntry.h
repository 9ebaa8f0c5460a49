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
/// Has this process keep up to 64 MiB of freed memory for what it allocates next.
///
/// A message of a mebibyte would otherwise be put into fresh pages each time, which takes longer than to copy it.
void cps_keep_freed_memory(void);

