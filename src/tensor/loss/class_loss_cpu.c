#include <stddef.h>

#include "tensor/error.h"
#include "tensor/loss/class_loss.h"
#include "tensor/loss/class_loss_body.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { CHUNK = 1024 };

/* The loss of position i into losses, if there are such, and its weight and loss added to sums. */
#define DEFINE_POSITION(suffix, REAL)                                                                                  \
    static void run_position_##suffix(const frcnn_class_loss *loss, int64_t i, frcnn_loss_sums *sums)                  \
    {                                                                                                                  \
        const frcnn_loss_sums own = frcnn_class_loss_at_##suffix(loss, i);                                             \
        if (loss->losses != NULL) ((REAL *)loss->losses)[i] = (REAL)own.loss;                                          \
        sums->loss += own.loss;                                                                                        \
        sums->weight += own.weight;                                                                                    \
    }

DEFINE_POSITION(f32, float)
DEFINE_POSITION(f64, double)

static frcnn_loss_sums run_chunk(const frcnn_class_loss *loss, int64_t chunk)
{
    const int64_t n = loss->n_outer * loss->n_inner;
    const int64_t end = n - chunk * CHUNK < CHUNK ? n : (chunk + 1) * CHUNK;
    frcnn_loss_sums sums = {0, 0};
    for (int64_t i = chunk * CHUNK; i < end; i++)
        if (loss->dtype == FRCNN_F64)
            run_position_f64(loss, i, &sums);
        else
            run_position_f32(loss, i, &sums);
    return sums;
}

frcnn_status frcnn_class_loss_cpu(const frcnn_class_loss *loss, frcnn_loss_sums *sums)
{
    const int64_t n_chunks = (loss->n_outer * loss->n_inner + CHUNK - 1) / CHUNK;
    frcnn_loss_sums total = {0, 0};
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)n_chunks, sizeof(frcnn_loss_sums), "loss"));
    frcnn_loss_sums *parts = block;
    FRCNN_PARALLEL_FOR_IF(loss->n_outer * loss->n_inner * loss->n_classes >= FRCNN_PARALLEL_MIN)
    for (int64_t i = 0; i < n_chunks; i++) parts[i] = run_chunk(loss, i);
    for (int64_t i = 0; i < n_chunks; i++) {
        total.loss += parts[i].loss;
        total.weight += parts[i].weight;
    }
    frcnn_free(block);
    *sums = total;
    return FRCNN_OK;
}

frcnn_status frcnn_class_loss_find_wrong_class_cpu(const frcnn_class_range *range, int64_t *at, int64_t *found)
{
    int64_t i = 0;
    while (i < range->n && !frcnn_class_is_wrong(range, range->classes[i])) i++;
    *at = i;
    if (i < range->n) *found = range->classes[i];
    return FRCNN_OK;
}
