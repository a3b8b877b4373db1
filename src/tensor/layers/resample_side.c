#include <math.h>

#include "tensor/error.h"
#include "tensor/layers/interpolate.h"
#include "tensor/layers/resample_body.h"
#include "tensor/layers/upsample_nearest_body.h"
#include "tensor/memory.h"

static frcnn_status alloc_side(frcnn_resample_side *side, int64_t max_size, int has_weights)
{
    const int64_t per_output = 2 + (has_weights ? max_size : 0);
    FRCNN_FAIL_IF(side->out > INT64_MAX / 16 / per_output, FRCNN_ERROR_INVALID,
                  "interpolate: expected weights that memory can address, found %lld by %lld", (long long)side->out,
                  (long long)max_size);
    void *memory = NULL;
    FRCNN_TRY(frcnn_alloc(&memory, (size_t)(side->out * per_output), sizeof(double), "interpolate"));
    side->first = memory;
    side->size = side->first + side->out;
    side->weights = has_weights ? (double *)memory + 2 * side->out : NULL;
    side->max_size = max_size;
    return FRCNN_OK;
}

frcnn_status frcnn_resample_side_set_nearest(frcnn_resample_side *side, double scale)
{
    FRCNN_TRY(alloc_side(side, 1, 0));
    const float ratio = scale > 0 ? (float)(1 / scale) : (float)side->in / (float)side->out;
    for (int64_t i = 0; i < side->out; i++) {
        side->size[i] = 1;
        if (side->out == side->in)
            side->first[i] = i;
        else if (side->out == 2 * side->in)
            side->first[i] = i / 2;
        else
            side->first[i] = frcnn_upsample_nearest_index(i, ratio, side->in);
    }
    return FRCNN_OK;
}

/* A side that keeps its length is copied, whatever scale was given. */
static void set_copy(frcnn_resample_side *side, int64_t i)
{
    side->first[i] = i;
    side->size[i] = 1;
    side->weights[i * side->max_size] = 1;
}

/* The tables in one type's arithmetic. */
#define DEFINE_SET_LINEAR(suffix, type, ceil_function)                                                                 \
    static type get_ratio_##suffix(const frcnn_resample_side *side, const frcnn_resample_options *options)             \
    {                                                                                                                  \
        if (options->align_corners) return side->out > 1 ? (type)(side->in - 1) / (type)(side->out - 1) : (type)0;     \
        return options->scale > 0 ? (type)(1 / options->scale) : (type)side->in / (type)side->out;                     \
    }                                                                                                                  \
                                                                                                                       \
    static void set_pair_##suffix(frcnn_resample_side *side, int64_t i, type at)                                       \
    {                                                                                                                  \
        const int64_t last = side->in - 1;                                                                             \
        const int64_t first = at < (type)last ? (int64_t)at : last;                                                    \
        const type rest = at - (type)first;                                                                            \
        const type second = first == last ? (type)0 : rest < 1 ? rest : (type)1;                                       \
        side->first[i] = first;                                                                                        \
        side->size[i] = first == last ? 1 : 2;                                                                         \
        side->weights[i * side->max_size] = 1 - second;                                                                \
        if (first != last) side->weights[i * side->max_size + 1] = second;                                             \
    }                                                                                                                  \
                                                                                                                       \
    static void set_triangle_##suffix(frcnn_resample_side *side, int64_t i, type ratio, type support)                  \
    {                                                                                                                  \
        const type half = (type)0.5;                                                                                   \
        const type center = ratio * ((type)i + half);                                                                  \
        const type inverse = ratio >= 1 ? 1 / ratio : (type)1;                                                         \
        const type low = center - support + half, high = center + support + half;                                      \
        const int64_t first = low > 0 ? (int64_t)low : 0;                                                              \
        const int64_t end = high < (type)side->in ? (int64_t)high : side->in;                                          \
        int64_t size = end - first > 0 ? end - first : 0;                                                              \
        if (size > side->max_size) size = side->max_size;                                                              \
        double *weights = side->weights + i * side->max_size;                                                          \
        type sum = 0;                                                                                                  \
        for (int64_t k = 0; k < size; k++) {                                                                           \
            const type weight = frcnn_resample_triangle_##suffix(((type)(k + first) - center + half) * inverse);       \
            weights[k] = weight;                                                                                       \
            sum += weight;                                                                                             \
        }                                                                                                              \
        if (sum != 0)                                                                                                  \
            for (int64_t k = 0; k < size; k++) weights[k] = (type)weights[k] / sum;                                    \
        side->first[i] = first < side->in ? first : side->in - 1;                                                      \
        side->size[i] = size;                                                                                          \
    }                                                                                                                  \
                                                                                                                       \
    static frcnn_status set_linear_##suffix(frcnn_resample_side *side, const frcnn_resample_options *options)          \
    {                                                                                                                  \
        const type ratio = get_ratio_##suffix(side, options);                                                          \
        const type support = options->antialias && ratio >= 1 ? ratio : (type)1;                                       \
        FRCNN_FAIL_IF(!(support < (type)(INT32_MAX / 4)), FRCNN_ERROR_INVALID,                                         \
                      "interpolate: expected a scale above %g, found %g", 4 / (double)INT32_MAX, 1 / (double)support); \
        FRCNN_TRY(alloc_side(side, options->antialias ? 2 * (int64_t)ceil_function(support) + 1 : 2, 1));              \
        for (int64_t i = 0; i < side->out; i++) {                                                                      \
            if (side->out == side->in)                                                                                 \
                set_copy(side, i);                                                                                     \
            else if (options->antialias)                                                                               \
                set_triangle_##suffix(side, i, ratio, support);                                                        \
            else                                                                                                       \
                set_pair_##suffix(side, i, frcnn_resample_source_##suffix(i, ratio, options->align_corners));          \
        }                                                                                                              \
        return FRCNN_OK;                                                                                               \
    }

DEFINE_SET_LINEAR(f32, float, ceilf)
DEFINE_SET_LINEAR(f64, double, ceil)

/* Whole numbers as large as 16 bits hold: u8 is resampled in integers. */
static void round_weights(frcnn_resample_side *side)
{
    double largest = 0;
    for (int64_t i = 0; i < side->out; i++)
        for (int64_t k = 0; k < side->size[i]; k++) largest = fmax(largest, side->weights[i * side->max_size + k]);
    int precision = 0;
    while (precision < 22 && (int)(0.5 + largest * (1 << (precision + 1))) < 1 << 15) precision += 1;
    side->precision = precision;
    for (int64_t i = 0; i < side->out; i++)
        for (int64_t k = 0; k < side->size[i]; k++) {
            double *weight = &side->weights[i * side->max_size + k];
            *weight = (int)(0.5 + *weight * (1 << precision));
        }
}

frcnn_status frcnn_resample_side_set_linear(frcnn_resample_side *side, frcnn_dtype dtype,
                                            const frcnn_resample_options *options)
{
    if (dtype == FRCNN_F32) return set_linear_f32(side, options);
    FRCNN_TRY(set_linear_f64(side, options));
    if (dtype == FRCNN_U8) round_weights(side);
    return FRCNN_OK;
}
