/** One image of a run, as the stages see it. Arrays of frames lie in the memory of the stages' device. */
#ifndef FRCNN_FRAME_H
#define FRCNN_FRAME_H

#include <stdint.h>

typedef struct frcnn_frame {
    const uint8_t *pixels;         /**< rgb [src_height, src_width, 3], in the same memory */
    int32_t src_height, src_width; /**< as the image came in */
    int32_t height, width;         /**< resized, before padding */
    double scale; /**< of a family whose boxes are scaled by one number: resized pixels to a pixel as it came in */
} frcnn_frame;

#endif
