/* Bytes per second between two ranks that send to each other, both directions together. */
#include "measure.h"

int main(int argc, char **argv) {
    begin(argc, argv, "4096,65536,1048576,16777216");
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    for (int s = 0; s < size_count; s++) {
        long size = sizes[s], count = iterations_for(size);
        char *given = malloc((size_t)size), *taken = malloc((size_t)size);
        memset(given, 1, (size_t)size);
        memset(taken, 1, (size_t)size);
        MPI_Barrier(MPI_COMM_WORLD);
        for (int batch = -1; batch < repetitions && rank < 2; batch++) {
            double start = now();
            for (long i = 0; i < count; i++)
                MPI_Sendrecv(given, (int)size, MPI_UINT8_T, 1 - rank, 1, taken, (int)size, MPI_UINT8_T, 1 - rank, 1,
                             MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            if (batch >= 0) samples[batch] = (double)(2 * count * size) / (now() - start);
        }
        char name[32];
        snprintf(name, sizeof name, "%ld", size);
        if (rank == 0) record("bidirectional", name, "B/s", samples, NULL, 0, NULL);
        free(given), free(taken);
    }
    return MPI_Finalize();
}
