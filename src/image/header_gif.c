#include "image/image_header.h"

#include "image/bytes.h"
#include "tensor/error.h"

enum { HEADER_BYTES = 13, HAS_TABLE = 0x80, IS_TRANSPARENT = 0x01 };

frcnn_status frcnn_header_read_gif(frcnn_image_header *out, const frcnn_encoded *encoded)
{
    FRCNN_FAIL_IF(encoded->n_bytes < HEADER_BYTES, FRCNN_ERROR_FORMAT, "%s: the GIF is cut short after %zu bytes",
                  encoded->name, encoded->n_bytes);
    *out = (frcnn_image_header){
        .width = frcnn_get_le16(encoded->bytes + 6), .height = frcnn_get_le16(encoded->bytes + 8), .n_channels = 4};
    return FRCNN_OK;
}

static size_t skip_table(size_t at, int flags)
{
    return (flags & HAS_TABLE) == 0 ? at : at + 3 * ((size_t)2 << (flags & 7));
}

void frcnn_gif_make_opaque(uint8_t *bytes, size_t n_bytes)
{
    enum { EXTENSION = 0x21, GRAPHIC_CONTROL = 0xf9 };
    if (n_bytes < HEADER_BYTES) return;
    bytes[11] = 0;
    size_t at = skip_table(HEADER_BYTES, bytes[10]);
    while (at + 3 < n_bytes && bytes[at] == EXTENSION) {
        if (bytes[at + 1] == GRAPHIC_CONTROL) bytes[at + 3] &= (uint8_t)~IS_TRANSPARENT;
        at += 2;
        while (at < n_bytes && bytes[at] != 0) at += (size_t)bytes[at] + 1;
        at++;
    }
}
