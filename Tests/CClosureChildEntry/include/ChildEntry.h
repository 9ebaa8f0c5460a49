// Lets a test executable run itself again as the receiver of closures: if the environment says so, the process
// never reaches `main`.

#ifndef CHILD_ENTRY_H
#define CHILD_ENTRY_H

// Must be called once from Swift so that the entry is linked in.
int closureChildEntryIsLinked(void);

#endif
