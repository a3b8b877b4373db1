#include "tensor/index/element.h"
#include "tensor/index/index_select.h"
#include "tensor/parallel.h"

enum { CHUNK_BYTES = 65536 };

/* Parts first … end - 1 of all outer rows, one after the other. */
static void copy_parts(const frcnn_index_select *select, int64_t first, int64_t end)
{
    const int64_t n = select->rows.n;
    const int64_t n_inner = select->rows.n_inner;
    int64_t outer = first / select->n_indices;
    int64_t i = first % select->n_indices;
    while (first < end) {
        const int64_t left = select->n_indices - i;
        const int64_t n_parts = left < end - first ? left : end - first;
        const int64_t *indices = select->indices + i;
        if (n_inner == 1) {
            FRCNN_ELEMENT_DISPATCH(
                select->element_bytes, for (int64_t part = 0; part < n_parts; part++) {
                    frcnn_element_copy(size, select->dst, first + part, select->src, outer * n + indices[part]);
                });
        } else {
            const size_t n_bytes = (size_t)n_inner * select->element_bytes;
            for (int64_t part = 0; part < n_parts; part++)
                frcnn_element_copy(n_bytes, select->dst, first + part, select->src, outer * n + indices[part]);
        }
        first += n_parts;
        i = 0;
        outer += 1;
    }
}

frcnn_status frcnn_index_select_cpu(const frcnn_index_select *select)
{
    const int64_t n_parts = select->rows.n_outer * select->n_indices;
    const int64_t part_bytes = select->rows.n_inner * (int64_t)select->element_bytes;
    if (n_parts == 0 || part_bytes == 0) return FRCNN_OK;
    const int64_t n_chunk = part_bytes < CHUNK_BYTES ? CHUNK_BYTES / part_bytes : 1;
    if (n_parts <= n_chunk) {
        copy_parts(select, 0, n_parts);
        return FRCNN_OK;
    }
    const int64_t n_chunks = (n_parts + n_chunk - 1) / n_chunk;
    FRCNN_PARALLEL_FOR
    for (int64_t chunk = 0; chunk < n_chunks; chunk++)
        copy_parts(select, chunk * n_chunk, chunk + 1 < n_chunks ? (chunk + 1) * n_chunk : n_parts);
    return FRCNN_OK;
}
