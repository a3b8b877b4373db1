/** Classes as rows of zeros with a one, on raw arrays. */
#ifndef FRCNN_ONE_HOT_H
#define FRCNN_ONE_HOT_H

#include <stdint.h>

#include "frcnn/status.h"

/** dst[i][classes[i]] = 1 for n classes, each in [0, n_classes); dst [n, n_classes] is zero before. Allocates nothing. */
FRCNN_NODISCARD frcnn_status frcnn_one_hot_cpu(int64_t n, int64_t n_classes, const int64_t *classes, int64_t *dst);

#endif
