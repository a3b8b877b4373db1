/** Comparing what was computed with a golden, and saying where and by how much they part.
 *
 *      parity_report report = {.stream = stdout};
 *      parity_compare_values(&report, "fpn.0", &expected, 4, shape, values, PARITY_ACTIVATION);
 *      return report.n_failures > 0;
 *
 *  Each comparison prints one line, and more where it fails.
 */
#ifndef PARITY_COMPARE_H
#define PARITY_COMPARE_H

#include <stdint.h>
#include <stdio.h>

#include "frcnn/tensor.h"

typedef struct parity_report {
    FILE *stream;
    int n_checks;
    int n_failures;
} parity_report;

typedef enum parity_scale {
    PARITY_ABSOLUTE, /**< the bound is in the tensor's unit */
    PARITY_RELATIVE, /**< the bound is a fraction of the largest expected magnitude */
    PARITY_BITS      /**< the same bits; the bound is not used */
} parity_scale;

typedef struct parity_bound {
    parity_scale scale;
    double limit;
} parity_bound;

/* tests/golden/default/README.md says why. */
static const parity_bound PARITY_TRANSFORM = {PARITY_ABSOLUTE, 1e-6};
static const parity_bound PARITY_ACTIVATION = {PARITY_RELATIVE, 1e-4};
static const parity_bound PARITY_ANCHOR = {PARITY_BITS, 0.0};
static const double PARITY_PROPOSAL_PIXELS = 0.02;
static const double PARITY_DETECTION_PIXELS = 0.05;
static const double PARITY_SCORE = 1e-4;
static const int PARITY_PROPOSALS_PER_DIFFERENCE = 100; /* 1 % may differ */

/** The values a golden holds of one tensor: all of them, or those at n_values flat row-major positions. */
typedef struct parity_expected {
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS]; /**< of the whole tensor */
    int64_t n_values;
    const float *values;
    const int64_t *index; /**< NULL: values is the whole tensor */
} parity_expected;

/** actual is row-major and whole, of the given shape. NaN equals NaN only. */
void parity_compare_values(parity_report *report, const char *name, const parity_expected *expected, int n_dims,
                           const int64_t *shape, const float *actual, parity_bound bound);

/** Boxes [n, 4] with their scores [n], in order. */
typedef struct parity_boxes {
    int64_t n;
    const float *boxes;
    const float *scores;
    const int64_t *labels; /**< NULL for proposals */
} parity_boxes;

/** Pairs proposals by place and score, which may differ by score_bound; at most 1 % may be absent, new, or out of order. */
frcnn_status parity_compare_proposals(parity_report *report, const char *name, const parity_boxes *expected,
                                      const parity_boxes *actual, double score_bound);

/** Pairs detections by label, place and score. Only those with a score within PARITY_SCORE of threshold may lack a
 *  partner, or, where a side holds cap of them, of that side's lowest score. */
frcnn_status parity_compare_detections(parity_report *report, const char *name, const parity_boxes *expected,
                                       const parity_boxes *actual, double threshold, int64_t cap);

/** Counts a check that passed or failed, with a line of its own. */
void parity_record(parity_report *report, const char *name, int is_ok, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
