/** What a checkpoint of PyTorch's keeps beside its tensors, as far as it says how the detector runs. */
#ifndef FRCNN_FILE_NOTES_H
#define FRCNN_FILE_NOTES_H

#include "checkpoint/checkpoint_entries.h"
#include "checkpoint/pickle.h"

/** Keys of a checkpoint's metadata. mmdetection's: its configuration, a Python text, and the class names as settings,
 *  {"classes": […]}. simple-faster-rcnn's: "true" where training began with Caffe's weights, otherwise "false". */
#define FRCNN_MMDET_CONFIG_KEY "mmdetection.config"
#define FRCNN_MMDET_CLASSES_KEY "mmdetection.classes"
#define FRCNN_SIMPLE_CAFFE_KEY "simple-faster-rcnn.caffe_pretrain"

/** Takes what the pickle's root has of them as metadata of the checkpoint. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_file_notes_read(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root);

#endif
