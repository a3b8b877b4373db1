/* print_checkpoint FILE: a line for each tensor of a checkpoint: name, dtype, shape, elements row-major in hexadecimal; else
   the message, and status 1. */
#include <inttypes.h>
#include <stdio.h>

#include "frcnn/checkpoint.h"

static frcnn_status print(const char *name, const frcnn_tensor *tensor)
{
    frcnn_tensor *rows = NULL;
    const frcnn_status status = frcnn_tensor_contiguous(&rows, tensor);
    if (status != FRCNN_OK) return status;
    const size_t n_bytes =
        (size_t)frcnn_tensor_get_n_elements(rows) * frcnn_dtype_get_size(frcnn_tensor_get_dtype(rows));
    const unsigned char *bytes = frcnn_tensor_get_const_data(rows);
    printf("%s %s [", name, frcnn_dtype_get_name(frcnn_tensor_get_dtype(rows)));
    for (int i = 0; i < frcnn_tensor_get_n_dims(rows); i++)
        printf("%s%" PRId64, i > 0 ? ", " : "", frcnn_tensor_get_shape(rows)[i]);
    printf("] ");
    for (size_t i = 0; i < n_bytes; i++) printf("%02x", bytes[i]);
    putchar('\n');
    frcnn_tensor_destroy(&rows);
    return FRCNN_OK;
}

int main(int argc, char **argv)
{
    frcnn_checkpoint *checkpoint = NULL;
    if (argc != 2) return 2;
    frcnn_status status = frcnn_checkpoint_open(&checkpoint, argv[1]);
    for (size_t i = 0; status == FRCNN_OK && i < frcnn_checkpoint_get_count(checkpoint); i++)
        status = print(frcnn_checkpoint_get_name(checkpoint, i), frcnn_checkpoint_get_tensor(checkpoint, i));
    if (status != FRCNN_OK) puts(frcnn_error_message());
    frcnn_checkpoint_close(&checkpoint);
    return status == FRCNN_OK ? 0 : 1;
}
