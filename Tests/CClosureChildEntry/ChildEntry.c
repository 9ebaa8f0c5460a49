#include "ChildEntry.h"

#include <stdlib.h>

extern void closureChildMain(const char *requestPath);

__attribute__((constructor)) static void enterChild(void) {
    const char *requestPath = getenv("CLOSURE_CODING_REQUEST");
    if (requestPath == NULL) return;
    closureChildMain(requestPath);
    exit(0);
}

int closureChildEntryIsLinked(void) { return 1; }
