#include "tensor/layers/max_pool2d.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/layers/pool2d.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_max_pool2d_get_size(frcnn_max_pool2d *pool, int ceil_mode)
{
    frcnn_window y = pool->y;
    FRCNN_TRY(frcnn_window_set_output(&y, "max_pool2d", ceil_mode));
    FRCNN_TRY(frcnn_window_set_output(&pool->x, "max_pool2d", ceil_mode));
    pool->y = y;
    return FRCNN_OK;
}

void frcnn_max_pool2d_options_default(frcnn_max_pool2d_options *options)
{
    *options = (frcnn_max_pool2d_options){
        .struct_size = sizeof *options, .kernel_h = 2, .kernel_w = 2, .dilation_h = 1, .dilation_w = 1};
}

frcnn_status frcnn_max_pool2d_run_tensor(frcnn_tensor **out, frcnn_tensor **indices, const char *what,
                                         const frcnn_max_pool2d *pool, const frcnn_tensor *tensor)
{
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    frcnn_tensor *positions = NULL;
    frcnn_tensor *narrow = NULL;
    const frcnn_tensor_ops *table = NULL;
    const int64_t shape[] = {pool->n, pool->y.out, pool->x.out, pool->c};
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, tensor->device));
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, frcnn_compute_get_dtype(tensor->dtype)));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, src->dtype, 4, shape));
    if (indices != NULL) FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&positions, tensor->device, FRCNN_I64, 4, shape));
    frcnn_max_pool2d_run run = {.pool = *pool,
                                .dtype = src->dtype,
                                .src = frcnn_tensor_get_const_data(src),
                                .dst = frcnn_tensor_get_data(result),
                                .indices = positions != NULL ? frcnn_tensor_get_data(positions) : NULL};
    int64_t highest = 0;
    frcnn_dtype_get_range(tensor->dtype, &run.lowest, &highest);
    if (result->n_elements > 0) FRCNN_TRY_CLEANUP(table->layers->max_pool2d(&run));
    FRCNN_TRY_CLEANUP(frcnn_compute_close(&narrow, &result, tensor->dtype));
    *out = narrow;
    if (indices != NULL) *indices = positions;
    positions = NULL;

cleanup:
    frcnn_tensor_destroy(&positions);
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&src);
    return status;
}

frcnn_status frcnn_tensor_max_pool2d(frcnn_tensor **out, frcnn_tensor **indices, const frcnn_tensor *tensor,
                                     const frcnn_max_pool2d_options *options)
{
    frcnn_max_pool2d_options chosen;
    frcnn_max_pool2d_options_default(&chosen);
    FRCNN_CHECK_OPTIONS("max_pool2d", options);
    if (options != NULL) chosen = *options;
    FRCNN_TRY(frcnn_pool2d_check("max_pool2d", tensor, 1));
    FRCNN_FAIL_IF(tensor->dtype == FRCNN_BOOL, FRCNN_ERROR_INVALID, "max_pool2d: expected numbers, found bool");
    const int64_t *in = tensor->shape;
    frcnn_max_pool2d pool = {.n = in[0],
                             .c = in[3],
                             .y = {.in = in[1],
                                   .kernel = chosen.kernel_h,
                                   .stride = chosen.stride_h == 0 ? chosen.kernel_h : chosen.stride_h,
                                   .padding = chosen.padding_h,
                                   .dilation = chosen.dilation_h},
                             .x = {.in = in[2],
                                   .kernel = chosen.kernel_w,
                                   .stride = chosen.stride_w == 0 ? chosen.kernel_w : chosen.stride_w,
                                   .padding = chosen.padding_w,
                                   .dilation = chosen.dilation_w}};
    FRCNN_TRY(frcnn_max_pool2d_get_size(&pool, chosen.ceil_mode));
    return frcnn_max_pool2d_run_tensor(out, indices, "max_pool2d", &pool, tensor);
}
