/** The decoders: one row per format, chosen by what a file begins with. */
#ifndef FRCNN_DECODER_H
#define FRCNN_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"

enum { FRCNN_MAX_IMAGE_SIDE = 65535 };

/** An image file in memory, borrowed. */
typedef struct frcnn_encoded {
    const uint8_t *bytes;
    size_t n_bytes;
    const char *name; /**< begins every message */
    const frcnn_image_options *options;
} frcnn_encoded;

/** Decodes into a new image, as the file stores it: 1 to 4 channels, the alpha of a palette or a transparent colour
 *  counted as one; *orientation is the EXIF orientation that is left to apply, 1 to 8.
 *  Errors: FORMAT, UNSUPPORTED, INVALID (more pixels than options allow), NO_MEMORY; outputs are then untouched. */
typedef frcnn_status frcnn_decode_function(frcnn_image **out, int *orientation, const frcnn_encoded *encoded);

frcnn_decode_function frcnn_decode_pnm;
frcnn_decode_function frcnn_decode_png;
frcnn_decode_function frcnn_decode_bmp;
frcnn_decode_function frcnn_decode_gif;
frcnn_decode_function frcnn_decode_tga;
/** JPEG by stb_image, for builds without libjpeg: no CMYK that has no Adobe marker. */
frcnn_decode_function frcnn_decode_jpeg_stb;
/* Each only in a build that has its library. */
frcnn_decode_function frcnn_decode_jpeg;
frcnn_decode_function frcnn_decode_tiff;
frcnn_decode_function frcnn_decode_webp;

/** The library behind each, with its version: "libtiff 4.5.0". */
void frcnn_describe_stb(char *text, size_t size);
void frcnn_describe_jpeg(char *text, size_t size);
void frcnn_describe_tiff(char *text, size_t size);
void frcnn_describe_webp(char *text, size_t size);

/** The size that a header states is one to decode: sides of 1 to FRCNN_MAX_IMAGE_SIDE, no more pixels than the options
 *  allow. To be called before anything is allocated for it. Errors: FORMAT (a side of 0), INVALID. */
FRCNN_NODISCARD frcnn_status frcnn_encoded_check_size(const frcnn_encoded *encoded, int64_t height, int64_t width);

/** As frcnn_image_decode, with the file's own number of channels. */
FRCNN_NODISCARD frcnn_status frcnn_image_decode_channels(frcnn_image **out, const void *bytes, size_t n_bytes,
                                                         const char *name, const frcnn_image_options *options);

#endif
