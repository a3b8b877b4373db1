#include "kernel.h"

extern "C" {
#include "anchors/anchor_config.h"
#include "anchors/anchor_grid_body.h"
#include "anchors/anchor_ops.h"
#include "anchors/base_anchors.h"
#include "tensor/creation/arange_body.h"
}

/* A kernel's parameters have 4 KB, so a launch moves at most MAX_BASE base anchors. */
enum { THREADS = 256, BOX = 4, MAX_BASE = 64, MAX_ALL_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES };

/* How far the cells of one side are moved. */
struct shifts {
    int64_t n;
    double first, stride;
};

struct level_anchors {
    shifts y, x;
    int is_f64, is_yx;
    int n_all_base;         /* of the level */
    int first_base, n_base; /* of this launch */
    double base[MAX_BASE * BOX];
    float *out; /* of the level */
};

FRCNN_DEVICE void make_f32(const double *base, const shifts *shift0, int64_t i0, const shifts *shift1, int64_t i1,
                           float *out)
{
    float narrow[BOX];
    for (int k = 0; k < BOX; k++) narrow[k] = (float)base[k];
    frcnn_anchor_at_f32(narrow, frcnn_arange_f32(shift0->first, shift0->stride, i0, shift0->n),
                        frcnn_arange_f32(shift1->first, shift1->stride, i1, shift1->n), out);
}

FRCNN_DEVICE void make_f64(const double *base, const shifts *shift0, int64_t i0, const shifts *shift1, int64_t i1,
                           float *out)
{
    frcnn_anchor_at_f64(base, frcnn_arange_f64(shift0->first, shift0->stride, i0, shift0->n),
                        frcnn_arange_f64(shift1->first, shift1->stride, i1, shift1->n), out);
}

/* A thread makes one anchor. */
FRCNN_KERNEL(THREADS) anchor_grid(level_anchors p)
{
    const int64_t i = (int64_t)blockIdx.x * THREADS + threadIdx.x;
    if (i >= p.y.n * p.x.n * p.n_base) return;
    const int64_t cell = i / p.n_base;
    const int64_t y = cell / p.x.n, x = cell % p.x.n;
    const int nth = (int)(i % p.n_base);
    const shifts *shift0 = p.is_yx ? &p.y : &p.x;
    const shifts *shift1 = p.is_yx ? &p.x : &p.y;
    const int64_t i0 = p.is_yx ? y : x;
    const int64_t i1 = p.is_yx ? x : y;
    float box[BOX];
    if (p.is_f64)
        make_f64(p.base + nth * BOX, shift0, i0, shift1, i1, box);
    else
        make_f32(p.base + nth * BOX, shift0, i0, shift1, i1, box);
    reinterpret_cast<float4 *>(p.out)[cell * p.n_all_base + p.first_base + nth] =
        make_float4(box[0], box[1], box[2], box[3]);
}

static frcnn_status fill_level(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                               int level, frcnn_stream *stream)
{
    const int stride_y = grids->stride_y[level], stride_x = grids->stride_x[level];
    double base[MAX_ALL_BASE * BOX];
    level_anchors p;
    frcnn_base_anchors(config, level, base);
    p.y = {grids->grid_h[level], frcnn_anchor_config_get_first_shift(config, stride_y), (double)stride_y};
    p.x = {grids->grid_w[level], frcnn_anchor_config_get_first_shift(config, stride_x), (double)stride_x};
    p.is_f64 = frcnn_anchor_convention_is_f64(config->convention);
    p.is_yx = frcnn_anchor_convention_is_yx(config->convention);
    p.n_all_base = frcnn_anchor_config_get_n_base(config, level);
    p.out = out;
    for (p.first_base = 0; p.first_base < p.n_all_base; p.first_base += MAX_BASE) {
        p.n_base = p.n_all_base - p.first_base < MAX_BASE ? p.n_all_base - p.first_base : MAX_BASE;
        memcpy(p.base, base + p.first_base * BOX, (size_t)p.n_base * BOX * sizeof *base);
        const int64_t n = p.y.n * p.x.n * p.n_base;
        FRCNN_TRY(FRCNN_LAUNCH(anchor_grid, (unsigned)((n + THREADS - 1) / THREADS), THREADS, 0, stream->handle, p));
    }
    return FRCNN_OK;
}

static frcnn_status fill(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                         frcnn_stream *stream)
{
    int64_t first = 0;
    FRCNN_TRY(frcnn_anchors_count(&first, config, grids, config->n_levels));
    for (int i = 0; i < config->n_levels; i++) {
        FRCNN_TRY(frcnn_anchors_count(&first, config, grids, i));
        FRCNN_TRY(fill_level(out + first * BOX, config, grids, i, stream));
    }
    return FRCNN_OK;
}

extern "C" const frcnn_anchor_ops frcnn_anchor_ops_cuda = {fill};
