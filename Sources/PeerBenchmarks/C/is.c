/* The NAS kernel IS, by the same steps as in Swift. */
#include "measure.h"
#include "nas.h"

enum { rounds = 10, watched_count = 5 };

static int key_logarithm, range_logarithm, bucket_logarithm;
static const int *places, *published;
static const int places_s[] = {48427, 17148, 23627, 62548, 4431}, published_s[] = {0, 18, 346, 64917, 65463};
static const int places_w[] = {357773, 934767, 875723, 898999, 404505};
static const int published_w[] = {1249, 11698, 1039987, 1043896, 1048018};

static int rank, ranks, key_count, held_count, held_room, lowest, tally_length, keys_below, confirmed;
static int32_t *keys, *arranged, *held, *tally, *sizes_of_buckets, *totals, *next_places;
static int *given, *taken, *given_at, *taken_at, *first_bucket;

static int expected_rank(int index, int iteration) {
    if (problem_class == 'W') return index < 2 ? published[index] + iteration - 2 : published[index] - iteration;
    return index < 3 ? published[index] + iteration : published[index] - iteration;
}

static void make_keys(void) {
    uint64_t state = 314159265;
    skip_random(&state, (uint64_t)4 * (uint64_t)key_count * (uint64_t)rank);
    double scale = (double)(1 << range_logarithm) / 4;
    for (int i = 0; i < key_count; i++) {
        double sum = next_random(&state);
        for (int k = 0; k < 3; k++) sum += next_random(&state);
        keys[i] = (int32_t)(scale * sum);
    }
}

static void rank_keys(int iteration) {
    int shift = range_logarithm - bucket_logarithm, buckets = 1 << bucket_logarithm;
    if (rank == 0) {
        keys[iteration] = iteration;
        keys[iteration + rounds] = (1 << range_logarithm) - iteration;
    }
    memset(sizes_of_buckets, 0, sizeof(int32_t) * (size_t)(buckets + watched_count));
    for (int i = 0; i < key_count; i++) sizes_of_buckets[keys[i] >> shift]++;
    for (int i = 0; i < watched_count; i++) {
        int place = places[i] - rank * key_count;
        if (place >= 0 && place < key_count) sizes_of_buckets[buckets + i] = keys[place];
    }
    MPI_Allreduce(sizes_of_buckets, totals, buckets + watched_count, MPI_INT32_T, MPI_SUM, MPI_COMM_WORLD);

    next_places[0] = 0;
    for (int b = 1; b < buckets; b++) next_places[b] = next_places[b - 1] + sizes_of_buckets[b - 1];
    for (int i = 0; i < key_count; i++) arranged[next_places[keys[i] >> shift]++] = keys[i];

    /* first_bucket[r] to first_bucket[r + 1] fall to rank r. */
    int share = 0, sum = 0;
    first_bucket[0] = 0;
    for (int b = 0; b < buckets; b++) {
        sum += totals[b];
        if (share < ranks - 1 && sum >= (share + 1) * key_count) first_bucket[++share] = b + 1;
    }
    while (share < ranks) first_bucket[++share] = buckets;

    for (int r = 0; r < ranks; r++) {
        given[r] = 0;
        for (int b = first_bucket[r]; b < first_bucket[r + 1]; b++) given[r] += sizes_of_buckets[b];
    }
    MPI_Alltoall(given, 1, MPI_INT, taken, 1, MPI_INT, MPI_COMM_WORLD);
    given_at[0] = taken_at[0] = 0;
    for (int r = 1; r < ranks; r++) {
        given_at[r] = given_at[r - 1] + given[r - 1];
        taken_at[r] = taken_at[r - 1] + taken[r - 1];
    }
    held_count = taken_at[ranks - 1] + taken[ranks - 1];
    if (held_count > held_room) held = realloc(held, sizeof(int32_t) * (size_t)(held_room = held_count));
    MPI_Alltoallv(arranged, given, given_at, MPI_INT32_T, held, taken, taken_at, MPI_INT32_T, MPI_COMM_WORLD);

    lowest = first_bucket[rank] << shift;
    tally_length = (first_bucket[rank + 1] - first_bucket[rank]) << shift;
    keys_below = 0;
    for (int b = 0; b < first_bucket[rank]; b++) keys_below += totals[b];
    memset(tally, 0, sizeof(int32_t) * (size_t)tally_length);
    for (int i = 0; i < held_count; i++) tally[held[i] - lowest]++;
    for (int i = 1; i < tally_length; i++) tally[i] += tally[i - 1];

    for (int i = 0; i < watched_count; i++) {
        int key = totals[buckets + i], place = key - lowest;
        if (key >> shift < first_bucket[rank] || key >> shift >= first_bucket[rank + 1]) continue;
        if (keys_below + (place > 0 ? tally[place - 1] : 0) == expected_rank(i, iteration)) confirmed++;
    }
}

