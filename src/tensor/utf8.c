#include "tensor/utf8.h"

size_t frcnn_utf8_decode(uint32_t *code_point, const char *text, size_t n_bytes)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (n_bytes == 0) return 0;
    const uint32_t lead = (unsigned char)text[0];
    if (lead < 0x80) {
        *code_point = lead;
        return 1;
    }
    const size_t length = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
    if (length == 0 || length > n_bytes) return 0;

    uint32_t value = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        const uint32_t byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80) return 0;
        value = value << 6 | (byte & 0x3f);
    }
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    *code_point = value;
    return length;
}

size_t frcnn_utf8_get_valid(const char *text, size_t n_bytes)
{
    size_t valid = 0;
    uint32_t code_point = 0;
    while (valid < n_bytes) {
        const size_t length = frcnn_utf8_decode(&code_point, text + valid, n_bytes - valid);
        if (length == 0) break;
        valid += length;
    }
    return valid;
}
