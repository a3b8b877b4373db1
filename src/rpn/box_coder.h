/** How a box's deltas are read. */
#ifndef FRCNN_BOX_CODER_H
#define FRCNN_BOX_CODER_H

typedef enum frcnn_box_coder {
    FRCNN_CODER_TORCHVISION, /**< torchvision and Detectron2: a box may shrink to nothing */
    FRCNN_CODER_MMDETECTION  /**< DeltaXYWHBBoxCoder: no box shrinks more than it may grow; other last bits */
} frcnn_box_coder;

#endif
