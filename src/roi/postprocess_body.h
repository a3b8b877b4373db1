/** One row of class scores. */
#ifndef FRCNN_POSTPROCESS_BODY_H
#define FRCNN_POSTPROCESS_BODY_H

#include <math.h>

#include "tensor/body.h"

/** scores [n] = softmax of logits [n]; the sum in double, in order. All NaN where a logit is NaN or +infinite. */
FRCNN_HD void frcnn_class_scores(const float *logits, int n, float *scores)
{
    float largest = logits[0];
    for (int i = 1; i < n; i++) largest = logits[i] > largest ? logits[i] : largest;
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        scores[i] = expf(logits[i] - largest);
        sum += (double)scores[i];
    }
    const float divisor = (float)sum;
    for (int i = 0; i < n; i++) scores[i] = scores[i] / divisor;
}

#endif
