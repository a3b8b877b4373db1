#include "tensor/error.h"
#include "tensor/layers/conv2d.h"
#include "tensor/memory.h"
#include "tensor/onednn.h"

frcnn_status frcnn_conv2d_cpu(const frcnn_conv2d *conv, const float *src, const float *weight, const float *bias,
                              float *dst)
{
    frcnn_primitive *primitive = NULL;
    frcnn_packed *packed = NULL;
    void *scratchpad = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_primitive_create(&primitive, conv));
    FRCNN_TRY_CLEANUP(frcnn_packed_create(&packed, primitive, weight, bias));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&scratchpad, frcnn_primitive_get_scratchpad(primitive), 1, "conv2d"));
    status = frcnn_primitive_run(primitive, src, packed, dst, scratchpad);

cleanup:
    frcnn_free(scratchpad);
    frcnn_packed_destroy(&packed);
    frcnn_primitive_destroy(&primitive);
    return status;
}
