/** Sliding windows along one side of a map: how many there are. What each covers is in window_body.h. */
#ifndef FRCNN_WINDOW_H
#define FRCNN_WINDOW_H

#include "frcnn/status.h"
#include "tensor/layers/window_body.h"

/** Sets window->out from the rest: floor((in + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1. With ceil_mode 1
 *  the division rounds up, but the last window must start inside the side or its first padding. what begins the message.
 *  Errors: INVALID (kernel, stride or dilation below 1; padding beyond half of the kernel; a side shorter than the
 *  window). Source: PyTorch's MaxPool2d. */
FRCNN_NODISCARD frcnn_status frcnn_window_set_output(frcnn_window *window, const char *what, int ceil_mode);

#endif
