#include "kernel.h"

extern "C" {
#include "sample_kernels.h"
}

FRCNN_KERNEL(128) block_sums(const int32_t *values, int32_t *sums)
{
    FRCNN_DYNAMIC_SHARED(int32_t, part);
    part[threadIdx.x] = values[blockIdx.x * blockDim.x + threadIdx.x];
    for (unsigned n = blockDim.x / 2; n > 0; n /= 2) {
        __syncthreads();
        if (threadIdx.x < n) part[threadIdx.x] += part[threadIdx.x + n];
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = part[0];
}

extern "C" frcnn_status sample_block_sums(int n_blocks, const int32_t *values, int32_t *sums)
{
    return FRCNN_LAUNCH(block_sums, n_blocks, 128, 128 * sizeof(int32_t), nullptr, values, sums);
}

template <int SCALE> FRCNN_KERNEL(128) scaled_sums(const int32_t *values, int32_t *sums)
{
    FRCNN_SHARED int32_t part[128];
    part[threadIdx.x] = SCALE * values[blockIdx.x * blockDim.x + threadIdx.x];
    __syncthreads();
    if (threadIdx.x != 0) return;
    int32_t sum = 0;
    for (int32_t value : part) sum += value;
    sums[blockIdx.x] = sum;
}

extern "C" frcnn_status sample_scaled_sums(int n_blocks, const int32_t *values, int32_t *sums)
{
    return FRCNN_LAUNCH((scaled_sums<3>), n_blocks, 128, 0, nullptr, values, sums);
}

FRCNN_KERNEL(1024) shuffles(int32_t *out)
{
    const int i = (int)threadIdx.x, n = (int)blockDim.x;
    const int64_t wide = ((int64_t)(i + 1000) << 32) | 7;
    out[0 * n + i] = __shfl_sync(0xffffffffu, i, 5);
    out[1 * n + i] = __shfl_sync(0xffffffffu, i, i + 1, 8);
    out[2 * n + i] = __shfl_up_sync(0xffffffffu, i, 3);
    out[3 * n + i] = __shfl_down_sync(0xffffffffu, i, 3, 16);
    out[4 * n + i] = __shfl_xor_sync(0xffffffffu, i, 1);
    out[5 * n + i] = __shfl_xor_sync(0xffffffffu, i, 16, 8);
    out[6 * n + i] = (int32_t)(__shfl_up_sync(0xffffffffu, wide, 1) >> 32);
}

extern "C" frcnn_status sample_shuffles(int n, int32_t *out)
{
    return FRCNN_LAUNCH(shuffles, 1, n, 0, nullptr, out);
}

FRCNN_KERNEL(1024) votes(uint32_t *out)
{
    const unsigned i = threadIdx.x, n = blockDim.x, lane = i % 32;
    out[0 * n + i] = __ballot_sync(0xffffffffu, i % 2);
    out[1 * n + i] = (uint32_t)__any_sync(0xffffffffu, i == 3);
    out[2 * n + i] = (uint32_t)__all_sync(0xffffffffu, i < 40);
    out[3 * n + i] = __match_any_sync(0xffffffffu, lane % 3);
    out[4 * n + i] = __reduce_add_sync(0xffffffffu, i);
    out[5 * n + i] = __reduce_min_sync(0xffffffffu, i);
    out[6 * n + i] = __reduce_max_sync(0xffffffffu, i);
    out[7 * n + i] = lane / 8 == 1 ? __ballot_sync(0x0000ff00u, lane % 2) : 0;
}

extern "C" frcnn_status sample_votes(int n, uint32_t *out)
{
    return FRCNN_LAUNCH(votes, 1, n, 0, nullptr, out);
}

FRCNN_KERNEL(64) atomics(int n, const int32_t *values, int32_t *counts, int32_t *greatest, float *sum, int32_t *lock)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i >= n) return;
    atomicAdd(&counts[values[i] % 5], 1);
    atomicMax(greatest, values[i]);
    atomicAdd(sum, (float)values[i]);
    if (atomicCAS(lock, 0, i + 1) == 0) atomicExch(lock, -1);
}

extern "C" frcnn_status sample_atomics(int n, const int32_t *values, int32_t *counts, int32_t *greatest, float *sum,
                                       int32_t *lock)
{
    return FRCNN_LAUNCH(atomics, (n + 63) / 64, 64, 0, nullptr, n, values, counts, greatest, sum, lock);
}

FRCNN_KERNEL(24) indices(int32_t *out)
{
    const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    out[block * blockDim.x * blockDim.y * blockDim.z + thread] = (int32_t)(1000 * block + thread);
}

