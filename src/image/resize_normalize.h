/** From the pixels of an image to the network's input: resize, normalise, pad, by the rule of a family.
 *
 *      FRCNN_TRY(frcnn_resize_get_size(rule, 480, 640, 800, 1333, &p.height, &p.width));       800, 1066 or 1067
 *      … frcnn_resize_normalize_get_workspace(rule, p.height, p.width) bytes …
 *      frcnn_resize_normalize_cpu(&p, rgb, workspace, dst);
 */
#ifndef FRCNN_RESIZE_NORMALIZE_H
#define FRCNN_RESIZE_NORMALIZE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"
#include "image/resize_rule.h"

typedef struct frcnn_resize_normalize {
    frcnn_resize_rule rule;
    int src_height, src_width;       /**< of the image, 1 to 65535 */
    int height, width;               /**< after resizing, 1 or more */
    int padded_height, padded_width; /**< of dst, at least height and width */
    double scale;                    /**< py-faster-rcnn's, of frcnn_resize_get_scale; the others go by the sizes */
    int is_bgr;                      /**< 1: dst's channels are blue, green, red */
    float unit;                      /**< what bytes are divided by before they are normalised: 255 or 1 */
    float mean[3], std[3];           /**< in dst's order of channels */
} frcnn_resize_normalize;

/** The size that an image is resized to: the short side becomes min_size, unless the long side would exceed max_size;
 *  in double, then rounded as the rule has it. A side that would be 0 is 1. Outputs are untouched on failure.
 *  Errors: INVALID (a size below 1). Sources: torchvision's GeneralizedRCNNTransform in eager mode, Detectron2's
 *  ResizeShortestEdge, mmcv's rescale_size, py-faster-rcnn's prep_im_for_blob, simple-faster-rcnn's preprocess. */
FRCNN_NODISCARD frcnn_status frcnn_resize_get_size(frcnn_resize_rule rule, int height, int width, int min_size,
                                                   int max_size, int *out_height, int *out_width);

/** The scale that gave such a size. py-faster-rcnn's is that of one side, simple-faster-rcnn's, and all others', the widths'
 *  quotient. */
double frcnn_resize_get_scale(frcnn_resize_rule rule, int height, int width, int min_size, int max_size,
                              int resized_width);

/** Bytes that frcnn_resize_normalize_cpu needs for resized images of this size; SIZE_MAX where that overflows. */
size_t frcnn_resize_normalize_get_workspace(frcnn_resize_rule rule, int height, int width);

/** Resizes, normalises to (v - mean) / std and pads with zeros at the bottom and the right.
 *  rgb        [src_height, src_width, 3]
 *  workspace  aligned to 64 bytes
 *  dst        [padded_height, padded_width, 3], overwritten
 *  Bit-equal to torchvision's transform on one thread of an x86-64 CPU with AVX2, to Detectron2's with Pillow 13, and to
 *  mmdetection's with OpenCV 4 and 5. The same bytes for every number of threads. */
void frcnn_resize_normalize_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst);

#endif
