/** From what a pickle holds to a checkpoint's tensors. */
#ifndef FRCNN_STATE_DICT_H
#define FRCNN_STATE_DICT_H

#include "checkpoint/checkpoint_entries.h"
#include "checkpoint/pickle.h"

/** Where the file keeps its storages. */
typedef struct frcnn_storage_source {
    /** The n_elements of a storage, whose elements tensors here have. Errors: FORMAT (there is none, or of another size),
     *  UNSUPPORTED. */
    frcnn_status (*find)(void *context, const frcnn_pickle_storage *storage, const unsigned char **elements);
    void *context;
    int is_big_endian; /**< their elements are */
} frcnn_storage_source;

/** Finds the dict of tensors in root, which may lie under a name that training programs put it under, and fills
 *  checkpoint's entries, and its metadata with what mmdetection keeps beside them. Errors: FORMAT (no dict of tensors, a tensor without a name), UNSUPPORTED (a dtype), and those of
 *  the source; NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_state_dict_read(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root,
                                                   const frcnn_storage_source *source);

#endif
