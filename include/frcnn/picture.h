/** Pictures: tensors that hold an image, as files store it, [H, W, C] of u8, or as networks take it, [C, H, W] of floats.
 *
 *      frcnn_tensor *picture = NULL, *input = NULL;
 *      status = frcnn_picture_open(&picture, "photo.png", 3, NULL);       u8 [H, W, 3]
 *      status = frcnn_picture_to_chw(&input, picture);                    f32 [3, H, W], 0 to 1
 *      status = frcnn_picture_save(picture, "copy.png");
 *      frcnn_tensor_destroy(&input);
 *      frcnn_tensor_destroy(&picture);
 *
 *  Channels are grey, grey and alpha, RGB, or RGBA: 1 to 4 of them. Inputs may have any strides and stay as they are;
 *  outputs are row-major, the caller owns them, and on failure they are untouched. Errors, besides those named: INVALID
 *  (a dtype or shape that the function does not take), UNSUPPORTED (a tensor that is not on the CPU), NO_MEMORY.
 */
#ifndef FRCNN_PICTURE_H
#define FRCNN_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"
#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Files @{ */

/** Decodes a file to u8 [H, W, C]: every format, option and error of frcnn_image_open, but C is n_channels, 1 to 4, or
 *  for 0 what the file has. A palette counts as its colours, with alpha where it has any; so does a transparent colour in
 *  a PNG. Samples of 1, 2, 4 or 16 bits become 8 bits; GIF and CMYK are RGB; multiplied alpha in a TIFF is left out.
 *  Converted as frcnn_picture_convert does. options NULL: the defaults. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_open(frcnn_tensor **out, const char *path, int n_channels,
                                                          const frcnn_image_options *options);

/** As frcnn_picture_open, from n_bytes in memory; name stands for the path in messages. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_decode(frcnn_tensor **out, const void *bytes, size_t n_bytes,
                                                            const char *name, int n_channels,
                                                            const frcnn_image_options *options);

/** Writes u8 [H, W, C] or [H, W], no side 0. The end of path, in small letters or capitals, is the format: .png for 1 to
 *  4 channels, exact; .jpg or .jpeg for 1 or 3, in quality 92 (a build without libjpeg writes grey as three equal
 *  channels). The file is there whole or not at all. Errors: IO, UNSUPPORTED (another end, channels that the format
 *  cannot hold, a size that it cannot). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_save(const frcnn_tensor *picture, const char *path);

/** Hands the image's pixels to a new tensor, u8 [H, W, 3], without copying them. *image is NULL afterwards; on failure it
 *  is as before. frcnn_image_copy first where the image is still needed. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_from_image(frcnn_tensor **out, frcnn_image **image);

/** A copy of u8 [H, W, C] or [H, W] as an RGB image: grey is repeated, alpha left out. The caller owns *out. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_to_image(frcnn_image **out, const frcnn_tensor *picture);
/** @} */

/** @name Layout, range and colours @{ */

/** [H, W, C] or [H, W] -> [C, H, W] (C is 1 for [H, W]), any number of channels. u8 becomes f32, divided by 255; other
 *  dtypes stay, with the same values. Source: torchvision's ToTensor of an array. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_to_chw(frcnn_tensor **out, const frcnn_tensor *picture);

/** [C, H, W] or [H, W] -> u8 [H, W, C] (C is 1 for [H, W]), 1 to 4 channels. u8 keeps its values; f32, f64 and f16
 *  become x * 255 in their own precision, cut to an integer and taken modulo 256: nothing is rounded or clamped; NaN and
 *  what fits no 64-bit integer become 0. Source: torchvision's ToPILImage. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_from_chw(frcnn_tensor **out, const frcnn_tensor *chw);

/** Any shape in another dtype and its range, integers in 0 to 255, floats in 0 to 1: u8 to a float is v / 255; a float to
 *  u8 is x * 255.999 in its own precision, cut to an integer modulo 256 as above; float to float changes the precision
 *  alone. Errors: INVALID (another dtype). Source: torchvision's convert_image_dtype. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_convert_dtype(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                   frcnn_dtype dtype);

/** u8 [H, W, C] or [H, W] -> [H, W, n_channels], each 1 to 4. Colours become grey as (19595 R + 38470 G + 7471 B + 32768)
 *  / 65536 cut; grey is repeated; alpha is left out, kept, or 255 where there was none. Source: Pillow's convert. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_convert(frcnn_tensor **out, const frcnn_tensor *picture,
                                                             int n_channels);

/** RGB to BGR and back: entries 0 and 2 of dimension dim change places, which is 3 long, or 4 with an alpha that stays.
 *  dim is -1 for [..., C] and 0 for [C, H, W]; any dtype and shape. Errors: INVALID, with the range or size expected. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_swap_red_blue(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                   int dim);
/** @} */

/** @name Grids, on [C, H, W] pictures as torchvision lays them @{ */

typedef struct frcnn_picture_grid_options {
    size_t struct_size;  /**< set by frcnn_picture_grid_options_default */
    int64_t n_per_row;   /**< pictures in a row, 1 or more; fewer where there are fewer; default 8 */
    int64_t padding;     /**< pixels round each picture, 0 or more; default 2 */
    double pad_value;    /**< what is in the padding and in cells without a picture; default 0 */
    int normalize;       /**< 1: values are clamped to a range, and that becomes 0 to 1; default 0 */
    int has_value_range; /**< 1: the range is value_lo to value_hi; default 0: the least and largest value there are */
    double value_lo;     /**< default 0 */
    double value_hi;     /**< default 1 */
    int scale_each;      /**< 1: each picture has a range of its own; default 0: one for all */
} frcnn_picture_grid_options;

FRCNN_API void frcnn_picture_grid_options_default(frcnn_picture_grid_options *options);

/** [B, C, H, W], [C, H, W] or [H, W] -> [C, H', W'], of the same dtype: B pictures in rows, H' = rows * (H + padding) +
 *  padding, W' likewise. A single channel becomes three equal ones. One picture comes back without padding. normalize is
 *  (x - lo) / max(hi - lo, 1e-5), floats only, each step rounded to the dtype; where a NaN is among the values and the
 *  range is theirs, all become NaN. options NULL: the defaults. Errors: INVALID (no picture, an option out of range, a
 *  pad_value or range that the dtype does not hold, no value to take a range from). Source: torchvision's make_grid. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_make_grid(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                               const frcnn_picture_grid_options *options);

/** Writes floats, 0 to 1, that frcnn_picture_make_grid takes, as one picture of 1 to 4 channels: the grid's x * 255 + 0.5
 *  in its own precision, clamped to 0 and 255 and cut (NaN is 0). Files and errors as frcnn_picture_save and
 *  frcnn_picture_make_grid. Source: torchvision's save_image. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_picture_save_grid(const frcnn_tensor *tensor, const char *path,
                                                               const frcnn_picture_grid_options *options);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
