#include "tensor/reduce/reduction_layout.h"

#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

static frcnn_status mark_reduced(int *is_reduced, const char *what, const frcnn_tensor *tensor, const int *dims,
                                 int n_dims)
{
    FRCNN_FAIL_IF(n_dims < 0, FRCNN_ERROR_INVALID, "%s: expected 0 or more dimensions to reduce, found %d", what,
                  n_dims);
    for (int d = 0; d < FRCNN_MAX_DIMS; d++) is_reduced[d] = n_dims == 0;
    for (int i = 0; i < n_dims; i++) {
        int at = 0;
        FRCNN_TRY(frcnn_dim_wrap(&at, what, dims[i], tensor->n_dims));
        FRCNN_FAIL_IF(is_reduced[at], FRCNN_ERROR_INVALID, "%s: expected every dimension at most once, found %d twice",
                      what, at);
        is_reduced[at] = 1;
    }
    return FRCNN_OK;
}

/* The dimensions other than 1, by falling stride; returns their number. */
static int sort_by_stride(int *order, const frcnn_tensor *tensor, int is_ordered)
{
    int n = 0;
    for (int d = 0; d < tensor->n_dims; d++) {
        if (tensor->shape[d] == 1) continue;
        int at = n++;
        for (; at > 0 && !is_ordered && tensor->strides[order[at - 1]] < tensor->strides[d]; at--)
            order[at] = order[at - 1];
        order[at] = d;
    }
    return n;
}

/* Brings the reduced dimensions together where they lie in more places than the walk has (repeats and n), or where n
   would be short: all first or all last, so that the last dimension stays last and what has to be copied is copied in
   runs. */
static void group_reduced(int *order, int n, const int *is_reduced, const frcnn_tensor *tensor)
{
    enum { SHORT = 64 };
    int grouped[FRCNN_MAX_DIMS];
    int n_grouped = 0;
    int n_changes = 0;
    int64_t n_in_repeat = 1;
    for (int i = 1; i < n; i++) {
        n_changes += is_reduced[order[i]] != is_reduced[order[i - 1]];
        if (n_changes > 1 && is_reduced[order[i]]) n_in_repeat *= tensor->shape[order[i]];
    }
    if (n_changes <= 1 || (n_changes == 2 && !is_reduced[order[0]])) return;
    if (n_changes <= 3 && is_reduced[order[0]] && n_in_repeat >= SHORT && tensor->n_elements > 0) return;
    const int last = is_reduced[order[n - 1]];
    for (int i = 0; i < n; i++)
        if (is_reduced[order[i]] != last) grouped[n_grouped++] = order[i];
    for (int i = 0; i < n; i++)
        if (is_reduced[order[i]] == last) grouped[n_grouped++] = order[i];
    for (int i = 0; i < n; i++) order[i] = grouped[i];
}

frcnn_status frcnn_reduction_layout_resolve(frcnn_reduction_layout *out, const char *what, const frcnn_tensor *tensor,
                                            const int *dims, int n_dims, int keep_dims, int is_ordered)
{
    int is_reduced[FRCNN_MAX_DIMS];
    int order[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS] = {0};
    frcnn_reduction_layout layout = {.n_repeats = 1, .n_outer = 1, .n = 1, .n_inner = 1};
    FRCNN_TRY(mark_reduced(is_reduced, what, tensor, dims, n_dims));
    layout.n_walked = sort_by_stride(order, tensor, is_ordered);
    group_reduced(order, layout.n_walked, is_reduced, tensor);
    int64_t *const sizes[] = {&layout.n_inner, &layout.n, &layout.n_outer, &layout.n_repeats};
    int part = 0;
    for (int i = layout.n_walked - 1; i >= 0; i--) {
        const int d = order[i];
        layout.walked_shape[i] = tensor->shape[d];
        layout.walked_strides[i] = tensor->strides[d];
        /* Parts are kept and reduced by turns, from the last to the first. */
        if (part % 2 != is_reduced[d]) part++;
        if (!is_reduced[d]) strides[d] = layout.n_outer * layout.n_inner;
        *sizes[part] *= tensor->shape[d];
    }
    for (int d = 0; d < tensor->n_dims; d++) {
        if (is_reduced[d] && !keep_dims) continue;
        layout.out_shape[layout.n_out] = is_reduced[d] ? 1 : tensor->shape[d];
        layout.out_strides[layout.n_out++] = strides[d];
    }
    *out = layout;
    return FRCNN_OK;
}

frcnn_status frcnn_reduction_layout_open(frcnn_tensor **out, const frcnn_reduction_layout *layout,
                                         const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    frcnn_tensor *view = NULL;
    FRCNN_TRY(frcnn_tensor_create_view(&view, tensor, layout->n_walked, layout->walked_shape, layout->walked_strides,
                                       tensor->offset));
    const frcnn_status status = frcnn_compute_open(out, view, dtype);
    frcnn_tensor_destroy(&view);
    return status;
}

frcnn_status frcnn_reduction_layout_close(frcnn_tensor **out, const frcnn_reduction_layout *layout,
                                          const frcnn_tensor *results, frcnn_dtype dtype)
{
    frcnn_tensor *view = NULL;
    FRCNN_TRY(frcnn_tensor_create_view(&view, results, layout->n_out, layout->out_shape, layout->out_strides, 0));
    const frcnn_status status = frcnn_compute_open(out, view, dtype);
    frcnn_tensor_destroy(&view);
    return status;
}
