/** Which detector a checkpoint holds, from its tensors' names alone. */
#ifndef FRCNN_FAMILY_H
#define FRCNN_FAMILY_H

#include "frcnn/checkpoint.h"

enum { FRCNN_PREFIX_BYTES = 64 };

/** Finds the prefix that a torchvision detector's names stand behind ("" or "module.", …). wanted NULL: whichever there
 *  is; otherwise that one must be there. reason is a static string, for people.
 *  Errors: UNSUPPORTED (no torchvision detector: says what it looks like; several: names their prefixes). */
FRCNN_NODISCARD frcnn_status frcnn_family_recognise(const frcnn_checkpoint *checkpoint, const char *wanted,
                                                    char prefix[FRCNN_PREFIX_BYTES], const char **reason);

/** Epsilon of the backbone's norms in a torchvision file of that SHA-256, where nothing says another: 1e-5, but 0 for the
 *  published weights COCO_V1 of fasterrcnn_resnet50_fpn. Source: torchvision's overwrite_eps. */
float frcnn_family_get_norm_eps(const char *sha256);

#endif
