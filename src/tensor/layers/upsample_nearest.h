/** Nearest-neighbour upsampling of NHWC maps, on raw arrays. */
#ifndef FRCNN_UPSAMPLE_NEAREST_H
#define FRCNN_UPSAMPLE_NEAREST_H

#include <stdint.h>

/** src [n, in_h, in_w, c] -> dst [n, out_h, out_w, c], any sizes of 1 or more; down as well as up. Allocates nothing;
 *  parallel over rows. dst must not overlap src. */
void frcnn_upsample_nearest_cpu(int64_t n, int64_t in_h, int64_t in_w, int64_t out_h, int64_t out_w, int64_t c,
                                const float *src, float *dst);

#endif
