#include "image/image_header.h"

#include "image/bytes.h"
#include "tensor/error.h"

typedef struct bitmap {
    size_t offset;      /* of the pixels */
    size_t header_size; /* of the second header: 12, 40, 56, 108 or 124 */
    uint32_t bits, compression;
    size_t palette_entries;
} bitmap;

/* stb_image scales a colour by the run of ones in its mask; a mask with holes would overflow it. */
static int is_one_run(uint32_t mask)
{
    while (mask != 0 && (mask & 1) == 0) mask >>= 1;
    return mask <= 255 && (mask & (mask + 1)) == 0;
}

static frcnn_status check_masks(const frcnn_encoded *encoded, const bitmap *map)
{
    const size_t masks = 14 + 40;
    if (map->header_size < 40 || map->compression != 3) return FRCNN_OK;
    const size_t n_masks = map->header_size > 56 ? 4 : 3;
    const size_t at = map->header_size == 56 ? 14 + 56 : masks;
    FRCNN_FAIL_IF(encoded->n_bytes < at + 4 * n_masks, FRCNN_ERROR_FORMAT, "%s: the BMP is cut short after %zu bytes",
                  encoded->name, encoded->n_bytes);
    for (size_t i = 0; i < n_masks; i++)
        FRCNN_FAIL_IF(!is_one_run(frcnn_get_le32(encoded->bytes + at + 4 * i)), FRCNN_ERROR_UNSUPPORTED,
                      "%s: BMP colours of more than 8 bits, or in pieces, are not read", encoded->name);
    return FRCNN_OK;
}

/* An index outside the palette would give whatever lies behind it. */
static frcnn_status check_indices(const frcnn_encoded *encoded, const frcnn_image_header *header, const bitmap *map)
{
    const size_t row_bytes = ((size_t)header->width * map->bits + 31) / 32 * 4;
    const size_t n_used = ((size_t)header->width * map->bits + 7) / 8;
    const size_t n_rows = (size_t)header->height;
    FRCNN_FAIL_IF(map->offset > encoded->n_bytes || (n_rows - 1) * row_bytes + n_used > encoded->n_bytes - map->offset,
                  FRCNN_ERROR_FORMAT, "%s: the BMP is cut short: expected %zu rows of %zu bytes, found %zu bytes",
                  encoded->name, n_rows, row_bytes, encoded->n_bytes);
    const uint32_t n_per_byte = 8 / map->bits;
    const uint32_t mask = (1U << map->bits) - 1;
    for (size_t row = 0; row < n_rows; row++) {
        const uint8_t *bytes = encoded->bytes + map->offset + row * row_bytes;
        for (size_t i = 0; i < n_used; i++) {
            for (uint32_t k = 0; k < n_per_byte && i * n_per_byte + k < (size_t)header->width; k++) {
                const uint32_t index = bytes[i] >> (8 - map->bits * (k + 1)) & mask;
                FRCNN_FAIL_IF(index >= map->palette_entries, FRCNN_ERROR_FORMAT,
                              "%s: damaged BMP: colour %u of a palette of %zu", encoded->name, index,
                              map->palette_entries);
            }
        }
    }
    return FRCNN_OK;
}

frcnn_status frcnn_header_read_bmp(frcnn_image_header *out, const frcnn_encoded *encoded)
{
    enum { FILE_HEADER = 14 };
    const uint8_t *bytes = encoded->bytes;
    bitmap map = {0};
    map.header_size = encoded->n_bytes < FILE_HEADER + 4 ? 0 : frcnn_get_le32(bytes + FILE_HEADER);
    const size_t smallest = map.header_size == 12 ? FILE_HEADER + 12 : FILE_HEADER + 40;
    FRCNN_FAIL_IF(encoded->n_bytes < smallest, FRCNN_ERROR_FORMAT, "%s: the BMP is cut short after %zu bytes",
                  encoded->name, encoded->n_bytes);
    FRCNN_FAIL_IF(map.header_size != 12 && map.header_size != 40 && map.header_size != 56 && map.header_size != 108 &&
                      map.header_size != 124,
                  FRCNN_ERROR_UNSUPPORTED, "%s: BMP with a header of %zu bytes is not read", encoded->name,
                  map.header_size);
    frcnn_image_header header = {.n_channels = 4};
    map.offset = frcnn_get_le32(bytes + 10);
    if (map.header_size == 12) {
        header.width = frcnn_get_le16(bytes + 18);
        header.height = frcnn_get_le16(bytes + 20);
        map.bits = frcnn_get_le16(bytes + 24);
    } else {
        const int64_t height = (int32_t)frcnn_get_le32(bytes + 22);
        header.width = frcnn_get_le32(bytes + 18);
        header.height = height < 0 ? -height : height; /* negative: rows from the top */
        map.bits = frcnn_get_le16(bytes + 28);
        map.compression = frcnn_get_le32(bytes + 30);
        FRCNN_FAIL_IF(map.compression != 0 && map.compression != 3, FRCNN_ERROR_UNSUPPORTED,
                      "%s: compressed BMP (type %u) is not read", encoded->name, map.compression);
    }
    FRCNN_TRY(frcnn_encoded_check_size(encoded, header.height, header.width));
    FRCNN_TRY(check_masks(encoded, &map));
    if (map.bits == 1 || map.bits == 4 || map.bits == 8) {
        const size_t entry_bytes = map.header_size == 12 ? 3 : 4;
        const size_t palette = FILE_HEADER + map.header_size;
        FRCNN_FAIL_IF(map.offset < palette + entry_bytes, FRCNN_ERROR_FORMAT, "%s: damaged BMP: it has no palette",
                      encoded->name);
        map.palette_entries = (map.offset - palette) / entry_bytes;
        FRCNN_TRY(check_indices(encoded, &header, &map));
    }
    *out = header;
    return FRCNN_OK;
}
