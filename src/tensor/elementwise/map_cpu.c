/* The output is cut into blocks of row-major elements: a stretch of one row, or several short rows. An input that lies in
   memory as the loop wants it is read where it is; any other is brought into a small buffer first, in the type of the
   lane. */
#include <stdatomic.h>
#include <string.h>

#include "tensor/elementwise/map.h"
#include "tensor/elementwise/map_loops.h"
#include "tensor/elementwise/transpose.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

enum { BLOCK = 1024, BLOCKS_PER_JOB = 16, VALUE_BYTES = 8 };

typedef struct buffer {
    _Alignas(64) unsigned char bytes[BLOCK * VALUE_BYTES];
} buffer;

/* How an operand is walked. */
typedef struct walk {
    const frcnn_map_operand *operand;
    size_t element_size;
    int is_in_place; /* its elements are values of the loop, next to each other within a row */
    int is_dense;    /* and from row to row too */
    frcnn_load_function load;
} walk;

typedef struct engine {
    const frcnn_map *map;
    frcnn_map_loop loop;
    int64_t row_size;
    int64_t rows_per_block; /* 1 where rows are long */
    int64_t blocks_per_row; /* 1 where rows are short */
    int64_t n_rows;
    int64_t n_blocks;
    size_t value_size; /* of the lane */
    walk inputs[FRCNN_MAP_INPUTS];
    walk output;
    frcnn_store_function store;
    int divides_integers;
    int copies_into_place; /* a load is all there is to do */
    int fills;             /* one value, stored over and over */
} engine;

typedef struct block {
    int64_t first_row, n_rows;
    int64_t first, n; /* of each row */
} block;

static walk open_walk(const frcnn_map *map, const frcnn_map_operand *operand, frcnn_dtype loop_dtype)
{
    walk opened = {.operand = operand, .element_size = frcnn_dtype_get_size(operand->dtype)};
    if (operand->data == NULL) return opened;
    int64_t expected = 1;
    int is_dense = 1;
    for (int d = map->n_dims - 1; d >= 0; d--) {
        if (map->shape[d] != 1 && operand->strides[d] != expected) is_dense = 0;
        expected *= map->shape[d];
    }
    const int inner = map->n_dims - 1;
    opened.is_in_place = operand->dtype == loop_dtype && (uintptr_t)operand->data % opened.element_size == 0 &&
                         (operand->strides[inner] == 1 || map->shape[inner] == 1);
    opened.is_dense = opened.is_in_place && is_dense;
    return opened;
}

static engine open_engine(const frcnn_map *map)
{
    engine e = {.map = map, .row_size = map->shape[map->n_dims - 1], .n_rows = 1};
    const frcnn_dtype compute_dtype = frcnn_lane_get_dtype(map->lane);
    e.loop = frcnn_map_loop_find(map->function, map->lane);
    for (int d = 0; d < map->n_dims - 1; d++) e.n_rows *= map->shape[d];
    e.rows_per_block = e.row_size < BLOCK ? BLOCK / e.row_size : 1;
    e.blocks_per_row = e.row_size < BLOCK ? 1 : (e.row_size + BLOCK - 1) / BLOCK;
    e.n_blocks = (e.n_rows + e.rows_per_block - 1) / e.rows_per_block * e.blocks_per_row;
    e.value_size = frcnn_dtype_get_size(compute_dtype);
    for (int i = 0; i < map->n_inputs; i++) {
        e.inputs[i] = open_walk(map, &map->inputs[i], compute_dtype);
        e.inputs[i].load = frcnn_load_find(map->lane, map->inputs[i].dtype);
    }
    e.output = open_walk(map, &map->output, map->writes_bool ? FRCNN_BOOL : compute_dtype);
    e.store = frcnn_store_find(map->lane, map->output.dtype);
    e.divides_integers = map->lane != FRCNN_LANE_F32 && map->lane != FRCNN_LANE_F64 &&
                         (map->function == FRCNN_MAP_FLOOR_DIVIDE || map->function == FRCNN_MAP_REMAINDER);
    e.copies_into_place = map->function == FRCNN_MAP_COPY && map->inputs[0].data != NULL;
    e.fills =
        map->function == FRCNN_MAP_COPY && map->inputs[0].data == NULL && map->output.strides[map->n_dims - 1] == 1;
    return e;
}

static block get_block(const engine *e, int64_t index)
{
    block b;
    b.first_row = index / e->blocks_per_row * e->rows_per_block;
    b.n_rows = e->n_rows - b.first_row < e->rows_per_block ? e->n_rows - b.first_row : e->rows_per_block;
    b.first = index % e->blocks_per_row * BLOCK;
    b.n = e->row_size - b.first < BLOCK ? e->row_size - b.first : BLOCK;
    return b;
}

/* The elements in front of a block's first one, by the operand's strides. */
static int64_t get_offset(const frcnn_map *map, const frcnn_map_operand *operand, int64_t row, int64_t first)
{
    int64_t offset = first * operand->strides[map->n_dims - 1];
    for (int d = map->n_dims - 2; d >= 0; d--) {
        offset += row % map->shape[d] * operand->strides[d];
        row /= map->shape[d];
    }
    return offset;
}

static void *get_element(const walk *w, int64_t offset)
{
    return (unsigned char *)w->operand->data + offset * (int64_t)w->element_size;
}

static int is_read_in_place(const walk *w, const block *b)
{
    return w->is_dense || (w->is_in_place && b->n_rows == 1);
}

/* The indices of a row, counted up row by row. */
typedef struct row_counter {
    int64_t at[FRCNN_MAX_DIMS];
    int64_t offset;
} row_counter;

