/** What tests of the tensor core's tables on a GPU share: memory there, numbers that hit the branches, comparisons. */
#ifndef FRCNN_TESTS_TENSOR_TABLES_H
#define FRCNN_TESTS_TENSOR_TABLES_H

#include "cuda_support.h"

#include <math.h>
#include <stdlib.h>

#include "tensor/half.h"
#include "tensor/tensor_ops.h"

/** The table of the first GPU, which this thread works on from now on. */
static inline const frcnn_tensor_ops *get_gpu(void)
{
    const frcnn_tensor_ops *table = NULL;
    const frcnn_device device = {FRCNN_CUDA, 0};
    assert_ok(frcnn_tensor_ops_find(&table, "test", device));
    return table;
}

static inline void *gpu_alloc(size_t bytes)
{
    void *memory = NULL;
    assert_ok(get_gpu()->memory->alloc(0, &memory, bytes, "test"));
    return memory;
}

/** A copy on the GPU; NULL stays NULL. */
static inline void *to_gpu(const void *host, size_t bytes)
{
    if (host == NULL) return NULL;
    void *memory = gpu_alloc(bytes);
    assert_ok(get_gpu()->memory->upload(0, memory, host, bytes));
    return memory;
}

/** A copy in the CPU's memory, which the test frees; the GPU's is given back. */
static inline void *from_gpu(void *memory, size_t bytes)
{
    void *host = malloc(bytes + 1);
    assert_non_null(host);
    assert_ok(get_gpu()->memory->download(0, host, memory, bytes));
    get_gpu()->memory->free(0, memory);
    return host;
}

static inline void gpu_free(const void *memory)
{
    get_gpu()->memory->free(0, (void *)(uintptr_t)memory);
}

/* Steele, Lea, Flood 2014: SplitMix64. */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline int64_t random_below(uint64_t *state, int64_t n)
{
    return (int64_t)(next_random(state) % (uint64_t)n);
}

/** Which numbers an array is filled with. */
typedef enum fill_kind {
    FILL_PLAIN,   /**< floats of a normal size */
    FILL_TIES,    /**< few different values, many of them zeros of both signs */
    FILL_SPECIAL, /**< the same with NaN and both infinities */
    FILL_NEAR_ONE /**< what can be multiplied often */
} fill_kind;

static inline double make_real(fill_kind kind, uint64_t *state)
{
    const int64_t which = random_below(state, 16);
    const double unit = (double)(next_random(state) >> 11) * 0x1p-53;
    if (kind == FILL_NEAR_ONE) return 0.98 + 0.04 * unit;
    if (kind == FILL_PLAIN) return 8.0 * unit - 4.0;
    if (kind == FILL_SPECIAL && which == 0) return (double)NAN;
    if (kind == FILL_SPECIAL && which == 1) return (double)INFINITY;
    if (kind == FILL_SPECIAL && which == 2) return -(double)INFINITY;
    if (which < 6) return which % 2 == 0 ? 0.0 : -0.0;
    return (double)random_below(state, 9) * 0.5 - 2.0;
}

static inline int64_t make_whole(fill_kind kind, uint64_t *state)
{
    const int64_t which = random_below(state, 16);
    if (kind == FILL_PLAIN) return (int64_t)next_random(state);
    if (kind == FILL_SPECIAL && which < 2) return which == 0 ? INT64_MIN : INT64_MAX;
    return which < 6 ? 0 : random_below(state, 9) - 4;
}

/** n elements of dtype, which the test frees. Integers wrap to the dtype's bits; a bool is 0 or 1. */
static inline void *make_values(frcnn_dtype dtype, int64_t n, fill_kind kind, uint64_t seed)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    unsigned char *values = malloc((size_t)n * size + 1);
    uint64_t state = seed;
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) {
        unsigned char *to = values + (size_t)i * size;
        if (dtype == FRCNN_F64) {
            const double value = make_real(kind, &state);
            memcpy(to, &value, size);
        } else if (dtype == FRCNN_F32) {
            const float value = (float)make_real(kind, &state);
            memcpy(to, &value, size);
        } else if (dtype == FRCNN_F16 || dtype == FRCNN_BF16) {
            const float value = (float)make_real(kind, &state);
            const uint16_t bits = dtype == FRCNN_F16 ? frcnn_f32_to_f16(value) : frcnn_f32_to_bf16(value);
            memcpy(to, &bits, size);
        } else {
            int64_t value = make_whole(kind, &state);
            if (dtype == FRCNN_BOOL) value = value % 2 != 0;
            memcpy(to, &value, size);
        }
    }
    return values;
}

static inline double get_real(frcnn_dtype dtype, const void *values, int64_t i)
{
    return dtype == FRCNN_F64 ? ((const double *)values)[i] : (double)((const float *)values)[i];
}

/** f32 or f64: both NaN, equal, or at most that far apart. tolerances [n], or NULL for one that serves all. */
static inline void assert_reals_near(frcnn_dtype dtype, int64_t n, const void *found, const void *expected,
                                     double tolerance, const double *tolerances)
{
    for (int64_t i = 0; i < n; i++) {
        const double a = get_real(dtype, found, i);
        const double b = get_real(dtype, expected, i);
        const double allowed = tolerances != NULL ? tolerances[i] : tolerance;
        if (a == b || (a != a && b != b) || fabs(a - b) <= allowed) continue;
        fail_msg("value %lld of %lld: expected %.17g, found %.17g, allowed %g", (long long)i, (long long)n, b, a,
                 allowed);
    }
}

/** The same bytes, but that floats may be zeros of other signs and other NaN. */
static inline void assert_values_equal(frcnn_dtype dtype, int64_t n, const void *found, const void *expected)
{
    if (dtype == FRCNN_F32 || dtype == FRCNN_F64)
        assert_reals_near(dtype, n, found, expected, 0.0, NULL);
    else
        assert_memory_equal(found, expected, (size_t)n * frcnn_dtype_get_size(dtype));
}

static inline void assert_bytes_equal(const void *found, const void *expected, size_t bytes)
{
    if (bytes > 0) assert_memory_equal(found, expected, bytes);
}

#endif
