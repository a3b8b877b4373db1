/** Kernels that use one thing of the host grid each. Pointers are device memory; launches are on the default stream. */
#ifndef FRCNN_HOST_GRID_SAMPLE_KERNELS_H
#define FRCNN_HOST_GRID_SAMPLE_KERNELS_H

#include <stdint.h>

#include "frcnn/status.h"

/** sums[b] is the sum of the 128 values of block b, by halving in dynamic shared memory. */
frcnn_status sample_block_sums(int n_blocks, const int32_t *values, int32_t *sums);
/** The same in one static array of a template, scaled by 3. */
frcnn_status sample_scaled_sums(int n_blocks, const int32_t *values, int32_t *sums);

enum { SAMPLE_SHUFFLES = 7 };
/** out [SAMPLE_SHUFFLES, n]: of one block of n threads, what each lane gets by __shfl_sync from lane 5; from lane + 1 of
 *  its 8; up 3; down 3 of 16; xor 1; xor 16 of 8; and the high half of a 64-bit number of the lane before. */
frcnn_status sample_shuffles(int n, int32_t *out);

enum { SAMPLE_VOTES = 8 };
/** out [SAMPLE_VOTES, n]: ballot of odd lanes; any of lane 3; all of lanes below 40; lanes equal modulo 3; sum, minimum
 *  and maximum (by __reduce) of the thread's number; ballot among lanes 8 … 15 alone, 0 for the others. */
frcnn_status sample_votes(int n, uint32_t *out);

/** counts [5] of the values modulo 5; the greatest; the sum; how many threads took the lock (0: none). */
frcnn_status sample_atomics(int n, const int32_t *values, int32_t *counts, int32_t *greatest, float *sum,
                            int32_t *lock);

/** out [number of the thread in the whole grid] is what block (0…2, 0…1, 0…1) of (4, 3, 2) threads knows of itself. */
frcnn_status sample_indices(int32_t *out);

/** Each of n_rounds moves the n values of one block on by one thread, in place, with two barriers. */
frcnn_status sample_rotation(int n, int n_rounds, int32_t *values);

/** counts [4] of even threads among n: __syncthreads_count, _or, _and, and _and of all. */
frcnn_status sample_block_votes(int n, int32_t *out);

/** out[i] is what thread i + 1 was to write before, without a barrier between. */
frcnn_status sample_race(int n, int32_t *out);
/** out[i] of shared memory that nobody wrote; the second block finds what the first left only where nothing is filled. */
frcnn_status sample_unwritten(int n, float *out);

/* What ends the program. */
frcnn_status sample_deadlock(int n);
frcnn_status sample_two_barriers(int n);
frcnn_status sample_overrun(int n);
frcnn_status sample_wrong_mask(int n);

/** A launch with those threads and bytes of dynamic shared memory, of which allowed are asked for before (0: none). */
frcnn_status sample_launch(int n_blocks, int n_threads, int shared_bytes, int allowed);

/** n_rounds barriers of one block of n threads, which do nothing else. */
frcnn_status sample_barriers(int n, int n_rounds);

#endif
