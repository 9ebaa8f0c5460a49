// The module MPI.
