#pragma once

#include <stdint.h>

/// The variable that makes the program run a rank check instead of its `main`.
#define RANK_CHECK_VARIABLE "SWIFT_MPI_RANK_CHECK"

/// Where an address lies in the running program's file, or 0 if it is not part of it.
uintptr_t rank_check_offset(const void *address);

/// The address that lies at an offset of the running program's file, or a null pointer if it has none.
const void *rank_check_address(uintptr_t offset);
