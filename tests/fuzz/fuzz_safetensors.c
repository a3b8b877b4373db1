/* A checkpoint either opens, and then all of its bytes belong to tensors that can be read, or is refused by name. */
#include <string.h>

#include "frcnn/checkpoint.h"
#include "fuzz.h"

static volatile uint32_t sum_of_bytes;

static void check_tensors(const frcnn_checkpoint *checkpoint, size_t data_bytes)
{
    size_t covered = 0;
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        const char *name = frcnn_checkpoint_get_name(checkpoint, i);
        const frcnn_tensor *tensor = frcnn_checkpoint_get_tensor(checkpoint, i);
        FUZZ_CHECK(i == 0 || strcmp(frcnn_checkpoint_get_name(checkpoint, i - 1), name) < 0);
        FUZZ_CHECK(frcnn_checkpoint_find(checkpoint, name) == tensor);
        FUZZ_CHECK(frcnn_tensor_is_contiguous(tensor));

        const size_t item_bytes = frcnn_dtype_get_size(frcnn_tensor_get_dtype(tensor));
        const size_t n_bytes = (size_t)frcnn_tensor_get_n_elements(tensor) * item_bytes;
        const uint8_t *bytes = frcnn_tensor_get_const_data(tensor);
        FUZZ_CHECK((uintptr_t)bytes % item_bytes == 0);
        for (size_t k = 0; k < n_bytes; k++) sum_of_bytes += bytes[k];
        covered += n_bytes;
    }
    FUZZ_CHECK(covered == data_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    frcnn_checkpoint *checkpoint = NULL;
    const frcnn_status status = frcnn_checkpoint_open(&checkpoint, path);
    if (status == FRCNN_OK) {
        uint64_t header_bytes = 0;
        FUZZ_CHECK(size >= 10);
        memcpy(&header_bytes, data, sizeof header_bytes);
        check_tensors(checkpoint, size - 8 - (size_t)header_bytes);
        frcnn_checkpoint_close(&checkpoint);
    } else {
        FUZZ_CHECK(status == FRCNN_ERROR_FORMAT || status == FRCNN_ERROR_UNSUPPORTED);
        FUZZ_CHECK(checkpoint == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    close(file);
    return 0;
}
