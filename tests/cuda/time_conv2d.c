/* time_conv2d [PRECISION [all]]: times the convolutions of a ResNet-50-FPN Faster R-CNN at 800x1344 on the first GPU, batch 1,
   each with every variant that the CUDA backend has for it, and prints a line for each: the variant that runs without tuning,
   the fastest, and how much of the GPU's arithmetic and memory that is. "all" prints every variant. The last lines are sums
   over the network. What runs is a recording of N_RUNS of the same convolution, so no time is lost to launches, and small
   maps come from the L2 cache as they do behind the layer before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../cuda/conv_candidates.h"
#include "tensor/memory.h"
#include "tensor/network_ops.h"

extern const frcnn_stream_ops frcnn_stream_ops_cuda;
extern const frcnn_network_ops frcnn_network_ops_cuda;

enum { N_RUNS = 10, N_REPLAYS = 3, ALL_VARIANTS = 128 };

/* A convolution and how often the network has it. */
typedef struct layer {
    const char *name;
    int count;
    int h, w, in_c, out_c, kernel, stride;
    int has_residual; /* 2: of half the size, upsampled */
    int is_f32;       /* what it gives */
} layer;

/* clang-format off */
static const layer LAYERS[] = {
    {"stem", 1, 800, 1344, 3, 64, 7, 2, 0, 0},
    {"layer1.0.conv1", 1, 200, 336, 64, 64, 1, 1, 0, 0},
    {"layer1.x.conv2", 3, 200, 336, 64, 64, 3, 1, 0, 0},
    {"layer1.x.conv3", 3, 200, 336, 64, 256, 1, 1, 1, 0},
    {"layer1.0.downsample", 1, 200, 336, 64, 256, 1, 1, 0, 0},
    {"layer1.x.conv1", 2, 200, 336, 256, 64, 1, 1, 0, 0},
    {"layer2.0.conv1", 1, 200, 336, 256, 128, 1, 1, 0, 0},
    {"layer2.0.conv2", 1, 200, 336, 128, 128, 3, 2, 0, 0},
    {"layer2.0.downsample", 1, 200, 336, 256, 512, 1, 2, 0, 0},
    {"layer2.x.conv3", 4, 100, 168, 128, 512, 1, 1, 1, 0},
    {"layer2.x.conv1", 3, 100, 168, 512, 128, 1, 1, 0, 0},
    {"layer2.x.conv2", 3, 100, 168, 128, 128, 3, 1, 0, 0},
    {"layer3.0.conv1", 1, 100, 168, 512, 256, 1, 1, 0, 0},
    {"layer3.0.conv2", 1, 100, 168, 256, 256, 3, 2, 0, 0},
    {"layer3.0.downsample", 1, 100, 168, 512, 1024, 1, 2, 0, 0},
    {"layer3.x.conv3", 6, 50, 84, 256, 1024, 1, 1, 1, 0},
    {"layer3.x.conv1", 5, 50, 84, 1024, 256, 1, 1, 0, 0},
    {"layer3.x.conv2", 5, 50, 84, 256, 256, 3, 1, 0, 0},
    {"layer4.0.conv1", 1, 50, 84, 1024, 512, 1, 1, 0, 0},
    {"layer4.0.conv2", 1, 50, 84, 512, 512, 3, 2, 0, 0},
    {"layer4.0.downsample", 1, 50, 84, 1024, 2048, 1, 2, 0, 0},
    {"layer4.x.conv3", 3, 25, 42, 512, 2048, 1, 1, 1, 0},
    {"layer4.x.conv1", 2, 25, 42, 2048, 512, 1, 1, 0, 0},
    {"layer4.x.conv2", 2, 25, 42, 512, 512, 3, 1, 0, 0},
    {"fpn.inner.0", 1, 200, 336, 256, 256, 1, 1, 2, 0},
    {"fpn.inner.1", 1, 100, 168, 512, 256, 1, 1, 2, 0},
    {"fpn.inner.2", 1, 50, 84, 1024, 256, 1, 1, 2, 0},
    {"fpn.inner.3", 1, 25, 42, 2048, 256, 1, 1, 0, 0},
    {"fpn.layer.0, rpn.conv", 2, 200, 336, 256, 256, 3, 1, 0, 0},
    {"fpn.layer.1, rpn.conv", 2, 100, 168, 256, 256, 3, 1, 0, 0},
    {"fpn.layer.2, rpn.conv", 2, 50, 84, 256, 256, 3, 1, 0, 0},
    {"fpn.layer.3, rpn.conv", 2, 25, 42, 256, 256, 3, 1, 0, 0},
    {"rpn.conv of pool", 1, 13, 21, 256, 256, 3, 1, 0, 0},
    {"rpn.cls_logits 0", 1, 200, 336, 256, 3, 1, 1, 0, 1},
    {"rpn.bbox_pred 0", 1, 200, 336, 256, 12, 1, 1, 0, 1},
    {"rpn.cls_logits 1", 1, 100, 168, 256, 3, 1, 1, 0, 1},
    {"rpn.bbox_pred 1", 1, 100, 168, 256, 12, 1, 1, 0, 1},
    {"rpn.bbox_pred 2", 2, 50, 84, 256, 12, 1, 1, 0, 1},
    {"rpn.bbox_pred 3", 2, 25, 42, 256, 12, 1, 1, 0, 1},
    {"rpn.bbox_pred 4", 2, 13, 21, 256, 12, 1, 1, 0, 1},
    {"roi.fc6", 1, 1000, 1, 12544, 1024, 1, 1, 0, 0},
    {"roi.fc7", 1, 1000, 1, 1024, 1024, 1, 1, 0, 0},
    {"roi.cls_score", 1, 1000, 1, 1024, 91, 1, 1, 0, 1},
    {"roi.bbox_pred", 1, 1000, 1, 1024, 364, 1, 1, 0, 1},
};
/* clang-format on */

