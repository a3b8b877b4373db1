/** The order in which the pixels of a map are added to a channel's mean: the same bits on every device. */
#ifndef FRCNN_CHANNEL_MEAN_BODY_H
#define FRCNN_CHANNEL_MEAN_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/* Sum number k takes pixels k, k + 32, k + 64, …; then the sums are added in order. */
enum { FRCNN_CHANNEL_MEAN_SUMS = 32 };

/** sums: of one channel, the next one's stride doubles further. */
FRCNN_HD float frcnn_channel_mean_finish(const double *sums, int stride, int64_t n_pixels)
{
    double sum = 0.0;
    for (int k = 0; k < FRCNN_CHANNEL_MEAN_SUMS; k++) sum += sums[k * stride];
    return (float)(sum / (double)n_pixels);
}

#endif
