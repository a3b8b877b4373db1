#include "tensor/reduce/reduction.h"

#include "frcnn/reduce.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/reduce/reduction_layout.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

static int has_indices(frcnn_reduction reduction)
{
    return reduction == FRCNN_REDUCTION_ARGMAX || reduction == FRCNN_REDUCTION_ARGMIN;
}

static int is_extreme(frcnn_reduction reduction)
{
    return has_indices(reduction) || reduction == FRCNN_REDUCTION_AMAX || reduction == FRCNN_REDUCTION_AMIN;
}

frcnn_dtype frcnn_reduction_get_src_dtype(frcnn_reduction reduction, frcnn_dtype dtype)
{
    if (frcnn_compute_is_float(dtype)) return frcnn_compute_get_dtype(dtype);
    if (has_indices(reduction) || reduction == FRCNN_REDUCTION_PROD) return FRCNN_I64;
    if (is_extreme(reduction) && (dtype == FRCNN_I8 || dtype == FRCNN_I16)) return FRCNN_I32;
    return dtype;
}

frcnn_dtype frcnn_reduction_get_dst_dtype(frcnn_reduction reduction, frcnn_dtype src_dtype)
{
    if (reduction == FRCNN_REDUCTION_ANY || reduction == FRCNN_REDUCTION_ALL) return FRCNN_BOOL;
    if (reduction == FRCNN_REDUCTION_SUM || reduction == FRCNN_REDUCTION_PROD)
        return frcnn_compute_is_float(src_dtype) ? src_dtype : FRCNN_I64;
    return src_dtype;
}

/* What the caller is given of a tensor of dtype. */
static frcnn_dtype get_out_dtype(frcnn_reduction reduction, frcnn_dtype dtype)
{
    if (dtype == FRCNN_U8 && (reduction == FRCNN_REDUCTION_ANY || reduction == FRCNN_REDUCTION_ALL)) return FRCNN_U8;
    return frcnn_reduction_get_dst_dtype(reduction, dtype);
}

/* values, indices: each NULL where it isn't asked for. */
static frcnn_status reduce(frcnn_tensor **values, frcnn_tensor **indices, const char *what, frcnn_reduction reduction,
                           const frcnn_tensor *tensor, const int *dims, int n_dims, int keep_dims, double correction)
{
    frcnn_reduction_layout layout;
    const frcnn_tensor_ops *table = NULL;
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(frcnn_reduction_layout_resolve(&layout, what, tensor, dims, n_dims, keep_dims, has_indices(reduction)));
    FRCNN_FAIL_IF(is_extreme(reduction) && layout.n == 0, FRCNN_ERROR_INVALID,
                  "%s: expected a value to choose from along the reduced dimensions, found %s", what,
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, tensor->device));
    /* The largest of truth values tells whether any is true, the smallest whether all are. */
    if (tensor->dtype == FRCNN_BOOL && reduction == FRCNN_REDUCTION_AMAX) reduction = FRCNN_REDUCTION_ANY;
    if (tensor->dtype == FRCNN_BOOL && reduction == FRCNN_REDUCTION_AMIN) reduction = FRCNN_REDUCTION_ALL;
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *results = NULL;
    frcnn_tensor *places = NULL;
    frcnn_tensor *out_values = NULL;
    frcnn_tensor *out_indices = NULL;
    frcnn_reduction_job job = {.reduction = reduction,
                               .dtype = frcnn_reduction_get_src_dtype(reduction, tensor->dtype),
                               .n_repeats = layout.n_repeats,
                               .n_outer = layout.n_outer,
                               .n = layout.n,
                               .n_inner = layout.n_inner,
                               .correction = correction};
    const int64_t n_results = layout.n_outer * layout.n_inner;
    FRCNN_TRY_CLEANUP(frcnn_reduction_layout_open(&src, &layout, tensor, job.dtype));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&results, tensor->device,
                                            frcnn_reduction_get_dst_dtype(reduction, job.dtype), 1, &n_results));
    if (has_indices(reduction)) {
        FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&places, tensor->device, FRCNN_I64, 1, &n_results));
        job.indices = frcnn_tensor_get_data(places);
    }
    job.src = frcnn_tensor_get_const_data(src);
    job.dst = frcnn_tensor_get_data(results);
    FRCNN_TRY_CLEANUP(table->reduce->reduce(&job));
    if (values != NULL)
        FRCNN_TRY_CLEANUP(
            frcnn_reduction_layout_close(&out_values, &layout, results, get_out_dtype(reduction, tensor->dtype)));
    if (indices != NULL) FRCNN_TRY_CLEANUP(frcnn_reduction_layout_close(&out_indices, &layout, places, FRCNN_I64));
    if (values != NULL) *values = out_values;
    if (indices != NULL) *indices = out_indices;
    out_values = NULL;
    out_indices = NULL;

