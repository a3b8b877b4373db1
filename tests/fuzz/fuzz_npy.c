/* An array either loads, and then its bytes are the end of the file, or is refused by name. What loaded is saved, and
   that loads as the same. */
#include <string.h>

#include "frcnn/npy.h"
#include "fuzz.h"

static const frcnn_device cpu = {FRCNN_CPU, 0};

static size_t get_bytes(const frcnn_tensor *tensor)
{
    return (size_t)frcnn_tensor_get_n_elements(tensor) * frcnn_dtype_get_size(frcnn_tensor_get_dtype(tensor));
}

static void check_loaded(const frcnn_tensor *tensor, size_t size)
{
    char folder[] = "/tmp/frcnn-fuzz-XXXXXX", path[64];
    frcnn_tensor *again = NULL, *rows = NULL;
    FUZZ_CHECK(size >= 10 && get_bytes(tensor) <= size - 10);
    FUZZ_CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/a.npy", folder);
    FUZZ_CHECK(frcnn_npy_save(tensor, path) == FRCNN_OK);
    FUZZ_CHECK(frcnn_npy_load(&again, path, cpu) == FRCNN_OK);
    FUZZ_CHECK(frcnn_tensor_cast(&rows, tensor, frcnn_tensor_get_dtype(tensor)) == FRCNN_OK);
    FUZZ_CHECK(frcnn_tensor_get_dtype(again) == frcnn_tensor_get_dtype(tensor));
    FUZZ_CHECK(frcnn_tensor_get_n_dims(again) == frcnn_tensor_get_n_dims(tensor));
    for (int d = 0; d < frcnn_tensor_get_n_dims(tensor); d++)
        FUZZ_CHECK(frcnn_tensor_get_shape(again)[d] == frcnn_tensor_get_shape(tensor)[d]);
    FUZZ_CHECK(memcmp(frcnn_tensor_get_const_data(again), frcnn_tensor_get_const_data(rows), get_bytes(rows)) == 0);
    frcnn_tensor_destroy(&again);
    frcnn_tensor_destroy(&rows);
    unlink(path);
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    frcnn_tensor *tensor = NULL;
    const frcnn_status status = frcnn_npy_load(&tensor, path, cpu);
    if (status == FRCNN_OK) {
        check_loaded(tensor, size);
        frcnn_tensor_destroy(&tensor);
    } else {
        FUZZ_CHECK(status == FRCNN_ERROR_FORMAT || status == FRCNN_ERROR_UNSUPPORTED);
        FUZZ_CHECK(tensor == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    close(file);
    return 0;
}
