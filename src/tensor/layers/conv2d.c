#include "tensor/layers/conv2d.h"

#include <inttypes.h>

#include "tensor/error.h"

frcnn_status frcnn_conv2d_set_output(frcnn_conv2d *conv)
{
    FRCNN_FAIL_IF(conv->n < 1 || conv->in_h < 1 || conv->in_w < 1 || conv->in_c < 1 || conv->out_c < 1,
                  FRCNN_ERROR_INVALID,
                  "conv2d: expected sizes of at least 1, found input [%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
                  "] and %" PRId64 " output channels",
                  conv->n, conv->in_h, conv->in_w, conv->in_c, conv->out_c);
    FRCNN_FAIL_IF(conv->kernel < 1 || conv->stride < 1 || conv->padding < 0 || conv->dilation < 1, FRCNN_ERROR_INVALID,
                  "conv2d: kernel %d, stride %d, padding %d, dilation %d is no convolution", conv->kernel, conv->stride,
                  conv->padding, conv->dilation);
    FRCNN_FAIL_IF(conv->groups < 1 || conv->in_c % conv->groups != 0 || conv->out_c % conv->groups != 0,
                  FRCNN_ERROR_INVALID, "conv2d: %d groups do not divide %" PRId64 " -> %" PRId64 " channels",
                  conv->groups, conv->in_c, conv->out_c);
    const int64_t reach = (int64_t)conv->dilation * (conv->kernel - 1) + 1;
    const int64_t height = conv->in_h + 2 * (int64_t)conv->padding;
    const int64_t width = conv->in_w + 2 * (int64_t)conv->padding;
    FRCNN_FAIL_IF(reach > height || reach > width, FRCNN_ERROR_INVALID,
                  "conv2d: a kernel that reaches %" PRId64 " is larger than the padded map %" PRId64 "x%" PRId64, reach,
                  height, width);
    conv->out_h = (height - reach) / conv->stride + 1;
    conv->out_w = (width - reach) / conv->stride + 1;
    return FRCNN_OK;
}

int64_t frcnn_conv2d_get_macs(const frcnn_conv2d *conv)
{
    return conv->n * conv->out_h * conv->out_w * conv->out_c * (conv->in_c / conv->groups) * conv->kernel *
           conv->kernel;
}
