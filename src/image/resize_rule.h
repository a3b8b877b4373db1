/** How a family brings an image to the size that its network is trained on. */
#ifndef FRCNN_RESIZE_RULE_H
#define FRCNN_RESIZE_RULE_H

typedef enum frcnn_resize_rule {
    /** torchvision: sizes rounded down; values in [0, 1] are normalised, then interpolated in float, not antialiased. */
    FRCNN_RESIZE_TORCHVISION,
    /** The same of torchvision 0.15 with PyTorch 2: sizes by a reciprocal in float. */
    FRCNN_RESIZE_TORCHVISION_0_15,
    /** The same of torchvision 0.10 to 0.14 with PyTorch to 1.13: also, coordinates in double. */
    FRCNN_RESIZE_TORCHVISION_0_14,
    /** The same of torchvision to 0.9: sizes as today's, coordinates in double. */
    FRCNN_RESIZE_TORCHVISION_0_9,
    /** Detectron2: sizes rounded to nearest; Pillow's antialiased bilinear filter on bytes, then values in [0, 255] are
     *  normalised. */
    FRCNN_RESIZE_DETECTRON2,
    /** mmdetection: sizes rounded to nearest; OpenCV's bilinear interpolation of bytes, not antialiased, then as Detectron2. */
    FRCNN_RESIZE_MMDETECTION,
    /** py-faster-rcnn: sizes rounded to nearest; normalised values are interpolated in float by OpenCV, whose steps are the
     *  scale's and not the sizes' quotient. */
    FRCNN_RESIZE_PY_FASTER_RCNN,
    /** simple-faster-rcnn: sizes rounded to nearest; scikit-image's interpolation, mirrored at the image's edges. */
    FRCNN_RESIZE_SIMPLE_FASTER_RCNN
} frcnn_resize_rule;

/** 1 for torchvision's rules. */
static inline int frcnn_resize_is_torchvision(frcnn_resize_rule rule)
{
    return rule <= FRCNN_RESIZE_TORCHVISION_0_9;
}

#endif
