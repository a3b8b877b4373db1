/* A file that is one pickle. */
#include "checkpoint/state_dict.h"
#include "tensor/error.h"

static frcnn_status find_nothing(void *context, const frcnn_pickle_storage *storage, const unsigned char **elements)
{
    const frcnn_checkpoint *checkpoint = context;
    (void)elements;
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected arrays of NumPy's, found a storage of PyTorch's, \"%.*s\"",
                      checkpoint->path, (int)(storage->n_key_bytes < 80 ? storage->n_key_bytes : 80), storage->key);
}

frcnn_status frcnn_pickle_file_read(frcnn_checkpoint *checkpoint)
{
    const frcnn_pickle_rules rules = {checkpoint->path, 5};
    const frcnn_storage_source source = {find_nothing, checkpoint, 0};
    const size_t size = frcnn_file_mapping_get_size(checkpoint->mapping);
    frcnn_pickle *pickle = NULL;
    size_t n_read = 0;
    FRCNN_TRY(frcnn_pickle_read(&pickle, &n_read, frcnn_file_mapping_get_data(checkpoint->mapping), size, &rules));
    const frcnn_status status = n_read == size
                                    ? frcnn_state_dict_read(checkpoint, frcnn_pickle_get_root(pickle), &source)
                                    : frcnn_fail(FRCNN_ERROR_FORMAT,
                                                 "%s: expected the end of the file after a pickle of %zu bytes, "
                                                 "found %zu more",
                                                 checkpoint->path, n_read, size - n_read);
    frcnn_pickle_destroy(&pickle);
    return status;
}
