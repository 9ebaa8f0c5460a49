// A census of the objects of MPI that a program makes and does not free: communicators, groups, datatypes, operations, requests,
// windows, files, infos, error handlers, messages and keys of attributes.
//
// Loaded before the MPI library, it stands in front of the functions that make and free objects, and calls the library's by their
// PMPI names. When MPI is finalized it writes into the folder that SWIFT_MPI_CENSUS names one file for the process: how many objects of
// each kind were made, what was not freed and by which way through the program it was made, and what the library itself had to say.
// What the library makes for its own use does not count. Scripts/check-leaks.sh builds it, and reads the files.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <mpi.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif

enum { Comm, Group, Datatype, Op, Request, Win, File, Info, Errhandler, Message, Key, kindCount };

static const char *const kindNames[kindCount] = {
    "communicator", "group", "datatype", "operation", "request", "window",
    "file", "info", "error handler", "message", "attribute key",
};

enum { depth = 24, bucketCount = 4096 };

typedef struct Entry {
    struct Entry *next;
    uintptr_t handle;
    const char *maker;
    int kind, frameCount;
    void *frames[depth];
} Entry;

// The lock guards both tables.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Entry *buckets[bucketCount];
static long made[kindCount];

static Entry **bucket(int kind, uintptr_t handle) {
    return &buckets[(handle / 16 + (uintptr_t)kind * 97 + handle) % bucketCount];
}

/// Whether an address belongs to the MPI library, or to a part that it has loaded.
static int isOfLibrary(void *address) {
    Dl_info info;
    if (!dladdr(address, &info) || info.dli_fname == NULL) return 0;
    const char *file = strrchr(info.dli_fname, '/');
    file = file == NULL ? info.dli_fname : file + 1;
    return strncmp(file, "libmpi", 6) == 0 || strncmp(file, "mca_", 4) == 0 || strncmp(file, "libmca", 6) == 0;
}

/// Whether a handle stands for something that the program has to free.
static int isOwned(int kind, uintptr_t bits) {
#define IS(type, handle) (bits == (uintptr_t)(handle))
    switch (kind) {
    case Comm: return !IS(MPI_Comm, MPI_COMM_NULL);
    case Group: return !IS(MPI_Group, MPI_GROUP_NULL) && !IS(MPI_Group, MPI_GROUP_EMPTY);
    case Op: return !IS(MPI_Op, MPI_OP_NULL);
    case Request: return !IS(MPI_Request, MPI_REQUEST_NULL);
    case Win: return !IS(MPI_Win, MPI_WIN_NULL);
    case File: return !IS(MPI_File, MPI_FILE_NULL);
    case Info: return !IS(MPI_Info, MPI_INFO_NULL);
    case Message: return !IS(MPI_Message, MPI_MESSAGE_NULL) && !IS(MPI_Message, MPI_MESSAGE_NO_PROC);
    case Errhandler:
        return !IS(MPI_Errhandler, MPI_ERRHANDLER_NULL) && !IS(MPI_Errhandler, MPI_ERRORS_RETURN)
            && !IS(MPI_Errhandler, MPI_ERRORS_ARE_FATAL);
    case Datatype: {
        if (IS(MPI_Datatype, MPI_DATATYPE_NULL)) return 0;
        int integers, addresses, types, combiner;
        PMPI_Type_get_envelope((MPI_Datatype)bits, &integers, &addresses, &types, &combiner);
        return combiner != MPI_COMBINER_NAMED && combiner != MPI_COMBINER_F90_REAL
            && combiner != MPI_COMBINER_F90_COMPLEX && combiner != MPI_COMBINER_F90_INTEGER;
    }
    default: return 1;
    }
}

static void add(int kind, uintptr_t handle, const char *maker, void *caller) {
    if (isOfLibrary(caller) || !isOwned(kind, handle)) return;
    Entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) abort();
    entry->kind = kind;
    entry->handle = handle;
    entry->maker = maker;
    entry->frameCount = backtrace(entry->frames, depth);
    pthread_mutex_lock(&lock);
    Entry **place = bucket(kind, handle);
    entry->next = *place;
    *place = entry;
    made[kind]++;
    pthread_mutex_unlock(&lock);
}

