#include "conv_gemm_tensor.h"

namespace
{

/* Weights were rounded when they were packed. */
struct Tf32 {
    using element = float;
    FRCNN_DEVICE void prepare(uint32_t (&pixels)[4])
    {
#pragma unroll
        for (int i = 0; i < 4; ++i) pixels[i] = frcnn_round_to_tf32(pixels[i]);
    }
    FRCNN_DEVICE void multiply(float (&sums)[4], const uint32_t (&pixels)[4], const uint32_t (&channels)[2])
    {
        frcnn_mma_tf32(sums, pixels, channels);
    }
};

using Op = frcnn_tensor_op<Tf32>;

const frcnn_gemm_tile TILES[] = {
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 256, 128, 64, 64, 3, 1, false>>("256x128", 600.0f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 128, 128, 64, 64, 3, 2, false>>("128x128", 570.0f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 128, 64, 64, 32, 3, 3, false>>("128x64", 480.0f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 64, 64, 32, 32, 4, 4, false>>("64x64", 360.0f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 128, 32, 32, 32, 3, 4, false>>("128x32", 300.0f),
    frcnn_gemm_tile_make<frcnn_gemm_shape<Op, 128, 64, 32, 64, 2, 3, true>>("128x64 by elements", 180.0f),
};

} // namespace

extern const frcnn_gemm_tiles frcnn_gemm_tiles_tf32 = {TILES, sizeof TILES / sizeof *TILES};
