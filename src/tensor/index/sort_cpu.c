#include "tensor/error.h"
#include "tensor/index/element.h"
#include "tensor/index/order.h"
#include "tensor/index/sort.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { MIN_PARALLEL = 32768 };

/* The elements that indices name, both n_inner apart. */
static void copy_row(const frcnn_sort *sort, const unsigned char *src, const int64_t *indices, unsigned char *dst)
{
    const int64_t step = sort->rows.n_inner;
    FRCNN_ELEMENT_DISPATCH(
        frcnn_dtype_get_size(sort->dtype), for (int64_t i = 0; i < sort->k; i++) {
            frcnn_element_copy(size, dst, i * step, src, indices[i * step] * step);
        });
}

static void sort_rows(const frcnn_sort *sort, int64_t first, int64_t end, void *workspace)
{
    const int64_t n_inner = sort->rows.n_inner;
    const size_t n_bytes = frcnn_dtype_get_size(sort->dtype);
    for (int64_t row = first; row < end; row++) {
        const int64_t src_at = row / n_inner * sort->rows.n * n_inner + row % n_inner;
        const int64_t dst_at = row / n_inner * sort->k * n_inner + row % n_inner;
        const unsigned char *src = (const unsigned char *)sort->src + (size_t)src_at * n_bytes;
        int64_t *indices = sort->indices + dst_at;
        frcnn_order_select(sort->dtype, sort->is_descending, sort->rows.n, src, n_inner, sort->k, indices, n_inner,
                           workspace);
        copy_row(sort, src, indices, (unsigned char *)sort->values + (size_t)dst_at * n_bytes);
    }
}

frcnn_status frcnn_sort_cpu(const frcnn_sort *sort)
{
    const int64_t n_rows = sort->rows.n_outer * sort->rows.n_inner;
    if (n_rows == 0 || sort->k == 0) return FRCNN_OK;
    const int64_t n_threads = n_rows * sort->rows.n < MIN_PARALLEL ? 1 : frcnn_parallel_get_threads();
    const int64_t n_parts = n_threads < n_rows ? n_threads : n_rows;
    const size_t bytes = frcnn_order_get_workspace(sort->dtype, sort->rows.n);
    void *workspace = NULL;
    FRCNN_TRY(frcnn_alloc(&workspace, (size_t)n_parts, bytes, "sort"));
    if (n_parts == 1) {
        sort_rows(sort, 0, n_rows, workspace);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t part = 0; part < n_parts; part++)
            sort_rows(sort, n_rows / n_parts * part, part + 1 < n_parts ? n_rows / n_parts * (part + 1) : n_rows,
                      (unsigned char *)workspace + (size_t)part * bytes);
    }
    frcnn_free(workspace);
    return FRCNN_OK;
}
