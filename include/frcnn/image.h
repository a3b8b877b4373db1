/** Images: RGB, 8 bit, rows top to bottom, upright. One handle however the file stored them.
 *
 *      frcnn_image *image = NULL;
 *      status = frcnn_image_open(&image, "photo.jpg", NULL);
 *      const uint8_t *rgb = frcnn_image_get_const_pixels(image);      [height, width, 3]
 *      status = frcnn_image_save(image, "copy.png", FRCNN_IMAGE_PNG);
 *      frcnn_image_destroy(&image);
 */
#ifndef FRCNN_IMAGE_H
#define FRCNN_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_image frcnn_image;

typedef enum frcnn_image_format { FRCNN_IMAGE_JPEG = 0, FRCNN_IMAGE_PNG = 1 } frcnn_image_format;

typedef struct frcnn_image_options {
    size_t struct_size; /**< set by frcnn_image_options_default */
    int ignore_exif;    /**< 1: leave the EXIF orientation unapplied; default 0 */
    int64_t max_pixels; /**< largest height * width decoded; default 2^30, each side at most 65535 */
    double range_lo;    /**< 16-bit samples: this value becomes 0 … */
    double range_hi;    /**< … and this 255; default 0, 65535 (then v/257 rounded) */
} frcnn_image_options;

FRCNN_API void frcnn_image_options_default(frcnn_image_options *options);

/** Decodes a file. The content decides the format, never the suffix: JPEG, PNG, BMP, GIF (first frame), TGA, PNM; TIFF
 *  and WebP where the build has them. Grey is replicated, alpha dropped (the colour under it stays), 16-bit samples
 *  become v/257 rounded (or options' range), CMYK is converted, EXIF orientation applied once. path is bytes.
 *  options NULL: the defaults. The caller owns *out.
 *  Errors: IO (missing, unreadable), FORMAT (no image, damaged, cut short, a side of 0), UNSUPPORTED (a format this
 *  build lacks), INVALID (more pixels than options allow), NO_MEMORY; each message begins with the path. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_open(frcnn_image **out, const char *path,
                                                        const frcnn_image_options *options);

/** As frcnn_image_open, from n_bytes in memory; name stands for the path in messages. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_decode(frcnn_image **out, const void *bytes, size_t n_bytes,
                                                          const char *name, const frcnn_image_options *options);

/** The sides of the image that frcnn_image_open would give, mostly from its header alone. Errors: as frcnn_image_open. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_read_size(int *height, int *width, const char *path,
                                                             const frcnn_image_options *options);

/** 1 where the first n_bytes of a file (64 or more, or all of it) look like an image of a format known here. */
FRCNN_API int frcnn_image_is_known(const void *bytes, size_t n_bytes);

/** A copy of rgb, [height, width, 3]; NULL: black. Errors: INVALID (a side below 1), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_create(frcnn_image **out, int height, int width, const uint8_t *rgb);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_copy(frcnn_image **out, const frcnn_image *image);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_image_destroy(frcnn_image **image);

FRCNN_API int frcnn_image_get_height(const frcnn_image *image);
FRCNN_API int frcnn_image_get_width(const frcnn_image *image);
/** [height, width, 3], borrowed. */
FRCNN_API uint8_t *frcnn_image_get_pixels(frcnn_image *image);
FRCNN_API const uint8_t *frcnn_image_get_const_pixels(const frcnn_image *image);

/** Writes a file under a temporary name in the same folder and renames it: it is there whole or not at all. JPEG in
 *  quality 92. Errors: IO, NO_MEMORY, UNSUPPORTED (2 GiB of pixels or more). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_save(const frcnn_image *image, const char *path,
                                                        frcnn_image_format format);

/** Images of one size in a grid, as torchvision's make_grid lays it: n_per_row columns (fewer where there are fewer
 *  images), padding pixels of pad_value round each; a single image comes back without padding.
 *  Errors: INVALID (no image, sizes that differ, a size that overflows), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_image_make_grid(frcnn_image **out, const frcnn_image *const *images,
                                                             size_t n_images, int n_per_row, int padding,
                                                             uint8_t pad_value);

/** The decoders of this build, as "stb_image 2.27, libjpeg-turbo 2.1.5, libtiff 4.5.0, libwebp 1.2.4": a static string. */
FRCNN_API const char *frcnn_image_get_decoders(void);

#ifdef __cplusplus
}
#endif
#endif
