/** What a CUDA backend says about GPUs. */
#ifndef FRCNN_CUDA_DEVICES_H
#define FRCNN_CUDA_DEVICES_H

/** GPUs that this process can use, 0 where the machine has none or CUDA_VISIBLE_DEVICES hides them; -1 where this build
 *  has no CUDA. */
int frcnn_cuda_count_devices(void);

#endif
