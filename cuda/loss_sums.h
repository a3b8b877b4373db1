/** Sums of the losses of positions: of each block, and then of all blocks by one. Their order follows from the number of
 *  positions alone. */
#ifndef FRCNN_LOSS_SUMS_H
#define FRCNN_LOSS_SUMS_H

#include "kernel.h"

extern "C" {
#include "tensor/loss/loss_result.h"
}

enum {
    FRCNN_LOSS_THREADS = 256,
    FRCNN_LOSS_OWN = 4, /* positions of a thread, FRCNN_LOSS_THREADS apart */
    FRCNN_LOSS_BLOCK = FRCNN_LOSS_THREADS * FRCNN_LOSS_OWN
};

/** Adds what all threads of the block have; the first thread's is returned whole. All threads call this. */
FRCNN_DEVICE frcnn_loss_sums frcnn_loss_add_up(frcnn_loss_sums own, frcnn_loss_sums *shared)
{
    const int thread = (int)threadIdx.x;
    shared[thread] = own;
    for (int threads = FRCNN_LOSS_THREADS / 2; threads > 0; threads /= 2) {
        __syncthreads();
        if (thread >= threads) continue;
        shared[thread].loss += shared[thread + threads].loss;
        shared[thread].weight += shared[thread + threads].weight;
    }
    return shared[thread];
}

/** The blocks that n positions take; n is 1 or more. Errors: UNSUPPORTED (more than a grid holds). */
FRCNN_NODISCARD frcnn_status frcnn_loss_count_blocks(unsigned *n_blocks, int64_t n);

/** Adds parts [n_blocks], the device's memory, to *sums, the CPU's. Waits. Errors: BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_loss_finish(frcnn_loss_sums *sums, frcnn_loss_sums *parts, unsigned n_blocks);

#endif
