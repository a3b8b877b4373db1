#include "image/samples.h"

void frcnn_samples_to_8_bit(uint8_t *dst, const uint16_t *src, size_t n_samples, uint16_t maximum,
                            const frcnn_image_options *options)
{
    const int is_default = options->range_lo == 0 && options->range_hi == 65535;
    const double lo = options->range_lo;
    const double hi = is_default ? maximum : options->range_hi;
    for (size_t i = 0; i < n_samples; i++) {
        double value = ((double)src[i] - lo) * 255 / (hi - lo);
        value = value > 0 ? value : 0;
        value = value < 255 ? value : 255;
        dst[i] = (uint8_t)(value + 0.5);
    }
}
