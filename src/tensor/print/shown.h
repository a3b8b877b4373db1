/** Which elements of a tensor are shown: all, or those at either end of each dimension. */
#ifndef FRCNN_SHOWN_H
#define FRCNN_SHOWN_H

#include "frcnn/tensor.h"

typedef struct frcnn_shown {
    const frcnn_tensor *tensor;
    int is_summarized;
    int64_t edge; /**< elements at either end of a summarised dimension */
} frcnn_shown;

/** How many pieces stand between the brackets of a dimension: its elements, or edge, the dots, edge. */
int64_t frcnn_shown_count(const frcnn_shown *shown, int dim);
/** The index along dim of a piece; -1 is the dots. */
int64_t frcnn_shown_get_index(const frcnn_shown *shown, int dim, int64_t piece);
/** Calls visit with the offset, in elements from the first, of every element that is shown. */
void frcnn_shown_visit(const frcnn_shown *shown, void (*visit)(void *context, int64_t offset), void *context);

#endif
