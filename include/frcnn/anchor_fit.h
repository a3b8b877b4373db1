/** Anchors that fit a set of boxes: how many boxes they reach, and sizes and ratios that reach more.
 *
 *      frcnn_anchor_fit_options options;
 *      frcnn_anchor_recall before, after;
 *      frcnn_anchor_fit_options_default(&options, config.convention);
 *      status = frcnn_anchor_recall_measure(&before, &config, &boxes, 1, &options);
 *      status = frcnn_anchor_fit(&fitted, &config, &boxes, 1, &options);
 *      status = frcnn_anchor_recall_measure(&after, &fitted, &boxes, 1, &options);
 *
 *  Images are resized as the model's family does it, and boxes with them; each box is then matched with every anchor of its
 *  image's maps. Crowds are left out. IoU is of continuous areas in every convention.
 */
#ifndef FRCNN_ANCHOR_FIT_H
#define FRCNN_ANCHOR_FIT_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/anchors.h"
#include "frcnn/boxes.h"
#include "frcnn/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How images reach the model, and which anchors are asked for. */
typedef struct frcnn_anchor_fit_options {
    size_t struct_size; /**< set by frcnn_anchor_fit_options_default */
    int min_size;       /**< pixels: the short side after resizing … */
    int max_size;       /**< … unless the long side would be longer than this */
    int divisor;        /**< sides are padded to multiples of this */
    int image_h;        /**< 0 (default), or the padded image that every image is resized to fit into */
    int image_w;
    int n_levels; /**< 0 (default): as many as there are; others are a stride of twice the last one's apart */
    int per_cell; /**< anchors per cell of each level; 0 (default): as many as there are */
    double
        max_loss; /**< of small, medium and large boxes, the share, 0 to 1, that may be lost at IoU 0.5; default 0.02 */
} frcnn_anchor_fit_options;

/** The resizing of the convention's published models: 800, 1333, 32; of the VGG16 ones 600, 1000, 1. */
FRCNN_API void frcnn_anchor_fit_options_default(frcnn_anchor_fit_options *options, frcnn_anchor_convention convention);

/** By the box's area in pixels of the original image, as COCO has it: below 32 * 32, below 96 * 96, the rest. */
typedef enum frcnn_box_size {
    FRCNN_BOX_ANY = 0,
    FRCNN_BOX_SMALL = 1,
    FRCNN_BOX_MEDIUM = 2,
    FRCNN_BOX_LARGE = 3
} frcnn_box_size;

enum { FRCNN_N_BOX_SIZES = 4 };

/** Of boxes of each frcnn_box_size. */
typedef struct frcnn_anchor_recall {
    int64_t n_boxes[FRCNN_N_BOX_SIZES];
    int64_t n_reached_50[FRCNN_N_BOX_SIZES]; /**< have an anchor of IoU 0.5 or more */
    int64_t n_reached_70[FRCNN_N_BOX_SIZES]; /**< of 0.7 or more */
    double mean_iou[FRCNN_N_BOX_SIZES];      /**< of each box's best anchor; 0 where there is no box */
} frcnn_anchor_recall;

/** Matches every box of n sets with config's anchors; options NULL: the convention's. n_levels and per_cell play no part.
 *  Errors: INVALID (config; options), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_recall_measure(frcnn_anchor_recall *out,
                                                                   const frcnn_anchor_config *config,
                                                                   const frcnn_boxes *const *boxes, size_t n,
                                                                   const frcnn_anchor_fit_options *options);

/** Sizes and ratios that reach more boxes at IoU 0.7, without losing more than max_loss of any size at 0.5; then more at 0.5,
 *  then closer. (Without that bound small boxes would be given up for large ones.) *out is config with other levels: sizes in
 *  whole pixels (hundredths where they are multiples of a base size), growing from level to level; ratios in hundredths,
 *  growing, the same on all levels where config's are. It is config itself where nothing better was found. Of more than
 *  10,000 boxes a random part is looked at. The same boxes give the same result.
 *  How: k-means with 1 - IoU as distance, of boxes for sizes and of shapes for ratios, from k-means++ starts with fixed
 *  seeds; then from each start, from config, and from random changes of the best so far, one value after the other is
 *  changed while that helps.
 *  Errors: INVALID (config; options; no box; more than FRCNN_MAX_LEVELS levels or FRCNN_MAX_SIZES sizes or ratios),
 *  NO_MEMORY. Sources: Redmon and Farhadi 2017, section 2; Arthur and Vassilvitskii 2007. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_fit(frcnn_anchor_config *out, const frcnn_anchor_config *config,
                                                        const frcnn_boxes *const *boxes, size_t n,
                                                        const frcnn_anchor_fit_options *options);

/** A picture, 1200x1200, of the boxes' widths and heights in pixels of the resized images, on log axes, with both sets of
 *  base anchors. Boxes that an anchor of fitted reaches at IoU 0.7 differ in colour. The caller owns *out.
 *  Errors: as frcnn_anchor_recall_measure, and INVALID (no box). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_fit_draw(frcnn_image **out, const frcnn_anchor_config *config,
                                                             const frcnn_anchor_config *fitted,
                                                             const frcnn_boxes *const *boxes, size_t n,
                                                             const frcnn_anchor_fit_options *options);

#ifdef __cplusplus
}
#endif
#endif
