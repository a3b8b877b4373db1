/** Lines, dots and fills on an image, mixed with what is there. What lies outside the image is left out.
 *  color: 0xRRGGBB; alpha: 0 (nothing) to 255 (all of it). */
#ifndef FRCNN_STROKES_H
#define FRCNN_STROKES_H

#include <stdint.h>

#include "frcnn/image.h"

/** How to draw a line: line pixels wide; with dash above 0 in dashes of that many pixels, a bit more than half as far
 *  apart. */
typedef struct frcnn_pen {
    int line, dash;
    uint32_t color;
    int alpha;
} frcnn_pen;

/** right and bottom are exclusive. */
void frcnn_stroke_fill(frcnn_image *image, int left, int top, int right, int bottom, uint32_t color, int alpha);
/** The four sides of a rectangle, inside of it. */
void frcnn_stroke_frame(frcnn_image *image, int left, int top, int right, int bottom, const frcnn_pen *pen);
/** A disc with a soft edge. */
void frcnn_stroke_dot(frcnn_image *image, double x, double y, double radius, uint32_t color, int alpha);
/** Dashes that suit a line of that width. */
int frcnn_stroke_get_dash(int line);

#endif
