/** The inner product of a warp on tensor cores, for conv_gemm_kernel.h. */
#ifndef FRCNN_CONV_GEMM_TENSOR_H
#define FRCNN_CONV_GEMM_TENSOR_H

#include "conv_gemm_kernel.h"

/* Sums of a warp's tile as tensor cores hold them, of blocks of 16 pixels by 8 channels. */
template <int PIXELS, int CHANNELS> struct frcnn_tensor_sums {
    static constexpr int n_pixel_blocks = PIXELS / 16;
    static constexpr int n_channel_blocks = CHANNELS / 8;
    float values[n_pixel_blocks][n_channel_blocks][4];
};

/* Operands of one step of the instruction: 32 bytes of K. */
template <int PIXELS, int CHANNELS> struct frcnn_tensor_operands {
    uint32_t pixels[PIXELS / 16][4];
    uint32_t channels[CHANNELS / 8][2];
};

enum { FRCNN_TENSOR_N_STEPS = FRCNN_GEMM_STEP_BYTES / 32 };

template <int PIXELS, int CHANNELS>
FRCNN_DEVICE void frcnn_tensor_load(frcnn_tensor_operands<PIXELS, CHANNELS> *operands, const unsigned char *pixels,
                                    const unsigned char *channels, int lane, int step)
{
    static_assert(PIXELS % 16 == 0 && CHANNELS % 16 == 0, "blocks");
    const unsigned char *pixel = pixels + frcnn_gemm_place(lane % 16, step * 2 + lane / 16);
    const unsigned char *channel = channels + frcnn_gemm_place(lane % 8 + lane / 16 * 8, step * 2 + lane / 8 % 2);
#pragma unroll
    for (int i = 0; i < PIXELS / 16; ++i)
        frcnn_load_matrices(operands->pixels[i], pixel + i * 16 * FRCNN_GEMM_STEP_BYTES);
#pragma unroll
    for (int i = 0; i < CHANNELS / 16; ++i) {
        uint32_t words[4];
        frcnn_load_matrices(words, channel + i * 16 * FRCNN_GEMM_STEP_BYTES);
        operands->channels[i * 2][0] = words[0];
        operands->channels[i * 2][1] = words[1];
        operands->channels[i * 2 + 1][0] = words[2];
        operands->channels[i * 2 + 1][1] = words[3];
    }
}

/* What all products on tensor cores have in common. */
struct frcnn_tensor_base {
    template <int PIXELS, int CHANNELS> using sums = frcnn_tensor_sums<PIXELS, CHANNELS>;

    template <int PIXELS, int CHANNELS> FRCNN_DEVICE void clear(sums<PIXELS, CHANNELS> *sums)
    {
        using type = frcnn_tensor_sums<PIXELS, CHANNELS>;
#pragma unroll
        for (int i = 0; i < type::n_pixel_blocks; ++i)
#pragma unroll
            for (int j = 0; j < type::n_channel_blocks; ++j)
#pragma unroll
                for (int k = 0; k < 4; ++k) sums->values[i][j][k] = 0.0f;
    }

    template <int PIXELS, int CHANNELS>
    FRCNN_DEVICE void store(const sums<PIXELS, CHANNELS> &sums, float *tile, int pitch, int lane)
    {
        using type = frcnn_tensor_sums<PIXELS, CHANNELS>;
        float *place = tile + lane / 4 * pitch + lane % 4 * 2;
#pragma unroll
        for (int i = 0; i < type::n_pixel_blocks; ++i)
#pragma unroll
            for (int j = 0; j < type::n_channel_blocks; ++j)
#pragma unroll
                for (int part = 0; part < 2; ++part)
                    *reinterpret_cast<float2 *>(place + (i * 16 + part * 8) * pitch + j * 8) =
                        make_float2(sums.values[i][j][part * 2], sums.values[i][j][part * 2 + 1]);
    }
};

/* One instruction for each product. Instruction has an element, prepare (of the pixels' operands; the weights' were
   prepared when they were packed) and multiply. */
template <typename Instruction> struct frcnn_tensor_op : frcnn_tensor_base {
    using element = typename Instruction::element;

    template <int PIXELS, int CHANNELS>
    FRCNN_DEVICE void multiply(frcnn_tensor_sums<PIXELS, CHANNELS> *sums, const unsigned char *pixels,
                               const unsigned char *channels, int lane)
    {
        /* The next operands are loaded while these are multiplied. */
        frcnn_tensor_operands<PIXELS, CHANNELS> operands[2];
        frcnn_tensor_load(&operands[0], pixels, channels, lane, 0);
#pragma unroll
        for (int step = 0; step < FRCNN_TENSOR_N_STEPS; ++step) {
            frcnn_tensor_operands<PIXELS, CHANNELS> *now = &operands[step % 2];
            if (step + 1 < FRCNN_TENSOR_N_STEPS)
                frcnn_tensor_load(&operands[(step + 1) % 2], pixels, channels, lane, step + 1);
#pragma unroll
            for (int i = 0; i < PIXELS / 16; ++i) {
                Instruction::prepare(now->pixels[i]);
#pragma unroll
                for (int j = 0; j < CHANNELS / 8; ++j)
                    Instruction::multiply(sums->values[i][j], now->pixels[i], now->channels[j]);
            }
        }
    }
};

#endif
