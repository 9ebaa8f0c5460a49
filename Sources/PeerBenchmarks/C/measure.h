/* What the programs have in common: options, the clock, and records as swift-mpi bench --json prints them. */
#ifndef MEASURE_H
#define MEASURE_H

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int repetitions = 5;
static long iterations = 10000;
static long sizes[64];
static int size_count = 0;
static int window = 16;
static char problem_class = 'S';
static int thread_level = MPI_THREAD_MULTIPLE;
static const char *const level_names[] = {"single", "funneled", "serialized", "multiple"};
static const int levels[] = {MPI_THREAD_SINGLE, MPI_THREAD_FUNNELED, MPI_THREAD_SERIALIZED, MPI_THREAD_MULTIPLE};

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Reads the options, which are those of swift-mpi bench, and initializes MPI. */
static inline void begin(int argc, char **argv, const char *default_sizes) {
    const char *list = default_sizes;
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (!strcmp(argv[i], "--repetitions")) repetitions = atoi(value);
        else if (!strcmp(argv[i], "--iterations")) iterations = atol(value);
        else if (!strcmp(argv[i], "--sizes")) list = value;
        else if (!strcmp(argv[i], "--window")) window = atoi(value);
        else if (!strcmp(argv[i], "--class")) problem_class = value[0];
        else if (!strcmp(argv[i], "--threads")) {
            for (int l = 0; l < 4; l++)
                if (!strcmp(value, level_names[l])) thread_level = levels[l];
        } else {
            fprintf(stderr, "%s: unknown option %s\n", argv[0], argv[i]);
            exit(2);
        }
    }
    while (list && *list && size_count < 64) {
        char *end;
        sizes[size_count++] = strtol(list, &end, 10);
        list = *end == ',' ? end + 1 : NULL;
    }
    MPI_Init_thread(&argc, &argv, thread_level, &thread_level);
}

/* How often a message of a size is sent in a batch: beyond 4 KiB as often as keeps the number of bytes the same. */
static inline long iterations_for(long size) {
    if (size <= 4096) return iterations;
    long count = iterations * 4096 / size;
    return count < 4 ? 4 : count;
}

static inline int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double quantile(const double *sorted, long count, double share) {
    double position = share * (double)(count - 1);
    long index = (long)position;
    if (index + 1 >= count) return sorted[count - 1];
    return sorted[index] + (position - (double)index) * (sorted[index + 1] - sorted[index]);
}

static inline const char *level_name(void) {
    for (int l = 0; l < 4; l++)
        if (levels[l] == thread_level) return level_names[l];
    return "unknown";
}

/* Prints a record; `single` has the times of single operations, or is NULL. */
static inline void record(const char *benchmark, const char *name, const char *unit, const double *samples,
                          double *single, long count, const char *note) {
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    printf("{\"benchmark\":\"%s\",\"case\":\"%s\",\"unit\":\"%s\",\"samples\":[", benchmark, name, unit);
    for (int i = 0; i < repetitions; i++) printf("%s%.9g", i ? "," : "", samples[i]);
    printf("]");
    if (single) {
        qsort(single, (size_t)count, sizeof(double), compare);
        printf(",\"percentiles\":{\"50\":%.9g,\"90\":%.9g,\"99\":%.9g,\"99.9\":%.9g}", quantile(single, count, 0.5),
               quantile(single, count, 0.9), quantile(single, count, 0.99), quantile(single, count, 0.999));
    }
    printf(",\"threads\":\"%s\",\"ranks\":\"%d\"", level_name(), ranks);
    if (note) printf(",\"verification\":\"%s\"", note);
    printf("}\n");
    fflush(stdout);
}

#endif
