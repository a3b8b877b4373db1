#include "kernel.h"

#include "lanes.h"
#include "roi_grid.h"
#include "roi_pooling.h"

extern "C" {
#include "roi/level_mapper_body.h"
#include "roi/roi_align_body.h"
}

/* Taps kept per axis of a RoI; those beyond are worked out again by every thread that needs them. */
enum { MAX_TAPS = 128 };

/* A sample's neighbours along one axis: where they begin, in accesses from the map's start; of one that counts as 0, low is
   negative. */
struct alignas(16) roi_tap {
    int32_t low, high;
    float w_low, w_high;
};

/* One axis of a RoI; neighbours are step accesses apart. */
struct roi_side {
    frcnn_roi_axis axis;
    int32_t step;
};

/* What the threads of a block share: its RoI along y and x, and the taps. */
struct roi_shared {
    int level;
    roi_side sides[2];
    roi_tap taps[2][MAX_TAPS];
};

FRCNN_DEVICE roi_tap make_tap(const roi_side *side, int bin, int sample)
{
    const frcnn_roi_tap tap = frcnn_roi_get_tap(side->axis, bin, sample);
    roi_tap out;
    out.low = tap.is_inside ? tap.low * side->step : -1;
    out.high = tap.high * side->step;
    out.w_low = tap.w_low;
    out.w_high = tap.w_high;
    return out;
}

/* The block's threads make the first taps of a side, all bins in a row. */
FRCNN_DEVICE void fill_taps(const roi_side *side, int n_bins, roi_tap *taps)
{
    const int64_t n_all = (int64_t)n_bins * side->axis.grid;
    const int n = n_all < MAX_TAPS ? (int)n_all : MAX_TAPS;
    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x)
        taps[i] = make_tap(side, i / side->axis.grid, i % side->axis.grid);
}

/* GRID: samples per side of a bin, whose taps were all kept; 0: those of the RoI. */
template <int GRID> FRCNN_DEVICE roi_tap get_tap(const roi_shared *shared, int axis, int bin, int sample)
{
    if (GRID > 0) return shared->taps[axis][bin * GRID + sample];
    const int64_t index = (int64_t)bin * shared->sides[axis].axis.grid + sample;
    return index < MAX_TAPS ? shared->taps[axis][index] : make_tap(&shared->sides[axis], bin, sample);
}

/* sums [N] += one sample of N channels. */
template <typename T, int N>
FRCNN_DEVICE void add_sample(const frcnn_lanes<T, N> *map, const roi_tap *y, const roi_tap *x, float *sums)
{
    const frcnn_lanes<T, N> a = map[y->low + x->low], b = map[y->low + x->high];
    const frcnn_lanes<T, N> c = map[y->high + x->low], d = map[y->high + x->high];
    const float wa = y->w_low * x->w_low;
    const float wb = y->w_low * x->w_high;
    const float wc = y->w_high * x->w_low;
    const float wd = y->w_high * x->w_high;
    for (int i = 0; i < N; i++)
        sums[i] += frcnn_roi_blend(wa, wb, wc, wd, frcnn_widen(a.values[i]), frcnn_widen(b.values[i]),
                                   frcnn_widen(c.values[i]), frcnn_widen(d.values[i]));
}

/* N channels of one bin: the mean of its samples, in the order of frcnn_roi_align_cpu. */
template <typename T, int N, int GRID>
FRCNN_DEVICE frcnn_lanes<T, N> make_bin(const frcnn_lanes<T, N> *map, const roi_shared *shared, int bin_y, int bin_x)
{
    const int grid_y = GRID > 0 ? GRID : shared->sides[0].axis.grid;
    const int grid_x = GRID > 0 ? GRID : shared->sides[1].axis.grid;
    const float count = grid_y * grid_x > 1 ? (float)(grid_y * grid_x) : 1.0f;
    float sums[N];
    for (int i = 0; i < N; i++) sums[i] = 0.0f;
#pragma unroll 1
    for (int iy = 0; iy < grid_y; iy++) {
        const roi_tap y = get_tap<GRID>(shared, 0, bin_y, iy);
        if (y.low < 0) continue;
#pragma unroll 1
        for (int ix = 0; ix < grid_x; ix++) {
            const roi_tap x = get_tap<GRID>(shared, 1, bin_x, ix);
            if (x.low >= 0) add_sample(map, &y, &x, sums);
        }
    }
    frcnn_lanes<T, N> bin;
    for (int i = 0; i < N; i++) frcnn_narrow(sums[i] / count, &bin.values[i]);
    return bin;
}

