/* Small messages per second from one rank to another. */
#include "measure.h"

enum { message_size = 8, largest_window = 1024 };

static MPI_Request requests[largest_window];
static char source[message_size], targets[largest_window][message_size];

static void transfer(int rank, int is_immediate) {
    for (int m = 0; m < window; m++) {
        if (is_immediate && rank == 0)
            MPI_Isend(source, message_size, MPI_UINT8_T, 1, 1, MPI_COMM_WORLD, &requests[m]);
        else if (is_immediate)
            MPI_Irecv(targets[m], message_size, MPI_UINT8_T, 0, 1, MPI_COMM_WORLD, &requests[m]);
        else if (rank == 0)
            MPI_Send(source, message_size, MPI_UINT8_T, 1, 1, MPI_COMM_WORLD);
        else
            MPI_Recv(targets[0], message_size, MPI_UINT8_T, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    if (is_immediate) MPI_Waitall(window, requests, MPI_STATUSES_IGNORE);
}

int main(int argc, char **argv) {
    window = 64;
    begin(argc, argv, NULL);
    if (window > largest_window) window = largest_window;
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    long count = iterations / window;
    if (count < 1) count = 1;
    for (int is_immediate = 0; is_immediate < 2 && rank < 2; is_immediate++) {
        char answer = 0;
        for (int batch = -1; batch < repetitions; batch++) {
            double start = now();
            for (long i = 0; i < count; i++) {
                transfer(rank, is_immediate);
                if (rank == 0) MPI_Recv(&answer, 1, MPI_UINT8_T, 1, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                else MPI_Send(&answer, 1, MPI_UINT8_T, 0, 2, MPI_COMM_WORLD);
            }
            if (batch >= 0) samples[batch] = (double)(count * window) / (now() - start);
        }
        if (rank == 0) record("message-rate", is_immediate ? "immediate" : "blocking", "1/s", samples, NULL, 0, NULL);
    }
    return MPI_Finalize();
}
