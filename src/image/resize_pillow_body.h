/** One pixel as Pillow's bilinear filter makes it: a triangle as wide as the two source pixels round it, or when shrinking as
 *  wide as two steps of the output, so that every source pixel counts. Weights are rounded to 22 bits and each pass gives
 *  bytes. Source: Pillow's Resample.c. */
#ifndef FRCNN_RESIZE_PILLOW_BODY_H
#define FRCNN_RESIZE_PILLOW_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

enum { FRCNN_PILLOW_BITS = 22, FRCNN_PILLOW_CACHED = 16 };

/** The source pixels under one of the output, along one axis. */
typedef struct frcnn_pillow_taps {
    int32_t first, n;
    double center, narrowing; /**< where the triangle's top is; 1 / half its width */
    double sum;               /**< of the weights before they are divided by it */
} frcnn_pillow_taps;

/** Before division by the sum. */
FRCNN_HD double frcnn_pillow_get_raw_weight(const frcnn_pillow_taps *taps, int32_t k)
{
    const double distance = fabs((k + taps->first - taps->center + 0.5) * taps->narrowing);
    return distance < 1.0 ? 1.0 - distance : 0.0;
}

/** index of dst_size. */
FRCNN_HD frcnn_pillow_taps frcnn_pillow_get_taps(int32_t index, int32_t src_size, int32_t dst_size)
{
    frcnn_pillow_taps taps;
    const double scale = (double)src_size / dst_size;
    const double support = scale < 1.0 ? 1.0 : scale;
    taps.center = (index + 0.5) * scale;
    taps.narrowing = 1.0 / support;
    const int32_t first = (int32_t)(taps.center - support + 0.5);
    const int32_t end = (int32_t)(taps.center + support + 0.5);
    taps.first = first < 0 ? 0 : first;
    taps.n = (end > src_size ? src_size : end) - taps.first;
    taps.sum = 0.0;
    for (int32_t k = 0; k < taps.n; k++) taps.sum += frcnn_pillow_get_raw_weight(&taps, k);
    return taps;
}

/** Tap k of n, in units of 2^-22. */
FRCNN_HD int32_t frcnn_pillow_get_weight(const frcnn_pillow_taps *taps, int32_t k)
{
    return (int32_t)(0.5 + frcnn_pillow_get_raw_weight(taps, k) / taps->sum * (1 << FRCNN_PILLOW_BITS));
}

/** A sum of weighted bytes, begun at half a unit, as a byte. */
FRCNN_HD uint8_t frcnn_pillow_round(int32_t sum)
{
    const int32_t value = sum >> FRCNN_PILLOW_BITS;
    return (uint8_t)(value > 255 ? 255 : value);
}

/** 1 where rows are weighted before columns: since Pillow 13, of images that lose more than twice as many rows. */
FRCNN_HD int frcnn_pillow_is_vertical_first(int32_t src_height, int32_t src_width, int32_t height, int32_t width)
{
    return src_height > height && src_height - height > 2 * (src_width - width);
}

/** rgb [3] = pixel (y, x) of height x width, out of src [src_height, src_width, 3]. */
FRCNN_HD void frcnn_pillow_make_pixel(const uint8_t *src, int32_t src_height, int32_t src_width, int32_t height,
                                      int32_t width, int32_t y, int32_t x, uint8_t *rgb)
{
    const int is_vertical_first = frcnn_pillow_is_vertical_first(src_height, src_width, height, width);
    const frcnn_pillow_taps rows = frcnn_pillow_get_taps(y, src_height, height);
    const frcnn_pillow_taps columns = frcnn_pillow_get_taps(x, src_width, width);
    const frcnn_pillow_taps *outer = is_vertical_first ? &columns : &rows;
    const frcnn_pillow_taps *inner = is_vertical_first ? &rows : &columns;
    const int64_t row_step = (int64_t)3 * src_width;
    const int64_t outer_step = is_vertical_first ? 3 : row_step, inner_step = is_vertical_first ? row_step : 3;
    const int32_t rounding = 1 << (FRCNN_PILLOW_BITS - 1);
    const uint8_t *first = src + rows.first * row_step + (int64_t)3 * columns.first;
    int32_t cached[FRCNN_PILLOW_CACHED];
    int32_t sums[3] = {rounding, rounding, rounding};
    for (int32_t k = 0; k < inner->n && k < FRCNN_PILLOW_CACHED; k++) cached[k] = frcnn_pillow_get_weight(inner, k);
    for (int32_t i = 0; i < outer->n; i++) {
        const uint8_t *line = first + i * outer_step;
        const int32_t outer_weight = frcnn_pillow_get_weight(outer, i);
        int32_t passed[3] = {rounding, rounding, rounding};
        for (int32_t k = 0; k < inner->n; k++) {
            const int32_t weight = k < FRCNN_PILLOW_CACHED ? cached[k] : frcnn_pillow_get_weight(inner, k);
            for (int c = 0; c < 3; c++) passed[c] += line[k * inner_step + c] * weight;
        }
        for (int c = 0; c < 3; c++) sums[c] += frcnn_pillow_round(passed[c]) * outer_weight;
    }
    for (int c = 0; c < 3; c++) rgb[c] = frcnn_pillow_round(sums[c]);
}

#endif