cleanup:
    frcnn_tensor_destroy(&out_values);
    frcnn_tensor_destroy(&out_indices);
    frcnn_tensor_destroy(&results);
    frcnn_tensor_destroy(&places);
    frcnn_tensor_destroy(&src);
    return status;
}

frcnn_status frcnn_tensor_sum(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                              int keep_dims)
{
    return reduce(out, NULL, "sum", FRCNN_REDUCTION_SUM, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_mean(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                               int keep_dims)
{
    FRCNN_TRY(frcnn_compute_check_float("mean", tensor->dtype));
    return reduce(out, NULL, "mean", FRCNN_REDUCTION_MEAN, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_var(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                              int keep_dims, double correction)
{
    FRCNN_TRY(frcnn_compute_check_float("var", tensor->dtype));
    return reduce(out, NULL, "var", FRCNN_REDUCTION_VAR, tensor, dims, n_dims, keep_dims, correction);
}

frcnn_status frcnn_tensor_prod(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                               int keep_dims)
{
    return reduce(out, NULL, "prod", FRCNN_REDUCTION_PROD, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_amax(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                               int keep_dims)
{
    return reduce(out, NULL, "amax", FRCNN_REDUCTION_AMAX, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_amin(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                               int keep_dims)
{
    return reduce(out, NULL, "amin", FRCNN_REDUCTION_AMIN, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_any(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                              int keep_dims)
{
    return reduce(out, NULL, "any", FRCNN_REDUCTION_ANY, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_all(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                              int keep_dims)
{
    return reduce(out, NULL, "all", FRCNN_REDUCTION_ALL, tensor, dims, n_dims, keep_dims, 0);
}

frcnn_status frcnn_tensor_max(frcnn_tensor **values, frcnn_tensor **indices, const frcnn_tensor *tensor, int dim,
                              int keep_dims)
{
    return reduce(values, indices, "max", FRCNN_REDUCTION_ARGMAX, tensor, &dim, 1, keep_dims, 0);
}

frcnn_status frcnn_tensor_min(frcnn_tensor **values, frcnn_tensor **indices, const frcnn_tensor *tensor, int dim,
                              int keep_dims)
{
    return reduce(values, indices, "min", FRCNN_REDUCTION_ARGMIN, tensor, &dim, 1, keep_dims, 0);
}

static frcnn_status find(frcnn_tensor **out, const char *what, frcnn_reduction reduction, const frcnn_tensor *tensor,
                         int dim, int keep_dims)
{
    FRCNN_FAIL_IF(tensor->dtype == FRCNN_BOOL, FRCNN_ERROR_INVALID, "%s: expected numbers, found bool", what);
    return reduce(NULL, out, what, reduction, tensor, &dim, dim == FRCNN_ALL_DIMS ? 0 : 1, keep_dims, 0);
}

frcnn_status frcnn_tensor_argmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim, int keep_dims)
{
    return find(out, "argmax", FRCNN_REDUCTION_ARGMAX, tensor, dim, keep_dims);
}

frcnn_status frcnn_tensor_argmin(frcnn_tensor **out, const frcnn_tensor *tensor, int dim, int keep_dims)
{
    return find(out, "argmin", FRCNN_REDUCTION_ARGMIN, tensor, dim, keep_dims);
}
