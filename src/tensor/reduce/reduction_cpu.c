/* How a job is cut into blocks, and what becomes of their accumulators. The cut depends on the shape alone. */
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"
#include "tensor/reduce/reduction.h"
#include "tensor/reduce/reduction_body.h"
#include "tensor/reduce/reduction_kernel.h"

enum {
    LANES = FRCNN_REDUCTION_LANES,
    BLOCK_ELEMENTS = 65536,  /* about what one block reads */
    MIN_CHUNK_ROWS = 128,    /* of a wide block: fewer would store accumulators too often */
    SERIAL_ELEMENTS = 32768, /* up to here threads cost more than they bring */
    ACC_BYTES = 8
};

/* A unit is what one call of the kernel reduces: either several outer blocks whole, or one chunk of rows of one tile of
   columns of one of them, in one repeat. */
typedef struct cut {
    frcnn_reduction_kernel kernel;
    int64_t n_outer_in_unit;
    int64_t width, n_tiles;
    int64_t n_chunk_rows, n_chunks; /* chunks of all repeats */
    int64_t n_repeat_chunks;
    int64_t n_groups;
    int64_t n_units;
    unsigned char *partials; /* [n_units, 2, width] accumulators, where there are several chunks */
} cut;

static const frcnn_reduction_kernel *const kernels[] = {
    [FRCNN_REDUCTION_SUM] = frcnn_sum_kernels,       [FRCNN_REDUCTION_MEAN] = frcnn_sum_kernels,
    [FRCNN_REDUCTION_PROD] = frcnn_prod_kernels,     [FRCNN_REDUCTION_AMAX] = frcnn_amax_kernels,
    [FRCNN_REDUCTION_AMIN] = frcnn_amin_kernels,     [FRCNN_REDUCTION_ANY] = frcnn_found_kernels,
    [FRCNN_REDUCTION_ALL] = frcnn_found_kernels,     [FRCNN_REDUCTION_VAR] = frcnn_var_kernels,
    [FRCNN_REDUCTION_ARGMAX] = frcnn_argmax_kernels, [FRCNN_REDUCTION_ARGMIN] = frcnn_argmin_kernels,
};

static int64_t min_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Rows that lie side by side: few lanes for a short block, whose folding would cost as much as its steps. */
static int64_t count_groups(int64_t n, int64_t width)
{
    const int64_t n_elements = n * width;
    const int64_t n_lanes = n_elements < 512                  ? 16
                            : n_elements < 4096               ? 64
                            : n_elements < BLOCK_ELEMENTS / 2 ? 256
                                                              : LANES;
    int64_t n_groups = 1;
    while (2 * n_groups <= n && 2 * n_groups * width <= n_lanes) n_groups *= 2;
    return n_groups;
}

static cut cut_up(const frcnn_reduction_job *job)
{
    cut c = {.kernel = kernels[job->reduction][job->dtype], .n_outer_in_unit = 1};
    c.n_tiles = (job->n_inner + LANES - 1) / LANES;
    c.width = min_of(job->n_inner, LANES);
    c.n_chunk_rows = max_of(MIN_CHUNK_ROWS, BLOCK_ELEMENTS / c.width);
    c.n_repeat_chunks = max_of(1, (job->n + c.n_chunk_rows - 1) / c.n_chunk_rows);
    c.n_chunks = job->n_repeats * c.n_repeat_chunks;
    c.n_groups = c.n_tiles > 1 ? 1 : count_groups(min_of(job->n, c.n_chunk_rows), c.width);
    if (c.n_tiles == 1 && c.n_chunks == 1)
        c.n_outer_in_unit = max_of(1, min_of(LANES / c.width, BLOCK_ELEMENTS / max_of(1, job->n * c.width)));
    c.n_units = (job->n_outer + c.n_outer_in_unit - 1) / c.n_outer_in_unit * c.n_tiles * c.n_chunks;
    return c;
}

/* width results, from their accumulators, the first of them at place at. */
static void finish(const frcnn_reduction_job *job, int64_t at, int64_t width, const void *a, const void *b)
{
    const double *real = a;
    const double *m2 = b;
    const uint8_t *found = a;
    float *dst_f32 = (float *)job->dst + at;
    double *dst_f64 = (double *)job->dst + at;
    uint8_t *dst_bool = (uint8_t *)job->dst + at;
    const size_t size = frcnn_dtype_get_size(frcnn_reduction_get_dst_dtype(job->reduction, job->dtype));
    const int64_t n = job->n_repeats * job->n;
    const int is_f32 = job->dtype == FRCNN_F32;
    switch (job->reduction) {
    case FRCNN_REDUCTION_SUM:
    case FRCNN_REDUCTION_PROD:
        if (is_f32)
            for (int64_t i = 0; i < width; i++) dst_f32[i] = (float)real[i];
        else
            memcpy((unsigned char *)job->dst + (size_t)at * size, a, (size_t)width * size);
        break;
    case FRCNN_REDUCTION_MEAN:
        for (int64_t i = 0; i < width; i++) {
            const double mean = real[i] / (double)n;
            if (is_f32)
                dst_f32[i] = (float)mean;
            else
                dst_f64[i] = mean;
        }
        break;
    case FRCNN_REDUCTION_VAR:
        for (int64_t i = 0; i < width; i++) {
            const double variance = frcnn_variance_from(n == 0 ? 0.0 : m2[i], n, job->correction);
            if (is_f32)
                dst_f32[i] = (float)variance;
            else
                dst_f64[i] = variance;
        }
        break;
    case FRCNN_REDUCTION_ALL:
        for (int64_t i = 0; i < width; i++) dst_bool[i] = (found[i] & FRCNN_FOUND_ZERO) == 0;
        break;
    case FRCNN_REDUCTION_ANY:
        for (int64_t i = 0; i < width; i++) dst_bool[i] = (found[i] & FRCNN_FOUND_NONZERO) != 0;
        break;
    case FRCNN_REDUCTION_ARGMAX:
    case FRCNN_REDUCTION_ARGMIN:
        memcpy(job->indices + at, b, (size_t)width * sizeof *job->indices);
        memcpy((unsigned char *)job->dst + (size_t)at * size, a, (size_t)width * size);
        break;
    case FRCNN_REDUCTION_AMAX:
    case FRCNN_REDUCTION_AMIN:
        memcpy((unsigned char *)job->dst + (size_t)at * size, a, (size_t)width * size);
        break;
    }
}

