/** Pictures of anchors: where they lie on an image, which of them became proposals, and which boxes of an annotation they
 *  reach.
 *
 *      frcnn_anchor_overlay_options options;
 *      frcnn_anchor_overlay_options_default(&options);
 *      options.image = image;                                             NULL: a blank canvas
 *      status = frcnn_anchor_overlay_save("frcnn-anchors", &config, &grids, &options);
 */
#ifndef FRCNN_ANCHOR_OVERLAY_H
#define FRCNN_ANCHOR_OVERLAY_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/anchor_fit.h"
#include "frcnn/anchors.h"
#include "frcnn/image.h"
#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name How well anchors fit boxes @{ */

/** A box that a detector should find: edges in pixels of the padded image, (x2, y2) exclusive. */
typedef struct frcnn_anchor_target {
    double x1, y1, x2, y2;
    double area;       /**< square pixels of the image as it came in: COCO's size class goes by it */
    const char *label; /**< UTF-8, borrowed; NULL: none */
} frcnn_anchor_target;

/** The anchor that overlaps a target most. */
typedef struct frcnn_anchor_match {
    int64_t anchor; /**< row of frcnn_anchors_create's; the first of equals */
    int level;
    double iou; /**< 0 to 1 */
} frcnn_anchor_match;

/** Finds the best anchor of each of n targets. IoU is of continuous areas in every convention. Errors: INVALID (config,
 *  grids; a target with a side that is not above 0), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_match(frcnn_anchor_match *out, const frcnn_anchor_config *config,
                                                           const frcnn_anchor_grids *grids,
                                                           const frcnn_anchor_target *targets, size_t n);

/** Counts how many of n targets, of each frcnn_box_size, their matches reach. */
FRCNN_API void frcnn_anchor_recall_count(frcnn_anchor_recall *out, const frcnn_anchor_target *targets,
                                         const frcnn_anchor_match *matches, size_t n);

/** @} @name Pictures @{ */

#define FRCNN_ANCHOR_OVERLAY_INDEX "index.html"
#define FRCNN_ANCHOR_OVERLAY_BASE "base.png"           /**< each level's anchors at one place */
#define FRCNN_ANCHOR_OVERLAY_LEVEL "level-%d.png"      /**< every n-th cell of a level */
#define FRCNN_ANCHOR_OVERLAY_PROPOSALS "proposals.png" /**< where proposals are given */
#define FRCNN_ANCHOR_OVERLAY_MATCHES "matches.png"     /**< where targets are given */
#define FRCNN_ANCHOR_OVERLAY_SHEET "contact.png"       /**< all levels, small */

typedef struct frcnn_anchor_overlay_options {
    size_t struct_size;       /**< set by frcnn_anchor_overlay_options_default */
    const char *title;        /**< of index.html, UTF-8; default "Anchors" */
    const frcnn_image *image; /**< NULL (default): a blank canvas */
    int resized_h,
        resized_w;      /**< what of the padded image the image fills, from its top left corner; 0 (default): all */
    int cell_y, cell_x; /**< of the first level, other levels take the cell at its place; -1 (default): the middle */
    int every;          /**< a level's picture has every n-th cell; 0 (default): as many as stay readable */
    double min_iou;     /**< a target that no anchor overlaps as much counts as not reached; default 0.5 */
    const frcnn_anchor_target *targets; /**< NULL (default): none are known */
    size_t n_targets;
    const frcnn_tensor
        *proposal_anchors; /**< i64 [n] on the CPU, as frcnn_proposals has them; NULL (default): none are known */
    const frcnn_tensor *proposal_scores; /**< f32 [n] on the CPU, 0 to 1, highest first */
} frcnn_anchor_overlay_options;

FRCNN_API void frcnn_anchor_overlay_options_default(frcnn_anchor_overlay_options *options);

/** Writes the pictures, PNG, and index.html that shows them into folder, which is made where it is missing; its parent is
 *  there. Every level has its colour; anchors that leave the image are dashed; targets that are not reached are red. Small
 *  images are enlarged, large ones reduced. Each file is there whole or not at all, index.html last. options NULL: the
 *  defaults.
 *  Errors: INVALID (config, grids, options; a cell outside the first level's grid; proposals that are no anchors), IO,
 *  NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_overlay_save(const char *folder, const frcnn_anchor_config *config,
                                                                 const frcnn_anchor_grids *grids,
                                                                 const frcnn_anchor_overlay_options *options);

/** @} */

#ifdef __cplusplus
}
#endif
#endif