/* Whether the keys are in order by their ranks, none is missing, and the published ranks were found. */
static int verify(void) {
    int32_t *sorted = malloc(sizeof(int32_t) * (size_t)(held_count + 1));
    int at = 0, bad = 0;
    for (int i = 0; i < tally_length; i++)
        for (int before = i ? tally[i - 1] : 0; before < tally[i]; before++) sorted[at++] = lowest + i;
    if (at != held_count) bad = 1;
    for (int i = 1; i < at; i++) bad |= sorted[i - 1] > sorted[i];
    int ends[2] = {at ? sorted[0] : INT32_MAX, at ? sorted[at - 1] : INT32_MIN};
    int *all = malloc(sizeof(int) * 2 * (size_t)ranks), greatest = INT32_MIN;
    MPI_Allgather(ends, 2, MPI_INT, all, 2, MPI_INT, MPI_COMM_WORLD);
    for (int r = 0; r < ranks; r++) {
        if (all[2 * r] == INT32_MAX && all[2 * r + 1] == INT32_MIN) continue;
        bad |= all[2 * r] < greatest;
        greatest = all[2 * r + 1];
    }
    int figures[3] = {bad, held_count, confirmed};
    MPI_Allreduce(MPI_IN_PLACE, figures, 3, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    free(sorted), free(all);
    return figures[0] == 0 && figures[1] == 1 << key_logarithm && figures[2] == watched_count * rounds;
}

int main(int argc, char **argv) {
    begin(argc, argv, NULL);
    int is_large = problem_class == 'W', is_verified = 1;
    key_logarithm = is_large ? 20 : 16, range_logarithm = is_large ? 16 : 11, bucket_logarithm = is_large ? 10 : 9;
    places = is_large ? places_w : places_s, published = is_large ? published_w : published_s;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    int buckets = 1 << bucket_logarithm;
    key_count = (1 << key_logarithm) / ranks;
    held_room = key_count * 2 + (4 << (key_logarithm - bucket_logarithm));
    keys = malloc(sizeof(int32_t) * (size_t)key_count), arranged = malloc(sizeof(int32_t) * (size_t)key_count);
    held = malloc(sizeof(int32_t) * (size_t)held_room), tally = malloc(sizeof(int32_t) << range_logarithm);
    sizes_of_buckets = malloc(sizeof(int32_t) * (size_t)(buckets + watched_count));
    totals = malloc(sizeof(int32_t) * (size_t)(buckets + watched_count));
    next_places = malloc(sizeof(int32_t) * (size_t)buckets);
    given = malloc(sizeof(int) * (size_t)(5 * ranks + 1));
    taken = given + ranks, given_at = taken + ranks, taken_at = given_at + ranks, first_bucket = taken_at + ranks;
    double *samples = malloc(sizeof(double) * (size_t)repetitions);
    for (int batch = 0; batch < repetitions; batch++) {
        make_keys();
        rank_keys(1);
        confirmed = 0;
        MPI_Barrier(MPI_COMM_WORLD);
        double start = now();
        for (int iteration = 1; iteration <= rounds; iteration++) rank_keys(iteration);
        MPI_Barrier(MPI_COMM_WORLD);
        samples[batch] = now() - start;
        is_verified = verify() && is_verified;
    }
    char name[] = "class S";
    name[6] = problem_class;
    if (rank == 0) record("is", name, "s", samples, NULL, 0, is_verified ? "successful" : "failed");
    return MPI_Finalize();
}