static void run_unit(const frcnn_reduction_job *job, const cut *c, int64_t unit)
{
    const int64_t chunk = unit % c->n_chunks;
    const int64_t tile = unit / c->n_chunks % c->n_tiles;
    const int64_t outer = unit / c->n_chunks / c->n_tiles * c->n_outer_in_unit;
    const int64_t n_outer = min_of(c->n_outer_in_unit, job->n_outer - outer);
    const int64_t repeat = chunk / c->n_repeat_chunks;
    const int64_t row = chunk % c->n_repeat_chunks * c->n_chunk_rows;
    const int64_t n_rows = min_of(c->n_chunk_rows, job->n - row);
    const int64_t column = tile * c->width;
    const int64_t width = min_of(c->width, job->n_inner - column);
    const int64_t n_groups = n_rows == 0 ? 1 : c->n_groups <= n_rows ? c->n_groups : count_groups(n_rows, width);
    const int64_t first = ((repeat * job->n_outer + outer) * job->n + row) * job->n_inner + column;
    const unsigned char *src = (const unsigned char *)job->src + (size_t)first * frcnn_dtype_get_size(job->dtype);
    if (c->partials != NULL) {
        unsigned char *a = c->partials + 2 * unit * c->width * ACC_BYTES;
        c->kernel.blocks(n_outer, n_rows, job->n_inner, width, n_groups, src, a, a + c->width * ACC_BYTES);
    } else {
        frcnn_reduction_lanes a;
        frcnn_reduction_lanes b;
        c->kernel.blocks(n_outer, n_rows, job->n_inner, width, n_groups, src, &a, &b);
        finish(job, outer * job->n_inner + column, n_outer * width, &a, &b);
    }
}

/* The rows before a chunk. */
static int64_t count_rows(const frcnn_reduction_job *job, const cut *c, int64_t chunk)
{
    return chunk / c->n_repeat_chunks * job->n + chunk % c->n_repeat_chunks * c->n_chunk_rows;
}

/* The chunks of one tile, two by two: chains stay short, and their order is fixed. */
static void merge_chunks(const frcnn_reduction_job *job, const cut *c, int64_t outer_tile)
{
    const int64_t column = outer_tile % c->n_tiles * c->width;
    const int64_t width = min_of(c->width, job->n_inner - column);
    const int64_t half_bytes = c->width * ACC_BYTES;
    unsigned char *chunks = c->partials + 2 * outer_tile * c->n_chunks * half_bytes;
    for (int64_t step = 1; step < c->n_chunks; step *= 2)
        for (int64_t i = 0; i + step < c->n_chunks; i += 2 * step) {
            unsigned char *a = chunks + 2 * i * half_bytes;
            const unsigned char *other = chunks + 2 * (i + step) * half_bytes;
            const int64_t from = count_rows(job, c, i);
            const int64_t middle = count_rows(job, c, i + step);
            const int64_t end = count_rows(job, c, min_of(i + 2 * step, c->n_chunks));
            c->kernel.merge(width, middle - from, a, a + half_bytes, end - middle, other, other + half_bytes);
        }
    finish(job, outer_tile / c->n_tiles * job->n_inner + column, width, chunks, chunks + half_bytes);
}

frcnn_status frcnn_reduce_cpu(const frcnn_reduction_job *job)
{
    if (job->n_outer == 0 || job->n_inner == 0) return FRCNN_OK;
    cut c = cut_up(job);
    void *partials = NULL;
    if (c.n_chunks > 1)
        FRCNN_TRY(frcnn_alloc(&partials, (size_t)c.n_units, (size_t)(2 * c.width * ACC_BYTES), "reduction"));
    c.partials = partials;
    if (job->n_outer * job->n_repeats * max_of(1, job->n) * job->n_inner <= SERIAL_ELEMENTS) {
        for (int64_t unit = 0; unit < c.n_units; unit++) run_unit(job, &c, unit);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t unit = 0; unit < c.n_units; unit++) run_unit(job, &c, unit);
    }
    if (partials != NULL && c.n_units * c.width <= SERIAL_ELEMENTS) {
        for (int64_t i = 0; i < job->n_outer * c.n_tiles; i++) merge_chunks(job, &c, i);
    } else if (partials != NULL) {
        FRCNN_PARALLEL_FOR
        for (int64_t i = 0; i < job->n_outer * c.n_tiles; i++) merge_chunks(job, &c, i);
    }
    frcnn_free(partials);
    return FRCNN_OK;
}
