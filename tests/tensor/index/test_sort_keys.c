#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "tensor/index/sort_keys.h"

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Random keys of every size around the switch between the two algorithms, with all bits, with few values, and with
   bytes that all keys share. */
static void keys_are_sorted_as_by_qsort(void **state)
{
    (void)state;
    enum { GUARD = 0x5a, MAX = 3000 };
    static const int64_t sizes[] = {0, 1, 2, 3, 47, 48, 49, 50, 255, 256, 257, 2999};
    static const uint64_t masks[] = {UINT64_MAX, 3, UINT64_C(0xff00ff0000ff0001), 0};
    static uint64_t keys[MAX + 1];
    static uint64_t workspace[MAX + 1];
    static uint64_t expected[MAX];
    uint64_t seed = 7;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++) {
            const int64_t n = sizes[i];
            for (int64_t j = 0; j < n; j++) keys[j] = expected[j] = draw(&seed) & masks[m];
            keys[n] = workspace[n] = GUARD;
            qsort(expected, (size_t)n, sizeof *expected, compare);
            frcnn_sort_keys(keys, n, workspace);
            assert_memory_equal(keys, expected, (size_t)n * sizeof *keys);
            assert_true(keys[n] == GUARD && workspace[n] == GUARD);
        }
}

/* By definition: a key stays where fewer than k are smaller in the bits that are looked at. */
static void selected_keys_keep_their_order_and_those_that_equal_the_kth(void **state)
{
    (void)state;
    enum { N = 2000 };
    static uint64_t keys[N];
    static uint64_t drawn[N];
    static const uint64_t masks[] = {UINT64_MAX, UINT64_C(0x3ffffffff), UINT64_C(0xffffffff)};
    uint64_t seed = 9;
    for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
        for (int64_t k = 1; k <= N; k = k * 3 + 1)
            for (int first_bit = 0; first_bit <= 32; first_bit += 32) {
                for (int64_t i = 0; i < N; i++) keys[i] = drawn[i] = draw(&seed) & masks[m];
                const int64_t n_kept = frcnn_select_keys(keys, N, k, first_bit);
                int64_t at = 0;
                for (int64_t i = 0; i < N; i++) {
                    int64_t n_smaller = 0;
                    for (int64_t j = 0; j < N; j++) n_smaller += drawn[j] >> first_bit < drawn[i] >> first_bit;
                    if (n_smaller < k) assert_true(at < n_kept && keys[at++] == drawn[i]);
                }
                assert_int_equal(at, n_kept);
            }
}

static void score_keys_descend_with_the_score_and_then_ascend_with_the_index(void **state)
{
    (void)state;
    const float scores[] = {-NAN, INFINITY, 3.4e38f, 1, 0.5f, 1e-45f, 0, -1e-45f, -0.5f, -1, -3.4e38f, -INFINITY};
    enum { N = sizeof scores / sizeof scores[0] };
    for (uint32_t i = 0; i + 1 < N; i++) {
        assert_true(frcnn_score_key(scores[i], UINT32_MAX) < frcnn_score_key(scores[i + 1], 0));
        assert_true(frcnn_score_key(scores[i], 7) < frcnn_score_key(scores[i], 8));
        assert_int_equal(frcnn_score_key_get_index(frcnn_score_key(scores[i], 4000000000u)), 4000000000u);
    }
    assert_true(frcnn_score_key(-0.0f, 3) == frcnn_score_key(0.0f, 3));
    assert_true(frcnn_score_key(NAN, 3) == frcnn_score_key(-NAN, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_sorted_as_by_qsort),
        cmocka_unit_test(selected_keys_keep_their_order_and_those_that_equal_the_kth),
        cmocka_unit_test(score_keys_descend_with_the_score_and_then_ascend_with_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
