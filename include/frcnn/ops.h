/** Operations on tensors: what a detector is computed from, one by one.
 *
 *      frcnn_tensor *sum = NULL, *activated = NULL;
 *      status = frcnn_tensor_add(&sum, features, bias);                   [N, H, W, C] + [C]
 *      status = frcnn_tensor_relu(&activated, sum);
 *      frcnn_tensor_destroy(&sum);
 *
 *  Every operation makes a new tensor, row-major unless it says so, that the caller owns; inputs may have any strides and
 *  stay as they are. On failure no output is touched. The same input gives the same bytes for every number of threads.
 *  Errors, besides those named: INVALID (a dtype or number of dimensions that the operation does not take), NO_MEMORY.
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
