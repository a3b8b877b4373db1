/** What becomes of a convolution's sums: bias, residual, activation, and the one rounding to dst's dtype. */
#ifndef FRCNN_CONV_EPILOGUE_H
#define FRCNN_CONV_EPILOGUE_H

#include "kernel.h"

extern "C" {
#include "tensor/layers/conv2d.h"
#include "tensor/layers/upsample_nearest_body.h"
}

/** Where sums go. A pixel is a row of out_c elements of dst. */
struct frcnn_conv_epilogue {
    const float *bias;
    const void *residual; /**< nullptr: none */
    void *dst;
    int out_c;
    int out_h, out_w;
    int residual_h, residual_w; /**< 0: residual has dst's pixels */
    float residual_scale_h, residual_scale_w;
    int activation; /**< frcnn_activation */
    int is_aligned; /**< 1: four channels from a multiple of 4 on lie in one pixel and group, and are loaded together */
};

/** All but the memory; is_aligned is of one group. */
static inline frcnn_conv_epilogue frcnn_conv_epilogue_make(const frcnn_conv2d *conv)
{
    frcnn_conv_epilogue epilogue = frcnn_conv_epilogue();
    epilogue.out_c = (int)conv->out_c;
    epilogue.out_h = (int)conv->out_h;
    epilogue.out_w = (int)conv->out_w;
    epilogue.activation = conv->activation;
    epilogue.is_aligned = conv->out_c % 4 == 0;
    if (conv->residual_h != 0) {
        epilogue.residual_h = (int)conv->residual_h;
        epilogue.residual_w = (int)conv->residual_w;
        epilogue.residual_scale_h = (float)conv->residual_h / (float)conv->out_h;
        epilogue.residual_scale_w = (float)conv->residual_w / (float)conv->out_w;
    }
    return epilogue;
}

/** The pixel of residual that is added to pixel of dst; both count over the batch. */
FRCNN_DEVICE int frcnn_conv_epilogue_get_residual_pixel(const frcnn_conv_epilogue *epilogue, int pixel)
{
    if (epilogue->residual_h == 0) return pixel;
    const int row = pixel / epilogue->out_w;
    const int x = pixel - row * epilogue->out_w;
    const int image = row / epilogue->out_h;
    const int y = row - image * epilogue->out_h;
    const int from_y = (int)frcnn_upsample_nearest_index(y, epilogue->residual_scale_h, epilogue->residual_h);
    const int from_x = (int)frcnn_upsample_nearest_index(x, epilogue->residual_scale_w, epilogue->residual_w);
    return (image * epilogue->residual_h + from_y) * epilogue->residual_w + from_x;
}

/** NaN stays. */
FRCNN_DEVICE float frcnn_conv_activate(float value, int activation)
{
    if (activation == FRCNN_HARDSWISH) return value * fminf(fmaxf(value + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
    if (activation != FRCNN_LINEAR && value < 0.0f) value = 0.0f;
    if (activation == FRCNN_RELU6 && value > 6.0f) value = 6.0f;
    return value;
}

FRCNN_DEVICE float frcnn_to_float(float value)
{
    return value;
}

FRCNN_DEVICE float frcnn_to_float(__half value)
{
    return __half2float(value);
}

FRCNN_DEVICE float frcnn_to_float(__nv_bfloat16 value)
{
    return __bfloat162float(value);
}

FRCNN_DEVICE void frcnn_from_float(float value, float *out)
{
    *out = value;
}

FRCNN_DEVICE void frcnn_from_float(float value, __half *out)
{
    *out = __float2half_rn(value);
}

FRCNN_DEVICE void frcnn_from_float(float value, __nv_bfloat16 *out)
{
    *out = __float2bfloat16_rn(value);
}

/** N neighbours that are loaded and stored as one. */
template <typename T, int N> struct alignas(sizeof(T) * N) frcnn_vector {
    T values[N];
};

/** N channels of the bias; zeros where there is none. */
template <int N>
FRCNN_DEVICE void frcnn_conv_epilogue_load_bias(float (&bias)[N], const frcnn_conv_epilogue *epilogue, int channel)
{
#pragma unroll
    for (int i = 0; i < N; ++i) bias[i] = epilogue->bias == nullptr ? 0.0f : epilogue->bias[channel + i];
}

/** N channels from channel on of the residual's pixel; zeros where there is no residual. */
template <typename T, int N>
FRCNN_DEVICE void frcnn_conv_epilogue_load(frcnn_vector<T, N> *added, const frcnn_conv_epilogue *epilogue,
                                           int residual_pixel, int channel)
{
    const T *residual = static_cast<const T *>(epilogue->residual);
    if (residual == nullptr)
        memset(added, 0, sizeof *added);
    else
        *added = *reinterpret_cast<const frcnn_vector<T, N> *>(residual +
                                                               ((int64_t)residual_pixel * epilogue->out_c + channel));
}

/** The last steps for N sums of a pixel, from channel on. */
template <typename T, int N>
FRCNN_DEVICE void frcnn_conv_epilogue_store(const frcnn_conv_epilogue *epilogue, int pixel, int channel,
                                            const float (&sums)[N], const float (&bias)[N],
                                            const frcnn_vector<T, N> &added)
{
    frcnn_vector<T, N> out;
#pragma unroll
    for (int i = 0; i < N; ++i)
        frcnn_from_float(frcnn_conv_activate(sums[i] + bias[i] + frcnn_to_float(added.values[i]), epilogue->activation),
                         &out.values[i]);
    *reinterpret_cast<frcnn_vector<T, N> *>(static_cast<T *>(epilogue->dst) +
                                            ((int64_t)pixel * epilogue->out_c + channel)) = out;
}

#endif
