/** What a CUDA backend says about GPUs. */
#ifndef FRCNN_CUDA_DEVICES_H
#define FRCNN_CUDA_DEVICES_H

/** GPUs that this process can use, 0 where the machine has none or CUDA_VISIBLE_DEVICES hides them; -1 where this build
 *  has no CUDA. */
int frcnn_cuda_count_devices(void);

enum { FRCNN_CUDA_LIBRARY_TEXT = 24 };

/** Versions of NVIDIA's libraries that convolutions may run on, such as "9.19.0"; "": not found, or not asked for by this
 *  build. Whether they run on a GPU is seen only when it is used. */
typedef struct frcnn_cuda_libraries {
    char cudnn[FRCNN_CUDA_LIBRARY_TEXT], cublaslt[FRCNN_CUDA_LIBRARY_TEXT];
} frcnn_cuda_libraries;

/** Loads them where that was not done yet. Thread-safe. */
void frcnn_cuda_get_libraries(frcnn_cuda_libraries *out);

#endif
