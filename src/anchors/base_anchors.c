#include "anchors/base_anchors.h"

#include <math.h>
#include <stdint.h>

#include "tensor/error.h"

static frcnn_status check_values(const char *what, const float *values, int n)
{
    FRCNN_FAIL_IF(n < 1, FRCNN_ERROR_INVALID, "anchors: expected at least one %s, found %d", what, n);
    for (int i = 0; i < n; i++)
        FRCNN_FAIL_IF(!(values[i] > 0) || !isfinite(values[i]), FRCNN_ERROR_INVALID,
                      "anchors: expected a finite %s above 0, found %g", what, (double)values[i]);
    return FRCNN_OK;
}

frcnn_status frcnn_base_anchors_torchvision(const float *sizes, int n_sizes, const float *ratios, int n_ratios,
                                            float *out)
{
    FRCNN_TRY(check_values("size", sizes, n_sizes));
    FRCNN_TRY(check_values("ratio", ratios, n_ratios));
    for (int r = 0; r < n_ratios; r++) {
        const float h_ratio = sqrtf(ratios[r]);
        const float w_ratio = 1.0f / h_ratio;
        for (int s = 0; s < n_sizes; s++) {
            const float w = w_ratio * sizes[s];
            const float h = h_ratio * sizes[s];
            float *anchor = out + 4 * ((int64_t)r * n_sizes + s);
            anchor[0] = rintf(-w / 2);
            anchor[1] = rintf(-h / 2);
            anchor[2] = rintf(w / 2);
            anchor[3] = rintf(h / 2);
        }
    }
    return FRCNN_OK;
}
