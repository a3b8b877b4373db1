/** The mistakes that are looked for. */
#ifndef FRCNN_MISTAKE_TABLE_H
#define FRCNN_MISTAKE_TABLE_H

#include "anchors/anchor_mistakes.h"

enum { FRCNN_MISTAKE_DETAIL = 128 };

typedef struct frcnn_anchor_mistake frcnn_anchor_mistake;

/** One way to go wrong. */
struct frcnn_anchor_mistake {
    /** Makes the n_found rows that the mistake leads to; *is_made stays 0 where it is none here, or leads to another number
     *  of rows. detail, "" before, says more where the advice alone would not. Errors: NO_MEMORY. */
    frcnn_status (*make)(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                         char detail[FRCNN_MISTAKE_DETAIL]);
    double p[4];
    double (*round)(double);
    const char *cause;
    const char *advice; /**< ends before its detail */
};

/** All of them, frcnn_n_anchor_mistakes. Of some that lead to the same anchors the first is named. */
extern const frcnn_anchor_mistake frcnn_anchor_mistakes[];
extern const int frcnn_n_anchor_mistakes;

#endif
