#include "support.h"

#include <stdlib.h>

#include "golden/seeded.h"
#include "list_stages.h"
#include "tensor/parallel.h"

static const int64_t sizes[] = {0, 1, 2, 3, 63, 64, 65, 257, 1000, 1023, 4097, 30011};
static const int thread_counts[] = {1, 2, 7};
enum { N_SIZES = sizeof sizes / sizeof sizes[0], N_THREADS = sizeof thread_counts / sizeof thread_counts[0] };

/** Lists of one size, with room for one element more. */
typedef struct lists {
    int64_t n;
    uint64_t *keys, *sorted_keys;
    int64_t *values, *sorted_values;
    int64_t *order; /* of keys, by insertion: what every sort must give */
    uint8_t *flags;
    void *workspace;
    size_t workspace_bytes;
} lists;

static void *allocate(int64_t n, size_t size)
{
    void *const memory = malloc((size_t)(n + 1) * size);
    assert_non_null(memory);
    memset(memory, 0x5a, (size_t)(n + 1) * size);
    return memory;
}

static const uint64_t *compared_keys;

static int by_key_then_place(const void *a, const void *b)
{
    const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
    if (compared_keys[i] != compared_keys[j]) return compared_keys[i] < compared_keys[j] ? -1 : 1;
    return i < j ? -1 : i > j;
}

/** Keys below 2^n_bits, a third of them equal to others. */
static lists lists_create(int64_t n, int n_bits, uint32_t seed)
{
    lists l = {.n = n};
    l.keys = allocate(n, sizeof *l.keys);
    l.sorted_keys = allocate(n, sizeof *l.sorted_keys);
    l.values = allocate(n, sizeof *l.values);
    l.sorted_values = allocate(n, sizeof *l.sorted_values);
    l.order = allocate(n, sizeof *l.order);
    l.flags = allocate(n, 1);
    l.workspace_bytes = ((size_t)n + 1) * sizeof(int64_t) + 256; /* for the places of a selection */
    l.workspace = allocate((int64_t)l.workspace_bytes, 1);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t high = seeded_next(&seed), middle = seeded_next(&seed), low = seeded_next(&seed);
        l.keys[i] = (high << 40 | middle << 20 | low) >> (64 - n_bits);
        if (i > 0 && low % 3 == 0) l.keys[i] = l.keys[middle % (uint64_t)i];
        l.values[i] = i * 7 - 3;
        l.order[i] = i;
        l.flags[i] = low % 4 == 1 ? (uint8_t)(1 + high % 255) : 0;
    }
    compared_keys = l.keys;
    qsort(l.order, (size_t)n, sizeof *l.order, by_key_then_place);
    return l;
}

static void lists_destroy(lists *l)
{
    free(l->keys);
    free(l->sorted_keys);
    free(l->values);
    free(l->sorted_values);
    free(l->order);
    free(l->flags);
    free(l->workspace);
}

static void check_sort(lists *l)
{
    const uint64_t key_behind = l->sorted_keys[l->n];
    const int64_t value_behind = l->sorted_values[l->n];
    for (int with_values = 0; with_values < 2; with_values++) {
        assert_ok(frcnn_thrust_sort_keys(l->keys, with_values ? l->values : NULL, l->n, l->sorted_keys,
                                         with_values ? l->sorted_values : NULL, l->workspace, l->workspace_bytes,
                                         NULL));
        for (int64_t i = 0; i < l->n; i++) {
            assert_true(l->sorted_keys[i] == l->keys[l->order[i]]);
            if (with_values) assert_true(l->sorted_values[i] == l->values[l->order[i]]);
        }
    }
    assert_true(l->sorted_keys[l->n] == key_behind && l->sorted_values[l->n] == value_behind);
}

static void test_sort(void **state)
{
    (void)state;
    static const int bits[] = {64, 16, 33};
    const int n_threads = frcnn_parallel_get_threads();
    for (int b = 0; b < 3; b++)
        for (int s = 0; s < N_SIZES; s++) {
            lists l = lists_create(sizes[s], bits[b], (uint32_t)(b * N_SIZES + s + 1));
            for (int t = 0; t < N_THREADS; t++) {
                frcnn_parallel_set_threads(thread_counts[t]);
                check_sort(&l);
            }
            lists_destroy(&l);
        }
    frcnn_parallel_set_threads(n_threads);
}