static void drop(int kind, uintptr_t handle) {
    pthread_mutex_lock(&lock);
    for (Entry **place = bucket(kind, handle); *place != NULL; place = &(*place)->next) {
        Entry *entry = *place;
        if (entry->kind != kind || entry->handle != handle) continue;
        *place = entry->next;
        free(entry);
        break;
    }
    pthread_mutex_unlock(&lock);
}

/// How many datatypes MPI_Type_get_contents gives.
static int census_contents(MPI_Datatype type) {
    int integers, addresses, types = 0, combiner;
    PMPI_Type_get_envelope(type, &integers, &addresses, &types, &combiner);
    return types;
}

// What the wrappers say of a call. A handle is taken for freed, and a request for complete, when it is another one afterwards.
#define CENSUS_MADE(kind, handles, count) \
    for (int index = 0; index < (count); index++) \
        add(kind, (uintptr_t)(handles)[index], __func__, __builtin_return_address(0))
#define CENSUS_BEFORE(kind, handles, count) \
    int kind##Count = (count); \
    uintptr_t kind##Old[kind##Count > 0 ? kind##Count : 1]; \
    for (int index = 0; index < kind##Count; index++) kind##Old[index] = (uintptr_t)(handles)[index]
#define CENSUS_AFTER(kind, handles) \
    for (int index = 0; index < kind##Count; index++) \
        if ((uintptr_t)(handles)[index] != kind##Old[index]) drop(kind, kind##Old[index])
#define CENSUS_KEY_MADE(key) add(Key, (uintptr_t)*(key), __func__, __builtin_return_address(0))
#define CENSUS_KEY_FREED(key) drop(Key, (uintptr_t)*(key))

#include "wrappers.inc"

static void writeReport(FILE *file, int rank) {
    for (int kind = 0; kind < kindCount; kind++) fprintf(file, "made: %ld %s\n", made[kind], kindNames[kind]);
    for (int index = 0; index < bucketCount; index++) {
        for (Entry *entry = buckets[index]; entry != NULL; entry = entry->next) {
            fprintf(file, "leak: %s made by %s on rank %d", kindNames[entry->kind], entry->maker, rank);
            for (int frame = 2; frame < entry->frameCount; frame++) {
                Dl_info info;
                if (!dladdr(entry->frames[frame], &info) || info.dli_fname == NULL) continue;
                // The address of the call, which lies before that of the return.
                uintptr_t offset = (uintptr_t)entry->frames[frame] - (uintptr_t)info.dli_fbase - 1;
                fprintf(file, "\t%s\t0x%lx", info.dli_fname, (unsigned long)offset);
            }
            fputc('\n', file);
        }
    }
}

/// Finalizes, and writes down what the library prints meanwhile.
int MPI_Finalize(void) {
    const char *folder = getenv("SWIFT_MPI_CENSUS");
    int rank = 0;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    char path[4096];
    snprintf(path, sizeof path, "%s/%ld", folder == NULL ? "/tmp" : folder, (long)getpid());
    FILE *file = fopen(path, "w+");
    int standardError = dup(STDERR_FILENO);
    if (file != NULL && standardError >= 0) dup2(fileno(file), STDERR_FILENO);
    int code = PMPI_Finalize();
    if (file == NULL || standardError < 0) return code;
    dup2(standardError, STDERR_FILENO);
    close(standardError);
    // The library's words are heard where they would have been, too.
    lseek(fileno(file), 0, SEEK_SET);
    char buffer[4096];
    ssize_t length;
    while ((length = read(fileno(file), buffer, sizeof buffer)) > 0) {
        if (write(STDERR_FILENO, buffer, (size_t)length) < 0) break;
    }
    writeReport(file, rank);
    fclose(file);
    return code;
}
