/* The time of a hop of 8 bytes around a ring of all ranks. */
#include "measure.h"

int main(int argc, char **argv) {
    begin(argc, argv, NULL);
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    int next = (rank + 1) % ranks, previous = (rank + ranks - 1) % ranks;
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    long token = 1;
    for (int batch = -1; batch < repetitions; batch++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double start = now();
        for (long i = 0; i < iterations; i++) {
            if (rank == 0) MPI_Send(&token, 1, MPI_INT64_T, next, 1, MPI_COMM_WORLD);
            MPI_Recv(&token, 1, MPI_INT64_T, previous, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            if (rank != 0) MPI_Send(&token, 1, MPI_INT64_T, next, 1, MPI_COMM_WORLD);
        }
        if (batch >= 0) samples[batch] = (now() - start) / (double)(iterations * ranks);
    }
    if (rank == 0) record("oversubscription", "ring hop", "s", samples, NULL, 0, NULL);
    return MPI_Finalize();
}
