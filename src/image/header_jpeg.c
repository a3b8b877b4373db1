#include "image/image_header.h"

#include <string.h>

#include "image/bytes.h"
#include "tensor/error.h"

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DHT = 0xc4, APP1 = 0xe1 };

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

/* A segment holds tables: class and number, 16 counts of codes by length, the codes. */
static int check_huffman_tables(const uint8_t *data, size_t n_bytes)
{
    while (n_bytes > 0) {
        if (n_bytes < 17 || data[0] >> 4 > 1 || (data[0] & 15) > 3) return 0;
        size_t n_codes = 0;
        for (int i = 1; i <= 16; i++) n_codes += data[i];
        if (n_codes > 256 || n_bytes < 17 + n_codes) return 0;
        data += 17 + n_codes;
        n_bytes -= 17 + n_codes;
    }
    return 1;
}

frcnn_status frcnn_header_read_jpeg(frcnn_image_header *out, const frcnn_encoded *encoded)
{
    const uint8_t *bytes = encoded->bytes;
    const size_t n_bytes = encoded->n_bytes;
    frcnn_image_header header = {0};
    int marker = 0;
    for (size_t at = find_marker(bytes, n_bytes, 0, &marker); marker != EOI;
         at = find_marker(bytes, n_bytes, at, &marker)) {
        FRCNN_FAIL_IF(at == 0 ||
                          (!has_no_length(marker) && (n_bytes - at < 2 || frcnn_get_be16(bytes + at) > n_bytes - at)),
                      FRCNN_ERROR_FORMAT, "%s: the JPEG is cut short after %zu bytes", encoded->name, n_bytes);
        if (has_no_length(marker)) continue;
        const size_t length = frcnn_get_be16(bytes + at);
        FRCNN_FAIL_IF(length < 2, FRCNN_ERROR_FORMAT, "%s: damaged JPEG: segment of length %zu at byte %zu",
                      encoded->name, length, at);
        FRCNN_FAIL_IF(marker == DHT && !check_huffman_tables(bytes + at + 2, length - 2), FRCNN_ERROR_FORMAT,
                      "%s: damaged JPEG: bad Huffman table at byte %zu", encoded->name, at);
        if (is_frame_header(marker) && length >= 8) {
            header.height = frcnn_get_be16(bytes + at + 3);
            header.width = frcnn_get_be16(bytes + at + 5);
            header.n_channels = bytes[at + 7];
        }
        at += length;
    }
    FRCNN_FAIL_IF(header.n_channels == 0, FRCNN_ERROR_FORMAT, "%s: damaged JPEG: it has no frame header",
                  encoded->name);
    header.exif = frcnn_jpeg_find_exif(bytes, n_bytes, &header.exif_bytes);
    *out = header;
    return FRCNN_OK;
}
