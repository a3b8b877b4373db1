#include "tensor/storage.h"

#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"

static void free_own_memory(void *context)
{
    frcnn_free(context);
}

/* A row-major handle over new storage. The shape has been checked; storage.data is not owned on failure. */
static frcnn_status create_over(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                const int64_t *strides, int64_t n_elements, void *data, void (*release)(void *context),
                                void *context)
{
    void *storage_block = NULL;
    void *tensor_block = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&storage_block, 1, sizeof(frcnn_storage), "tensor storage"));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&tensor_block, 1, sizeof(frcnn_tensor), "tensor"));
    frcnn_storage *storage = storage_block;
    atomic_init(&storage->n_handles, 1);
    storage->data = data;
    storage->bytes = (size_t)n_elements * frcnn_dtype_get_size(dtype);
    storage->release = release;
    storage->context = context;
    frcnn_tensor *tensor = tensor_block;
    tensor->storage = storage;
    tensor->dtype = dtype;
    tensor->device.kind = FRCNN_CPU;
    tensor->n_dims = n_dims;
    for (int d = 0; d < n_dims; d++) {
        tensor->shape[d] = shape[d];
        tensor->strides[d] = strides[d];
    }
    tensor->n_elements = n_elements;
    *out = tensor;
    storage_block = NULL;
    tensor_block = NULL;

cleanup:
    frcnn_free(storage_block);
    frcnn_free(tensor_block);
    return status;
}

frcnn_status frcnn_tensor_empty(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    int64_t strides[FRCNN_MAX_DIMS];
    int64_t n_elements = 0;
    FRCNN_TRY(frcnn_shape_check("tensor", dtype, n_dims, shape, strides, &n_elements));
    void *data = NULL;
    FRCNN_TRY(frcnn_alloc(&data, (size_t)n_elements, frcnn_dtype_get_size(dtype), "tensor"));
    const frcnn_status status =
        create_over(out, dtype, n_dims, shape, strides, n_elements, data, free_own_memory, data);
    if (status != FRCNN_OK) frcnn_free(data);
    return status;
}

frcnn_status frcnn_tensor_create(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    FRCNN_TRY(frcnn_tensor_empty(out, dtype, n_dims, shape));
    memset((*out)->storage->data, 0, (*out)->storage->bytes);
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_from_memory(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                      void *data, void (*release)(void *context), void *context)
{
    int64_t strides[FRCNN_MAX_DIMS];
    int64_t n_elements = 0;
    FRCNN_TRY(frcnn_shape_check("tensor", dtype, n_dims, shape, strides, &n_elements));
    FRCNN_FAIL_IF(data == NULL && n_elements > 0, FRCNN_ERROR_INVALID,
                  "tensor: expected memory for %lld elements, found NULL", (long long)n_elements);
    /* Copying no bytes is undefined in C where there is no address. */
    static _Alignas(FRCNN_ALIGNMENT) unsigned char nowhere[FRCNN_ALIGNMENT];
    if (data == NULL) data = nowhere;
    return create_over(out, dtype, n_dims, shape, strides, n_elements, data, release, context);
}

frcnn_status frcnn_tensor_create_view(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape,
                                      const int64_t *strides, int64_t offset)
{
    int64_t n_elements = 0;
    FRCNN_TRY(frcnn_shape_check("tensor", tensor->dtype, n_dims, shape, NULL, &n_elements));
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_tensor), "tensor"));
    frcnn_tensor *view = block;
    view->storage = tensor->storage;
    view->dtype = tensor->dtype;
    view->device = tensor->device;
    view->n_dims = n_dims;
    for (int d = 0; d < n_dims; d++) {
        view->shape[d] = shape[d];
        view->strides[d] = strides[d];
    }
    view->n_elements = n_elements;
    view->offset = n_elements == 0 ? 0 : offset;
    atomic_fetch_add_explicit(&view->storage->n_handles, 1, memory_order_relaxed);
    *out = view;
    return FRCNN_OK;
}

void frcnn_tensor_destroy(frcnn_tensor **tensor)
{
    if (tensor == NULL || *tensor == NULL) return;
    frcnn_storage *storage = (*tensor)->storage;
    if (atomic_fetch_sub_explicit(&storage->n_handles, 1, memory_order_acq_rel) == 1) {
        if (storage->release != NULL) storage->release(storage->context);
        frcnn_free(storage);
    }
    frcnn_free(*tensor);
    *tensor = NULL;
}

frcnn_dtype frcnn_tensor_get_dtype(const frcnn_tensor *tensor)
{
    return tensor->dtype;
}

frcnn_device frcnn_tensor_get_device(const frcnn_tensor *tensor)
{
    return tensor->device;
}

int frcnn_tensor_get_n_dims(const frcnn_tensor *tensor)
{
    return tensor->n_dims;
}

const int64_t *frcnn_tensor_get_shape(const frcnn_tensor *tensor)
{
    return tensor->shape;
}

const int64_t *frcnn_tensor_get_strides(const frcnn_tensor *tensor)
{
    return tensor->strides;
}

int64_t frcnn_tensor_get_n_elements(const frcnn_tensor *tensor)
{
    return tensor->n_elements;
}

void *frcnn_tensor_get_data(frcnn_tensor *tensor)
{
    if (tensor->offset == 0) return tensor->storage->data;
    return (unsigned char *)tensor->storage->data + (size_t)tensor->offset * frcnn_dtype_get_size(tensor->dtype);
}

const void *frcnn_tensor_get_const_data(const frcnn_tensor *tensor)
{
    if (tensor->offset == 0) return tensor->storage->data;
    return (const unsigned char *)tensor->storage->data + (size_t)tensor->offset * frcnn_dtype_get_size(tensor->dtype);
}

int frcnn_tensor_is_contiguous(const frcnn_tensor *tensor)
{
    int64_t expected = 1;
    if (tensor->n_elements == 0) return 1;
    for (int d = tensor->n_dims - 1; d >= 0; d--) {
        if (tensor->shape[d] == 1) continue;
        if (tensor->strides[d] != expected) return 0;
        expected *= tensor->shape[d];
    }
    return 1;
}

int frcnn_tensor_is_aligned(const frcnn_tensor *tensor)
{
    return tensor->n_elements == 0 ||
           (uintptr_t)frcnn_tensor_get_const_data(tensor) % frcnn_dtype_get_size(tensor->dtype) == 0;
}
