#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "tensor/index/topk.h"

enum { MAX = 5000 };

static float values[MAX * 3];
static uint64_t keys[MAX];
static int64_t indices[MAX + 1];

/* The order from its definition, by comparing scores. */
static const float *compared_values;
static int64_t compared_stride;

static int compare(const void *a, const void *b)
{
    const int64_t i = *(const int64_t *)a;
    const int64_t j = *(const int64_t *)b;
    const float x = compared_values[i * compared_stride];
    const float y = compared_values[j * compared_stride];
    if (isnan(x) != isnan(y)) return isnan(x) ? -1 : 1;
    if (!isnan(x) && x != y) return x > y ? -1 : 1;
    return i < j ? -1 : i > j;
}

static void check(int64_t n, int64_t stride, int64_t k)
{
    static int64_t expected[MAX];
    for (int64_t i = 0; i < n; i++) expected[i] = i;
    compared_values = values;
    compared_stride = stride;
    qsort(expected, (size_t)n, sizeof *expected, compare);
    indices[k] = -77;
    frcnn_topk_cpu(values, n, stride, k, keys, indices);
    assert_memory_equal(indices, expected, (size_t)k * sizeof *expected);
    assert_int_equal(indices[k], -77);
}

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void the_best_come_first_at_every_size(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 2, 7, 49, 1000, 4999};
    static const int64_t strides[] = {1, 3};
    uint32_t seed = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t t = 0; t < 2; t++) {
            const int64_t n = sizes[s];
            for (int64_t i = 0; i < n * 3; i++) values[i] = (float)draw(&seed) / 0x1p23f - 1;
            const int64_t counts[] = {0, 1, n / 3, n - 1, n};
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) check(n, strides[t], counts[c]);
        }
}

static void equal_scores_keep_the_order_of_their_indices(void **state)
{
    (void)state;
    uint32_t seed = 2;
    for (int64_t i = 0; i < MAX; i++) values[i] = (float)(draw(&seed) % 4) - 2;
    for (int64_t k = 1; k < MAX; k = k * 3 + 1) check(MAX, 1, k);
    for (int64_t i = 0; i < MAX; i++) values[i] = i % 2 == 0 ? 0.0f : -0.0f;
    for (int64_t k = 1; k < MAX; k = k * 3 + 1) check(MAX, 1, k);
}

static void nan_is_above_infinity_and_negative_infinity_last(void **state)
{
    (void)state;
    uint32_t seed = 3;
    const float special[] = {NAN, INFINITY, -INFINITY, -NAN, 0, -1};
    for (int64_t i = 0; i < 999; i++) values[i] = special[draw(&seed) % 6];
    for (int64_t k = 1; k < 999; k = k * 2 + 1) check(999, 1, k);
}

/* torch 2.14.1: topk([.5, 2, nan, -1, inf, -inf, .25], 5).indices */
static void the_order_is_that_of_pytorch(void **state)
{
    (void)state;
    const float scores[] = {0.5f, 2, NAN, -1, INFINITY, -INFINITY, 0.25f};
    const int64_t expected[] = {2, 4, 1, 0, 6};
    frcnn_topk_cpu(scores, 7, 1, 5, keys, indices);
    assert_memory_equal(indices, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_come_first_at_every_size),
        cmocka_unit_test(equal_scores_keep_the_order_of_their_indices),
        cmocka_unit_test(nan_is_above_infinity_and_negative_infinity_last),
        cmocka_unit_test(the_order_is_that_of_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
