/* What a value with 1 MiB of numbers would take in C: into memory that is there, and as a message of unknown length. */
#include "measure.h"

enum { size = 1 << 20 };

static void take(char *memory, int from, int is_probed) {
    if (!is_probed) {
        MPI_Recv(memory, size / 8, MPI_DOUBLE, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        return;
    }
    MPI_Message message;
    MPI_Status status;
    int count;
    MPI_Mprobe(from, 1, MPI_COMM_WORLD, &message, &status);
    MPI_Get_count(&status, MPI_DOUBLE, &count);
    double *fresh = malloc((size_t)count * sizeof(double));
    MPI_Mrecv(fresh, count, MPI_DOUBLE, &message, &status);
    free(fresh);
}

int main(int argc, char **argv) {
    begin(argc, argv, NULL);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    long count = iterations_for(size);
    char *buffer = calloc(1, size);
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    for (int is_probed = 0; is_probed < 2 && rank < 2; is_probed++) {
        for (int batch = -1; batch < repetitions; batch++) {
            double start = now();
            for (long i = 0; i < count; i++) {
                if (rank == 1) take(buffer, 0, is_probed);
                MPI_Send(buffer, size / 8, MPI_DOUBLE, 1 - rank, 1, MPI_COMM_WORLD);
                if (rank == 0) take(buffer, 1, is_probed);
            }
            if (batch >= 0) samples[batch] = (now() - start) / (double)(2 * count);
        }
        const char *name = is_probed ? "1 MiB of numbers, into fresh memory" : "1 MiB of numbers";
        if (rank == 0) record("objects", name, "s", samples, NULL, 0, NULL);
    }
    return MPI_Finalize();
}
