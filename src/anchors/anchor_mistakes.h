/** Mistakes by which ports of anchor generators go wrong, and how to recognise them: what each leads to is made, and compared
 *  with what was found. */
#ifndef FRCNN_ANCHOR_MISTAKES_H
#define FRCNN_ANCHOR_MISTAKES_H

#include "frcnn/anchor_golden.h"

/** What was meant, and what was found. */
typedef struct frcnn_anchor_case {
    const frcnn_anchor_config *config;
    const frcnn_anchor_grids *grids;
    const float *expected; /* [n_expected, 4] */
    int64_t n_expected;
    const float *found; /* [n_found, 4] */
    int64_t n_found;
} frcnn_anchor_case;

/** Names the mistake that leads to what was found, exactly or in all but a hundredth of the values: cause, advice and
 *  n_unexplained of out; leaves them alone where there is none. n_unexplained is -1 where only the number of anchors
 *  tells. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_anchor_mistakes_find(const frcnn_anchor_case *what, frcnn_anchor_difference *out);

#endif
