/** 16-bit samples as 8-bit ones. */
#ifndef FRCNN_SAMPLES_H
#define FRCNN_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"

/** dst[i] = (src[i] - lo) * 255 / (hi - lo), clamped to 0 and 255 and rounded. Where the options hold the defaults, lo is
 *  0 and hi is maximum, the largest value that the file can hold: v/257 rounded for 65535. */
void frcnn_samples_to_8_bit(uint8_t *dst, const uint16_t *src, size_t n_samples, uint16_t maximum,
                            const frcnn_image_options *options);

#endif
