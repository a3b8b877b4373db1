/** What the tests of random numbers share. Their numbers are torch 2.14.1's, on a CPU with AVX2. */
#ifndef FRCNN_TESTS_RANDOM_VALUES_H
#define FRCNN_TESTS_RANDOM_VALUES_H

#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

static inline frcnn_generator *create_generator(uint64_t seed)
{
    frcnn_generator *generator = NULL;
    assert_ok(frcnn_generator_create(&generator, seed));
    return generator;
}

/** The first n elements of a tensor of floats; those of f32 and less are told apart by 9 digits, of f64 by 17. */
static inline void assert_first(const frcnn_tensor *tensor, int64_t n, const double *expected)
{
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_cast(&wide, tensor, FRCNN_F64));
    assert_true(frcnn_tensor_get_n_elements(wide) >= n);
    const double *values = frcnn_tensor_get_const_data(wide);
    const int is_f64 = frcnn_tensor_get_dtype(tensor) == FRCNN_F64;
    for (int64_t i = 0; i < n; i++) {
        if (is_f64 ? values[i] != expected[i] : (float)values[i] != (float)expected[i])
            fail_msg("element %lld: expected %.17g, found %.17g", (long long)i, expected[i], values[i]);
    }
    frcnn_tensor_destroy(&wide);
}

/** The sum of all elements, and that of element i times i, in f64. */
static inline double get_sum(const frcnn_tensor *tensor, int is_weighted)
{
    frcnn_tensor *wide = NULL;
    double sum = 0;
    assert_ok(frcnn_tensor_cast(&wide, tensor, FRCNN_F64));
    const double *values = frcnn_tensor_get_const_data(wide);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(wide); i++) sum += values[i] * (is_weighted ? (double)i : 1);
    frcnn_tensor_destroy(&wide);
    return sum;
}

/** One row for each seed and number of elements; each column right after seeding. Sums have 12 digits. */
typedef struct seeded_row {
    uint64_t seed;
    int64_t n;
    double rand_sum;
    double randn_first[4];
    double randn_sum;
    double randint_sum; /**< of randint(0, 100) */
    double randperm_first[4];
    double randperm_weighted_sum;
} seeded_row;

static const seeded_row seeded_rows[] = {
    {0,
     12,
     5.65157097578,
     {1.54099607, -0.293428898, -2.17878938, 0.568431258},
     -3.14173555374,
     595,
     {8, 0, 5, 9},
     376},
    {0,
     16,
     6.65516591072,
     {-1.12583983, -1.1523602, -0.250578582, -0.433878809},
     -1.90911430866,
     904,
     {12, 10, 9, 6},
     735},
    {0,
     17,
     7.35283350945,
     {-1.12583983, -1.6959312, 0.566650629, 0.793508351},
     2.99660669267,
     960,
     {7, 16, 10, 5},
     1106},
    {0,
     1000,
     500.924847126,
     {-1.12583983, -1.1523602, -0.250578582, -0.433878809},
     28.918319983,
     50452,
     {44, 37, 675, 775},
     251667852},
    {1,
     12,
     6.32697844505,
     {0.661352158, 0.266924113, 0.0616772585, 0.621317327},
     -2.68905203789,
     572,
     {1, 4, 6, 8},
     409},
    {1,
     16,
     8.233273983,
     {-1.5255959, -0.750231802, -0.653980911, -1.60948479},
     -7.11380662769,
     684,
     {5, 15, 6, 4},
     956},
    {1,
     17,
     8.80574595928,
     {-1.5255959, -1.16076148, 0.699542403, 0.19908163},
     -6.24677241594,
     686,
     {2, 12, 11, 13},
     1020},
    {1,
     1000,
     502.421194196,
     {-1.5255959, -0.750231802, -0.653980911, -1.60948479},
     8.72646904457,
     49346,
     {845, 303, 66, 436},
     250929158},
};
enum { N_SEEDED_ROWS = sizeof seeded_rows / sizeof seeded_rows[0] };

/** The printed digits of a sum of f32 values, of at most 1000 in size. */
#define assert_sum(found, expected)                                                                                    \
    do {                                                                                                               \
        const double found_sum = (found);                                                                              \
        if (!(fabs(found_sum - (expected)) <= 1e-8)) fail_msg("expected %.12g, found %.12g", (expected), found_sum);   \
    } while (0)

#endif
