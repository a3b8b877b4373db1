/* A tensor cut along one dimension into views that lie side by side. */
#include <limits.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

/* n_parts of sizes[i] each, or of `size` each and the last of what is left where sizes is NULL. All of them or none. */
static frcnn_status cut(frcnn_tensor **out, const char *what, const frcnn_tensor *tensor, int dim, int n_parts,
                        const int64_t *sizes, int64_t size)
{
    if (n_parts == 0) return FRCNN_OK;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, (size_t)n_parts, sizeof(frcnn_tensor *), what));
    frcnn_tensor **made = block;
    frcnn_status status = FRCNN_OK;
    int64_t start = 0;
    for (int i = 0; i < n_parts; i++) {
        const int64_t left = tensor->shape[dim] - start;
        const int64_t wanted = sizes != NULL ? sizes[i] : size;
        const int64_t length = left < wanted ? left : wanted;
        FRCNN_TRY_CLEANUP(frcnn_tensor_narrow(&made[i], tensor, dim, start, length));
        start += length;
    }
    for (int i = 0; i < n_parts; i++) {
        out[i] = made[i];
        made[i] = NULL;
    }

cleanup:
    for (int i = 0; i < n_parts; i++) frcnn_tensor_destroy(&made[i]);
    frcnn_free(block);
    return status;
}

static frcnn_status cut_evenly(frcnn_tensor **out, int capacity, int *n_out, const char *what,
                               const frcnn_tensor *tensor, int dim, int64_t n_parts, int64_t size)
{
    const int room = out != NULL ? capacity : INT_MAX;
    FRCNN_FAIL_IF(n_parts > room, FRCNN_ERROR_INVALID, "%s: expected room for %lld parts, found %d", what,
                  (long long)n_parts, room);
    if (out != NULL) FRCNN_TRY(cut(out, what, tensor, dim, (int)n_parts, NULL, size));
    *n_out = (int)n_parts;
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_split(frcnn_tensor **out, int capacity, int *n_parts, const frcnn_tensor *tensor,
                                int64_t size, int dim)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "split", dim, tensor->n_dims));
    const int64_t total = tensor->shape[at];
    FRCNN_FAIL_IF(size < 0 || (size == 0 && total > 0), FRCNN_ERROR_INVALID,
                  "split: expected a size of 1 or more for a dimension of %lld, found %lld", (long long)total,
                  (long long)size);
    const int64_t n = total == 0 ? 1 : (total - 1) / size + 1;
    return cut_evenly(out, capacity, n_parts, "split", tensor, at, n, size);
}

frcnn_status frcnn_tensor_chunk(frcnn_tensor **out, int capacity, int *n_parts, const frcnn_tensor *tensor,
                                int64_t n_chunks, int dim)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "chunk", dim, tensor->n_dims));
    FRCNN_FAIL_IF(n_chunks < 1, FRCNN_ERROR_INVALID, "chunk: expected 1 chunk or more, found %lld",
                  (long long)n_chunks);
    const int64_t total = tensor->shape[at];
    const int64_t size = total == 0 ? 0 : (total - 1) / n_chunks + 1;
    const int64_t n = total == 0 ? n_chunks : (total - 1) / size + 1;
    return cut_evenly(out, capacity, n_parts, "chunk", tensor, at, n, size);
}

frcnn_status frcnn_tensor_split_sizes(frcnn_tensor **out, const frcnn_tensor *tensor, const int64_t *sizes, int n_sizes,
                                      int dim)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "split", dim, tensor->n_dims));
    const int64_t total = tensor->shape[at];
    FRCNN_FAIL_IF(n_sizes < 0, FRCNN_ERROR_INVALID, "split: expected 0 sizes or more, found %d", n_sizes);
    int64_t left = total;
    for (int i = 0; i < n_sizes; i++) {
        FRCNN_FAIL_IF(sizes[i] < 0 || sizes[i] > left, FRCNN_ERROR_INVALID,
                      "split: expected sizes of 0 or more that add up to %lld, found %lld where %lld are left",
                      (long long)total, (long long)sizes[i], (long long)left);
        left -= sizes[i];
    }
    FRCNN_FAIL_IF(left != 0, FRCNN_ERROR_INVALID, "split: expected sizes that add up to %lld, found %lld",
                  (long long)total, (long long)(total - left));
    return cut(out, "split", tensor, at, n_sizes, sizes, 0);
}
