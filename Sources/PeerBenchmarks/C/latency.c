/* Half the time of a buffer's way to another rank and back. */
#include "measure.h"

static void pass_and_take(char *buffer, long size) {
    MPI_Send(buffer, (int)size, MPI_UINT8_T, 1, 1, MPI_COMM_WORLD);
    MPI_Recv(buffer, (int)size, MPI_UINT8_T, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

int main(int argc, char **argv) {
    begin(argc, argv, "8,64,256,1024,4096,16384,65536,262144,1048576");
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int s = 0; s < size_count; s++) {
        long size = sizes[s], count = iterations_for(size);
        char *buffer = malloc((size_t)size);
        memset(buffer, 1, (size_t)size);
        double *samples = malloc(sizeof(double) * (size_t)repetitions), *single = malloc(sizeof(double) * (size_t)count);
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank == 0) {
            for (int batch = -1; batch < repetitions; batch++) {
                double start = now();
                for (long i = 0; i < count; i++) pass_and_take(buffer, size);
                if (batch >= 0) samples[batch] = (now() - start) / (double)(2 * count);
            }
            for (long i = 0; i < count; i++) {
                double start = now();
                pass_and_take(buffer, size);
                single[i] = (now() - start) / 2;
            }
            char name[32];
            snprintf(name, sizeof name, "%ld", size);
            record("latency", name, "s", samples, single, count, NULL);
        } else if (rank == 1) {
            for (long i = 0; i < (repetitions + 2) * count; i++) {
                MPI_Recv(buffer, (int)size, MPI_UINT8_T, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                MPI_Send(buffer, (int)size, MPI_UINT8_T, 0, 1, MPI_COMM_WORLD);
            }
        }
        free(buffer), free(samples), free(single);
    }
    return MPI_Finalize();
}
