/** What convolutions compute in. Boxes, anchors, scores and IoU are f32 in all of them. */
#ifndef FRCNN_PRECISION_H
#define FRCNN_PRECISION_H

#include "frcnn/device.h"
#include "frcnn/tensor.h"

typedef enum frcnn_precision {
    FRCNN_PRECISION_F32 = 0,
    FRCNN_PRECISION_TF32 = 1, /**< f32 in memory, products of 10-bit fractions summed in f32 */
    FRCNN_PRECISION_F16 = 2,  /**< f16 in memory, summed in f32 */
    FRCNN_PRECISION_BF16 = 3  /**< bf16 in memory, summed in f32 */
} frcnn_precision;

enum { FRCNN_N_PRECISIONS = 4 };

/** The precision of that name, NULL: f32, which a kind of device computes in. Errors: INVALID (no precision's name),
 *  UNSUPPORTED (int8; on the CPU any but f32). */
FRCNN_NODISCARD frcnn_status frcnn_precision_parse(frcnn_precision *out, const char *name, frcnn_device_kind kind);

/** "f32", "tf32", "f16" or "bf16". */
const char *frcnn_precision_get_name(frcnn_precision precision);

/** What activations and weights are stored as. */
static inline frcnn_dtype frcnn_precision_get_dtype(frcnn_precision precision)
{
    return precision == FRCNN_PRECISION_F16 ? FRCNN_F16 : precision == FRCNN_PRECISION_BF16 ? FRCNN_BF16 : FRCNN_F32;
}

#endif
