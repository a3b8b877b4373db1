#include "checkpoint/stored_tensor.h"

#include <string.h>

#include "tensor/error.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "elements are read as they lie in memory: little-endian");

/* The stride of a dimension of one element means nothing. */
static int is_row_major(const frcnn_stored_tensor *stored)
{
    int64_t stride = 1;
    for (int d = stored->n_dims - 1; d >= 0; d--) {
        if (stored->shape[d] != 1 && stored->strides[d] != stride) return 0;
        stride *= stored->shape[d];
    }
    return 1;
}

static int is_in(const frcnn_file_mapping *mapping, const unsigned char *elements)
{
    const uintptr_t begin = (uintptr_t)frcnn_file_mapping_get_data(mapping), at = (uintptr_t)elements;
    return at >= begin && at - begin < frcnn_file_mapping_get_size(mapping);
}

static void copy_element(unsigned char *dst, const unsigned char *src, size_t size, int is_big_endian)
{
    if (!is_big_endian)
        memcpy(dst, src, size);
    else
        for (size_t k = 0; k < size; k++) dst[k] = src[size - 1 - k];
}

/* Element by element, the last index fastest. */
static void gather(unsigned char *dst, const frcnn_stored_tensor *stored, int64_t count)
{
    const size_t size = frcnn_dtype_get_size(stored->dtype);
    int64_t index[FRCNN_MAX_DIMS] = {0}, at = 0;
    for (int64_t i = 0; i < count; i++) {
        copy_element(dst + (size_t)i * size, stored->elements + (size_t)at * size, size, stored->is_big_endian);
        for (int d = stored->n_dims - 1; d >= 0; d--) {
            at += stored->strides[d];
            if (++index[d] < stored->shape[d]) break;
            at -= stored->shape[d] * stored->strides[d];
            index[d] = 0;
        }
    }
}

frcnn_status frcnn_stored_tensor_create(frcnn_tensor **out, const frcnn_stored_tensor *stored,
                                        frcnn_file_mapping *mapping)
{
    const size_t size = frcnn_dtype_get_size(stored->dtype);
    const int is_plain = is_row_major(stored) && !(stored->is_big_endian && size > 1);
    if (is_plain && is_in(mapping, stored->elements) && (uintptr_t)stored->elements % size == 0) {
        frcnn_file_mapping_hold(mapping);
        const frcnn_status status =
            frcnn_tensor_from_memory(out, stored->dtype, stored->n_dims, stored->shape,
                                     (void *)(uintptr_t)stored->elements, frcnn_file_mapping_release, mapping);
        if (status != FRCNN_OK) frcnn_file_mapping_release(mapping);
        return status;
    }
    FRCNN_TRY(frcnn_tensor_empty(out, stored->dtype, stored->n_dims, stored->shape));
    const int64_t count = frcnn_tensor_get_n_elements(*out);
    if (count == 0) return FRCNN_OK;
    if (is_plain)
        memcpy(frcnn_tensor_get_data(*out), stored->elements, (size_t)count * size);
    else
        gather(frcnn_tensor_get_data(*out), stored, count);
    return FRCNN_OK;
}
