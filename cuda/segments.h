/** Lists of a batch, one for each level of each image: an image's lie one behind the other, level after level, and the images
 *  one behind the other, total elements apart. */
#ifndef FRCNN_SEGMENTS_H
#define FRCNN_SEGMENTS_H

#include <stdint.h>

#include "frcnn/anchors.h"

typedef struct frcnn_segments {
    int n_levels;
    int64_t n[FRCNN_MAX_LEVELS];
    int64_t first[FRCNN_MAX_LEVELS]; /**< where each level begins among an image's elements */
    int64_t total;                   /**< of an image */
} frcnn_segments;

/** A level of n elements behind those before. */
static inline void frcnn_segments_append(frcnn_segments *segments, int64_t n)
{
    segments->n[segments->n_levels] = n;
    segments->first[segments->n_levels] = segments->total;
    segments->total += n;
    segments->n_levels++;
}

#endif
