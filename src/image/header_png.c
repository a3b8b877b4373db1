#include "image/image_header.h"

#include <pthread.h>
#include <string.h>

#include "image/bytes.h"
#include "tensor/error.h"

static uint32_t crc_table[256];
static pthread_once_t crc_table_once = PTHREAD_ONCE_INIT;

static void make_crc_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xedb88320U ^ crc >> 1 : crc >> 1;
        crc_table[i] = crc;
    }
}

static uint32_t compute_crc(const uint8_t *bytes, size_t n_bytes)
{
    pthread_once(&crc_table_once, make_crc_table);
    uint32_t crc = 0xffffffffU;
    for (size_t i = 0; i < n_bytes; i++) crc = crc_table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
    return ~crc;
}

/* The chunk's four letters; IHDR: [width, height, depth, colour type, …]. */
static frcnn_status read_ihdr(frcnn_image_header *header, const frcnn_encoded *encoded, const uint8_t *data,
                              size_t n_bytes)
{
    FRCNN_FAIL_IF(n_bytes != 13, FRCNN_ERROR_FORMAT, "%s: damaged PNG: expected 13 bytes of header, found %zu",
                  encoded->name, n_bytes);
    static const int n_channels_of[7] = {1, 0, 3, 4, 2, 0, 4};
    header->width = frcnn_get_be32(data);
    header->height = frcnn_get_be32(data + 4);
    header->is_16_bit = data[8] == 16;
    FRCNN_FAIL_IF(data[9] > 6 || n_channels_of[data[9]] == 0, FRCNN_ERROR_FORMAT, "%s: damaged PNG: no colour type %d",
                  encoded->name, data[9]);
    header->n_channels = n_channels_of[data[9]];
    return FRCNN_OK;
}

frcnn_status frcnn_header_read_png(frcnn_image_header *out, const frcnn_encoded *encoded)
{
    enum { SIGNATURE_BYTES = 8, CHUNK_BYTES = 12 };
    frcnn_image_header header = {0};
    int has_data = 0;
    for (size_t at = SIGNATURE_BYTES;;) {
        const uint8_t *chunk = encoded->bytes + at;
        const size_t left = encoded->n_bytes - at;
        FRCNN_FAIL_IF(left < CHUNK_BYTES || frcnn_get_be32(chunk) > left - CHUNK_BYTES, FRCNN_ERROR_FORMAT,
                      "%s: the PNG is cut short after %zu bytes", encoded->name, encoded->n_bytes);
        const size_t n_bytes = frcnn_get_be32(chunk);
        const uint8_t *type = chunk + 4;
        const uint8_t *data = chunk + 8;
        const int is_critical = (type[0] & 0x20) == 0;
        FRCNN_FAIL_IF(is_critical && compute_crc(type, n_bytes + 4) != frcnn_get_be32(data + n_bytes),
                      FRCNN_ERROR_FORMAT, "%s: damaged PNG: wrong checksum of the chunk at byte %zu", encoded->name,
                      at);
        const int is_first = at == SIGNATURE_BYTES;
        if (memcmp(type, "IHDR", 4) == 0) {
            FRCNN_TRY(read_ihdr(&header, encoded, data, n_bytes));
        } else if (memcmp(type, "IDAT", 4) == 0) {
            has_data = 1;
        } else if (memcmp(type, "eXIf", 4) == 0) {
            header.exif = data;
            header.exif_bytes = n_bytes;
        } else if (memcmp(type, "IEND", 4) == 0) {
            break;
        } else {
            FRCNN_FAIL_IF(is_critical && memcmp(type, "PLTE", 4) != 0 && !(is_first && memcmp(type, "CgBI", 4) == 0),
                          FRCNN_ERROR_FORMAT, "%s: damaged PNG: unknown chunk at byte %zu", encoded->name, at);
        }
        at += CHUNK_BYTES + n_bytes;
    }
    FRCNN_FAIL_IF(header.n_channels == 0 || !has_data, FRCNN_ERROR_FORMAT, "%s: damaged PNG: it has no %s",
                  encoded->name, header.n_channels == 0 ? "header" : "pixels");
    *out = header;
    return FRCNN_OK;
}
