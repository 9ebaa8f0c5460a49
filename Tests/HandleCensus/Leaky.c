// Frees nothing that it makes: one object of every kind that the census knows. So one sees that the census finds them.
#include <mpi.h>

static int copies(MPI_Comm communicator, int key, void *extra, void *value, void *copy, int *flag) {
    (void)communicator, (void)key, (void)extra, (void)value, (void)copy;
    return *flag = 0, MPI_SUCCESS;
}

static void combine(void *lower, void *higher, int *count, MPI_Datatype *type) {
    (void)lower, (void)higher, (void)count, (void)type;
}

static void handle(MPI_Comm *communicator, int *code, ...) {
    (void)communicator, (void)code;
}

int main(int count, char **arguments) {
    MPI_Init(&count, &arguments);
    static int number = 1;
    int key;
    void *memory;
    MPI_Comm communicator;
    MPI_Group group;
    MPI_Datatype datatype;
    MPI_Op operation;
    MPI_Request request, persistent;
    MPI_Win window;
    MPI_File file;
    MPI_Info info;
    MPI_Errhandler handler;
    MPI_Message message;
    MPI_Comm_dup(MPI_COMM_WORLD, &communicator);
    MPI_Comm_group(MPI_COMM_WORLD, &group);
    MPI_Type_contiguous(3, MPI_INT, &datatype);
    MPI_Op_create(combine, 1, &operation);
    MPI_Send_init(&number, 1, MPI_INT, 0, 1, MPI_COMM_SELF, &persistent);
    MPI_Isend(&number, 1, MPI_INT, 0, 2, MPI_COMM_SELF, &request);
    MPI_Mprobe(0, 2, MPI_COMM_SELF, &message, MPI_STATUS_IGNORE);
    MPI_Win_allocate(sizeof number, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window);
    MPI_File_open(MPI_COMM_SELF, arguments[1], MPI_MODE_RDONLY, MPI_INFO_NULL, &file);
    MPI_Info_create(&info);
    MPI_Comm_create_errhandler(handle, &handler);
    MPI_Comm_create_keyval(copies, MPI_COMM_NULL_DELETE_FN, &key, NULL);
    return MPI_Finalize();
}