/* What all layers share: as much as the largest takes. */
typedef struct bench {
    frcnn_stream *stream;
    frcnn_precision precision;
    int prints_all;
    void *src, *dst, *residual, *scratchpad;
    double default_ms, best_ms, gflop; /* of the network so far */
} bench;

enum { MAP_BYTES = 200 * 336 * 256 * 4, SCRATCHPAD_BYTES = 64 << 20 };

static void check(frcnn_status status)
{
    if (status == FRCNN_OK) return;
    (void)fprintf(stderr, "time_conv2d: %s\n", frcnn_error_message());
    exit(1);
}

static frcnn_conv2d get_conv(const layer *l, frcnn_precision precision)
{
    frcnn_conv2d conv = frcnn_conv2d_on_rows(l->h, l->in_c, l->out_c);
    conv.in_w = l->w;
    conv.kernel_h = conv.kernel_w = l->kernel;
    conv.stride_h = conv.stride_w = l->stride;
    conv.padding_h = conv.padding_w = l->kernel / 2;
    conv.has_residual = l->has_residual != 0;
    conv.activation = FRCNN_RELU;
    conv.precision = precision;
    conv.dst_is_f32 = l->is_f32;
    check(frcnn_conv2d_set_output(&conv));
    conv.residual_h = l->has_residual == 2 ? conv.out_h / 2 : 0;
    conv.residual_w = l->has_residual == 2 ? conv.out_w / 2 : 0;
    return conv;
}

static double time_runs(const bench *b, frcnn_primitive *primitive, const frcnn_packed *packed, int has_residual)
{
    const frcnn_stream_ops *ops = &frcnn_stream_ops_cuda;
    const void *residual = has_residual ? b->residual : NULL;
    frcnn_recording *recording = NULL;
    double best = 1e9;
    /* What runs for the first time is loaded, which is no part of a recording. */
    check(frcnn_network_ops_cuda.run(primitive, b->src, packed, residual, b->dst, b->scratchpad, b->stream));
    check(ops->begin_recording(b->stream));
    for (int i = 0; i < N_RUNS; ++i)
        check(frcnn_network_ops_cuda.run(primitive, b->src, packed, residual, b->dst, b->scratchpad, b->stream));
    check(ops->end_recording(b->stream, &recording));
    for (int i = 0; i <= N_REPLAYS; ++i) {
        check(ops->mark(b->stream, 0));
        check(ops->replay(b->stream, recording));
        check(ops->mark(b->stream, 1));
        check(ops->wait(b->stream));
        const double ms = ops->get_elapsed(b->stream, 0, 1) / N_RUNS;
        if (i > 0 && ms < best) best = ms;
    }
    ops->destroy_recording(&recording);
    return best;
}

static double get_gbytes(const frcnn_conv2d *c)
{
    const double element = frcnn_precision_get_dtype(c->precision) == FRCNN_F32 ? 4.0 : 2.0;
    const double src = (double)c->in_h * (double)c->in_w * (double)c->in_c;
    const double weight = (double)(c->in_c * c->out_c * c->kernel_h * c->kernel_w);
    const double dst = (double)(c->out_h * c->out_w * c->out_c);
    return (element * (src + weight + (c->has_residual ? dst : 0.0)) + (c->dst_is_f32 ? 4.0 : element) * dst) * 1e-9;
}

