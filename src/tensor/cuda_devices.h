/** What the CUDA backend says about GPUs. A build without it has these too, see detector/cuda_none.c. */
#ifndef FRCNN_CUDA_DEVICES_H
#define FRCNN_CUDA_DEVICES_H

#include "frcnn/device.h"

/** As frcnn_get_cuda_version. */
int frcnn_cuda_get_version(void);

/** GPUs that this process sees: 0 where there is none, or no driver that this build works with; -1 where this build has no
 *  CUDA. */
int frcnn_cuda_count_devices(void);

enum { FRCNN_CUDA_LIBRARY_TEXT = 24 };

/** Versions of NVIDIA's libraries that convolutions may run on, such as "9.19.0"; "": not found, or not asked for by this
 *  build. Whether they run on a GPU is seen only when it is used. */
typedef struct frcnn_cuda_libraries {
    char cudnn[FRCNN_CUDA_LIBRARY_TEXT], cublaslt[FRCNN_CUDA_LIBRARY_TEXT];
} frcnn_cuda_libraries;

/** Loads them where that was not done yet. Thread-safe. */
void frcnn_cuda_get_libraries(frcnn_cuda_libraries *out);

/** Why that is not above 0, and what can be done about it. */
void frcnn_cuda_explain(char reason[FRCNN_DEVICE_NOTE_BYTES]);

/** Why this build does not run on GPU index, which is there: "NAME (compute capability 6.1): …"; "" where it does. */
void frcnn_cuda_find_problem(char problem[FRCNN_DEVICE_NOTE_BYTES], int index);

/** Fills *out, which is zeroed, for GPU index, which is there; what CUDA does not tell stays 0. */
void frcnn_cuda_get_device_info(frcnn_device_info *out, int index);

#endif
