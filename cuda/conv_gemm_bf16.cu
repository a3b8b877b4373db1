#include "conv_gemm_tensor.h"

namespace
{

struct Bf16 {
    using element = __nv_bfloat16;
    FRCNN_DEVICE void prepare(uint32_t (&)[4]) {}
    FRCNN_DEVICE void multiply(float (&sums)[4], const uint32_t (&pixels)[4], const uint32_t (&channels)[2])
    {
        frcnn_mma_bf16(sums, pixels, channels);
    }
};

template <int PIXELS, int CHANNELS, int WARP_PIXELS, int WARP_CHANNELS, int N_STAGES, int N_RESIDENT>
using Taps =
    frcnn_gemm_shape<frcnn_tensor_op<Bf16>, PIXELS, CHANNELS, WARP_PIXELS, WARP_CHANNELS, N_STAGES, N_RESIDENT, false>;
template <int PIXELS, int CHANNELS, int WARP_PIXELS, int WARP_CHANNELS, int N_STAGES, int N_RESIDENT>
using Elements =
    frcnn_gemm_shape<frcnn_tensor_op<Bf16>, PIXELS, CHANNELS, WARP_PIXELS, WARP_CHANNELS, N_STAGES, N_RESIDENT, true>;

const frcnn_gemm_tile TILES[] = {
    frcnn_gemm_tile_make<Taps<256, 128, 64, 64, 3, 1>>("256x128", 1200.0f),
    frcnn_gemm_tile_make<Taps<128, 128, 64, 64, 3, 2>>("128x128", 1140.0f),
    frcnn_gemm_tile_make<Taps<128, 64, 64, 32, 3, 3>>("128x64", 960.0f),
    frcnn_gemm_tile_make<Taps<64, 64, 32, 32, 4, 4>>("64x64", 720.0f),
    frcnn_gemm_tile_make<Taps<128, 32, 32, 32, 3, 4>>("128x32", 600.0f),
    frcnn_gemm_tile_make<Elements<128, 64, 32, 64, 2, 3>>("128x64 by elements", 360.0f),
};

} // namespace

extern const frcnn_gemm_tiles frcnn_gemm_tiles_bf16 = {TILES, sizeof TILES / sizeof *TILES};
