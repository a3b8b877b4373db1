/** The loops under the CPU's reductions.
 *
 *  A block [n, width] is reduced to width accumulators. Where it is narrow, groups of rows lie side by side and are
 *  reduced as one wide row, lane by lane; the lanes are then folded in halves. Wide rows keep vector units busy, and
 *  sums have a fixed order and short chains.
 */
#ifndef FRCNN_REDUCTION_KERNEL_H
#define FRCNN_REDUCTION_KERNEL_H

#include <stdint.h>

#include "frcnn/tensor.h"
#include "tensor/body.h"

enum { FRCNN_REDUCTION_LANES = 1024 };

/** One accumulator each, 8 bytes or less: a double sum, a largest value, … */
typedef union frcnn_reduction_lanes {
    double real[FRCNN_REDUCTION_LANES];
    int64_t whole[FRCNN_REDUCTION_LANES];
} frcnn_reduction_lanes;

typedef struct frcnn_reduction_kernel {
    /** n_blocks blocks after each other, each of n rows that are stride elements apart, to width accumulators each.
     *  n_groups is a power of 2, at most n (1 for n = 0); where it is above 1, stride is width; width * n_groups is at
     *  most FRCNN_REDUCTION_LANES. a and b are the accumulators' two halves; b is used by ARG… (indices, i64) and VAR
     *  (a: means, b: sums of squared distances). */
    void (*blocks)(int64_t n_blocks, int64_t n, int64_t stride, int64_t width, int64_t n_groups, const void *src,
                   void *a, void *b);
    /** Makes the accumulators of n rows those of the n_other rows after them too. */
    void (*merge)(int64_t width, int64_t n, void *a, void *b, int64_t n_other, const void *other_a,
                  const void *other_b);
} frcnn_reduction_kernel;

/** What the accumulators of frcnn_found_kernels, one byte each, hold: which of both there was. */
enum { FRCNN_FOUND_NONZERO = 1, FRCNN_FOUND_ZERO = 2 };

/** By dtype; blocks is NULL where there is none. */
enum { FRCNN_REDUCTION_DTYPES = FRCNN_BOOL + 1 };
extern const frcnn_reduction_kernel frcnn_sum_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_prod_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_amax_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_amin_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_argmax_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_argmin_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_found_kernels[FRCNN_REDUCTION_DTYPES];
extern const frcnn_reduction_kernel frcnn_var_kernels[FRCNN_REDUCTION_DTYPES];

/** Blocks of so few elements are not worth lanes: they are reduced side by side. */
enum { FRCNN_REDUCTION_SHORT = 32 };

/** Calls step(n, stride, width, n_groups, …) for a block. Where is_hot it lets the compiler see the numbers of the most
 *  frequent one, a row in memory: its lanes then stay in registers, which costs code. */
#define FRCNN_REDUCTION_BLOCK(is_hot, step, n, stride, width, n_groups, ...)                                           \
    do {                                                                                                               \
        if ((is_hot) && (width) == 1 && (n_groups) == 64)                                                              \
            step(n, 1, 1, 64, __VA_ARGS__);                                                                            \
        else                                                                                                           \
            step(n, stride, width, n_groups, __VA_ARGS__);                                                             \
    } while (0)

/** name_steps: n_lanes accumulators of n rows that are stride apart. They begin as start, TAKE(a, x) adds an element. */
#define FRCNN_DEFINE_STEPS(name, type, acc, start, TAKE)                                                               \
    FRCNN_HD void name##_steps(int64_t n, int64_t stride, int64_t n_lanes, const type *src, acc *restrict a)           \
    {                                                                                                                  \
        for (int64_t c = 0; c < n_lanes; c++) a[c] = (start);                                                          \
        for (int64_t r = 0; r < n; r++) {                                                                              \
            const type *row = src + r * stride;                                                                        \
            for (int64_t c = 0; c < n_lanes; c++) a[c] = TAKE(a[c], row[c]);                                           \
        }                                                                                                              \
    }

/** The same for TAKE(a, x) = JOIN(a, LIFT(x)), four rows at a time: an accumulator that is wider than the elements is
 *  loaded and stored once for them, and a sum's chain is a quarter as long. */
