#include "image/image_header.h"

#include <string.h>

#include "image/bytes.h"
#include "tensor/error.h"

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DHT = 0xc4, APP1 = 0xe1 };

/* Frame headers carry the size; of the codes between them, DHT, JPG and DAC are other things. */
static int is_frame_header(int marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != DHT && marker != 0xc8 && marker != 0xcc;
}

static int has_no_length(int marker)
{
    return marker == SOI || marker == EOI || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/* The position behind the next marker from at on, 0 at the end. Zeros and restarts inside a scan are no markers. */
static size_t find_marker(const uint8_t *bytes, size_t n_bytes, size_t at, int *marker)
{
    for (; at + 1 < n_bytes; at++) {
        if (bytes[at] != 0xff) continue;
        const int code = bytes[at + 1];
        if (code == 0x00 || code == 0xff || (code >= 0xd0 && code <= 0xd7)) continue;
        *marker = code;
        return at + 2;
    }
    return 0;
}

const uint8_t *frcnn_jpeg_find_exif(const uint8_t *bytes, size_t n_bytes, size_t *exif_bytes)
{
    static const char prefix[6] = "Exif\0";
    int marker = 0;
    for (size_t at = find_marker(bytes, n_bytes, 0, &marker); at != 0; at = find_marker(bytes, n_bytes, at, &marker)) {
        if (has_no_length(marker)) continue;
        if (marker == SOS || n_bytes - at < 2 || frcnn_get_be16(bytes + at) > n_bytes - at) return NULL;
        const size_t length = frcnn_get_be16(bytes + at);
        if (marker == APP1 && length > 2 + sizeof prefix && memcmp(bytes + at + 2, prefix, sizeof prefix) == 0) {
            *exif_bytes = length - 2 - sizeof prefix;
            return bytes + at + 2 + sizeof prefix;
        }
        at += length < 2 ? 2 : length;
    }
    return NULL;
}

/* What has been defined so far, a bit for each of the four tables of a kind. */
typedef struct tables {
    unsigned quantization, huffman[2]; /* of DC and of AC coefficients */
    unsigned quantization_used;        /* by the frame's components */
} tables;

/* A segment holds tables: class and number, 16 counts of codes by length, the codes. */
static int read_huffman_tables(tables *known, const uint8_t *data, size_t n_bytes)
{
    while (n_bytes > 0) {
        if (n_bytes < 17 || data[0] >> 4 > 1 || (data[0] & 15) > 3) return 0;
        size_t n_codes = 0;
        for (int i = 1; i <= 16; i++) n_codes += data[i];
        if (n_codes > 256 || n_bytes < 17 + n_codes) return 0;
        known->huffman[data[0] >> 4] |= 1U << (data[0] & 15);
        data += 17 + n_codes;
        n_bytes -= 17 + n_codes;
    }
    return 1;
}

/* Precision and number, then 64 values of 8 or 16 bits. */
static int read_quantization_tables(tables *known, const uint8_t *data, size_t n_bytes)
{
    while (n_bytes > 0) {
        const size_t size = data[0] >> 4 == 0 ? 65 : 129;
        if (n_bytes < size || data[0] >> 4 > 1 || (data[0] & 15) > 3) return 0;
        known->quantization |= 1U << (data[0] & 15);
        data += size;
        n_bytes -= size;
    }
    return 1;
}

/* Precision, height, width, number of components; for each its name, sampling and quantization table. */
static int read_frame(frcnn_image_header *header, tables *known, const uint8_t *data, size_t n_bytes)
{
    if (n_bytes < 6 || n_bytes < 6 + 3 * (size_t)data[5] || data[5] == 0 || header->n_channels != 0) return 0;
    header->height = frcnn_get_be16(data + 1);
    header->width = frcnn_get_be16(data + 3);
    header->n_channels = data[5];
    for (int i = 0; i < data[5]; i++) {
        if (data[6 + 3 * i + 2] > 3) return 0;
        known->quantization_used |= 1U << data[6 + 3 * i + 2];
    }
    return 1;
}

/* Number of components, for each its name and Huffman tables; first and last coefficient, bit positions. Every table
   that the scan uses must be there: stb_image would take what lies in its memory. */
static int check_scan(const frcnn_image_header *header, const tables *known, const uint8_t *data, size_t n_bytes)
{
    if (header->n_channels == 0 || n_bytes < 1 || n_bytes < 4 + 2 * (size_t)data[0]) return 0;
    if ((known->quantization_used & ~known->quantization) != 0) return 0;
    const uint8_t *end = data + 1 + 2 * data[0];
    const int needs_dc = end[0] == 0 && end[2] >> 4 == 0;
    const int needs_ac = end[1] > 0;
    for (int i = 0; i < data[0]; i++) {
        const unsigned number = data[2 + 2 * i];
        if (needs_dc && (number >> 4 > 3 || (known->huffman[0] >> (number >> 4) & 1) == 0)) return 0;
        if (needs_ac && ((number & 15) > 3 || (known->huffman[1] >> (number & 15) & 1) == 0)) return 0;
    }
    return 1;
}

static int read_segment(frcnn_image_header *header, tables *known, int marker, const uint8_t *data, size_t n_bytes)
{
    if (marker == DHT) return read_huffman_tables(known, data, n_bytes);
    if (marker == DQT) return read_quantization_tables(known, data, n_bytes);
    if (marker == SOS) return check_scan(header, known, data, n_bytes);
    return !is_frame_header(marker) || read_frame(header, known, data, n_bytes);
}

frcnn_status frcnn_header_read_jpeg(frcnn_image_header *out, const frcnn_encoded *encoded)
{
    const uint8_t *bytes = encoded->bytes;
    const size_t n_bytes = encoded->n_bytes;
    frcnn_image_header header = {0};
    tables known = {0};
    int marker = 0;
    for (size_t at = find_marker(bytes, n_bytes, 0, &marker); marker != EOI;
         at = find_marker(bytes, n_bytes, at, &marker)) {
        if (at != 0 && has_no_length(marker)) continue;
        FRCNN_FAIL_IF(at == 0 || n_bytes - at < 2 || frcnn_get_be16(bytes + at) > n_bytes - at, FRCNN_ERROR_FORMAT,
                      "%s: the JPEG is cut short after %zu bytes", encoded->name, n_bytes);
        const size_t length = frcnn_get_be16(bytes + at);
        FRCNN_FAIL_IF(length < 2 || !read_segment(&header, &known, marker, bytes + at + 2, length - 2),
                      FRCNN_ERROR_FORMAT, "%s: damaged JPEG: bad segment (%02x) at byte %zu", encoded->name,
                      (unsigned)marker, at - 2);
        at += length;
    }
    FRCNN_FAIL_IF(header.n_channels == 0, FRCNN_ERROR_FORMAT, "%s: damaged JPEG: it has no frame header",
                  encoded->name);
    header.exif = frcnn_jpeg_find_exif(bytes, n_bytes, &header.exif_bytes);
    *out = header;
    return FRCNN_OK;
}
