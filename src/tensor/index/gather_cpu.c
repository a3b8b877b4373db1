#include "tensor/index/gather.h"

#include "tensor/index/element.h"
#include "tensor/index/gather_body.h"
#include "tensor/parallel.h"

enum { CHUNK = 16384 };

/* Elements first … first + n - 1 of the last dimension of one row. */
static void gather_run(const frcnn_gather *gather, int64_t row, int64_t first, int64_t n)
{
    const int last = gather->n_dims - 1;
    const int64_t dst_first = row * gather->shape[last] + first;
    const int64_t *indices = gather->indices + dst_first;
    const int64_t step = frcnn_gather_get_step(gather);
    const int64_t index_step = gather->strides[gather->dim];
    const int64_t start = frcnn_gather_get_row_start(gather, row) + first * step;
    FRCNN_ELEMENT_DISPATCH(
        gather->element_bytes, for (int64_t i = 0; i < n; i++) {
            frcnn_element_copy(size, gather->dst, dst_first + i, gather->src,
                               start + i * step + indices[i] * index_step);
        });
}

static void gather_chunk(const frcnn_gather *gather, int64_t first, int64_t end)
{
    const int64_t length = gather->shape[gather->n_dims - 1];
    while (first < end) {
        const int64_t at = first % length;
        const int64_t n = length - at < end - first ? length - at : end - first;
        gather_run(gather, first / length, at, n);
        first += n;
    }
}

frcnn_status frcnn_gather_cpu(const frcnn_gather *gather)
{
    int64_t n = 1;
    for (int d = 0; d < gather->n_dims; d++) n *= gather->shape[d];
    if (n <= 2 * CHUNK) {
        gather_chunk(gather, 0, n);
        return FRCNN_OK;
    }
    const int64_t n_chunks = (n + CHUNK - 1) / CHUNK;
    FRCNN_PARALLEL_FOR
    for (int64_t chunk = 0; chunk < n_chunks; chunk++)
        gather_chunk(gather, chunk * CHUNK, chunk + 1 < n_chunks ? (chunk + 1) * CHUNK : n);
    return FRCNN_OK;
}
