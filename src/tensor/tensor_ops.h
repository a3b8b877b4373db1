/** The operations that a backend brings to the tensor core, and what every operation does first and last. */
#ifndef FRCNN_TENSOR_OPS_H
#define FRCNN_TENSOR_OPS_H

#include "tensor/add.h"
#include "tensor/arange.h"
#include "tensor/conv2d.h"
#include "tensor/elementwise.h"
#include "tensor/max_pool2d.h"
#include "tensor/softmax.h"
#include "tensor/storage.h"
#include "tensor/topk.h"
#include "tensor/upsample_nearest.h"

/** One backend's functions; each is described where the CPU's is declared. */
typedef struct frcnn_tensor_ops {
    void (*add)(const frcnn_broadcast *shape, const float *a, const float *b, float *dst);
    void (*elementwise)(frcnn_elementwise function, int64_t n, const float *src, float *dst);
    void (*softmax)(int64_t n_outer, int64_t n, int64_t n_inner, const float *src, float *dst);
    void (*topk)(const float *values, int64_t n, int64_t stride, int64_t k, uint64_t *keys, int64_t *indices);
    void (*arange_f32)(double start, double step, int64_t n, float *dst);
    void (*arange_i64)(int64_t start, int64_t step, int64_t n, int64_t *dst);
    frcnn_status (*conv2d)(const frcnn_conv2d *conv, const float *src, const float *weight, const float *bias,
                           float *dst);
    void (*max_pool2d)(const frcnn_max_pool2d *pool, const float *src, float *dst);
    void (*upsample_nearest)(int64_t n, int64_t in_h, int64_t in_w, int64_t out_h, int64_t out_w, int64_t c,
                             const float *src, float *dst);
} frcnn_tensor_ops;

extern const frcnn_tensor_ops frcnn_tensor_ops_cpu;

/** The table of the device. what begins the message. Errors: UNSUPPORTED (a device that this build has no table for). */
FRCNN_NODISCARD frcnn_status frcnn_tensor_ops_find(const frcnn_tensor_ops **out, const char *what, frcnn_device device);

/** An operation on one f32 tensor while it runs: the table of its device, and its elements row-major. */
typedef struct frcnn_op {
    const frcnn_tensor_ops *table;
    const float *src;
    frcnn_tensor *contiguous; /**< keeps src */
} frcnn_op;

/** Checks and opens the operation's input; n_dims -1 takes any. what begins messages. On success frcnn_op_close ends it.
 *  Errors: INVALID (dtype, dimensions), UNSUPPORTED (device), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_op_open(frcnn_op *op, const char *what, const frcnn_tensor *tensor, int n_dims);
void frcnn_op_close(frcnn_op *op);

#endif
