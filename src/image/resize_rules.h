/** What frcnn_resize_normalize_cpu chooses from: each rule's own file, which leaves the padding alone. An image is made in
 *  tiles, small enough that the source rows under one stay on the stack and in the first-level cache. */
#ifndef FRCNN_RESIZE_RULES_H
#define FRCNN_RESIZE_RULES_H

#include "image/resize_normalize.h"
#include "image/resize_normalize_body.h"

enum { FRCNN_TILE_ROWS = 32, FRCNN_TILE_COLUMNS = 128 };

size_t frcnn_resize_float_get_workspace(int height, int width);
void frcnn_resize_float_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst);

size_t frcnn_resize_pillow_get_workspace(int height, int width);
void frcnn_resize_pillow_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst);

size_t frcnn_resize_opencv_get_workspace(int height, int width);
void frcnn_resize_opencv_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst);

/** What each byte of each of dst's channels becomes, and where in a pixel it lies. */
typedef struct frcnn_byte_levels {
    float values[3][256];
    int first_channel, next_channel; /**< of a source pixel, for dst's channel 0, and the step to the next */
} frcnn_byte_levels;

static inline void frcnn_byte_levels_fill(frcnn_byte_levels *levels, const frcnn_resize_normalize *p)
{
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++) levels->values[c][v] = frcnn_normalize(v, p->unit, p->mean[c], p->std[c]);
    levels->first_channel = p->is_bgr ? 2 : 0;
    levels->next_channel = p->is_bgr ? -1 : 1;
}

/** dst [n, 3] of n resized pixels. */
static inline void frcnn_byte_levels_write(const frcnn_byte_levels *levels, const uint8_t *rgb, int n, float *dst)
{
    for (int i = 0; i < n; i++) {
        const uint8_t *pixel = rgb + 3 * i + levels->first_channel;
        for (int c = 0; c < 3; c++) dst[3 * i + c] = levels->values[c][pixel[c * levels->next_channel]];
    }
}

#endif
