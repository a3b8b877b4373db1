/** The mean of each channel of a map, and a map scaled by such numbers: what squeeze and excitation needs, and a box head
 *  that ends in a map. */
#ifndef FRCNN_CHANNEL_MEAN_H
#define FRCNN_CHANNEL_MEAN_H

#include <stdint.h>

/** n maps of n_pixels pixels and c channels. */
typedef struct frcnn_channels {
    int64_t n, n_pixels, c;
} frcnn_channels;

/** src [n, n_pixels, c] -> dst [n, c], summed in double. */
void frcnn_channel_mean_cpu(const frcnn_channels *channels, const float *src, float *dst);

/** dst [n, n_pixels, c] = src times the hard sigmoid of gates [n, c], min(max(x + 3, 0), 6) / 6. dst may be src.
 *  Source: Howard et al. 2019. */
void frcnn_channel_gate_cpu(const frcnn_channels *channels, const float *src, const float *gates, float *dst);

#endif
