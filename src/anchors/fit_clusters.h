/** k-means of widths and heights, 1 - IoU of centred boxes as distance. */
#ifndef FRCNN_FIT_CLUSTERS_H
#define FRCNN_FIT_CLUSTERS_H

#include <stddef.h>

#include "frcnn/random.h"

/** A box without a place. */
typedef struct frcnn_fit_shape {
    double w, h;
} frcnn_fit_shape;

/** centres [k] become those of clusters of n shapes, 1 or more, from a k-means++ start drawn from generator. The same
 *  draws give the same centres. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_fit_cluster(frcnn_fit_shape *centres, int k, const frcnn_fit_shape *shapes, size_t n,
                                               frcnn_generator *generator);

#endif
