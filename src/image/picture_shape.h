/** What the functions of frcnn/picture.h share: pictures brought to one shape, and floats as bytes. */
#ifndef FRCNN_PICTURE_SHAPE_H
#define FRCNN_PICTURE_SHAPE_H

#include "frcnn/tensor.h"

/** Pictures are made and taken apart on the CPU. what begins the message. Errors: UNSUPPORTED (another device). */
FRCNN_NODISCARD frcnn_status frcnn_picture_check_device(const char *what, const frcnn_tensor *tensor);

/** A view of [H, W] as [H, W, 1], of three dimensions as they are. what begins the message.
 *  Errors: INVALID (other dimensions), UNSUPPORTED (device), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_picture_view_hwc(frcnn_tensor **out, const char *what, const frcnn_tensor *picture);

/** u8 [H, W] or [H, W, 1 to 4] as row-major [H, W, C], copied only where it has to be.
 *  Errors: INVALID (another dtype or shape), UNSUPPORTED (device), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_picture_get_pixels(frcnn_tensor **out, const char *what,
                                                      const frcnn_tensor *picture);

/** u8 [C, H, W] of any strides as row-major [H, W, C]. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_picture_interleave(frcnn_tensor **out, const frcnn_tensor *planes);

/** How floats become bytes: x * scale + bias, each step rounded to the dtype. */
typedef struct frcnn_picture_bytes {
    double scale, bias;
    int clamps; /**< 1: clamped to 0 and 255 and cut; 0: cut to an integer and taken modulo 256 */
} frcnn_picture_bytes;

/** f32, f64, f16 or bf16 of any shape and strides as u8, row-major; NaN, and what fits no 64-bit integer where nothing is
 *  clamped, is 0. Errors: INVALID (another dtype), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_picture_to_bytes(frcnn_tensor **out, const char *what, const frcnn_tensor *tensor,
                                                    const frcnn_picture_bytes *bytes);

#endif
