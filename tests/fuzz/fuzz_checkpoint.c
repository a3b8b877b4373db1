/* A file of any format either opens, and then every element of every tensor can be read, or is refused by name. */
#include <string.h>

#include "frcnn/checkpoint.h"
#include "fuzz.h"

static void check_tensor(const frcnn_tensor *tensor)
{
    frcnn_tensor *copy = NULL;
    FUZZ_CHECK(frcnn_tensor_get_n_elements(tensor) >= 0);
    FUZZ_CHECK(frcnn_tensor_cast(&copy, tensor, frcnn_tensor_get_dtype(tensor)) == FRCNN_OK);
    frcnn_tensor_destroy(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    frcnn_checkpoint *checkpoint = NULL;
    const frcnn_status status = frcnn_checkpoint_open(&checkpoint, path);
    if (status == FRCNN_OK) {
        for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
            const char *name = frcnn_checkpoint_get_name(checkpoint, i);
            FUZZ_CHECK(i == 0 || strcmp(frcnn_checkpoint_get_name(checkpoint, i - 1), name) < 0);
            check_tensor(frcnn_checkpoint_get_tensor(checkpoint, i));
        }
        frcnn_checkpoint_close(&checkpoint);
    } else {
        FUZZ_CHECK(status == FRCNN_ERROR_FORMAT || status == FRCNN_ERROR_UNSUPPORTED ||
                   status == FRCNN_ERROR_NO_MEMORY);
        FUZZ_CHECK(checkpoint == NULL && strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    close(file);
    return 0;
}
