/** What an mmdetection checkpoint keeps beside its tensors. */
#ifndef FRCNN_MMDET_META_H
#define FRCNN_MMDET_META_H

#include "checkpoint/checkpoint_entries.h"
#include "checkpoint/pickle.h"

/** Takes the configuration and the class names under "meta", where they are, as metadata of the checkpoint (the keys of
 *  mmdet_config.h). Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_mmdet_meta_read(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root);

#endif
