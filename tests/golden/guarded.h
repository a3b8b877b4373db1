/** Buffers for what a stage writes: filled with NaN before, with words behind that must stay as they are. */
#ifndef FRCNN_TESTS_GUARDED_H
#define FRCNN_TESTS_GUARDED_H

#include <math.h>
#include <stdlib.h>

#include "support.h"

enum { GUARD_FLOATS = 16 };

static inline float *guarded_create(size_t n)
{
    float *values = malloc((n + GUARD_FLOATS) * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++) values[i] = NAN;
    for (size_t i = n; i < n + GUARD_FLOATS; i++) values[i] = 12345.0f;
    return values;
}

/** Checks the guard and frees. */
static inline void guarded_destroy(float *values, size_t n)
{
    for (size_t i = n; i < n + GUARD_FLOATS; i++) assert_true(values[i] == 12345.0f);
    free(values);
}

/** Memory aligned to 64 bytes, for a workspace. */
static inline void *workspace_create(size_t n_bytes)
{
    void *memory = aligned_alloc(64, (n_bytes / 64 + 1) * 64);
    assert_non_null(memory);
    return memory;
}

/** Equal bit for bit, or the first difference is told. */
static inline void assert_floats_equal(const float *actual, const float *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&actual[i], &expected[i], sizeof actual[i]) != 0)
            fail_msg("index %zu of %zu: expected %.9g, found %.9g", i, n, (double)expected[i], (double)actual[i]);
}

/** |actual - expected| <= tolerance * max(1, |expected|). */
static inline void assert_floats_close(const float *actual, const float *expected, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        const double bound = tolerance * fmax(1.0, fabs((double)expected[i]));
        if (!(fabs((double)actual[i] - (double)expected[i]) <= bound))
            fail_msg("index %zu of %zu: expected %.9g, found %.9g", i, n, (double)expected[i], (double)actual[i]);
    }
}

#endif