/* Segments of scores as the stages of a detector sort them: scores are ordered by their bits, equal ones by index. */
static void test_sort_of_equal_keys(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    lists l = lists_create(5000, 64, 9);
    for (int64_t i = 0; i < l.n; i++) l.keys[i] = (uint64_t)(i % 2) << 63;
    for (int64_t i = 0; i < l.n; i++) l.order[i] = i < l.n / 2 ? 2 * i : 2 * (i - l.n / 2) + 1;
    for (int t = 0; t < N_THREADS; t++) {
        frcnn_parallel_set_threads(thread_counts[t]);
        check_sort(&l);
    }
    lists_destroy(&l);
    frcnn_parallel_set_threads(n_threads);
}

static void check_select(lists *l)
{
    int64_t *const indices = l->sorted_values;
    const int64_t behind = indices[l->n];
    int64_t count = -1, n_expected = 0;
    assert_ok(frcnn_thrust_select_i64(l->flags, l->n, indices, &count, l->workspace, l->workspace_bytes, NULL));
    for (int64_t i = 0; i < l->n; i++)
        if (l->flags[i] != 0) assert_true(indices[n_expected++] == i);
    assert_int_equal(count, n_expected);
    assert_true(indices[l->n] == behind);
}

static void test_select(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    for (int s = 0; s < N_SIZES; s++)
        for (int t = 0; t < N_THREADS; t++) {
            lists l = lists_create(sizes[s], 64, (uint32_t)s + 100);
            frcnn_parallel_set_threads(thread_counts[t]);
            check_select(&l);
            memset(l.flags, 0, (size_t)l.n);
            check_select(&l);
            memset(l.flags, 255, (size_t)l.n);
            check_select(&l);
            lists_destroy(&l);
        }
    frcnn_parallel_set_threads(n_threads);
}

static void test_scan(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    for (int s = 0; s < N_SIZES; s++)
        for (int t = 0; t < N_THREADS; t++) {
            lists l = lists_create(sizes[s], 40, (uint32_t)s + 200);
            int64_t *const sums = l.sorted_values, sum = 0;
            for (int64_t i = 0; i < l.n; i++) l.values[i] = (int64_t)l.keys[i] - ((int64_t)1 << 38);
            frcnn_parallel_set_threads(thread_counts[t]);
            assert_ok(frcnn_cuda_scan_i64(l.values, l.n, sums, l.workspace, l.workspace_bytes, NULL));
            for (int64_t i = 0; i <= l.n; i++) {
                assert_true(sums[i] == sum);
                if (i < l.n) sum += l.values[i];
            }
            lists_destroy(&l);
        }
    frcnn_parallel_set_threads(n_threads);
}

static void test_range(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    for (int s = 1; s < N_SIZES; s++)
        for (int t = 0; t < N_THREADS; t++) {
            lists l = lists_create(sizes[s], 64, (uint32_t)s + 300);
            int64_t least = INT64_MAX, most = INT64_MIN, found_least = 0, found_most = 0;
            for (int64_t i = 0; i < l.n; i++) {
                l.values[i] = (int64_t)(l.keys[i] >> 1) - (INT64_MAX >> 1);
                least = l.values[i] < least ? l.values[i] : least;
                most = l.values[i] > most ? l.values[i] : most;
            }
            frcnn_parallel_set_threads(thread_counts[t]);
            assert_ok(
                frcnn_cuda_range_i64(l.values, l.n, &found_least, &found_most, l.workspace, l.workspace_bytes, NULL));
            assert_true(found_least == least && found_most == most);
            lists_destroy(&l);
        }
    frcnn_parallel_set_threads(n_threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort),   cmocka_unit_test(test_sort_of_equal_keys),
        cmocka_unit_test(test_select), cmocka_unit_test(test_scan),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
