/** Where one position of a padded side comes from. */
#ifndef FRCNN_PAD_BODY_H
#define FRCNN_PAD_BODY_H

#include <stdint.h>

#include "frcnn/layers.h"
#include "tensor/body.h"

/** The position in a side of in values that output position out shows; -1: none, the constant. before values were put
 *  in front. */
FRCNN_HD int64_t frcnn_pad_get_source(frcnn_pad_mode mode, int64_t out, int64_t before, int64_t in)
{
    const int64_t at = out - before;
    if (at >= 0 && at < in) return at;
    switch (mode) {
    case FRCNN_PAD_REFLECT:
        return at < 0 ? -at : 2 * (in - 1) - at;
    case FRCNN_PAD_REPLICATE:
        return at < 0 ? 0 : in - 1;
    case FRCNN_PAD_CIRCULAR:
        return at % in < 0 ? at % in + in : at % in;
    case FRCNN_PAD_CONSTANT:
        break;
    }
    return -1;
}

#endif
