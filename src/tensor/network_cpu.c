#include "tensor/error.h"
#include "tensor/layers/upsample_nearest.h"
#include "tensor/network_ops.h"
#include "tensor/onednn.h"

static frcnn_status create_primitive(frcnn_primitive **out, const frcnn_conv2d *conv, frcnn_stream *stream)
{
    (void)stream;
    FRCNN_FAIL_IF(conv->precision != FRCNN_PRECISION_F32, FRCNN_ERROR_UNSUPPORTED,
                  "precision: expected f32 on the CPU, found another");
    return frcnn_primitive_create(out, conv);
}

static frcnn_status create_packed(frcnn_packed **out, const frcnn_primitive *primitive, const float *weight,
                                  const float *bias, frcnn_stream *stream)
{
    (void)stream;
    return frcnn_packed_create(out, primitive, weight, bias);
}

static frcnn_status run(frcnn_primitive *primitive, const void *src, const frcnn_packed *packed, const void *residual,
                        void *dst, void *scratchpad, frcnn_stream *stream)
{
    (void)residual;
    (void)stream;
    return frcnn_primitive_run(primitive, src, packed, dst, scratchpad);
}

static frcnn_status max_pool2d(const frcnn_max_pool2d *pool, frcnn_dtype dtype, const void *src, void *dst,
                               frcnn_stream *stream)
{
    (void)dtype;
    (void)stream;
    frcnn_max_pool2d_cpu(pool, src, dst);
    return FRCNN_OK;
}

static frcnn_status upsample(const frcnn_upsample *u, frcnn_dtype dtype, const void *src, void *dst,
                             frcnn_stream *stream)
{
    (void)dtype;
    (void)stream;
    frcnn_upsample_nearest_cpu(u->n, u->in_h, u->in_w, u->out_h, u->out_w, u->c, src, dst);
    return FRCNN_OK;
}

static frcnn_status channel_mean(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, void *dst,
                                 frcnn_stream *stream)
{
    (void)dtype;
    (void)stream;
    frcnn_channel_mean_cpu(channels, src, dst);
    return FRCNN_OK;
}

static frcnn_status channel_gate(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, const void *gates,
                                 void *dst, frcnn_stream *stream)
{
    (void)dtype;
    (void)stream;
    frcnn_channel_gate_cpu(channels, src, gates, dst);
    return FRCNN_OK;
}

const frcnn_network_ops frcnn_network_ops_cpu = {
    .create_primitive = create_primitive,
    .destroy_primitive = frcnn_primitive_destroy,
    .get_scratchpad = frcnn_primitive_get_scratchpad,
    .create_packed = create_packed,
    .destroy_packed = frcnn_packed_destroy,
    .fits = frcnn_packed_fits,
    .packs_alike = frcnn_primitive_packs_alike,
    .get_packed_bytes = frcnn_primitive_get_packed_bytes,
    .run = run,
    .max_pool2d = max_pool2d,
    .upsample = upsample,
    .channel_mean = channel_mean,
    .channel_gate = channel_gate,
};
