#include "tensor/layers/avg_pool2d.h"

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/layers/pool2d.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_pool2d_check(const char *what, const frcnn_tensor *tensor, int needs_channels)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims != 4, FRCNN_ERROR_INVALID, "%s: expected 4 dimensions, found %s", what,
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    FRCNN_FAIL_IF(tensor->shape[1] == 0 || tensor->shape[2] == 0 || (needs_channels && tensor->shape[3] == 0),
                  FRCNN_ERROR_INVALID, "%s: expected a map with pixels and channels, found %s", what,
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    return FRCNN_OK;
}

void frcnn_avg_pool2d_options_default(frcnn_avg_pool2d_options *options)
{
    *options = (frcnn_avg_pool2d_options){
        .struct_size = sizeof *options, .kernel_h = 2, .kernel_w = 2, .count_include_pad = 1};
}

static frcnn_status run_pool(const frcnn_tensor_ops *table, const frcnn_avg_pool2d *pool, const frcnn_tensor *src,
                             frcnn_tensor *result)
{
    const void *from = frcnn_tensor_get_const_data(src);
    void *to = frcnn_tensor_get_data(result);
    if (pool->by == FRCNN_AVG_BY_SIDES && pool->y.out == 1 && pool->x.out == 1) {
        const frcnn_map_mean_run run = {pool->n, pool->y.in * pool->x.in, pool->c, src->dtype, from, to};
        return table->layers->map_mean(&run);
    }
    const frcnn_avg_pool2d_run run = {*pool, src->dtype, from, to};
    return table->layers->avg_pool2d(&run);
}

frcnn_status frcnn_avg_pool2d_run_tensor(frcnn_tensor **out, const char *what, const frcnn_avg_pool2d *pool,
                                         const frcnn_tensor *tensor)
{
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    const frcnn_tensor_ops *table = NULL;
    const int64_t shape[] = {pool->n, pool->y.out, pool->x.out, pool->c};
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, tensor->device));
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, frcnn_compute_get_dtype(tensor->dtype)));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, src->dtype, 4, shape));
    if (result->n_elements > 0) FRCNN_TRY_CLEANUP(run_pool(table, pool, src, result));
    status = frcnn_compute_close(out, &result, tensor->dtype);

cleanup:
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&src);
    return status;
}

frcnn_status frcnn_tensor_avg_pool2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                     const frcnn_avg_pool2d_options *options)
{
    frcnn_avg_pool2d_options chosen;
    frcnn_avg_pool2d_options_default(&chosen);
    FRCNN_CHECK_OPTIONS("avg_pool2d", options);
    if (options != NULL) chosen = *options;
    FRCNN_TRY(frcnn_pool2d_check("avg_pool2d", tensor, 1));
    FRCNN_FAIL_IF(!frcnn_compute_is_float(tensor->dtype) && tensor->dtype != FRCNN_I64, FRCNN_ERROR_INVALID,
                  "avg_pool2d: expected floats or i64, found %s", frcnn_dtype_get_name(tensor->dtype));
    const int64_t *in = tensor->shape;
    frcnn_avg_pool2d pool = {.n = in[0],
                             .c = in[3],
                             .y = {.in = in[1],
                                   .kernel = chosen.kernel_h,
                                   .stride = chosen.stride_h == 0 ? chosen.kernel_h : chosen.stride_h,
                                   .padding = chosen.padding_h,
                                   .dilation = 1},
                             .x = {.in = in[2],
                                   .kernel = chosen.kernel_w,
                                   .stride = chosen.stride_w == 0 ? chosen.kernel_w : chosen.stride_w,
                                   .padding = chosen.padding_w,
                                   .dilation = 1},
                             .by = chosen.count_include_pad ? FRCNN_AVG_BY_WINDOW : FRCNN_AVG_BY_INSIDE,
                             .number = chosen.divisor_override};
    if (chosen.divisor_override != 0) pool.by = FRCNN_AVG_BY_NUMBER;
    FRCNN_TRY(frcnn_window_set_output(&pool.y, "avg_pool2d", chosen.ceil_mode));
    FRCNN_TRY(frcnn_window_set_output(&pool.x, "avg_pool2d", chosen.ceil_mode));
    return frcnn_avg_pool2d_run_tensor(out, "avg_pool2d", &pool, tensor);
}
