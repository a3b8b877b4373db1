#include "conv_gemm_fma.h"

namespace
{

template <int PIXELS, int CHANNELS, int WARP_PIXELS, int WARP_CHANNELS, int N_STAGES, int N_RESIDENT>
using Taps = frcnn_gemm_shape<frcnn_fma_op, PIXELS, CHANNELS, WARP_PIXELS, WARP_CHANNELS, N_STAGES, N_RESIDENT, false>;
template <int PIXELS, int CHANNELS, int WARP_PIXELS, int WARP_CHANNELS, int N_STAGES, int N_RESIDENT>
using Elements =
    frcnn_gemm_shape<frcnn_fma_op, PIXELS, CHANNELS, WARP_PIXELS, WARP_CHANNELS, N_STAGES, N_RESIDENT, true>;

const frcnn_gemm_tile TILES[] = {
    frcnn_gemm_tile_make<Taps<128, 128, 32, 64, 3, 2>>("128x128", 115.0f),
    frcnn_gemm_tile_make<Taps<128, 64, 32, 64, 3, 3>>("128x64", 109.2f),
    frcnn_gemm_tile_make<Taps<64, 64, 32, 32, 4, 4>>("64x64", 92.0f),
    frcnn_gemm_tile_make<Taps<128, 32, 32, 32, 3, 4>>("128x32", 80.5f),
    frcnn_gemm_tile_make<Elements<128, 64, 32, 64, 2, 3>>("128x64 by elements", 46.0f),
};

} // namespace

extern const frcnn_gemm_tiles frcnn_gemm_tiles_f32 = {TILES, sizeof TILES / sizeof *TILES};
