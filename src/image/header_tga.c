#include "image/image_header.h"

#include "image/bytes.h"
#include "tensor/error.h"

enum { HEADER_BYTES = 18 };

int frcnn_tga_matches(const uint8_t *bytes, size_t n_bytes)
{
    enum {
        PALETTE = 1,
        COLOR = 2,
        GREY = 3,
        RUN_LENGTH = 8,
        ALPHA_BITS = 0x0f,
        FROM_THE_RIGHT = 0x10,
        RESERVED = 0xc0
    };
    if (n_bytes < HEADER_BYTES) return 0;
    const int has_palette = bytes[1];
    const int type = bytes[2] & ~RUN_LENGTH;
    const int depth = bytes[16];
    const int descriptor = bytes[17];
    if (has_palette > 1 || bytes[2] > GREY + RUN_LENGTH || (descriptor & (FROM_THE_RIGHT | RESERVED)) != 0) return 0;
    if (frcnn_get_le16(bytes + 12) == 0 || frcnn_get_le16(bytes + 14) == 0) return 0;
    const int palette_depth = bytes[7];
    const int alpha_bits = descriptor & ALPHA_BITS;
    if (alpha_bits != 0 && alpha_bits != 1 && alpha_bits != 8) return 0;
    if (type == PALETTE)
        return has_palette && depth == 8 && frcnn_get_le16(bytes + 3) == 0 && frcnn_get_le16(bytes + 5) >= 1 &&
               frcnn_get_le16(bytes + 5) <= 256 &&
               (palette_depth == 15 || palette_depth == 16 || palette_depth == 24 || palette_depth == 32);
    for (int i = 3; i < 8; i++)
        if (has_palette || bytes[i] != 0) return 0;
    if (type == GREY) return depth == 8 || (depth == 16 && alpha_bits == 8);
    return type == COLOR && (depth == 15 || depth == 16 || depth == 24 || depth == 32);
}

frcnn_status frcnn_header_read_tga(frcnn_image_header *out, const frcnn_encoded *encoded)
{
    FRCNN_FAIL_IF(!frcnn_tga_matches(encoded->bytes, encoded->n_bytes), FRCNN_ERROR_FORMAT, "%s: damaged TGA header",
                  encoded->name);
    const uint8_t *bytes = encoded->bytes;
    const frcnn_image_header header = {
        .width = frcnn_get_le16(bytes + 12), .height = frcnn_get_le16(bytes + 14), .n_channels = 4};
    /* Run lengths end where they end; of plain pixels the number of bytes is known. */
    const int is_plain = (bytes[2] & 8) == 0;
    const int64_t expected = HEADER_BYTES + bytes[0] + header.height * header.width * ((bytes[16] + 7) / 8);
    FRCNN_FAIL_IF(is_plain && (int64_t)encoded->n_bytes < expected, FRCNN_ERROR_FORMAT,
                  "%s: the TGA is cut short: expected %lld bytes, found %zu", encoded->name, (long long)expected,
                  encoded->n_bytes);
    *out = header;
    return FRCNN_OK;
}
