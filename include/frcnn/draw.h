/** Drawing on images: boxes with a class label and a score. */
#ifndef FRCNN_DRAW_H
#define FRCNN_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One box to draw, in pixels of the image: x to the right, y down, (x2, y2) exclusive. */
typedef struct frcnn_draw_box {
    float x1, y1, x2, y2;
    const char *label; /**< UTF-8, borrowed for the call; NULL: no label text */
    float score;       /**< 0 to 1; drawn as two digits behind the label; negative: no score */
    int color_index;   /**< picks the colour: equal indices, equal colours, in every image and run; 0 or more */
    int is_dashed;     /**< 1: a dashed line, and none along the border where the box leaves the image; default 0 */
} frcnn_draw_box;

typedef struct frcnn_draw_options {
    size_t struct_size; /**< set by frcnn_draw_options_default */
    int line_width;     /**< pixels; 0 (default): from the image's size */
    int hide_labels;    /**< 1: boxes without class names; default 0 */
    int hide_scores;    /**< 1: no scores; default 0 */
} frcnn_draw_options;

FRCNN_API void frcnn_draw_options_default(frcnn_draw_options *options);

/** Boxes that score less are drawn with a thinner line and smaller text, and without a label where it would hide another
 *  or much of a small image: surer ones stay visible. */
#define FRCNN_DRAW_WEAK_SCORE 0.5f

/** Draws n_boxes boxes, clipped to the image, then their labels (filled, inside the image, above the box where there is
 *  room), so that no box hides a label. The first box ends on top. Line and text grow with the image, capitals are at
 *  least 8 pixels high. Glyphs come from the system's fonts (a bold sans, and for characters that it lacks the next that
 *  has them), from built-in strokes where there is no font; a character that none has is drawn as an empty box. The
 *  environment variable FRCNN_FONT names the one font file to use instead. Fonts are read once a process; several threads
 *  may draw at a time. A box with a NaN or infinite corner is left out. options NULL: the defaults.
 *  Errors: INVALID (struct_size, a line width below 0), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_draw_boxes(frcnn_image *image, const frcnn_draw_box *boxes, size_t n_boxes,
                                                        const frcnn_draw_options *options);

/** The colour of an index, 0xRRGGBB: distinct for small indices, dark or light enough for readable labels. */
FRCNN_API uint32_t frcnn_draw_get_color(int color_index);

#ifdef __cplusplus
}
#endif
#endif
