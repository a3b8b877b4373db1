/* Where values are placed: none overlaps another that lives at the same time, and memory is used again. */
#include "support.h"

#include "tensor/arena.h"
#include "tensor/memory.h"

enum { MAX_VALUES = 64 };

static int add_value(frcnn_graph *graph, int64_t floats)
{
    int value = 0;
    assert_ok(frcnn_graph_add_map(graph, &value, 1, 1, 1, floats));
    return value;
}

static void add_node(frcnn_graph *graph, int in, int second_in, int out)
{
    frcnn_node *node = NULL;
    assert_ok(frcnn_graph_add_node(graph, &node, FRCNN_NODE_UPSAMPLE));
    if (in != FRCNN_NO_VALUE) node->inputs[node->n_inputs++] = in;
    if (second_in != FRCNN_NO_VALUE) node->inputs[node->n_inputs++] = second_in;
    node->outputs[node->n_outputs++] = out;
}

static void test_chain_needs_two_buffers(void **state)
{
    (void)state;
    frcnn_graph graph = {0};
    size_t offsets[MAX_VALUES], bytes = 0;
    int last = add_value(&graph, 1000);
    add_node(&graph, FRCNN_NO_VALUE, FRCNN_NO_VALUE, last);
    for (int i = 0; i < 20; i++) {
        const int next = add_value(&graph, 1000);
        add_node(&graph, last, FRCNN_NO_VALUE, next);
        last = next;
    }
    assert_ok(frcnn_arena_place(&graph, 0, offsets, &bytes));
    assert_int_equal(bytes, 2 * 4096); /* 4000 bytes, rounded up to 256 */
    assert_ok(frcnn_arena_place(&graph, 1, offsets, &bytes));
    assert_int_equal(bytes, 21 * 4096);
    frcnn_graph_deinit(&graph);
}

static void test_residual_shares_memory(void **state)
{
    (void)state;
    frcnn_graph graph = {0};
    size_t offsets[MAX_VALUES], bytes = 0;
    const int x = add_value(&graph, 64), y = add_value(&graph, 64), z = add_value(&graph, 64);
    add_node(&graph, FRCNN_NO_VALUE, FRCNN_NO_VALUE, x);
    add_node(&graph, x, FRCNN_NO_VALUE, y);
    graph.values[z].same_as = x;
    add_node(&graph, y, x, z);
    assert_ok(frcnn_arena_place(&graph, 0, offsets, &bytes));
    assert_int_equal(offsets[z], offsets[x]);
    assert_int_not_equal(offsets[y], offsets[x]);
    assert_int_equal(bytes, 512);
    add_node(&graph, x, FRCNN_NO_VALUE, add_value(&graph, 1));
    assert_fails(frcnn_arena_place(&graph, 0, offsets, &bytes), FRCNN_ERROR_INVALID, "overwrote");
    frcnn_graph_deinit(&graph);
}

/* Sizes that no memory has are refused one by one: their sum cannot overflow. */
static void test_values_too_large_for_memory(void **state)
{
    (void)state;
    frcnn_graph graph = {0};
    int value = 0;
    assert_ok(frcnn_graph_add_map(&graph, &value, 1, 1, 1, ((int64_t)1 << 46) - 1));
    assert_fails(frcnn_graph_add_map(&graph, &value, 1, 1, 1, (int64_t)1 << 46), FRCNN_ERROR_INVALID, "70368744177664");
    assert_fails(frcnn_graph_add_map(&graph, &value, 1 << 21, 1 << 21, 1 << 21, 1), FRCNN_ERROR_INVALID, "2097152");
    assert_fails(frcnn_graph_add_bytes(&graph, &value, (size_t)1 << 48), FRCNN_ERROR_INVALID, "281474976710656");
    assert_fails(frcnn_graph_add_bytes(&graph, &value, SIZE_MAX), FRCNN_ERROR_INVALID, "workspace");
    assert_int_equal(graph.n_values, 1);
    frcnn_graph_deinit(&graph);
}

/* Random graphs: every pair of values that live at the same time is apart. */
static void test_nothing_overlaps(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 50; round++) {
        frcnn_graph graph = {0};
        size_t offsets[MAX_VALUES], bytes = 0;
        int first[MAX_VALUES], last[MAX_VALUES];
        for (int i = 0; i < MAX_VALUES; i++) {
            seed = seed * 1664525u + 1013904223u;
            const int value = add_value(&graph, 1 + (seed >> 8) % 5000);
            const int from = i == 0 ? FRCNN_NO_VALUE : (int)((seed >> 20) % (unsigned)i);
            add_node(&graph, from, FRCNN_NO_VALUE, value);
            first[i] = last[i] = i;
            if (from != FRCNN_NO_VALUE) last[from] = i;
        }
        assert_ok(frcnn_arena_place(&graph, 0, offsets, &bytes));
        for (int i = 0; i < MAX_VALUES; i++) {
            assert_int_equal(offsets[i] % FRCNN_ALIGNMENT, 0);
            assert_true(offsets[i] + graph.values[i].bytes <= bytes);
            for (int j = 0; j < i; j++) {
                const int lives = first[i] <= last[j] && first[j] <= last[i];
                const int apart = offsets[i] + graph.values[i].bytes <= offsets[j] ||
                                  offsets[j] + graph.values[j].bytes <= offsets[i];
                assert_true(!lives || apart);
            }
        }
        frcnn_graph_deinit(&graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_needs_two_buffers),
        cmocka_unit_test(test_residual_shares_memory),
        cmocka_unit_test(test_values_too_large_for_memory),
        cmocka_unit_test(test_nothing_overlaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
