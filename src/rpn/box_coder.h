/** How a box's deltas are read. */
#ifndef FRCNN_BOX_CODER_H
#define FRCNN_BOX_CODER_H

typedef enum frcnn_box_coder {
    FRCNN_CODER_TORCHVISION,        /**< torchvision and Detectron2: a box may shrink to nothing */
    FRCNN_CODER_SIMPLE_FASTER_RCNN, /**< as torchvision's, but a box may grow without bound */
    /** py-faster-rcnn: a box of width w spans w - 1 and grows without bound. Between decoding and output the far corner is
     *  one further, so that widths and areas are differences, as those of all other boxes. */
    FRCNN_CODER_PY_FASTER_RCNN,
    FRCNN_CODER_MMDETECTION /**< DeltaXYWHBBoxCoder: no box shrinks more than it may grow; other last bits */
} frcnn_box_coder;

#endif