static row_counter open_counter(const frcnn_map *map, const frcnn_map_operand *operand, const block *b)
{
    row_counter counter = {.offset = get_offset(map, operand, b->first_row, b->first)};
    int64_t row = b->first_row;
    for (int d = map->n_dims - 2; d >= 0; d--) {
        counter.at[d] = row % map->shape[d];
        row /= map->shape[d];
    }
    return counter;
}

static void step_counter(const frcnn_map *map, const frcnn_map_operand *operand, row_counter *counter)
{
    for (int d = map->n_dims - 2; d >= 0; d--) {
        counter->offset += operand->strides[d];
        if (++counter->at[d] < map->shape[d]) return;
        counter->offset -= counter->at[d] * operand->strides[d];
        counter->at[d] = 0;
    }
}

static void load_block(const engine *e, const walk *w, const block *b, unsigned char *to)
{
    row_counter counter = open_counter(e->map, w->operand, b);
    const int64_t stride = w->operand->strides[e->map->n_dims - 1];
    for (int64_t row = 0; row < b->n_rows; row++) {
        w->load(b->n, get_element(w, counter.offset), stride, to + (size_t)(row * b->n) * e->value_size);
        step_counter(e->map, w->operand, &counter);
    }
}

static void store_block(const engine *e, const block *b, const unsigned char *from)
{
    row_counter counter = open_counter(e->map, e->output.operand, b);
    const int64_t stride = e->output.operand->strides[e->map->n_dims - 1];
    for (int64_t row = 0; row < b->n_rows; row++) {
        e->store(b->n, from + (size_t)(row * b->n) * e->value_size, get_element(&e->output, counter.offset), stride);
        step_counter(e->map, e->output.operand, &counter);
    }
}

/* from holds a block of the value as the output stores it. */
static void fill_block(const engine *e, const block *b, const unsigned char *from)
{
    row_counter counter = open_counter(e->map, e->output.operand, b);
    for (int64_t row = 0; row < b->n_rows; row++) {
        memcpy(get_element(&e->output, counter.offset), from, (size_t)b->n * e->output.element_size);
        step_counter(e->map, e->output.operand, &counter);
    }
}

static int has_zero(frcnn_lane lane, int64_t n, const void *values)
{
    int found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (lane == FRCNN_LANE_U8) found |= ((const uint8_t *)values)[i] == 0;
        if (lane == FRCNN_LANE_I32) found |= ((const int32_t *)values)[i] == 0;
        if (lane == FRCNN_LANE_I64) found |= ((const int64_t *)values)[i] == 0;
    }
    return found;
}

/* Returns whether an integer was divided by 0. */
static int run_block(const engine *e, const block *b, buffer *scratch)
{
    const frcnn_map *map = e->map;
    const int64_t n = b->n * b->n_rows;
    const void *inputs[FRCNN_MAP_INPUTS] = {NULL};
    void *output = scratch[FRCNN_MAP_INPUTS].bytes;
    const int is_written_in_place = is_read_in_place(&e->output, b);
    if (e->fills) {
        fill_block(e, b, output);
        return 0;
    }
    if (is_written_in_place) output = get_element(&e->output, get_offset(map, &map->output, b->first_row, b->first));
    if (e->copies_into_place && is_written_in_place) {
        load_block(e, &e->inputs[0], b, output);
        return 0;
    }
    for (int i = 0; i < map->n_inputs; i++) {
        const walk *input = &e->inputs[i];
        inputs[i] = scratch[i].bytes;
        if (input->operand->data == NULL) continue;
        if (is_read_in_place(input, b))
            inputs[i] = get_element(input, get_offset(map, input->operand, b->first_row, b->first));
        else
            load_block(e, input, b, scratch[i].bytes);
    }
    e->loop(n, inputs, output);
    if (!is_written_in_place) store_block(e, b, output);
    return e->divides_integers && has_zero(map->lane, n, inputs[1]);
}

frcnn_status frcnn_map_cpu(const frcnn_map *map)
{
    if (frcnn_transpose_cpu(map)) return FRCNN_OK;
    const engine e = open_engine(map);
    const int64_t n_jobs = (e.n_blocks + BLOCKS_PER_JOB - 1) / BLOCKS_PER_JOB;
    const int64_t n_values = e.n_blocks > 1 ? BLOCK : e.row_size * e.n_rows; /* that a number stands for */
    atomic_int divided_by_zero = 0;
    FRCNN_PARALLEL_FOR_IF(n_jobs > 1)
    for (int64_t job = 0; job < n_jobs; job++) {
        buffer scratch[FRCNN_MAP_INPUTS + 1];
        for (int i = 0; i < map->n_inputs; i++)
            if (map->inputs[i].data == NULL) e.inputs[i].load(n_values, &map->inputs[i].value, 0, scratch[i].bytes);
        if (e.fills) e.store(n_values, scratch[0].bytes, scratch[FRCNN_MAP_INPUTS].bytes, 1);
        const int64_t end = (job + 1) * BLOCKS_PER_JOB < e.n_blocks ? (job + 1) * BLOCKS_PER_JOB : e.n_blocks;
        for (int64_t i = job * BLOCKS_PER_JOB; i < end; i++) {
            const block b = get_block(&e, i);
            if (run_block(&e, &b, scratch)) atomic_store_explicit(&divided_by_zero, 1, memory_order_relaxed);
        }
    }
    FRCNN_FAIL_IF(atomic_load(&divided_by_zero), FRCNN_ERROR_INVALID, "expected integers other than 0 to divide by");
    return FRCNN_OK;
}
