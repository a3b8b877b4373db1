#include "image/channels.h"

#include <string.h>

static inline uint8_t get_luma(const uint8_t *rgb)
{
    return (uint8_t)((19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 0x8000U) >> 16);
}

void frcnn_channels_convert(uint8_t *dst, int n_to, const uint8_t *src, int n_from, size_t n_pixels)
{
    if (n_from == n_to) {
        memcpy(dst, src, n_pixels * (size_t)n_to);
        return;
    }
    const int was_color = n_from >= 3;
    const int is_color = n_to >= 3;
    const int had_alpha = n_from == 2 || n_from == 4;
    const int has_alpha = n_to == 2 || n_to == 4;
    for (size_t i = 0; i < n_pixels; i++, dst += n_to, src += n_from) {
        if (is_color) {
            dst[0] = src[0];
            dst[1] = src[was_color ? 1 : 0];
            dst[2] = src[was_color ? 2 : 0];
        } else {
            dst[0] = was_color ? get_luma(src) : src[0];
        }
        if (has_alpha) dst[n_to - 1] = had_alpha ? src[n_from - 1] : 255;
    }
}
