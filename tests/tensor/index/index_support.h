/** Small tensors from literals, and results held against literals. */
#ifndef FRCNN_TESTS_INDEX_SUPPORT_H
#define FRCNN_TESTS_INDEX_SUPPORT_H

#include "support.h"

#include "frcnn/ops.h"

/** A tensor over the caller's memory, of one, two or three sizes. */
static inline frcnn_tensor *make_tensor(frcnn_dtype dtype, int n_dims, const int64_t *shape, const void *data)
{
    union {
        const void *read;
        void *write;
    } memory = {data};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, dtype, n_dims, shape, memory.write, NULL, NULL));
    return tensor;
}

/** The same matrix with its dimensions swapped, as a view. */
static inline frcnn_tensor *transpose(const frcnn_tensor *tensor)
{
    static const int order[] = {1, 0};
    frcnn_tensor *view = NULL;
    assert_ok(frcnn_tensor_permute(&view, tensor, order));
    return view;
}

/** The tensor has this dtype, shape and content, bit for bit; then it is destroyed. */
static inline void assert_tensor(frcnn_tensor **tensor, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                 const void *data)
{
    assert_non_null(*tensor);
    assert_int_equal(frcnn_tensor_get_dtype(*tensor), dtype);
    assert_int_equal(frcnn_tensor_get_n_dims(*tensor), n_dims);
    for (int d = 0; d < n_dims; d++) assert_int_equal(frcnn_tensor_get_shape(*tensor)[d], shape[d]);
    assert_true(frcnn_tensor_is_contiguous(*tensor));
    const size_t n_bytes = (size_t)frcnn_tensor_get_n_elements(*tensor) * frcnn_dtype_get_size(dtype);
    if (n_bytes > 0) assert_memory_equal(frcnn_tensor_get_const_data(*tensor), data, n_bytes);
    frcnn_tensor_destroy(tensor);
}

#define SHAPE(...) ((const int64_t[]){__VA_ARGS__})

#endif
