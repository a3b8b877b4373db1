#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/layers/conv2d.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

/* weight [out_c, in_c / groups, kernel_h, kernel_w] as [groups, kernel_h, kernel_w, in_c / groups, out_c / groups]: the
   innermost loop below then adds to neighbours. */
static void pack(const frcnn_conv2d *conv, const double *weight, double *packed)
{
    const int64_t in_c = conv->in_c / conv->groups;
    const int64_t out_c = conv->out_c / conv->groups;
    const int64_t n_taps = (int64_t)conv->kernel_h * conv->kernel_w;
    for (int64_t group = 0; group < conv->groups; group++)
        for (int64_t o = 0; o < out_c; o++)
            for (int64_t i = 0; i < in_c; i++)
                for (int64_t tap = 0; tap < n_taps; tap++)
                    packed[((group * n_taps + tap) * in_c + i) * out_c + o] =
                        weight[((group * out_c + o) * in_c + i) * n_taps + tap];
}

/* dst [out_c] += src [in_c] * weight [in_c, out_c] */
FRCNN_SIMD void frcnn_conv2d_f64_add_tap(int64_t in_c, int64_t out_c, const double *restrict src,
                                         const double *restrict weight, double *restrict dst)
{
    for (int64_t i = 0; i < in_c; i++)
        for (int64_t o = 0; o < out_c; o++) dst[o] += src[i] * weight[i * out_c + o];
}

/* The output of one position, [out_c]. src is the image. */
static void run_position(const frcnn_conv2d *conv, const double *src, const double *packed, const double *bias,
                         int64_t y, int64_t x, double *dst)
{
    const int64_t in_c = conv->in_c / conv->groups;
    const int64_t out_c = conv->out_c / conv->groups;
    for (int64_t o = 0; o < conv->out_c; o++) dst[o] = bias[o];
    for (int64_t group = 0; group < conv->groups; group++)
        for (int64_t ky = 0; ky < conv->kernel_h; ky++)
            for (int64_t kx = 0; kx < conv->kernel_w; kx++) {
                const int64_t in_y = y * conv->stride_h - conv->padding_h + ky * conv->dilation_h;
                const int64_t in_x = x * conv->stride_w - conv->padding_w + kx * conv->dilation_w;
                if (in_y < 0 || in_x < 0 || in_y >= conv->in_h || in_x >= conv->in_w) continue;
                const int64_t tap = (group * conv->kernel_h + ky) * conv->kernel_w + kx;
                frcnn_conv2d_f64_add_tap(in_c, out_c, src + (in_y * conv->in_w + in_x) * conv->in_c + group * in_c,
                                         packed + tap * in_c * out_c, dst + group * out_c);
            }
}

frcnn_status frcnn_conv2d_f64_cpu(const frcnn_conv2d *conv, const double *src, const double *weight, const double *bias,
                                  double *dst)
{
    const int64_t n_weights = conv->out_c * (conv->in_c / conv->groups) * conv->kernel_h * conv->kernel_w;
    const int64_t n_pixels = conv->out_h * conv->out_w;
    void *packed = NULL;
    FRCNN_TRY(frcnn_alloc(&packed, (size_t)n_weights, sizeof(double), "conv2d"));
    pack(conv, weight, packed);
    FRCNN_PARALLEL_FOR_IF(frcnn_conv2d_get_macs(conv) >= FRCNN_PARALLEL_MIN)
    for (int64_t i = 0; i < conv->n * n_pixels; i++)
        run_position(conv, src + i / n_pixels * conv->in_h * conv->in_w * conv->in_c, packed, bias,
                     i % n_pixels / conv->out_w, i % conv->out_w, dst + i * conv->out_c);
    frcnn_free(packed);
    return FRCNN_OK;
}
