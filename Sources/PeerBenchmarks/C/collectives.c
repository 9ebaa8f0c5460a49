/* The time of collective operations. */
#include "measure.h"

static double *own, *result, *all;
static int *counts, *displacements, *parts, *part_displacements;
static int rank, ranks, length;

enum operation { barrier, broadcast, all_reduce, all_gather, all_to_all, operation_count };
static const char *const names[] = {"barrier", "broadcast", "allReduce", "allGatherv", "allToAllv"};

static void perform(enum operation operation) {
    switch (operation) {
    case barrier: MPI_Barrier(MPI_COMM_WORLD); break;
    case broadcast: MPI_Bcast(own, length, MPI_DOUBLE, 0, MPI_COMM_WORLD); break;
    case all_reduce: MPI_Allreduce(own, result, length, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD); break;
    case all_gather:
        MPI_Allgatherv(own, length, MPI_DOUBLE, all, counts, displacements, MPI_DOUBLE, MPI_COMM_WORLD);
        break;
    default:
        MPI_Alltoallv(own, parts, part_displacements, MPI_DOUBLE, result, parts, part_displacements, MPI_DOUBLE,
                      MPI_COMM_WORLD);
    }
}

static void measure(enum operation operation, long size, long count) {
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    for (int batch = -1; batch < repetitions; batch++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double start = now();
        for (long i = 0; i < count; i++) perform(operation);
        MPI_Barrier(MPI_COMM_WORLD);
        if (batch >= 0) samples[batch] = (now() - start) / (double)count;
    }
    char name[64];
    if (operation == barrier) snprintf(name, sizeof name, "barrier");
    else snprintf(name, sizeof name, "%s %ld", names[operation], size);
    if (rank == 0) record("collectives", name, "s", samples, NULL, 0, NULL);
    free(samples);
}

int main(int argc, char **argv) {
    begin(argc, argv, "8,1048576");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    counts = calloc((size_t)ranks * 4, sizeof(int));
    displacements = counts + ranks, parts = displacements + ranks, part_displacements = parts + ranks;
    measure(barrier, 0, iterations);
    for (int s = 0; s < size_count; s++) {
        length = sizes[s] < 8 ? 1 : (int)(sizes[s] / 8);
        int part = length / ranks < 1 ? 1 : length / ranks;
        int room = part * ranks > length ? part * ranks : length;
        own = malloc(sizeof(double) * (size_t)room), result = malloc(sizeof(double) * (size_t)room);
        all = malloc(sizeof(double) * (size_t)length * (size_t)ranks);
        for (int i = 0; i < room; i++) own[i] = result[i] = 1;
        for (int i = 0; i < length * ranks; i++) all[i] = 0;
        for (int r = 0; r < ranks; r++) {
            counts[r] = length, displacements[r] = r * length;
            parts[r] = part, part_displacements[r] = r * part;
        }
        for (enum operation o = broadcast; o < operation_count; o++) measure(o, sizes[s], iterations_for(sizes[s]));
        free(own), free(result), free(all);
    }
    return MPI_Finalize();
}
