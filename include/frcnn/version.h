/** What this build of the library is. */
#ifndef FRCNN_VERSION_H
#define FRCNN_VERSION_H

#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRCNN_VERSION_MAJOR 0
#define FRCNN_VERSION_MINOR 1
#define FRCNN_VERSION_PATCH 0

/** "0.1.0" */
FRCNN_API const char *frcnn_get_version(void);
/** The version and instruction set of oneDNN, as "oneDNN 2.6.3, AVX-512 with VNNI": a static string. */
FRCNN_API const char *frcnn_get_backend(void);
/** The CUDA that this build uses GPUs with: 13020 is 13.2; 0: it uses none. */
FRCNN_API int frcnn_get_cuda_version(void);

#ifdef __cplusplus
}
#endif
#endif
