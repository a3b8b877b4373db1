/** What a file looks like that was given as a checkpoint. */
#ifndef FRCNN_FILE_KIND_H
#define FRCNN_FILE_KIND_H

#include <stddef.h>

/** Formats that are read here besides safetensors. */
typedef enum frcnn_file_kind {
    FRCNN_FILE_OTHER,
    FRCNN_FILE_ZIP,          /**< torch.save's */
    FRCNN_FILE_TORCH_LEGACY, /**< torch.save's before PyTorch 1.6 */
    FRCNN_FILE_PICKLE
} frcnn_file_kind;

/** By the first bytes. */
frcnn_file_kind frcnn_file_kind_get(const unsigned char *data, size_t size);

/** What else it may be: a phrase for a message ("an HDF5 file"), a static string; NULL where the first bytes say
 *  nothing. */
const char *frcnn_file_kind_describe(const unsigned char *data, size_t size);

#endif
