/* Mean and squared distances from it in one pass: values are taken relative to the first of their column, so that the
   difference of the two sums loses no digits to a large mean (at most log2 n bits of a double, when the first value is
   the one that lies far out). */
#include "tensor/reduce/reduction_body.h"
#include "tensor/reduce/reduction_kernel.h"

#define DEFINE_VARIANCE(name, type)                                                                                    \
    FRCNN_HD void name##_steps(int64_t n, int64_t stride, int64_t n_lanes, const type *src,                            \
                               const double *restrict shift, double *restrict sums, double *restrict squares)          \
    {                                                                                                                  \
        for (int64_t c = 0; c < n_lanes; c++) sums[c] = squares[c] = 0.0;                                              \
        for (int64_t r = 0; r < n; r++) {                                                                              \
            const type *row = src + r * stride;                                                                        \
            for (int64_t c = 0; c < n_lanes; c++) {                                                                    \
                const double distance = (double)row[c] - shift[c];                                                     \
                sums[c] += distance;                                                                                   \
                squares[c] += distance * distance;                                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_HD void name##_block(int64_t n, int64_t stride, int64_t width, int64_t n_groups, const type *first,          \
                               double *restrict shift, double *restrict sums, double *restrict squares,                \
                               double *restrict means, double *restrict m2)                                            \
    {                                                                                                                  \
        const int64_t n_steps = n / n_groups;                                                                          \
        const type *left = first + n_steps * n_groups * stride;                                                        \
        for (int64_t group = 0; group < n_groups; group++)                                                             \
            for (int64_t c = 0; c < width; c++) shift[group * width + c] = (double)first[c];                           \
        name##_steps(n_steps, n_groups *stride, n_groups *width, first, shift, sums, squares);                         \
        for (int64_t i = 0; i < n % n_groups * width; i++) {                                                           \
            const double distance = (double)left[i] - shift[i];                                                        \
            sums[i] += distance;                                                                                       \
            squares[i] += distance * distance;                                                                         \
        }                                                                                                              \
        for (int64_t groups = n_groups / 2; groups > 0; groups /= 2)                                                   \
            for (int64_t i = 0; i < groups * width; i++) {                                                             \
                sums[i] += sums[i + groups * width];                                                                   \
                squares[i] += squares[i + groups * width];                                                             \
            }                                                                                                          \
        for (int64_t c = 0; c < width; c++)                                                                            \
            frcnn_variance_from_sums(shift[c], sums[c], squares[c], n, &means[c], &m2[c]);                             \
    }                                                                                                                  \
    FRCNN_SIMD void frcnn_##name##_blocks(int64_t n_blocks, int64_t n, int64_t stride, int64_t width,                  \
                                          int64_t n_groups, const void *src, void *a, void *b)                         \
    {                                                                                                                  \
        double shift[FRCNN_REDUCTION_LANES];                                                                           \
        double sums[FRCNN_REDUCTION_LANES];                                                                            \
        double squares[FRCNN_REDUCTION_LANES];                                                                         \
        for (int64_t block = 0; block < n_blocks && n > 0; block++) {                                                  \
            const type *first = (const type *)src + block * n * stride;                                                \
            double *means = (double *)a + block * width;                                                               \
            double *m2 = (double *)b + block * width;                                                                  \
            FRCNN_REDUCTION_BLOCK(1, name##_block, n, stride, width, n_groups, first, shift, sums, squares, means,     \
                                  m2);                                                                                 \
        }                                                                                                              \
    }

static void merge(int64_t width, int64_t n, void *a, void *b, int64_t n_other, const void *other_a, const void *other_b)
{
    double *means = a;
    double *m2 = b;
    const double *other_means = other_a;
    const double *other_m2 = other_b;
    for (int64_t c = 0; c < width; c++)
        frcnn_variance_merge(&means[c], &m2[c], n, other_means[c], other_m2[c], n_other);
}

DEFINE_VARIANCE(var_f32, float)
DEFINE_VARIANCE(var_f64, double)

const frcnn_reduction_kernel frcnn_var_kernels[FRCNN_REDUCTION_DTYPES] = {
    [FRCNN_F32] = {frcnn_var_f32_blocks, merge},
    [FRCNN_F64] = {frcnn_var_f64_blocks, merge},
};
