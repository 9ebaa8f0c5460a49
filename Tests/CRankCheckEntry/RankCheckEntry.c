#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "RankCheckEntry.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/// In Swift: runs the check that the text describes, and returns the program's exit status.
extern int rank_check_run(const char *description);

/// Something that is certainly part of the program's own file.
static const char anchor = 0;

uintptr_t rank_check_offset(const void *address) {
    Dl_info own, theirs;
    if (address == NULL || !dladdr(&anchor, &own) || !dladdr(address, &theirs)) return 0;
    if (own.dli_fbase != theirs.dli_fbase) return 0;
    return (uintptr_t)address - (uintptr_t)own.dli_fbase;
}

const void *rank_check_address(uintptr_t offset) {
    Dl_info own;
    if (offset == 0 || !dladdr(&anchor, &own)) return NULL;
    const void *address = (const char *)own.dli_fbase + offset;
    return rank_check_offset(address) == offset ? address : NULL;
}

/// Runs before `main`, which a program that was started for a check never reaches.
__attribute__((constructor)) static void rank_check_enter(void) {
    const char *value = getenv(RANK_CHECK_VARIABLE);
    if (value == NULL) return;
    char *description = strdup(value);
    // Processes that the check starts are ordinary ones.
    unsetenv(RANK_CHECK_VARIABLE);
    exit(description == NULL ? 1 : rank_check_run(description));
}
