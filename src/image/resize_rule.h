/** How a family brings an image to the size that its network is trained on. */
#ifndef FRCNN_RESIZE_RULE_H
#define FRCNN_RESIZE_RULE_H

typedef enum frcnn_resize_rule {
    /** torchvision: sizes rounded down; values in [0, 1] are normalised, then interpolated in float, not antialiased. */
    FRCNN_RESIZE_TORCHVISION,
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

#endif
