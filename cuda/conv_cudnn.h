/** Convolutions by cuDNN, for tests that have no GPU. */
#ifndef FRCNN_CONV_CUDNN_H
#define FRCNN_CONV_CUDNN_H

#ifdef __cplusplus
extern "C" {
#endif

#include "tensor/layers/conv2d.h"

/** The number of variants that cuDNN has for conv on a GPU that properties describe, a JSON text as cuDNN writes it for
 *  CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION; -1 where no cuDNN of 9.8 or newer is found. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_conv_cudnn_count(int *n_variants, const frcnn_conv2d *conv, const char *properties);

#ifdef __cplusplus
}
#endif

#endif