extern "C" frcnn_status sample_indices(int32_t *out)
{
    return FRCNN_LAUNCH(indices, dim3(3, 2, 2), dim3(4, 3, 2), 0, nullptr, out);
}

FRCNN_KERNEL(1024) rotation(int n_rounds, int32_t *values)
{
    FRCNN_SHARED int32_t ring[1024];
    ring[threadIdx.x] = values[threadIdx.x];
    __syncthreads();
    for (int round = 0; round < n_rounds; round++) {
        const int32_t value = ring[(threadIdx.x + 1) % blockDim.x];
        __syncthreads();
        ring[threadIdx.x] = value;
        __syncthreads();
    }
    values[threadIdx.x] = ring[threadIdx.x];
}

extern "C" frcnn_status sample_rotation(int n, int n_rounds, int32_t *values)
{
    return FRCNN_LAUNCH(rotation, 1, n, 0, nullptr, n_rounds, values);
}

FRCNN_KERNEL(1024) block_votes(int32_t *out)
{
    const int is_even = threadIdx.x % 2 == 0;
    const int count = __syncthreads_count(is_even);
    const int any = __syncthreads_or(is_even);
    const int all = __syncthreads_and(is_even);
    const int all_true = __syncthreads_and(1);
    if (threadIdx.x + 1 < blockDim.x) return;
    out[0] = count;
    out[1] = any;
    out[2] = all;
    out[3] = all_true;
}

extern "C" frcnn_status sample_block_votes(int n, int32_t *out)
{
    return FRCNN_LAUNCH(block_votes, 1, n, 0, nullptr, out);
}

FRCNN_KERNEL(1024) race(int32_t *out)
{
    FRCNN_SHARED int32_t values[1025];
    if (threadIdx.x == 0) values[blockDim.x] = 0;
    values[threadIdx.x] = -1;
    __syncthreads();
    values[threadIdx.x] = (int32_t)threadIdx.x;
    out[threadIdx.x] = values[threadIdx.x + 1];
}

extern "C" frcnn_status sample_race(int n, int32_t *out)
{
    return FRCNN_LAUNCH(race, 1, n, 0, nullptr, out);
}

FRCNN_KERNEL(32) unwritten(float *out)
{
    FRCNN_SHARED float left[32];
    out[blockIdx.x * blockDim.x + threadIdx.x] = left[threadIdx.x];
    left[threadIdx.x] = 1.0f;
}

extern "C" frcnn_status sample_unwritten(int n, float *out)
{
    return FRCNN_LAUNCH(unwritten, n / 32, 32, 0, nullptr, out);
}

FRCNN_KERNEL(1024) deadlock(int n_waiting)
{
    if ((int)threadIdx.x < n_waiting) __syncthreads();
}

extern "C" frcnn_status sample_deadlock(int n)
{
    return FRCNN_LAUNCH(deadlock, 1, n, 0, nullptr, n / 2);
}

FRCNN_KERNEL(1024) two_barriers(int n_first)
{
    if ((int)threadIdx.x < n_first) // NOLINT(bugprone-branch-clone): two barriers are what is wanted
        __syncthreads();
    else
        __syncthreads();
}

extern "C" frcnn_status sample_two_barriers(int n)
{
    return FRCNN_LAUNCH(two_barriers, 1, n, 0, nullptr, n / 2);
}

FRCNN_KERNEL(1024) overrun(int by)
{
    FRCNN_DYNAMIC_SHARED(unsigned char, bytes);
    bytes[threadIdx.x + by] = 1;
}

extern "C" frcnn_status sample_overrun(int n)
{
    return FRCNN_LAUNCH(overrun, 1, n, n, nullptr, 1);
}

FRCNN_KERNEL(1024) wrong_mask(unsigned mask)
{
    __syncwarp(mask);
}

extern "C" frcnn_status sample_wrong_mask(int n)
{
    return FRCNN_LAUNCH(wrong_mask, 1, n, 0, nullptr, 0x7fffffffu);
}

FRCNN_KERNEL(1024) nothing(int) {}

extern "C" frcnn_status sample_launch(int n_blocks, int n_threads, int shared_bytes, int allowed)
{
    if (allowed > 0) FRCNN_TRY(frcnn_cuda_allow_shared(nothing, (size_t)allowed));
    return FRCNN_LAUNCH(nothing, n_blocks, n_threads, shared_bytes, nullptr, 0);
}

FRCNN_KERNEL(1024) barriers(int n_rounds)
{
    for (int i = 0; i < n_rounds; i++) __syncthreads();
}

extern "C" frcnn_status sample_barriers(int n, int n_rounds)
{
    return FRCNN_LAUNCH(barriers, 1, n, 0, nullptr, n_rounds);
}
