#pragma once

// How a forked process gets to its code.
//
// fork(2) leaves out what is mapped of files: the child gets each page of code when it comes to it, with fifteen neighbours, which takes a
// microsecond or two, and has to be taken apart again at its end. But it copies what is mapped of a file of which one page has been written to. So
// if the pages that children need, and only these, are mapped in their parent, and one page of each file is the parent's own, the children have them
// from the beginning, for a fraction of that.

/// Whether the system can do what follows (Linux 6.7 or later, unless userfaultfd(2) is forbidden).
int cps_can_note_code(void);

/// Unmaps what is mapped of the program's and its libraries' code and constants, and has only those pages mapped from now on that are used.
///
/// Returns a descriptor for `cps_end_noting_code`, or -1 where the system cannot do that; then nothing has changed.
int cps_begin_noting_code(void);

/// Ends that, and has children that are forked from now on inherit what was mapped meanwhile.
void cps_end_noting_code(int descriptor);