/* One thread finds the level and the sides, then all make the taps. */
FRCNN_DEVICE void share_roi(roi_shared *shared, const frcnn_roi_align *align, int n_lanes, const float *roi)
{
    const int n_bins = align->output_size;
    if (threadIdx.x == 0) {
        shared->level = frcnn_roi_get_level(roi, align->level_rule, align->k_min, align->k_min + align->n_levels - 1) -
                        align->k_min;
        const frcnn_roi_level *level = &align->levels[shared->level];
        shared->sides[0].axis = frcnn_roi_get_axis(roi[1], roi[3], level->scale, level->height, n_bins,
                                                   align->sampling_ratio, align->is_aligned);
        shared->sides[1].axis = frcnn_roi_get_axis(roi[0], roi[2], level->scale, level->width, n_bins,
                                                   align->sampling_ratio, align->is_aligned);
        shared->sides[0].step = level->width * n_lanes;
        shared->sides[1].step = n_lanes;
    }
    __syncthreads();
    for (int k = 0; k < 2; k++) fill_taps(&shared->sides[k], n_bins, shared->taps[k]);
    __syncthreads();
}

template <typename T, int N, int GRID>
FRCNN_KERNEL(FRCNN_ROI_GRID_THREADS, 2)
roi_align(frcnn_roi_align align, frcnn_roi_grid grid, frcnn_lanes<T, N> *dst)
{
    FRCNN_SHARED roi_shared shared;
    const frcnn_roi_share share = frcnn_roi_grid_get_share(grid);
    frcnn_lanes<T, N> *bins = dst + share.first;
    if (share.is_empty) {
        for (int i = share.begin; i < share.end; i += (int)blockDim.x) bins[i] = frcnn_lanes_fill<T, N>(0.0f);
        return;
    }
    share_roi(&shared, &align, grid.n_lanes, share.roi);
    const frcnn_roi_level *level = &align.levels[shared.level];
    const frcnn_lanes<T, N> *map = reinterpret_cast<const frcnn_lanes<T, N> *>(level->map) +
                                   (size_t)share.image * level->height * level->width * grid.n_lanes;
    for (int i = share.begin; i < share.end; i += (int)blockDim.x) {
        const int bin = i / grid.n_lanes;
        bins[i] = make_bin<T, N, GRID>(map + i % grid.n_lanes, &shared, bin / grid.n_bins, bin % grid.n_bins);
    }
}

template <typename T, int N, int GRID> static frcnn_status launch(const frcnn_roi_align_run *run, frcnn_stream *stream)
{
    const frcnn_roi_align *align = &run->align;
    const int64_t n_lanes = align->channels / N;
    FRCNN_TRY(frcnn_roi_grid_check("roi_align", run->n, run->n_rows, align->output_size, n_lanes, align->levels,
                                   align->n_levels));
    const frcnn_roi_grid grid = {run->boxes, run->counts, (int)run->n_rows, align->output_size, (int)n_lanes};
    return FRCNN_LAUNCH((roi_align<T, N, GRID>), frcnn_roi_grid_get_blocks(&grid, run->n * run->n_rows),
                        frcnn_roi_grid_get_threads(&grid), 0, stream->handle, *align, grid,
                        (frcnn_lanes<T, N> *)run->dst);
}

template <typename T> static frcnn_status align(const frcnn_roi_align_run *run, frcnn_stream *stream)
{
    constexpr int N = frcnn_wide<T>::lanes;
    if (run->align.channels % N != 0) return launch<T, 1, 0>(run, stream);
    const int has_usual_grid = run->align.sampling_ratio == 2 && 2 * run->align.output_size <= MAX_TAPS;
    return has_usual_grid ? launch<T, N, 2>(run, stream) : launch<T, N, 0>(run, stream);
}

frcnn_status frcnn_roi_align_cuda(const frcnn_roi_align_run *run, frcnn_stream *stream)
{
    switch (run->dtype) {
    case FRCNN_F32:
        return align<float>(run, stream);
    case FRCNN_F16:
        return align<__half>(run, stream);
    case FRCNN_BF16:
        return align<__nv_bfloat16>(run, stream);
    default:
        return frcnn_fail(FRCNN_ERROR_BACKEND, "roi_align: expected f32, f16 or bf16, found %s",
                          frcnn_dtype_get_name(run->dtype));
    }
}
