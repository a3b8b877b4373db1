/** Tensors whose elements tell where they were: 0, 1, 2, … in row-major order. */
#ifndef FRCNN_TESTS_RANGE_TENSOR_H
#define FRCNN_TESTS_RANGE_TENSOR_H

#include "support.h"

#include "frcnn/tensor.h"

enum { MAX_ELEMENTS = 4096 };

/* 0, 1, 2, … as i32. */
static inline frcnn_tensor *make_range(int n_dims, const int64_t *shape)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I32, n_dims, shape));
    int32_t *values = frcnn_tensor_get_data(tensor);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(tensor); i++) values[i] = (int32_t)i;
    return tensor;
}

static inline int32_t read_at(const frcnn_tensor *tensor, const int64_t *index)
{
    const int32_t *values = frcnn_tensor_get_const_data(tensor);
    for (int d = 0; d < frcnn_tensor_get_n_dims(tensor); d++) values += index[d] * frcnn_tensor_get_strides(tensor)[d];
    return *values;
}

/* The index of the nth element in row-major order. */
static inline void unravel(int64_t *index, int64_t nth, int n_dims, const int64_t *shape)
{
    for (int d = n_dims - 1; d >= 0; d--) {
        index[d] = nth % shape[d];
        nth /= shape[d];
    }
}

/* All elements in row-major order. */
static inline int64_t read_all(const frcnn_tensor *tensor, int32_t *values)
{
    const int64_t n = frcnn_tensor_get_n_elements(tensor);
    assert_true(n <= MAX_ELEMENTS);
    for (int64_t i = 0; i < n; i++) {
        int64_t index[FRCNN_MAX_DIMS];
        unravel(index, i, frcnn_tensor_get_n_dims(tensor), frcnn_tensor_get_shape(tensor));
        values[i] = read_at(tensor, index);
    }
    return n;
}

static inline void assert_shape(const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    assert_int_equal(frcnn_tensor_get_n_dims(tensor), n_dims);
    for (int d = 0; d < n_dims; d++) assert_int_equal(frcnn_tensor_get_shape(tensor)[d], shape[d]);
}

/** The elements in row-major order are these. */
static inline void assert_values(const frcnn_tensor *tensor, int64_t n, const int32_t *expected)
{
    int32_t found[MAX_ELEMENTS];
    assert_int_equal(read_all(tensor, found), n);
    assert_memory_equal(found, expected, (size_t)n * sizeof *found);
}

#endif