/* Fills memory with numbers that are no zeros: a GPU takes less power, and so less time, for zeros. */
static void fill(const bench *b, void *memory, size_t bytes)
{
    void *block = NULL;
    check(frcnn_alloc(&block, bytes, 1, "numbers"));
    uint16_t *halves = block;
    uint32_t state = 1;
    for (size_t i = 0; i < bytes / 2; ++i) {
        state = state * 1664525u + 1013904223u;
        halves[i] = (uint16_t)(0x3800u | (state >> 16 & 0x83ffu)); /* about 1/2 in any dtype */
    }
    check(frcnn_stream_ops_cuda.upload(b->stream, memory, block, bytes));
    check(frcnn_stream_ops_cuda.wait(b->stream));
    frcnn_free(block);
}

static frcnn_packed *create_packed(const bench *b, const frcnn_primitive *primitive, const frcnn_conv2d *conv)
{
    const size_t n = (size_t)(conv->out_c * conv->in_c * conv->kernel_h * conv->kernel_w);
    void *block = NULL;
    frcnn_packed *packed = NULL;
    check(frcnn_alloc(&block, n, sizeof(float), "weights"));
    float *weights = block;
    for (size_t i = 0; i < n; ++i) weights[i] = (float)((int)(i * 7919 % 2001) - 1000) * 1e-4f;
    check(frcnn_network_ops_cuda.create_packed(&packed, primitive, weights, weights, b->stream));
    frcnn_free(block);
    return packed;
}

static void time_layer(bench *b, const layer *l)
{
    const frcnn_conv2d conv = get_conv(l, b->precision);
    const double gflop = 2e-9 * (double)frcnn_conv2d_get_macs(&conv);
    frcnn_primitive *primitive = NULL;
    check(frcnn_network_ops_cuda.create_primitive(&primitive, &conv, b->stream));
    frcnn_packed *packed = create_packed(b, primitive, &conv);
    double default_ms = 0.0;
    double best_ms = 1e9;
    int best = 0;
    for (int i = 0; i < frcnn_conv_candidates_get_n(primitive); ++i) {
        frcnn_conv_candidates_choose(primitive, i);
        const double ms = time_runs(b, primitive, packed, conv.has_residual);
        if (b->prints_all)
            (void)printf("    %8.4f ms %7.1f TFLOP/s  %3d %s\n", ms, gflop / ms, i,
                         frcnn_conv_candidates_get_name(primitive, i));
        if (i == 0) default_ms = ms;
        if (ms < best_ms) {
            best_ms = ms;
            best = i;
        }
    }
    (void)printf("%-22s x%d %8.4f ms %7.1f TFLOP/s %6.0f GB/s | untuned %8.4f ms | %3d %s\n", l->name, l->count,
                 best_ms, gflop / best_ms, get_gbytes(&conv) / best_ms * 1e3, default_ms, best,
                 frcnn_conv_candidates_get_name(primitive, best));
    (void)fflush(stdout);
    b->default_ms += l->count * default_ms;
    b->best_ms += l->count * best_ms;
    b->gflop += l->count * gflop;
    frcnn_network_ops_cuda.destroy_packed(&packed);
    frcnn_network_ops_cuda.destroy_primitive(&primitive);
}

static void time_precision(bench *b)
{
    b->default_ms = b->best_ms = b->gflop = 0.0;
    (void)printf("# %s\n", frcnn_precision_get_name(b->precision));
    for (size_t i = 0; i < sizeof LAYERS / sizeof *LAYERS; ++i) time_layer(b, &LAYERS[i]);
    (void)printf("%s: %.1f GFLOP, fastest %.3f ms (%.1f TFLOP/s), untuned %.3f ms\n",
                 frcnn_precision_get_name(b->precision), b->gflop, b->best_ms, b->gflop / b->best_ms, b->default_ms);
}

int main(int argc, char **argv)
{
    static bench b;
    const frcnn_stream_ops *ops = &frcnn_stream_ops_cuda;
    check(ops->create(&b.stream, 0));
    check(ops->alloc(b.stream, &b.src, MAP_BYTES, "src"));
    check(ops->alloc(b.stream, &b.dst, MAP_BYTES, "dst"));
    check(ops->alloc(b.stream, &b.residual, MAP_BYTES, "residual"));
    check(ops->alloc(b.stream, &b.scratchpad, SCRATCHPAD_BYTES, "scratchpad"));
    fill(&b, b.src, MAP_BYTES);
    fill(&b, b.residual, MAP_BYTES);
    b.prints_all = argc > 2 && strcmp(argv[2], "all") == 0;
    frcnn_conv_candidates_offer(ALL_VARIANTS);
    for (int i = 0; i < FRCNN_N_PRECISIONS; ++i) {
        b.precision = (frcnn_precision)i;
        if (argc < 2 || strcmp(argv[1], frcnn_precision_get_name(b.precision)) == 0) time_precision(&b);
    }
    ops->free(b.stream, b.src);
    ops->free(b.stream, b.dst);
    ops->free(b.stream, b.residual);
    ops->free(b.stream, b.scratchpad);
    ops->destroy(&b.stream);
    return 0;
}
