#include <string.h>

#include "tensor/layers/upsample_nearest.h"
#include "tensor/layers/upsample_nearest_body.h"
#include "tensor/parallel.h"

void frcnn_upsample_nearest_cpu(int64_t n, int64_t in_h, int64_t in_w, int64_t out_h, int64_t out_w, int64_t c,
                                const float *src, float *dst)
{
    const float y_scale = (float)in_h / (float)out_h;
    const float x_scale = (float)in_w / (float)out_w;
    FRCNN_PARALLEL_FOR
    for (int64_t row = 0; row < n * out_h; row++) {
        const int64_t in_y = frcnn_upsample_nearest_index(row % out_h, y_scale, in_h);
        const float *from = src + (row / out_h * in_h + in_y) * in_w * c;
        float *to = dst + row * out_w * c;
        for (int64_t x = 0; x < out_w; x++)
            memcpy(to + x * c, from + frcnn_upsample_nearest_index(x, x_scale, in_w) * c, (size_t)c * sizeof *to);
    }
}
