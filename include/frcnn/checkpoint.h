/** Checkpoints: named tensors in a file, mapped into memory and checked before anything is read.
 *
 *      frcnn_checkpoint *checkpoint = NULL;
 *      status = frcnn_checkpoint_open(&checkpoint, "model.safetensors");
 *      const frcnn_tensor *w = frcnn_checkpoint_find(checkpoint, "rpn.head.cls_logits.weight");
 *      frcnn_checkpoint_close(&checkpoint);
 */
#ifndef FRCNN_CHECKPOINT_H
#define FRCNN_CHECKPOINT_H

#include <stddef.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_checkpoint frcnn_checkpoint;

/** Opens a .safetensors file; what torch.save writes, now and before PyTorch 1.6 (.pth, .pt); or a pickle of NumPy arrays,
 *  as Detectron2's (.pkl): the content decides, not the name. Nothing is executed, and tensors that lie in the file as they
 *  are are not copied. In PyTorch's and Detectron2's files the tensors are those of the state dict: the file's own, or
 *  under "model", "state_dict", "model_state_dict", "model_state", "ema", "ema_model" or "blobs"; where several of these
 *  hold tensors, names begin with theirs.
 *  Errors: IO; FORMAT (every rule of the format: sizes, offsets, overlaps, holes, duplicate names, JSON, opcodes);
 *  UNSUPPORTED (another format, a dtype that tensors here do not have, no state dict); NO_MEMORY. Messages begin with the
 *  path. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_checkpoint_open(frcnn_checkpoint **out, const char *path);
/** Takes NULL and nulls the handle. Tensors shared from it (frcnn_tensor_share) keep the mapping alive. */
FRCNN_API void frcnn_checkpoint_close(frcnn_checkpoint **checkpoint);

FRCNN_API size_t frcnn_checkpoint_get_count(const frcnn_checkpoint *checkpoint);
/** Name and tensor at an index below the count, ordered by name (bytes); borrowed. */
FRCNN_API const char *frcnn_checkpoint_get_name(const frcnn_checkpoint *checkpoint, size_t index);
FRCNN_API const frcnn_tensor *frcnn_checkpoint_get_tensor(const frcnn_checkpoint *checkpoint, size_t index);
/** The tensor of that name, borrowed; NULL where there is none. */
FRCNN_API const frcnn_tensor *frcnn_checkpoint_find(const frcnn_checkpoint *checkpoint, const char *name);
/** A copy of the tensor of that name on device, to be kept or written to after the checkpoint is closed; the caller owns
 *  *out. Errors: INVALID (no such name, no device), UNSUPPORTED (a device that this build has not), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_checkpoint_load(frcnn_tensor **out, const frcnn_checkpoint *checkpoint,
                                                             const char *name, frcnn_device device);
/** A string of the file's metadata, borrowed; NULL where there is none. */
FRCNN_API const char *frcnn_checkpoint_get_metadata(const frcnn_checkpoint *checkpoint, const char *key);
FRCNN_API const char *frcnn_checkpoint_get_path(const frcnn_checkpoint *checkpoint);

/** SHA-256 of the whole file, 64 lower-case hex digits and a NUL. Errors: IO. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_checkpoint_digest(const frcnn_checkpoint *checkpoint, char hex[65]);

/** Writes n_tensors tensors (any strides and device; written row-major) and n_metadata key/value strings, ordered and padded as
 *  the reference writer does, under a temporary name that is renamed when the file is whole.
 *  Errors: INVALID (doubled name, text that is no UTF-8), IO, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_safetensors_save(const char *path, size_t n_tensors,
                                                              const char *const *names,
                                                              const frcnn_tensor *const *tensors, size_t n_metadata,
                                                              const char *const *keys, const char *const *values);

#ifdef __cplusplus
}
#endif
#endif
