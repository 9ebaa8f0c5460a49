#include "ProcessEntry.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

const char *const cps_process_variable = CPS_PROCESS_VARIABLE;
const char *const cps_server_variable = CPS_SERVER_VARIABLE;

// Defined by the module Multiprocessing; absent in a program that links only what lies below it.
extern void swift_mpi_run_process(int socket, int memory) __attribute__((weak));
extern void swift_mpi_run_fork_server(int socket) __attribute__((weak));

// Reads the two descriptors from the variable and removes it, so that no program started from here takes this way as well.
static int take_descriptors(const char *name, int *first, int *second) {
    const char *value = getenv(name);
    if (!value || !*value) return 0;
    char rest;
    int is_valid = sscanf(value, "%d,%d%c", first, second, &rest) == 2 && *first >= 0 && *second >= -1;
    unsetenv(name);
    return is_valid;
}

// Runs before main, so that a started process never runs the user's main, and so that a test bundle or any other host program will do.
__attribute__((constructor)) static void enter_before_main(void) {
    int first, second;
    if (swift_mpi_run_fork_server && take_descriptors(CPS_SERVER_VARIABLE, &first, &second)) swift_mpi_run_fork_server(first);
    if (swift_mpi_run_process && take_descriptors(CPS_PROCESS_VARIABLE, &first, &second)) swift_mpi_run_process(first, second);
}

void cps_keep_freed_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}
