#include "tensor/layers/max_pool2d.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

static frcnn_status get_length(int64_t *out, const frcnn_max_pool2d *pool, int64_t in, int ceil_mode)
{
    const int64_t reach = (int64_t)pool->dilation * (pool->kernel - 1) + 1;
    const int64_t room = in + 2 * (int64_t)pool->padding - reach + (ceil_mode ? pool->stride - 1 : 0);
    FRCNN_FAIL_IF(in < 1 || room < 0, FRCNN_ERROR_INVALID,
                  "max_pool2d: expected a map of %lld or more with its padding, found %lld + 2 * %d", (long long)reach,
                  (long long)in, pool->padding);
    int64_t length = room / pool->stride + 1;
    if (ceil_mode && (length - 1) * pool->stride >= in + pool->padding) length -= 1;
    *out = length;
    return FRCNN_OK;
}

frcnn_status frcnn_max_pool2d_get_size(frcnn_max_pool2d *pool, int ceil_mode)
{
    FRCNN_FAIL_IF(pool->kernel < 1 || pool->stride < 1 || pool->dilation < 1, FRCNN_ERROR_INVALID,
                  "max_pool2d: expected kernel, stride and dilation of 1 or more, found %d, %d, %d", pool->kernel,
                  pool->stride, pool->dilation);
    const int64_t most = ((int64_t)pool->dilation * (pool->kernel - 1) + 1) / 2;
    FRCNN_FAIL_IF(pool->padding < 0 || pool->padding > most, FRCNN_ERROR_INVALID,
                  "max_pool2d: expected a padding in [0, %lld], half of the kernel, found %d", (long long)most,
                  pool->padding);
    int64_t out_h = 0;
    FRCNN_TRY(get_length(&out_h, pool, pool->in_h, ceil_mode));
    FRCNN_TRY(get_length(&pool->out_w, pool, pool->in_w, ceil_mode));
    pool->out_h = out_h;
    return FRCNN_OK;
}

void frcnn_max_pool2d_options_default(frcnn_max_pool2d_options *options)
{
    *options = (frcnn_max_pool2d_options){.struct_size = sizeof *options, .kernel = 2, .stride = 2, .dilation = 1};
}

frcnn_status frcnn_tensor_max_pool2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                     const frcnn_max_pool2d_options *options)
{
    frcnn_max_pool2d_options chosen;
    frcnn_max_pool2d_options_default(&chosen);
    if (options != NULL) {
        FRCNN_FAIL_IF(options->struct_size != sizeof chosen, FRCNN_ERROR_INVALID,
                      "max_pool2d: expected options of %zu bytes, found %zu", sizeof chosen, options->struct_size);
        chosen = *options;
    }
    frcnn_op op;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_op_open(&op, "max_pool2d", tensor, 4));
    frcnn_status status = FRCNN_OK;
    const int64_t *in = tensor->shape;
    frcnn_max_pool2d pool = {.n = in[0],
                             .in_h = in[1],
                             .in_w = in[2],
                             .c = in[3],
                             .kernel = chosen.kernel,
                             .stride = chosen.stride,
                             .padding = chosen.padding,
                             .dilation = chosen.dilation};
    FRCNN_TRY_CLEANUP(frcnn_max_pool2d_get_size(&pool, chosen.ceil_mode));
    const int64_t shape[] = {pool.n, pool.out_h, pool.out_w, pool.c};
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&result, FRCNN_F32, 4, shape));
    op.table->layers->max_pool2d(&pool, op.src, frcnn_tensor_get_data(result));
    *out = result;

cleanup:
    frcnn_op_close(&op);
    return status;
}
