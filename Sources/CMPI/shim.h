#pragma once
#if !__has_include(<mpi.h>)
#error "Open MPI was not found. Install it with 'apt-get install libopenmpi-dev openmpi-bin' (Debian, Ubuntu) or 'brew install open-mpi' (macOS), then build again."
#endif
#include <mpi.h>
