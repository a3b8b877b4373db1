#include "tensor/layers/conv2d.h"

#include <inttypes.h>

#include "tensor/error.h"

/* Positions of a kernel along one side; below 1 where it does not fit. */
static int64_t count_positions(int64_t in, int kernel, int stride, int padding, int dilation)
{
    const int64_t left = in + 2 * (int64_t)padding - ((int64_t)dilation * (kernel - 1) + 1);
    return left < 0 ? 0 : left / stride + 1;
}

frcnn_conv2d frcnn_conv2d_on_rows(int64_t n_rows, int64_t in_c, int64_t out_c)
{
    return (frcnn_conv2d){.n = 1,
                          .in_h = n_rows,
                          .in_w = 1,
                          .in_c = in_c,
                          .out_h = n_rows,
                          .out_w = 1,
                          .out_c = out_c,
                          .kernel_h = 1,
                          .kernel_w = 1,
                          .stride_h = 1,
                          .stride_w = 1,
                          .dilation_h = 1,
                          .dilation_w = 1,
                          .groups = 1};
}

frcnn_status frcnn_conv2d_set_output(frcnn_conv2d *conv)
{
    FRCNN_FAIL_IF(conv->n < 0 || conv->in_h < 1 || conv->in_w < 1 || conv->in_c < 1 || conv->out_c < 1,
                  FRCNN_ERROR_INVALID,
                  "conv2d: expected sizes of at least 1, found input [%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
                  "] and %" PRId64 " output channels",
                  conv->n, conv->in_h, conv->in_w, conv->in_c, conv->out_c);
    FRCNN_FAIL_IF(conv->kernel_h < 1 || conv->kernel_w < 1 || conv->stride_h < 1 || conv->stride_w < 1 ||
                      conv->padding_h < 0 || conv->padding_w < 0 || conv->dilation_h < 1 || conv->dilation_w < 1,
                  FRCNN_ERROR_INVALID,
                  "conv2d: kernel %dx%d, stride %d and %d, padding %d and %d, dilation %d and %d is no convolution",
                  conv->kernel_h, conv->kernel_w, conv->stride_h, conv->stride_w, conv->padding_h, conv->padding_w,
                  conv->dilation_h, conv->dilation_w);
    FRCNN_FAIL_IF(conv->groups < 1 || conv->in_c % conv->groups != 0 || conv->out_c % conv->groups != 0,
                  FRCNN_ERROR_INVALID, "conv2d: %d groups do not divide %" PRId64 " -> %" PRId64 " channels",
                  conv->groups, conv->in_c, conv->out_c);
    const int64_t out_h =
        count_positions(conv->in_h, conv->kernel_h, conv->stride_h, conv->padding_h, conv->dilation_h);
    const int64_t out_w =
        count_positions(conv->in_w, conv->kernel_w, conv->stride_w, conv->padding_w, conv->dilation_w);
    FRCNN_FAIL_IF(
        out_h < 1 || out_w < 1, FRCNN_ERROR_INVALID,
        "conv2d: a kernel that reaches %" PRId64 "x%" PRId64 " is larger than the padded map %" PRId64 "x%" PRId64,
        (int64_t)conv->dilation_h * (conv->kernel_h - 1) + 1, (int64_t)conv->dilation_w * (conv->kernel_w - 1) + 1,
        conv->in_h + 2 * (int64_t)conv->padding_h, conv->in_w + 2 * (int64_t)conv->padding_w);
    conv->out_h = out_h;
    conv->out_w = out_w;
    return FRCNN_OK;
}

int64_t frcnn_conv2d_get_macs(const frcnn_conv2d *conv)
{
    return conv->n * conv->out_h * conv->out_w * conv->out_c * (conv->in_c / conv->groups) * conv->kernel_h *
           conv->kernel_w;
}
