/** Where one output pixel of nearest-neighbour upsampling comes from. */
#ifndef FRCNN_UPSAMPLE_NEAREST_BODY_H
#define FRCNN_UPSAMPLE_NEAREST_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** min(floor(out_index * scale), in - 1), the product in f32; scale is (float)in / (float)out. As PyTorch's "nearest". */
FRCNN_HD int64_t frcnn_upsample_nearest_index(int64_t out_index, float scale, int64_t in)
{
    const int64_t index = (int64_t)((float)out_index * scale);
    return index < in - 1 ? index : in - 1;
}

#endif
