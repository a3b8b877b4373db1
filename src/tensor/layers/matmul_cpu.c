#include <string.h>

#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/layers/conv2d.h"
#include "tensor/layers/matmul_body.h"
#include "tensor/memory.h"
#include "tensor/onednn.h"
#include "tensor/parallel.h"

enum {
    ROWS = 4,
    DEPTH = 256,
    ROW_BLOCK = 128,
    TILE_BYTES = 128,      /* of a tile's row */
    CONVOLUTION = 1 << 17, /* multiply-adds from which a convolution's setting up pays */
    CONVOLUTION_LEAST = 8  /* rows and columns, likewise */
};

/* Tasks are blocks of rows in a few columns of one matrix. */
typedef struct tasks {
    int64_t tile_columns, n_row_blocks, n_column_tiles, n;
} tasks;

static int64_t count_matrices(const frcnn_matmul *matmul)
{
    int64_t n = 1;
    for (int d = 0; d < matmul->n_batch_dims; d++) n *= matmul->batch_shape[d];
    return n;
}

#define REAL float
#define SUM double
#define COLS (TILE_BYTES / (int)sizeof(REAL))
#define NAME(name) name##_f32
#include "tensor/layers/matmul_loops.h"
#undef REAL
#undef NAME
#define REAL double
#define NAME(name) name##_f64
#include "tensor/layers/matmul_loops.h"
#undef REAL
#undef SUM
#undef NAME
/* Unsigned, so that wrapping is defined. */
#define REAL uint64_t
#define SUM uint64_t
#define NAME(name) name##_i64
#include "tensor/layers/matmul_loops.h"

static void run_any(const frcnn_matmul *matmul, const tasks *plan, int64_t task)
{
    if (matmul->dtype == FRCNN_F32)
        run_task_f32(matmul, plan, task);
    else if (matmul->dtype == FRCNN_F64)
        run_task_f64(matmul, plan, task);
    else
        run_task_i64(matmul, plan, task);
}

/* oneDNN's convolutions, unlike its products of matrices, add in the same order for every number of threads. */
static frcnn_status run_as_convolution(const frcnn_matmul *matmul)
{
    frcnn_conv2d conv = frcnn_conv2d_on_rows(matmul->m, matmul->k, matmul->n);
    conv.weight_is_transposed = !matmul->b_is_transposed;
    frcnn_primitive *primitive = NULL;
    void *scratchpad = NULL;
    void *zeros = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_primitive_create(&primitive, &conv));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&scratchpad, frcnn_primitive_get_scratchpad(primitive), 1, "matmul"));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&zeros, (size_t)matmul->n, sizeof(float), "matmul"));
    for (int64_t i = 0; i < count_matrices(matmul); i++) {
        const frcnn_matmul_operands at = frcnn_matmul_find_operands(matmul, i);
        const float *b = (const float *)matmul->b + at.b * matmul->k * matmul->n;
        frcnn_packed *packed = NULL;
        FRCNN_TRY_CLEANUP(frcnn_packed_create(&packed, primitive, b, zeros));
        status = frcnn_primitive_run(primitive, (const float *)matmul->a + at.a * matmul->m * matmul->k, packed,
                                     (float *)matmul->dst + i * matmul->m * matmul->n, scratchpad);
        frcnn_packed_destroy(&packed);
        if (status != FRCNN_OK) goto cleanup;
    }

cleanup:
    frcnn_free(zeros);
    frcnn_free(scratchpad);
    frcnn_primitive_destroy(&primitive);
    return status;
}

frcnn_status frcnn_matmul_cpu(const frcnn_matmul *matmul)
{
    /* In f64: the product of three sizes may be more than an integer holds. */
    const double macs = (double)matmul->m * (double)matmul->k * (double)matmul->n;
    if (matmul->dtype == FRCNN_F32 && macs >= CONVOLUTION && matmul->m >= CONVOLUTION_LEAST &&
        matmul->n >= CONVOLUTION_LEAST)
        return run_as_convolution(matmul);
    tasks plan = {.tile_columns = TILE_BYTES / (int64_t)frcnn_dtype_get_size(matmul->dtype),
                  .n_row_blocks = (matmul->m + ROW_BLOCK - 1) / ROW_BLOCK};
    plan.n_column_tiles = (matmul->n + plan.tile_columns - 1) / plan.tile_columns;
    plan.n = count_matrices(matmul) * plan.n_row_blocks * plan.n_column_tiles;
    FRCNN_PARALLEL_FOR_IF((double)count_matrices(matmul) * macs >= FRCNN_PARALLEL_MIN)
    for (int64_t task = 0; task < plan.n; task++) run_any(matmul, &plan, task);
    return FRCNN_OK;
}
