#include "tensor/elementwise/elementwise.h"
#include "tensor/elementwise/elementwise_body.h"
#include "tensor/parallel.h"

enum { STRETCH = 16384 };

typedef void (*stretch_function)(int64_t n, const float *src, float *dst);

/* In place apart: pointers that may overlap somehow are not vectorised. */
#define DEFINE_STRETCH(name)                                                                                           \
    FRCNN_SIMD void frcnn_##name##_stretch(int64_t n, const float *src, float *dst)                                    \
    {                                                                                                                  \
        if (src == dst)                                                                                                \
            for (int64_t i = 0; i < n; i++) dst[i] = frcnn_##name##_at(dst[i]);                                        \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) dst[i] = frcnn_##name##_at(src[i]);                                        \
    }

DEFINE_STRETCH(relu)
DEFINE_STRETCH(relu6)
DEFINE_STRETCH(hardswish)
DEFINE_STRETCH(hardsigmoid)
DEFINE_STRETCH(sigmoid)

static const stretch_function stretches[] = {
    [FRCNN_ELEMENTWISE_RELU] = frcnn_relu_stretch,
    [FRCNN_ELEMENTWISE_RELU6] = frcnn_relu6_stretch,
    [FRCNN_ELEMENTWISE_HARDSWISH] = frcnn_hardswish_stretch,
    [FRCNN_ELEMENTWISE_HARDSIGMOID] = frcnn_hardsigmoid_stretch,
    [FRCNN_ELEMENTWISE_SIGMOID] = frcnn_sigmoid_stretch,
};

void frcnn_elementwise_cpu(frcnn_elementwise function, int64_t n, const float *src, float *dst)
{
    const stretch_function run = stretches[function];
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < (n + STRETCH - 1) / STRETCH; i++) {
        const int64_t first = i * STRETCH;
        run(n - first < STRETCH ? n - first : STRETCH, src + first, dst + first);
    }
}