#define FRCNN_DEFINE_STEPS_BY_4(name, type, acc, start, LIFT, JOIN)                                                    \
    FRCNN_HD void name##_steps(int64_t n, int64_t stride, int64_t n_lanes, const type *src, acc *restrict a)           \
    {                                                                                                                  \
        int64_t r = 0;                                                                                                 \
        for (int64_t c = 0; c < n_lanes; c++) a[c] = (start);                                                          \
        for (; r + 4 <= n; r += 4) {                                                                                   \
            const type *row0 = src + r * stride;                                                                       \
            const type *row1 = row0 + stride;                                                                          \
            const type *row2 = row1 + stride;                                                                          \
            const type *row3 = row2 + stride;                                                                          \
            for (int64_t c = 0; c < n_lanes; c++) {                                                                    \
                const acc first_two = JOIN(LIFT(row0[c]), LIFT(row1[c]));                                              \
                const acc last_two = JOIN(LIFT(row2[c]), LIFT(row3[c]));                                               \
                a[c] = JOIN(a[c], JOIN(first_two, last_two));                                                          \
            }                                                                                                          \
        }                                                                                                              \
        for (; r < n; r++) {                                                                                           \
            const type *row = src + r * stride;                                                                        \
            for (int64_t c = 0; c < n_lanes; c++) a[c] = JOIN(a[c], LIFT(row[c]));                                     \
        }                                                                                                              \
    }

/** The kernel of a reduction with one accumulator of type acc, from its name_steps; JOIN(a, other) adds another
 *  accumulator. is_hot: see FRCNN_REDUCTION_BLOCK. */
#define FRCNN_DEFINE_PLAIN_REDUCTION(name, is_hot, type, acc, start, TAKE, JOIN)                                       \
    FRCNN_HD void name##_block(int64_t n, int64_t stride, int64_t width, int64_t n_groups, const type *first,          \
                               acc *restrict lanes, acc *restrict out)                                                 \
    {                                                                                                                  \
        const int64_t n_steps = n / n_groups;                                                                          \
        const int64_t n_left = n % n_groups * width;                                                                   \
        const type *left = first + n_steps * n_groups * stride;                                                        \
        name##_steps(n_steps, n_groups *stride, n_groups *width, first, lanes);                                        \
        for (int64_t i = 0; i < n_left; i++) lanes[i] = TAKE(lanes[i], left[i]);                                       \
        for (int64_t groups = n_groups / 2; groups > 0; groups /= 2)                                                   \
            for (int64_t i = 0; i < groups * width; i++) lanes[i] = JOIN(lanes[i], lanes[i + groups * width]);         \
        for (int64_t c = 0; c < width; c++) out[c] = lanes[c];                                                         \
    }                                                                                                                  \
    FRCNN_HD void name##_short(int64_t n_blocks, int64_t n, int64_t stride, int64_t width, const type *src,            \
                               acc *restrict lanes, acc *restrict out)                                                 \
    {                                                                                                                  \
        for (int64_t c = 0; c < width; c++) {                                                                          \
            for (int64_t i = 0; i < n_blocks; i++) lanes[i] = (start);                                                 \
            for (int64_t r = 0; r < n; r++)                                                                            \
                for (int64_t i = 0; i < n_blocks; i++) lanes[i] = TAKE(lanes[i], src[(i * n + r) * stride + c]);       \
            for (int64_t i = 0; i < n_blocks; i++) out[i * width + c] = lanes[i];                                      \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_SIMD void frcnn_##name##_blocks(int64_t n_blocks, int64_t n, int64_t stride, int64_t width,                  \
                                          int64_t n_groups, const void *src, void *a, void *b)                         \
    {                                                                                                                  \
        acc lanes[FRCNN_REDUCTION_LANES];                                                                              \
        (void)b;                                                                                                       \
        if (n * width <= FRCNN_REDUCTION_SHORT) {                                                                      \
            name##_short(n_blocks, n, stride, width, (const type *)src, lanes, (acc *)a);                              \
            return;                                                                                                    \
        }                                                                                                              \
        for (int64_t block = 0; block < n_blocks; block++) {                                                           \
            const type *first = (const type *)src + block * n * stride;                                                \
            acc *out = (acc *)a + block * width;                                                                       \
            FRCNN_REDUCTION_BLOCK(is_hot, name##_block, n, stride, width, n_groups, first, lanes, out);                \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_SIMD void frcnn_##name##_merge(int64_t width, int64_t n, void *a, void *b, int64_t n_other,                  \
                                         const void *other_a, const void *other_b)                                     \
    {                                                                                                                  \
        acc *restrict own = (acc *)a;                                                                                  \
        const acc *restrict other = (const acc *)other_a;                                                              \
        (void)n, (void)b, (void)n_other, (void)other_b;                                                                \
        for (int64_t c = 0; c < width; c++) own[c] = JOIN(own[c], other[c]);                                           \
    }

#define FRCNN_REDUCTION_KERNEL(name)                                                                                   \
    {                                                                                                                  \
        frcnn_##name##_blocks, frcnn_##name##_merge                                                                    \
    }

#endif
