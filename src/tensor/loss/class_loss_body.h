/** The loss of one position among classes, in f64 whatever the type of the arrays. The values of its classes lie stride
 *  apart. */
#ifndef FRCNN_CLASS_LOSS_BODY_H
#define FRCNN_CLASS_LOSS_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/* REAL: float or double. weight is [n], or NULL. */
#define FRCNN_DEFINE_CLASS_LOSS(suffix, REAL)                                                                          \
    FRCNN_HD double frcnn_class_weight_##suffix(const REAL *weight, int64_t c)                                         \
    {                                                                                                                  \
        return weight != NULL ? (double)weight[c] : 1.0;                                                               \
    }                                                                                                                  \
                                                                                                                       \
    /* Of class c: the logarithm of its probability, and the share of label smoothing of all classes. */               \
    FRCNN_HD double frcnn_class_loss_of_class_##suffix(const REAL *log_probs, int64_t n, int64_t stride, int64_t c,    \
                                                       const REAL *weight, double smoothing)                           \
    {                                                                                                                  \
        const double loss = -(double)log_probs[c * stride] * frcnn_class_weight_##suffix(weight, c);                   \
        double all = 0.0;                                                                                              \
        int64_t i;                                                                                                     \
        if (smoothing == 0.0) return loss;                                                                             \
        for (i = 0; i < n; i++) all -= (double)log_probs[i * stride] * frcnn_class_weight_##suffix(weight, i);         \
        return (1.0 - smoothing) * loss + smoothing / (double)n * all;                                                 \
    }                                                                                                                  \
                                                                                                                       \
    /* Of probabilities of the classes. */                                                                             \
    FRCNN_HD double frcnn_class_loss_of_probs_##suffix(const REAL *log_probs, int64_t n, int64_t stride,               \
                                                       const REAL *probs, const REAL *weight, double smoothing)        \
    {                                                                                                                  \
        double loss = 0.0;                                                                                             \
        int64_t i;                                                                                                     \
        for (i = 0; i < n; i++) {                                                                                      \
            double prob = (double)probs[i * stride];                                                                   \
            if (smoothing > 0.0) prob = prob * (1.0 - smoothing) + smoothing / (double)n;                              \
            loss -= (double)log_probs[i * stride] * prob * frcnn_class_weight_##suffix(weight, i);                     \
        }                                                                                                              \
        return loss;                                                                                                   \
    }

FRCNN_DEFINE_CLASS_LOSS(f32, float)
FRCNN_DEFINE_CLASS_LOSS(f64, double)

#endif
