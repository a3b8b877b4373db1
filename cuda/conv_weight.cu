#include "kernel.h"

#include "conv_weight.h"
#include "mma.h"

#include <algorithm>

namespace
{

enum {
    N_THREADS = 256,
    MAX_BLOCKS = 4096,
    MAX_KERNEL = 16,      /* a side, for taps as bits of half a word */
    MERGED_CHANNELS = 32, /* of groups that stand as one */
    CHUNK_BYTES = 16
};

int get_element_bytes(int precision)
{
    return precision == FRCNN_PRECISION_F16 || precision == FRCNN_PRECISION_BF16 ? 2 : 4;
}

/* The fewest groups together that have MERGED_CHANNELS channels, both before and after; 1 where that is no gain. */
int count_merged(const frcnn_conv2d *conv)
{
    const int64_t narrower = std::min(conv->in_c, conv->out_c) / conv->groups;
    for (int n = 1; n <= conv->groups; ++n)
        if (conv->groups % n == 0 && narrower * n >= MERGED_CHANNELS) return n;
    return conv->groups;
}

} // namespace

frcnn_conv_layout frcnn_conv_layout_get_plain(const frcnn_conv2d *conv)
{
    frcnn_conv_layout layout;
    layout.kind = FRCNN_CONV_VECTORS;
    layout.precision = conv->precision;
    layout.out_c = conv->out_c;
    layout.groups = conv->groups;
    layout.group_in_c = (int)(conv->in_c / conv->groups);
    layout.group_out_c = (int)(conv->out_c / conv->groups);
    layout.n_merged = 1;
    layout.taps = conv->kernel_h * conv->kernel_w;
    layout.pitch = (int64_t)layout.taps * layout.group_in_c;
    return layout;
}

frcnn_conv_layout frcnn_conv_layout_get_kernel(const frcnn_conv2d *conv)
{
    frcnn_conv_layout layout = frcnn_conv_layout_get_plain(conv);
    if (conv->groups > 1 && conv->groups == conv->in_c && conv->groups == conv->out_c) {
        layout.kind = FRCNN_CONV_DEPTHWISE;
        layout.pitch = layout.taps;
        return layout;
    }
    const int chunk = CHUNK_BYTES / get_element_bytes(conv->precision);
    const int n_merged = conv->groups > 1 ? count_merged(conv) : 1;
    if (layout.group_in_c * n_merged % chunk != 0 || conv->kernel_h > MAX_KERNEL || conv->kernel_w > MAX_KERNEL) {
        layout.kind = FRCNN_CONV_ELEMENTS;
        layout.pitch = (layout.pitch + chunk - 1) / chunk * chunk;
        return layout;
    }
    layout.n_merged = n_merged;
    layout.groups /= n_merged;
    layout.group_in_c *= n_merged;
    layout.group_out_c *= n_merged;
    layout.pitch *= n_merged;
    return layout;
}

int frcnn_conv_layout_is_same(const frcnn_conv_layout *a, const frcnn_conv_layout *b)
{
    const bool is_depthwise = a->kind == FRCNN_CONV_DEPTHWISE;
    return is_depthwise == (b->kind == FRCNN_CONV_DEPTHWISE) && a->precision == b->precision && a->out_c == b->out_c &&
           a->group_in_c == b->group_in_c && a->group_out_c == b->group_out_c && a->n_merged == b->n_merged &&
           a->taps == b->taps && a->pitch == b->pitch;
}

int64_t frcnn_conv_layout_get_count(const frcnn_conv_layout *layout)
{
    return layout->out_c * layout->pitch;
}

/* Element index of the layout: its place in the source, or -1 for a zero. */
FRCNN_DEVICE int64_t find_source(const frcnn_conv_layout &layout, int64_t index, int is_transposed)
{
    if (layout.kind == FRCNN_CONV_DEPTHWISE) return index % layout.out_c * layout.taps + index / layout.out_c;
    const int64_t channel = index / layout.pitch;
    const int64_t k = index % layout.pitch;
    const int64_t tap = k / layout.group_in_c;
    if (tap >= layout.taps) return -1;
    const int in_c = layout.group_in_c / layout.n_merged;
    const int out_c = layout.group_out_c / layout.n_merged;
    const int64_t in = k % layout.group_in_c - channel / out_c % layout.n_merged * in_c;
    if (in < 0 || in >= in_c) return -1;
    return is_transposed ? (in * layout.out_c + channel) * layout.taps + tap
                         : (channel * in_c + in) * layout.taps + tap;
}

FRCNN_KERNEL(N_THREADS)
pack_weights(frcnn_conv_layout layout, int is_transposed, int64_t count, const float *weight, void *dst)
{
    for (int64_t i = (int64_t)blockIdx.x * N_THREADS + threadIdx.x; i < count; i += (int64_t)gridDim.x * N_THREADS) {
        const int64_t source = find_source(layout, i, is_transposed);
        const float value = source < 0 ? 0.0f : weight[source];
        if (layout.precision == FRCNN_PRECISION_F16)
            static_cast<__half *>(dst)[i] = __float2half_rn(value);
        else if (layout.precision == FRCNN_PRECISION_BF16)
            static_cast<__nv_bfloat16 *>(dst)[i] = __float2bfloat16_rn(value);
        else if (layout.precision == FRCNN_PRECISION_TF32)
            static_cast<uint32_t *>(dst)[i] = frcnn_round_to_tf32(__float_as_uint(value));
        else
            static_cast<float *>(dst)[i] = value;
    }
}

frcnn_status frcnn_conv_weight_pack(const frcnn_conv_layout *layout, int is_transposed, const float *weight, void *dst,
                                    cudaStream_t stream)
{
    const int64_t count = frcnn_conv_layout_get_count(layout);
    const int64_t n_blocks = std::min<int64_t>((count + N_THREADS - 1) / N_THREADS, MAX_BLOCKS);
    return FRCNN_LAUNCH(pack_weights, (unsigned)n_blocks, N_THREADS, 0, stream, *layout, is_transposed, count, weight,
                        dst);
}
