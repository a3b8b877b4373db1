/** A CUDA runtime without a GPU: what host_grid.h's kernels and the files under cuda/ call, on the CPU's memory. Work is
 *  done when it is put on a stream, recorded where a stream captures. Device memory is full of 0xff at first, and copies
 *  look whether each side is what they were told. This header is what a test chooses; FRCNN_FAKE_CUDA_DEVICES, …_BYTES,
 *  …_DRIVER, …_CAPABILITY (as 75) and …_LAZY (1) choose the same for a program. CUDA_VISIBLE_DEVICES is honoured.
 */
#ifndef FRCNN_FAKE_CUDA_H
#define FRCNN_FAKE_CUDA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** As the program started: what the variables of the environment say now, else one GPU of compute capability 9.0 with
 *  8 GiB and no failures to come. Memory, streams and events that exist stay. */
void fake_cuda_reset(void);

/** 0: a driver, but no GPU. */
void fake_cuda_set_devices(int n_devices);
/** The memory of each GPU; what exists counts. */
void fake_cuda_set_bytes(size_t bytes);
/** As cudaDriverGetVersion says, 13000 is 13.0; 0: none is installed; less than the runtime's: too old. */
void fake_cuda_set_driver(int version);
/** Below 7.5 no kernel runs: the library has none for such a GPU. */
void fake_cuda_set_capability(int major, int minor);
/** Not 0: work on a stream is done only when somebody waits for it, as late as CUDA may. */
void fake_cuda_set_lazy(int is_lazy);

/** The n-th call from now, 1 the next, of this function ("cudaMalloc"; "launch": a kernel) fails with this cudaError_t.
 *  One such failure for each function; 0 takes it off. */
void fake_cuda_fail(const char *function, int n, int error);
/** Calls of the function since the program began. */
long fake_cuda_count_calls(const char *function);
/** How often the host waited for a GPU since the program began: in cudaStreamSynchronize, cudaEventSynchronize and
 *  cudaDeviceSynchronize, in what gives and takes memory outside of a stream, and in copies that are synchronous, as those are
 *  that have memory on a side which is neither a GPU's nor pinned. */
long fake_cuda_count_waits(void);
/** Calls for memory since the program began, of a GPU or pinned. */
long fake_cuda_count_allocations(void);
/** Bytes of device memory that exist when all work is done, of all GPUs. */
size_t fake_cuda_get_allocated(void);

#ifdef __cplusplus
}
#endif

#endif
