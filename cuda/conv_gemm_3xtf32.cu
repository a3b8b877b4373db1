/* f32 on tensor cores: each factor is the sum of two TF32 numbers, large and small, and a product that of three: what is left
   out is below 2^-21 of it. Tensor cores round sums toward zero, so they sum only a few products, and the threads the rest. An
   infinite factor gives NaN, where f32 gives infinity or NaN. */
#include "conv_gemm_tensor.h"

namespace
{

struct Split {
    uint32_t large, small;
};

/* Large is cut off, so that what is left has 13 bits; it is rounded to the 11 that count. An instruction for TF32's own rounding
   takes several of the machine's. */
FRCNN_DEVICE Split split(uint32_t bits)
{
    Split out;
    out.large = bits & 0xffffe000u;
    out.small = __float_as_uint(__uint_as_float(bits) - __uint_as_float(out.large)) + 0x1000u;
    return out;
}

template <int N> FRCNN_DEVICE void split_all(const uint32_t (&words)[N], uint32_t (&large)[N], uint32_t (&small)[N])
{
#pragma unroll
    for (int i = 0; i < N; ++i) {
        const Split parts = split(words[i]);
        large[i] = parts.large;
        small[i] = parts.small;
    }
}

enum { N_STEPS_SUMMED = 2 }; /* by the tensor cores */

struct Op : frcnn_tensor_base {
    using element = float;

    template <int PIXELS, int CHANNELS>
    FRCNN_DEVICE void add_step(frcnn_tensor_sums<PIXELS, CHANNELS> *products, const unsigned char *pixels,
                               const unsigned char *channels, int lane, int step)
    {
        frcnn_tensor_operands<PIXELS, CHANNELS> whole;
        frcnn_tensor_load(&whole, pixels, channels, lane, step);
        frcnn_tensor_operands<PIXELS, CHANNELS> large, small;
#pragma unroll
        for (int i = 0; i < CHANNELS / 8; ++i) split_all(whole.channels[i], large.channels[i], small.channels[i]);
#pragma unroll
        for (int i = 0; i < PIXELS / 16; ++i) {
            split_all(whole.pixels[i], large.pixels[i], small.pixels[i]);
#pragma unroll
            for (int j = 0; j < CHANNELS / 8; ++j) {
                frcnn_mma_tf32(products->values[i][j], small.pixels[i], large.channels[j]);
                frcnn_mma_tf32(products->values[i][j], large.pixels[i], small.channels[j]);
                frcnn_mma_tf32(products->values[i][j], large.pixels[i], large.channels[j]);
            }
        }
    }

    template <int PIXELS, int CHANNELS>
    FRCNN_DEVICE void multiply(frcnn_tensor_sums<PIXELS, CHANNELS> *sums, const unsigned char *pixels,
                               const unsigned char *channels, int lane)
    {
#pragma unroll 1
        for (int first = 0; first < FRCNN_TENSOR_N_STEPS; first += N_STEPS_SUMMED) {
            frcnn_tensor_sums<PIXELS, CHANNELS> products;
            clear(&products);
#pragma unroll
            for (int step = 0; step < N_STEPS_SUMMED; ++step) add_step(&products, pixels, channels, lane, first + step);
#pragma unroll
            for (int i = 0; i < PIXELS / 16; ++i)
#pragma unroll
                for (int j = 0; j < CHANNELS / 8; ++j)
#pragma unroll
                    for (int k = 0; k < 4; ++k) sums->values[i][j][k] += products.values[i][j][k];
        }
    }
};

const frcnn_gemm_tile TILES[] = {
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 128, 128, 64, 32, 3, 1, false>>("128x128 3xtf32", 190.0f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 128, 64, 64, 32, 3, 2, false>>("128x64 3xtf32", 180.5f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 64, 64, 32, 32, 4, 3, false>>("64x64 3xtf32", 152.0f),
};

} // namespace

extern const frcnn_gemm_tiles frcnn_gemm_tiles_3xtf32 = {TILES, sizeof TILES / sizeof *TILES};
