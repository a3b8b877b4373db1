/** Convolutions by oneDNN. Nothing of oneDNN shows here: 2.x and 3.x differ in how primitives are
 *  made, and onednn.c hides that. Activations are NHWC float32; weights are packed once, in the order oneDNN asks for. */
#ifndef FRCNN_ONEDNN_H
#define FRCNN_ONEDNN_H

#include <stddef.h>

#include "frcnn/status.h"
#include "tensor/layers/conv2d.h"

typedef struct frcnn_primitive frcnn_primitive;
typedef struct frcnn_packed frcnn_packed;

/** Ready to run on the number of threads that OpenMP has now. Errors: BACKEND, NO_MEMORY. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_primitive_create(frcnn_primitive **out, const frcnn_conv2d *conv);
void frcnn_primitive_destroy(frcnn_primitive **primitive);

/** Bytes of scratch memory that a run needs, aligned to FRCNN_ALIGNMENT; often 0. */
size_t frcnn_primitive_get_scratchpad(const frcnn_primitive *primitive);

/** weight [out_c, in_c / groups, kernel_h, kernel_w], bias [out_c], both copied, in the order that primitive
 *  asks for. Errors: BACKEND, NO_MEMORY. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_packed_create(frcnn_packed **out, const frcnn_primitive *primitive,
                                                 const float *weight, const float *bias);
void frcnn_packed_destroy(frcnn_packed **packed);
/** 1 where primitive takes weights in this order. */
int frcnn_packed_fits(const frcnn_packed *packed, const frcnn_primitive *primitive);
/** 1 where both primitives take weights in the same order. */
int frcnn_primitive_packs_alike(const frcnn_primitive *a, const frcnn_primitive *b);
/** Bytes that frcnn_packed_create will take for primitive. */
size_t frcnn_primitive_get_packed_bytes(const frcnn_primitive *primitive);

/** Runs; dst is complete on return. dst holds the residual before, where the convolution has one. Errors: BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_primitive_run(frcnn_primitive *primitive, const float *src,
                                                 const frcnn_packed *packed, float *dst, void *scratchpad);

/** "oneDNN 2.6.3, AVX-512 with VNNI": a static string. */
const char *frcnn_onednn_get_name(void);
/** The instruction set alone. */
const char *frcnn_onednn_get_isa(void);

#endif
