#include "support.h"

#include <stdlib.h>

#include "tensor/index/sort_items.h"

enum { MAX = 3000, GUARD = 77 };

static frcnn_sort_item items[MAX + 1];
static frcnn_sort_item workspace[MAX + 1];
static frcnn_sort_item expected[MAX];

static const int64_t sizes[] = {0, 1, 2, 3, 47, 48, 49, 50, 255, 256, 257, 2999};
static const uint64_t masks[] = {UINT64_MAX, 3, UINT64_C(0xff00ff0000ff0001), 0};

static int compare(const void *a, const void *b)
{
    const frcnn_sort_item *x = a;
    const frcnn_sort_item *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void draw(int64_t n, uint64_t mask)
{
    static uint64_t seed = 7;
    for (int64_t i = 0; i < n; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        items[i] = expected[i] = (frcnn_sort_item){seed & mask, i};
    }
    items[n].index = workspace[n].index = GUARD;
    qsort(expected, (size_t)n, sizeof *expected, compare);
}

static void items_are_sorted_and_equal_keys_keep_their_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++) {
            draw(sizes[i], masks[m]);
            frcnn_sort_items(items, sizes[i], workspace);
            assert_memory_equal(items, expected, (size_t)sizes[i] * sizeof *items);
            assert_int_equal(items[sizes[i]].index, GUARD);
            assert_int_equal(workspace[sizes[i]].index, GUARD);
        }
}

static void the_smallest_come_to_the_front_in_the_order_in_which_they_stood(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
            for (int64_t k = 1; k <= sizes[i]; k = k * 3) {
                draw(sizes[i], masks[m]);
                frcnn_select_items(items, sizes[i], k);
                for (int64_t j = 1; j < k; j++) assert_true(items[j - 1].index < items[j].index);
                qsort(items, (size_t)k, sizeof *items, compare);
                assert_memory_equal(items, expected, (size_t)k * sizeof *items);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_sorted_and_equal_keys_keep_their_order),
        cmocka_unit_test(the_smallest_come_to_the_front_in_the_order_in_which_they_stood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
