#pragma once

/// The variables in the environment that make a program started again take another way than its main.
#define CPS_PROCESS_VARIABLE "SWIFT_MPI_PROCESS_SOCKET"
#define CPS_SERVER_VARIABLE "SWIFT_MPI_FORK_SERVER_SOCKET"

/// Their names, for Swift.
extern const char *const cps_process_variable;
extern const char *const cps_server_variable;
