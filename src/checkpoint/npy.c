#include "frcnn/npy.h"

#include <string.h>

#include "checkpoint/file_mapping.h"
#include "checkpoint/npy_header.h"
#include "tensor/atomic_file.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/storage.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "elements are written as they lie in memory: little-endian");

static const frcnn_device cpu = {FRCNN_CPU, 0};

static void copy_elements(unsigned char *dst, const unsigned char *src, const frcnn_npy_header *header)
{
    const size_t size = frcnn_dtype_get_size(header->dtype);
    if (header->dtype == FRCNN_BOOL) {
        for (size_t i = 0; i < header->n_bytes; i++) dst[i] = src[i] != 0;
    } else if (header->is_big_endian) {
        for (size_t i = 0; i < header->n_bytes; i += size)
            for (size_t k = 0; k < size; k++) dst[i + k] = src[i + size - 1 - k];
    } else {
        memcpy(dst, src, header->n_bytes);
    }
}

static frcnn_status load_elements(frcnn_tensor **out, const frcnn_npy_header *header, const unsigned char *elements)
{
    const int n = header->n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    int order[FRCNN_MAX_DIMS];
    frcnn_tensor *tensor = NULL;
    for (int d = 0; d < n; d++) {
        order[d] = header->is_fortran ? n - 1 - d : d;
        shape[d] = header->shape[order[d]];
    }
    FRCNN_TRY(frcnn_tensor_empty(&tensor, header->dtype, n, shape));
    copy_elements(frcnn_tensor_get_data(tensor), elements, header);
    if (!header->is_fortran) {
        *out = tensor;
        return FRCNN_OK;
    }
    const frcnn_status status = frcnn_tensor_permute(out, tensor, order);
    frcnn_tensor_destroy(&tensor);
    return status;
}

frcnn_status frcnn_npy_load(frcnn_tensor **out, const char *path, frcnn_device device)
{
    frcnn_status status = FRCNN_OK;
    frcnn_file_mapping *mapping = NULL;
    frcnn_npy_header header;
    frcnn_tensor *near = NULL;
    FRCNN_TRY(frcnn_device_check(path, device));
    FRCNN_TRY(frcnn_file_mapping_open(&mapping, path));
    const unsigned char *file = frcnn_file_mapping_get_data(mapping);
    FRCNN_TRY_CLEANUP(frcnn_npy_header_read(&header, path, file, frcnn_file_mapping_get_size(mapping)));
    FRCNN_TRY_CLEANUP(load_elements(&near, &header, file + header.begin));
    status = frcnn_tensor_to_device(out, near, device);

cleanup:
    frcnn_tensor_destroy(&near);
    frcnn_file_mapping_release(mapping);
    return status;
}

frcnn_status frcnn_npy_save(const frcnn_tensor *tensor, const char *path)
{
    frcnn_status status = FRCNN_OK;
    frcnn_atomic_file *file = NULL;
    frcnn_tensor *near = NULL;
    frcnn_tensor *rows = NULL;
    char header[FRCNN_NPY_HEADER_BYTES];
    size_t n_header = 0;
    FRCNN_TRY(frcnn_npy_header_write(header, &n_header, path, tensor));
    FRCNN_TRY_CLEANUP(frcnn_tensor_to_device(&near, tensor, cpu));
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&rows, near));
    FRCNN_TRY_CLEANUP(frcnn_atomic_file_open(&file, path));
    FILE *stream = frcnn_atomic_file_get_stream(file);
    fwrite(header, 1, n_header, stream);
    fwrite(frcnn_tensor_get_const_data(rows), frcnn_dtype_get_size(rows->dtype), (size_t)rows->n_elements, stream);
    FRCNN_TRY_CLEANUP(frcnn_atomic_file_commit(&file));

cleanup:
    frcnn_atomic_file_abort(&file);
    frcnn_tensor_destroy(&near);
    frcnn_tensor_destroy(&rows);
    return status;
}
