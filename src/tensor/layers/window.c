#include "tensor/layers/window.h"

#include "tensor/error.h"

frcnn_status frcnn_window_set_output(frcnn_window *window, const char *what, int ceil_mode)
{
    FRCNN_FAIL_IF(window->kernel < 1 || window->stride < 1 || window->dilation < 1, FRCNN_ERROR_INVALID,
                  "%s: expected kernel, stride and dilation of 1 or more, found %d, %d, %d", what, window->kernel,
                  window->stride, window->dilation);
    FRCNN_FAIL_IF(window->padding < 0 || window->padding > window->kernel / 2, FRCNN_ERROR_INVALID,
                  "%s: expected a padding in [0, %d], half of the kernel, found %d", what, window->kernel / 2,
                  window->padding);
    const int64_t reach = (int64_t)window->dilation * (window->kernel - 1) + 1;
    const int64_t room = window->in + 2 * (int64_t)window->padding - reach + (ceil_mode ? window->stride - 1 : 0);
    FRCNN_FAIL_IF(window->in < 1 || room < 0, FRCNN_ERROR_INVALID,
                  "%s: expected a map of %lld or more with its padding, found %lld + 2 * %d", what, (long long)reach,
                  (long long)window->in, window->padding);
    int64_t out = room / window->stride + 1;
    if (ceil_mode && (out - 1) * window->stride >= window->in + window->padding) out -= 1;
    window->out = out;
    return FRCNN_OK;
}
