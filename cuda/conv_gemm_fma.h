/** The inner product of a warp in f32, by fused multiply-adds of its threads, for conv_gemm_kernel.h. */
#ifndef FRCNN_CONV_GEMM_FMA_H
#define FRCNN_CONV_GEMM_FMA_H

#include "conv_gemm_kernel.h"

/* A warp is 4 x 8 threads: thread l has pixels l / 8, l / 8 + 4, … and channels l % 8, l % 8 + 8, … of the warp's tile, so
   that what its threads load at once comes from neighbouring rows of a stage. */
template <int PIXELS, int CHANNELS> struct frcnn_fma_sums {
    float values[PIXELS / 4][CHANNELS / 8];
};

struct frcnn_fma_op {
    using element = float;
    template <int PIXELS, int CHANNELS> using sums = frcnn_fma_sums<PIXELS, CHANNELS>;

    template <int PIXELS, int CHANNELS> FRCNN_DEVICE void clear(frcnn_fma_sums<PIXELS, CHANNELS> *sums)
    {
#pragma unroll
        for (int i = 0; i < PIXELS / 4; ++i)
#pragma unroll
            for (int j = 0; j < CHANNELS / 8; ++j) sums->values[i][j] = 0.0f;
    }

    template <int PIXELS, int CHANNELS>
    FRCNN_DEVICE void multiply(frcnn_fma_sums<PIXELS, CHANNELS> *sums, const unsigned char *pixels,
                               const unsigned char *channels, int lane)
    {
#pragma unroll 1 /* more of it takes registers that more warps need */
        for (int chunk = 0; chunk < FRCNN_GEMM_N_CHUNKS; ++chunk) {
            float4 pixel[PIXELS / 4];
#pragma unroll
            for (int i = 0; i < PIXELS / 4; ++i)
                pixel[i] = *reinterpret_cast<const float4 *>(pixels + frcnn_gemm_place(lane / 8 + i * 4, chunk));
#pragma unroll
            for (int j = 0; j < CHANNELS / 8; ++j) {
                const float4 channel =
                    *reinterpret_cast<const float4 *>(channels + frcnn_gemm_place(lane % 8 + j * 8, chunk));
#pragma unroll
                for (int i = 0; i < PIXELS / 4; ++i) {
                    float sum = sums->values[i][j];
                    sum = fmaf(pixel[i].x, channel.x, sum);
                    sum = fmaf(pixel[i].y, channel.y, sum);
                    sum = fmaf(pixel[i].z, channel.z, sum);
                    sums->values[i][j] = fmaf(pixel[i].w, channel.w, sum);
                }
            }
        }
    }

    template <int PIXELS, int CHANNELS>
    FRCNN_DEVICE void store(const frcnn_fma_sums<PIXELS, CHANNELS> &sums, float *tile, int pitch, int lane)
    {
#pragma unroll
        for (int i = 0; i < PIXELS / 4; ++i)
#pragma unroll
            for (int j = 0; j < CHANNELS / 8; ++j)
                tile[(lane / 8 + i * 4) * pitch + lane % 8 + j * 8] = sums.values[i][j];
    }
};

#endif
