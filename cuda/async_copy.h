/** Copies from global to shared memory that a thread starts and doesn't wait for; before compute capability 8.0, and on the
 *  host grid, the copy is done at once. Copies are committed in groups; waiting counts groups of the calling thread. */
#ifndef FRCNN_ASYNC_COPY_H
#define FRCNN_ASYNC_COPY_H

#include "kernel.h"

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800 && !defined(FRCNN_HOST_GRID)
#define FRCNN_HAS_ASYNC_COPY 1
#else
#define FRCNN_HAS_ASYNC_COPY 0
#endif

/** 16 bytes, both addresses aligned to 16; zeros where is_valid is 0, and src is a valid address all the same. IS_CACHED:
 *  into L1 too, for what this SM reads again soon. */
template <int IS_CACHED> FRCNN_DEVICE void frcnn_async_copy16(void *shared, const void *src, int is_valid)
{
#if FRCNN_HAS_ASYNC_COPY
    const uint32_t address = (uint32_t)__cvta_generic_to_shared(shared);
    const int bytes = is_valid ? 16 : 0;
    if (IS_CACHED)
        asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(src), "r"(bytes) : "memory");
    else
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(src), "r"(bytes) : "memory");
#else
    *static_cast<uint4 *>(shared) = is_valid ? *static_cast<const uint4 *>(src) : make_uint4(0, 0, 0, 0);
#endif
}

FRCNN_DEVICE void frcnn_async_commit(void)
{
#if FRCNN_HAS_ASYNC_COPY
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

/** Waits until at most N of the groups are under way. */
template <int N> FRCNN_DEVICE void frcnn_async_wait(void)
{
#if FRCNN_HAS_ASYNC_COPY
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
#endif
}

#endif
