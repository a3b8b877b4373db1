/** Operations on tensors: what a detector is computed from, one by one.
 *
 *      frcnn_tensor *sum = NULL, *activated = NULL;
 *      status = frcnn_tensor_add(&sum, features, bias);                   [N, H, W, C] + [C]
 *      status = frcnn_tensor_relu(&activated, sum);
 *      frcnn_tensor_destroy(&sum);
 *
 *  Names and meanings are PyTorch's, but for maps, which are [N, H, W, C] here. Where a header says nothing else:
 *
 *  - The caller owns the new tensors that are handed out, row-major and on the device of the inputs. Inputs may have any
 *    strides and stay as they are; what works in place says so in its name, or is called copy or fill.
 *  - A negative dim counts from the end: dim is in [-n, n - 1] for a tensor of n dimensions. dims are n_dims of them,
 *    shape is n_dims sizes, and with keep_dims 1 a dimension that would go stays as 1.
 *  - Options begin as their _options_default function sets them; NULL stands for that.
 *  - On failure no output is touched.
 *  - The same input gives the same bytes for every number of threads.
 *  - Errors, besides those named: INVALID (a dtype, shape or dim that the operation does not take, tensors on two devices,
 *    options with another struct_size), UNSUPPORTED (a device that this build does not compute on), NO_MEMORY, BACKEND
 *    (what CUDA reports: on a GPU a call may return before its work is done, and what fails in that work is reported by
 *    the next call that waits, such as frcnn_tensor_to_device).
 */
#ifndef FRCNN_OPS_H
#define FRCNN_OPS_H

#include "frcnn/arithmetic.h"
#include "frcnn/creation.h"
#include "frcnn/index.h"
#include "frcnn/join.h"
#include "frcnn/layers.h"
#include "frcnn/losses.h"
#include "frcnn/random.h"
#include "frcnn/reduce.h"

#endif
