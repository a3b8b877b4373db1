/** Sums of a few hundred values, vectorised in an order that is the same on every instruction set: longer ones are made of
 *  them in f64. */
#ifndef FRCNN_SHORT_SUM_H
#define FRCNN_SHORT_SUM_H

#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

enum { FRCNN_SUM_LANES = 16 };

/* A vector: an array of lanes would be written to memory and read again at every step. */
#define FRCNN_DEFINE_SHORT_SUM(name, type)                                                                             \
    typedef type name##_lanes __attribute__((vector_size(FRCNN_SUM_LANES * sizeof(type))));                            \
    FRCNN_HD double name(int64_t n, const type *src)                                                                   \
    {                                                                                                                  \
        double sum = 0.0;                                                                                              \
        int64_t i = 0;                                                                                                 \
        if (n >= FRCNN_SUM_LANES) {                                                                                    \
            name##_lanes sums = {0};                                                                                   \
            type each[FRCNN_SUM_LANES];                                                                                \
            for (; i + FRCNN_SUM_LANES <= n; i += FRCNN_SUM_LANES) {                                                   \
                name##_lanes values;                                                                                   \
                memcpy(&values, src + i, sizeof values);                                                               \
                sums += values;                                                                                        \
            }                                                                                                          \
            memcpy(each, &sums, sizeof each);                                                                          \
            for (int half = FRCNN_SUM_LANES / 2; half > 0; half /= 2)                                                  \
                for (int l = 0; l < half; l++) each[l] += each[l + half];                                              \
            sum = (double)each[0];                                                                                     \
        }                                                                                                              \
        for (; i < n; i++) sum += (double)src[i];                                                                      \
        return sum;                                                                                                    \
    }

FRCNN_DEFINE_SHORT_SUM(frcnn_short_sum_f32, float)
FRCNN_DEFINE_SHORT_SUM(frcnn_short_sum_f64, double)

#endif
