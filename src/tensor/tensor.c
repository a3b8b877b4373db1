#include "tensor/storage.h"

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/shared_memory.h"
#include "tensor/tensor_ops.h"

static const frcnn_device cpu = {FRCNN_CPU, 0};

/* A row-major handle over new storage. The shape has been checked; about's data is not owned on failure. */
static frcnn_status create_over(frcnn_tensor **out, frcnn_device device, frcnn_dtype dtype, int n_dims,
                                const int64_t *shape, const int64_t *strides, int64_t n_elements,
                                const frcnn_storage *about)
{
    void *storage_block = NULL;
    void *tensor_block = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&storage_block, 1, sizeof(frcnn_storage), "tensor storage"));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&tensor_block, 1, sizeof(frcnn_tensor), "tensor"));
    frcnn_storage *storage = storage_block;
    atomic_init(&storage->n_handles, 1);
    storage->data = about->data;
    storage->bytes = (size_t)n_elements * frcnn_dtype_get_size(dtype);
    storage->memory = about->memory;
    storage->device_index = device.index;
    storage->release = about->release;
    storage->context = about->context;
    frcnn_tensor *tensor = tensor_block;
    tensor->storage = storage;
    tensor->dtype = dtype;
    tensor->device = device;
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

frcnn_status frcnn_tensor_empty_on(frcnn_tensor **out, frcnn_device device, frcnn_dtype dtype, int n_dims,
                                   const int64_t *shape)
{
    int64_t strides[FRCNN_MAX_DIMS];
    int64_t n_elements = 0;
    const frcnn_tensor_ops *table = NULL;
    frcnn_storage about = {.data = NULL};
    FRCNN_TRY(frcnn_shape_check("tensor", dtype, n_dims, shape, strides, &n_elements));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "tensor", device));
    about.memory = table->memory;
    const size_t bytes = (size_t)n_elements * frcnn_dtype_get_size(dtype);
    FRCNN_TRY(about.memory->alloc(device.index, &about.data, bytes, "tensor"));
    const frcnn_status status = create_over(out, device, dtype, n_dims, shape, strides, n_elements, &about);
    if (status != FRCNN_OK) about.memory->free(device.index, about.data);
    return status;
}

frcnn_status frcnn_tensor_empty(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    return frcnn_tensor_empty_on(out, cpu, dtype, n_dims, shape);
}

frcnn_status frcnn_tensor_create_on(frcnn_tensor **out, frcnn_device device, frcnn_dtype dtype, int n_dims,
                                    const int64_t *shape)
{
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_empty_on(&result, device, dtype, n_dims, shape));
    const frcnn_storage *storage = result->storage;
    const frcnn_status status = storage->memory->clear(device.index, storage->data, storage->bytes);
    if (status == FRCNN_OK)
        *out = result;
    else
        frcnn_tensor_destroy(&result);
    return status;
}

frcnn_status frcnn_tensor_create(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    return frcnn_tensor_create_on(out, cpu, dtype, n_dims, shape);
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
    const frcnn_storage about = {.data = data != NULL ? data : nowhere, .release = release, .context = context};
    return create_over(out, cpu, dtype, n_dims, shape, strides, n_elements, &about);
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
        if (storage->memory != NULL)
            storage->memory->free(storage->device_index, storage->data);
        else if (storage->release != NULL)
            storage->release(storage->context);
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
