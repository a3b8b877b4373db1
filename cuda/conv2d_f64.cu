#include "kernel.h"

#include "item_grid.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

/* One value of dst: the sum goes over rows, columns and channels of the kernel in that order, from the bias on. src is the
   first pixel of the group's channels, weight [in_c / groups, kernel_h, kernel_w]. */
FRCNN_DEVICE double convolve(const frcnn_conv2d &conv, const double *src, const double *weight, double sum, int64_t y,
                             int64_t x)
{
    const int64_t in_c = conv.in_c / conv.groups;
    const int64_t n_taps = (int64_t)conv.kernel_h * conv.kernel_w;
    for (int64_t ky = 0; ky < conv.kernel_h; ky++)
        for (int64_t kx = 0; kx < conv.kernel_w; kx++) {
            const int64_t in_y = y * conv.stride_h - conv.padding_h + ky * conv.dilation_h;
            const int64_t in_x = x * conv.stride_w - conv.padding_w + kx * conv.dilation_w;
            if (in_y < 0 || in_x < 0 || in_y >= conv.in_h || in_x >= conv.in_w) continue;
            const double *values = src + (in_y * conv.in_w + in_x) * conv.in_c;
            const double *weights = weight + ky * conv.kernel_w + kx;
            for (int64_t i = 0; i < in_c; i++) sum += values[i] * weights[i * n_taps];
        }
    return sum;
}

FRCNN_KERNEL(FRCNN_ITEM_THREADS)
convolve_values(frcnn_conv2d conv, int64_t n_values, const double *src, const double *weight, const double *bias,
                double *dst)
{
    const int64_t in_c = conv.in_c / conv.groups;
    const int64_t n_weights = in_c * conv.kernel_h * conv.kernel_w;
    for (int64_t i = frcnn_item_first(); i < n_values; i += frcnn_item_step()) {
        const int64_t out = i % conv.out_c;
        const int64_t pixel = i / conv.out_c;
        const int64_t row = pixel / conv.out_w;
        const double *map = src + row / conv.out_h * conv.in_h * conv.in_w * conv.in_c;
        const int64_t group = out / (conv.out_c / conv.groups);
        dst[i] = convolve(conv, map + group * in_c, weight + out * n_weights, bias[out], row % conv.out_h,
                          pixel % conv.out_w);
    }
}

frcnn_status frcnn_conv2d_f64_cuda(const frcnn_conv2d *conv, const double *src, const double *weight,
                                   const double *bias, double *dst)
{
    const int64_t n_values = conv->n * conv->out_h * conv->out_w * conv->out_c;
    if (n_values == 0) return FRCNN_OK;
    return FRCNN_LAUNCH(convolve_values, frcnn_item_blocks(n_values), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *conv, n_values, src, weight, bias, dst);
}
