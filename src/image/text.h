/** A line of text on an image, in the process's label font: found on first use and kept. Safe from several threads.
 *  Characters that no font has, and bytes that are no UTF-8, are drawn as empty boxes. Left to right, no shaping. */
#ifndef FRCNN_TEXT_H
#define FRCNN_TEXT_H

#include "frcnn/image.h"

/** Sizes of a line, in pixels. */
typedef struct frcnn_text_extent {
    int width;
    int ascent;  /**< from the baseline up to the top of capitals and accents */
    int descent; /**< from the baseline down */
} frcnn_text_extent;

/** size: the em, in pixels. */
frcnn_text_extent frcnn_text_measure(const char *utf8, int size);

/** Draws with the baseline at y and the first character's origin at x; what lies outside the image is left out.
 *  color: 0xRRGGBB. Errors: NO_MEMORY, part of the text may then be there. */
FRCNN_NODISCARD frcnn_status frcnn_text_draw(frcnn_image *image, int x, int y, const char *utf8, int size,
                                             uint32_t color);

/** Fills the part of a rectangle that lies inside the image; right and bottom are exclusive. */
void frcnn_image_fill(frcnn_image *image, int left, int top, int right, int bottom, uint32_t color);

#endif
