/** What the poolings of a map share: their check, and how a checked one runs on tensors. */
#ifndef FRCNN_POOL2D_H
#define FRCNN_POOL2D_H

#include "tensor/layers/avg_pool2d.h"
#include "tensor/layers/max_pool2d.h"

/** [N, H, W, C] with pixels, and where needs_channels is 1 with channels; N may be 0. Errors: INVALID. */
FRCNN_NODISCARD frcnn_status frcnn_pool2d_check(const char *what, const frcnn_tensor *tensor, int needs_channels);

/** pool, whose sizes are set, over a tensor of any dtype; *indices where indices isn't NULL. what begins messages. */
FRCNN_NODISCARD frcnn_status frcnn_max_pool2d_run_tensor(frcnn_tensor **out, frcnn_tensor **indices, const char *what,
                                                         const frcnn_max_pool2d *pool, const frcnn_tensor *tensor);
FRCNN_NODISCARD frcnn_status frcnn_avg_pool2d_run_tensor(frcnn_tensor **out, const char *what,
                                                         const frcnn_avg_pool2d *pool, const frcnn_tensor *tensor);

#endif
