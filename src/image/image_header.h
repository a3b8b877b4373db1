/** Headers of the formats that stb_image decodes, read and checked before it sees the file: sizes are bounded, damage
 *  that it does not notice is found, and what its older versions stumble over is turned away. */
#ifndef FRCNN_IMAGE_HEADER_H
#define FRCNN_IMAGE_HEADER_H

#include "image/decoder.h"

typedef struct frcnn_image_header {
    int64_t height, width;
    int n_channels; /**< as stored; 4 for a palette, which may have alpha */
    int is_16_bit;
    const uint8_t *exif; /**< the TIFF structure inside the file, borrowed; NULL: none */
    size_t exif_bytes;
} frcnn_image_header;

/** Errors: FORMAT (damaged, cut short), UNSUPPORTED. Messages begin with the name. */
typedef frcnn_status frcnn_header_function(frcnn_image_header *out, const frcnn_encoded *encoded);

/** Every chunk is there, whole and with a right CRC; no unknown critical one. */
frcnn_header_function frcnn_header_read_png;
/** Every segment is there up to the end-of-image marker; no Huffman table of more than 256 codes, and every table before the scan that uses it. */
frcnn_header_function frcnn_header_read_jpeg;
/** Sizes, bit masks and palette agree; no pixel points outside the palette. */
frcnn_header_function frcnn_header_read_bmp;
frcnn_header_function frcnn_header_read_gif;
frcnn_header_function frcnn_header_read_tga;

/** The EXIF block of a JPEG, without its "Exif" prefix; NULL where there is none. Looks no further than the first scan. */
const uint8_t *frcnn_jpeg_find_exif(const uint8_t *bytes, size_t n_bytes, size_t *exif_bytes);

/** 1 where these bytes begin a TGA: the format has no magic number, so every field must make sense. */
int frcnn_tga_matches(const uint8_t *bytes, size_t n_bytes);

/** Clears the transparency of a GIF's first frame in place, so that pixels keep their colour, and its background index. */
void frcnn_gif_make_opaque(uint8_t *bytes, size_t n_bytes);

#endif
