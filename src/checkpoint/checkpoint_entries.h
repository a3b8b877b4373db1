/** What every reader fills: a checkpoint's tensors and metadata, whatever format they came from. */
#ifndef FRCNN_CHECKPOINT_ENTRIES_H
#define FRCNN_CHECKPOINT_ENTRIES_H

#include <stddef.h>

#include "checkpoint/file_mapping.h"
#include "frcnn/checkpoint.h"

typedef struct frcnn_checkpoint_entry {
    char *name;
    frcnn_tensor *tensor;
} frcnn_checkpoint_entry;

typedef struct frcnn_checkpoint_text {
    char *key;
    char *value;
} frcnn_checkpoint_text;

struct frcnn_checkpoint {
    char *path;
    frcnn_file_mapping *mapping;
    size_t n_entries;
    frcnn_checkpoint_entry *entries; /**< a reader leaves them ordered by name, as strcmp has it */
    size_t n_metadata;
    frcnn_checkpoint_text *metadata;
};

/** Fills entries and metadata from checkpoint->mapping. What it made before a failure stays for
 *  frcnn_checkpoint_close. Errors: as frcnn_checkpoint_open. */
FRCNN_NODISCARD frcnn_status frcnn_safetensors_read(frcnn_checkpoint *checkpoint);

/** The same from what torch.save writes: a zip archive of a pickle and the storages that it names. */
FRCNN_NODISCARD frcnn_status frcnn_torch_archive_read(frcnn_checkpoint *checkpoint);

/** The same from what torch.save wrote before PyTorch 1.6: pickles, then the storages one after the other. */
FRCNN_NODISCARD frcnn_status frcnn_torch_legacy_read(frcnn_checkpoint *checkpoint);

/** The same from a pickle of NumPy arrays, as Detectron2's files are. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_file_read(frcnn_checkpoint *checkpoint);

#endif
