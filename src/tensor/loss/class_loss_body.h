/** The loss of one position among classes, in f64 whatever the type of the arrays. The values of its classes lie stride
 *  apart. */
#ifndef FRCNN_CLASS_LOSS_BODY_H
#define FRCNN_CLASS_LOSS_BODY_H

#include <stdint.h>

#include "tensor/body.h"
#include "tensor/loss/class_loss.h"

FRCNN_HD int frcnn_class_is_wrong(const frcnn_class_range *range, int64_t class_index)
{
    return (class_index < 0 || class_index >= range->n_classes) && class_index != range->ignore_index;
}

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
    }                                                                                                                  \
                                                                                                                       \
    /* Of position i, and its weight. */                                                                               \
    FRCNN_HD frcnn_loss_sums frcnn_class_loss_at_##suffix(const frcnn_class_loss *loss, int64_t i)                     \
    {                                                                                                                  \
        const int64_t first = i / loss->n_inner * loss->n_classes * loss->n_inner + i % loss->n_inner;                 \
        const REAL *log_probs = (const REAL *)loss->log_probs + first;                                                 \
        const REAL *weight = (const REAL *)loss->weight;                                                               \
        const double smoothing = loss->label_smoothing;                                                                \
        frcnn_loss_sums sums = {0.0, 0.0};                                                                             \
        if (loss->classes == NULL) {                                                                                   \
            sums.loss = frcnn_class_loss_of_probs_##suffix(log_probs, loss->n_classes, loss->n_inner,                  \
                                                           (const REAL *)loss->probs + first, weight, smoothing);      \
            sums.weight = 1.0;                                                                                         \
        } else if (loss->classes[i] != loss->ignore_index) {                                                           \
            sums.loss = frcnn_class_loss_of_class_##suffix(log_probs, loss->n_classes, loss->n_inner,                  \
                                                           loss->classes[i], weight, smoothing);                       \
            sums.weight = frcnn_class_weight_##suffix(weight, loss->classes[i]);                                       \
        }                                                                                                              \
        return sums;                                                                                                   \
    }

FRCNN_DEFINE_CLASS_LOSS(f32, float)
FRCNN_DEFINE_CLASS_LOSS(f64, double)

#endif
