#include "tensor/layers/upsample_nearest.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_upsample_nearest(frcnn_tensor **out, const frcnn_tensor *tensor, int64_t out_h, int64_t out_w)
{
    frcnn_op op;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_op_open(&op, "upsample_nearest", tensor, 4));
    frcnn_status status = FRCNN_OK;
    const int64_t *in = tensor->shape;
    const int64_t shape[] = {in[0], out_h, out_w, in[3]};
    if (out_h < 1 || out_w < 1 || in[1] < 1 || in[2] < 1) {
        status = frcnn_fail(FRCNN_ERROR_INVALID,
                            "upsample_nearest: expected heights and widths of 1 or more, found %lldx%lld to %lldx%lld",
                            (long long)in[1], (long long)in[2], (long long)out_h, (long long)out_w);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&result, FRCNN_F32, 4, shape));
    op.table->layers->upsample_nearest(in[0], in[1], in[2], out_h, out_w, in[3], op.src, frcnn_tensor_get_data(result));
    *out = result;

cleanup:
    frcnn_op_close(&op);
    return status;
}
