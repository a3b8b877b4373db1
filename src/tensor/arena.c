#include "tensor/arena.h"

#include <stdlib.h>

#include "tensor/error.h"
#include "tensor/memory.h"

/* Memory that one or more values share, from the node that first writes it to the one that last reads it. */
typedef struct block {
    size_t bytes, offset;
    int value; /* the first of them */
    int first, last;
} block;

static int get_root(const frcnn_graph *graph, int value)
{
    while (graph->values[value].same_as != FRCNN_NO_VALUE) value = graph->values[value].same_as;
    return value;
}

static void extend(block *blocks, int root, int node)
{
    if (blocks[root].first < 0) blocks[root].first = node;
    blocks[root].last = node;
}

/* A residual is gone once its sum is written. */
static frcnn_status check_overwritten(const frcnn_graph *graph)
{
    for (int i = 0; i < graph->n_nodes; i++) {
        const frcnn_node *node = &graph->nodes[i];
        const int gone = node->n_outputs == 0 ? FRCNN_NO_VALUE : graph->values[node->outputs[0]].same_as;
        for (int j = i + 1; gone != FRCNN_NO_VALUE && j < graph->n_nodes; j++)
            for (int k = 0; k < graph->nodes[j].n_inputs; k++)
                FRCNN_FAIL_IF(graph->nodes[j].inputs[k] == gone, FRCNN_ERROR_INVALID,
                              "node %d reads a map that node %d overwrote", j, i);
    }
    return FRCNN_OK;
}

static void find_lifetimes(const frcnn_graph *graph, int keep_all, block *blocks)
{
    for (int i = 0; i < graph->n_values; i++) {
        const int root = get_root(graph, i);
        blocks[i].value = i;
        blocks[i].first = -1;
        if (graph->values[i].bytes > blocks[root].bytes) blocks[root].bytes = graph->values[i].bytes;
    }
    for (int i = 0; i < graph->n_nodes; i++) {
        const frcnn_node *node = &graph->nodes[i];
        for (int k = 0; k < node->n_inputs; k++) extend(blocks, get_root(graph, node->inputs[k]), i);
        for (int k = 0; k < node->n_outputs; k++) extend(blocks, get_root(graph, node->outputs[k]), i);
        if (node->workspace != FRCNN_NO_VALUE) extend(blocks, node->workspace, i);
    }
    for (int i = 0; keep_all && i < graph->n_values; i++) blocks[i].last = graph->n_nodes;
}

static int is_larger(const void *a, const void *b)
{
    const block *x = *(block *const *)a, *y = *(block *const *)b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x->value < y->value ? -1 : 1;
}

/* The lowest offset where size bytes are free of every placed block that lives at the same time. */
static size_t find_gap(block *const *placed, int n_placed, const block *wanted, size_t size)
{
    size_t offset = 0;
    for (int moved = 1; moved;) {
        moved = 0;
        for (int i = 0; i < n_placed; i++) {
            const block *other = placed[i];
            const int lives = other->first <= wanted->last && wanted->first <= other->last;
            const size_t end = other->offset + other->bytes;
            if (lives && offset < end && other->offset < offset + size) {
                offset = end;
                moved = 1;
            }
        }
    }
    return offset;
}

frcnn_status frcnn_arena_place(const frcnn_graph *graph, int keep_all, size_t *offsets, size_t *bytes)
{
    void *memory = NULL, *list = NULL;
    frcnn_status status = check_overwritten(graph);
    FRCNN_TRY(status);
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&memory, (size_t)graph->n_values, sizeof(block), "arena"));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&list, (size_t)graph->n_values, sizeof(block *), "arena"));
    block *blocks = memory;
    block **order = list;
    size_t total = 0;
    int n_blocks = 0;
    find_lifetimes(graph, keep_all, blocks);
    for (int i = 0; i < graph->n_values; i++) {
        if (graph->values[i].same_as != FRCNN_NO_VALUE || blocks[i].first < 0) continue;
        blocks[i].bytes = (blocks[i].bytes + FRCNN_ARENA_PART - 1) / FRCNN_ARENA_PART * FRCNN_ARENA_PART;
        order[n_blocks++] = &blocks[i];
    }
    /* Large ones first leave the gaps to small ones. */
    qsort(order, (size_t)n_blocks, sizeof *order, is_larger);
    for (int i = 0; i < n_blocks; i++) {
        order[i]->offset = find_gap(order, i, order[i], order[i]->bytes);
        const size_t end = order[i]->offset + order[i]->bytes;
        if (end > total) total = end;
    }
    for (int i = 0; i < graph->n_values; i++) offsets[i] = blocks[get_root(graph, i)].offset;
    *bytes = total;
cleanup:
    frcnn_free(memory);
    frcnn_free(list);
    return status;
}
