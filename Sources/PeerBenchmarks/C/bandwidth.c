/* Bytes per second from one rank to another. */
#include "measure.h"

int main(int argc, char **argv) {
    begin(argc, argv, "4096,65536,1048576,16777216,67108864");
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    for (int s = 0; s < size_count; s++) {
        long size = sizes[s], count = iterations_for(size) / window;
        if (count < 1) count = 1;
        char *buffer = malloc((size_t)size), answer = 0;
        memset(buffer, 1, (size_t)size);
        MPI_Barrier(MPI_COMM_WORLD);
        for (int batch = -1; batch < repetitions && rank < 2; batch++) {
            double start = now();
            for (long i = 0; i < count; i++) {
                for (int m = 0; m < window; m++) {
                    if (rank == 0) MPI_Send(buffer, (int)size, MPI_UINT8_T, 1, 1, MPI_COMM_WORLD);
                    else MPI_Recv(buffer, (int)size, MPI_UINT8_T, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                }
                if (rank == 0) MPI_Recv(&answer, 1, MPI_UINT8_T, 1, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                else MPI_Send(&answer, 1, MPI_UINT8_T, 0, 2, MPI_COMM_WORLD);
            }
            if (batch >= 0) samples[batch] = (double)(count * window * size) / (now() - start);
        }
        char name[32];
        snprintf(name, sizeof name, "%ld", size);
        if (rank == 0) record("bandwidth", name, "B/s", samples, NULL, 0, NULL);
        free(buffer);
    }
    return MPI_Finalize();
}
