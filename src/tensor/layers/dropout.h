/** Dropout, on raw arrays. */
#ifndef FRCNN_DROPOUT_H
#define FRCNN_DROPOUT_H

#include "frcnn/random.h"

typedef struct frcnn_dropout {
    frcnn_dtype dtype; /**< f32 or f64 */
    int64_t n;
    uint32_t last_kept; /**< an element whose word from the generator is larger becomes 0 */
    double scale;       /**< of those kept, a number of dtype */
} frcnn_dropout;

/** One word for each element. src and dst may be the same. */
frcnn_status frcnn_dropout_cpu(const frcnn_dropout *dropout, frcnn_generator *generator, const void *src, void *dst);

#endif
