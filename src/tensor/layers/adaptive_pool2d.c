#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/layers/pool2d.h"
#include "tensor/storage.h"

static frcnn_status check(const char *what, const frcnn_tensor *tensor, int needs_channels, int64_t out_h,
                          int64_t out_w)
{
    FRCNN_TRY(frcnn_pool2d_check(what, tensor, needs_channels));
    FRCNN_FAIL_IF(!frcnn_compute_is_float(tensor->dtype), FRCNN_ERROR_INVALID, "%s: expected floats, found %s", what,
                  frcnn_dtype_get_name(tensor->dtype));
    FRCNN_FAIL_IF(out_h < -1 || out_w < -1, FRCNN_ERROR_INVALID,
                  "%s: expected an output of 0 or more, or -1 to keep the input's, found %lldx%lld", what,
                  (long long)out_h, (long long)out_w);
    return FRCNN_OK;
}

/* Bins along one side; where all have one length they are windows that slide by it. */
static frcnn_window get_bins(int64_t in, int64_t out)
{
    frcnn_window window = {.in = in, .out = out == -1 ? in : out, .dilation = 1};
    if (window.out > 0 && in % window.out == 0 && in / window.out <= INT32_MAX)
        window.kernel = window.stride = (int)(in / window.out);
    return window;
}

frcnn_status frcnn_tensor_adaptive_avg_pool2d(frcnn_tensor **out, const frcnn_tensor *tensor, int64_t out_h,
                                              int64_t out_w)
{
    FRCNN_TRY(check("adaptive_avg_pool2d", tensor, 0, out_h, out_w));
    const frcnn_avg_pool2d pool = {.n = tensor->shape[0],
                                   .c = tensor->shape[3],
                                   .y = get_bins(tensor->shape[1], out_h),
                                   .x = get_bins(tensor->shape[2], out_w),
                                   .by = FRCNN_AVG_BY_SIDES};
    return frcnn_avg_pool2d_run_tensor(out, "adaptive_avg_pool2d", &pool, tensor);
}

frcnn_status frcnn_tensor_adaptive_max_pool2d(frcnn_tensor **out, frcnn_tensor **indices, const frcnn_tensor *tensor,
                                              int64_t out_h, int64_t out_w)
{
    FRCNN_TRY(check("adaptive_max_pool2d", tensor, 1, out_h, out_w));
    const frcnn_max_pool2d pool = {.n = tensor->shape[0],
                                   .c = tensor->shape[3],
                                   .y = get_bins(tensor->shape[1], out_h),
                                   .x = get_bins(tensor->shape[2], out_w)};
    return frcnn_max_pool2d_run_tensor(out, indices, "adaptive_max_pool2d", &pool, tensor);
}
