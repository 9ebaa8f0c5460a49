/* Greets; swift-mpi bench start-up --program measures the job. */
#include "measure.h"

int main(int argc, char **argv) {
    begin(argc, argv, NULL);
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Barrier(MPI_COMM_WORLD);
    printf("hello from rank %d of %d, threads %s\n", rank, ranks, level_name());
    return MPI_Finalize();
}
