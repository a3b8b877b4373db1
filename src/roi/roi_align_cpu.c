#include "roi/roi_align.h"

#include <assert.h>
#include <string.h>

#include "roi/level_mapper_body.h"
#include "roi/roi_align_body.h"
#include "rpn/box_coder_body.h"
#include "tensor/index/sort_keys.h"
#include "tensor/parallel.h"

/* Samples that are added before a bin's sum is back in memory: all of them at the usual sampling ratio of 2. */
enum { GROUP = 4 };

/* Taps kept per axis of a RoI; those beyond are worked out again for each bin. */
enum { MAX_TAPS = 256 };

/* RoIs that are put in order together. */
enum { CHUNK = 1024, BAND_ROWS = 8 };

/** The four neighbours of a sample, channels contiguous, and their weights. */
typedef struct frcnn_roi_sample {
    const float *a, *b, *c, *d;
    float wa, wb, wc, wd;
} frcnn_roi_sample;

FRCNN_HD float sample_value(const frcnn_roi_sample *s, int64_t channel)
{
    return frcnn_roi_blend(s->wa, s->wb, s->wc, s->wd, s->a[channel], s->b[channel], s->c[channel], s->d[channel]);
}

/** dst [n] = the mean of GROUP samples. */
FRCNN_SIMD void frcnn_roi_align_store_mean(const frcnn_roi_sample *samples, int64_t n, float *restrict dst)
{
    const frcnn_roi_sample s0 = samples[0], s1 = samples[1], s2 = samples[2], s3 = samples[3];
    for (int64_t i = 0; i < n; i++)
        dst[i] =
            ((((0.0f + sample_value(&s0, i)) + sample_value(&s1, i)) + sample_value(&s2, i)) + sample_value(&s3, i)) /
            (float)GROUP;
}

/** dst [n] += n_samples samples, at most GROUP, one after the other. */
FRCNN_SIMD void frcnn_roi_align_add(const frcnn_roi_sample *samples, int n_samples, int64_t n, float *restrict dst)
{
    if (n_samples == GROUP) {
        const frcnn_roi_sample s0 = samples[0], s1 = samples[1], s2 = samples[2], s3 = samples[3];
        for (int64_t i = 0; i < n; i++)
            dst[i] = (((dst[i] + sample_value(&s0, i)) + sample_value(&s1, i)) + sample_value(&s2, i)) +
                     sample_value(&s3, i);
        return;
    }
    for (int j = 0; j < n_samples; j++) {
        const frcnn_roi_sample s = samples[j];
        for (int64_t i = 0; i < n; i++) dst[i] += sample_value(&s, i);
    }
}

FRCNN_SIMD void frcnn_roi_align_divide(float count, int64_t n, float *dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] /= count;
}

/** One axis of a RoI with the taps of its first samples, all bins in a row. */
typedef struct roi_taps {
    frcnn_roi_axis axis;
    frcnn_roi_tap taps[MAX_TAPS];
} roi_taps;

static void taps_fill(roi_taps *t, int n_bins)
{
    int n = 0;
    for (int bin = 0; bin < n_bins; bin++)
        for (int sample = 0; sample < t->axis.grid && n < MAX_TAPS; sample++)
            t->taps[n++] = frcnn_roi_get_tap(t->axis, bin, sample);
}

static inline frcnn_roi_tap taps_get(const roi_taps *t, int bin, int sample)
{
    const int64_t index = (int64_t)bin * t->axis.grid + sample;
    return index < MAX_TAPS ? t->taps[index] : frcnn_roi_get_tap(t->axis, bin, sample);
}

static frcnn_roi_sample sample_at(const frcnn_roi_level *level, int64_t channels, const frcnn_roi_tap *y,
                                  const frcnn_roi_tap *x)
{
    const float *upper = level->map + (int64_t)y->low * level->width * channels;
    const float *lower = level->map + (int64_t)y->high * level->width * channels;
    const int64_t left = x->low * channels;
    const int64_t right = x->high * channels;
    return (frcnn_roi_sample){.a = upper + left,
                              .b = upper + right,
                              .c = lower + left,
                              .d = lower + right,
                              .wa = y->w_low * x->w_low,
                              .wb = y->w_low * x->w_high,
                              .wc = y->w_high * x->w_low,
                              .wd = y->w_high * x->w_high};
}

/** dst [channels] = one bin. */
static void align_bin(const frcnn_roi_level *level, int64_t channels, const roi_taps *rows, const roi_taps *columns,
                      int bin_y, int bin_x, float *dst)
{
    frcnn_roi_sample samples[GROUP];
    const int count = rows->axis.grid * columns->axis.grid;
    int n = 0, is_started = 0;
    for (int iy = 0; iy < rows->axis.grid; iy++) {
        const frcnn_roi_tap y = taps_get(rows, bin_y, iy);
        if (!y.is_inside) continue;
        for (int ix = 0; ix < columns->axis.grid; ix++) {
            const frcnn_roi_tap x = taps_get(columns, bin_x, ix);
            if (!x.is_inside) continue;
            samples[n++] = sample_at(level, channels, &y, &x);
            if (n < GROUP) continue;
            if (count == GROUP) {
                frcnn_roi_align_store_mean(samples, channels, dst);
                return;
            }
            if (!is_started) memset(dst, 0, (size_t)channels * sizeof *dst);
            is_started = 1;
            frcnn_roi_align_add(samples, n, channels, dst);
            n = 0;
        }
    }
    if (!is_started) memset(dst, 0, (size_t)channels * sizeof *dst);
    frcnn_roi_align_add(samples, n, channels, dst);
    frcnn_roi_align_divide(count > 1 ? (float)count : 1.0f, channels, dst);
}

static const frcnn_roi_level *get_level(const frcnn_roi_align *p, const float *roi)
{
    return &p->levels[frcnn_roi_get_level(roi, p->level_rule, p->k_min, p->k_min + p->n_levels - 1) - p->k_min];
}

/** dst [P, P, channels] = one RoI. */
static void align_roi(const frcnn_roi_align *p, const float *roi, float *dst)
{
    const int n_bins = p->output_size;
    if (!frcnn_box_is_finite(roi)) {
        memset(dst, 0, (size_t)n_bins * (size_t)n_bins * (size_t)p->channels * sizeof *dst);
        return;
    }
    const frcnn_roi_level *level = get_level(p, roi);
    roi_taps rows, columns;
    rows.axis =
        frcnn_roi_get_axis(roi[1], roi[3], level->scale, level->height, n_bins, p->sampling_ratio, p->is_aligned);
    columns.axis =
        frcnn_roi_get_axis(roi[0], roi[2], level->scale, level->width, n_bins, p->sampling_ratio, p->is_aligned);
    taps_fill(&rows, n_bins);
    taps_fill(&columns, n_bins);
    for (int bin_y = 0; bin_y < n_bins; bin_y++)
        for (int bin_x = 0; bin_x < n_bins; bin_x++)
            align_bin(level, p->channels, &rows, &columns, bin_y, bin_x,
                      dst + ((int64_t)bin_y * n_bins + bin_x) * p->channels);
}

/** value as an unsigned number of 16 bits. */
static uint64_t clamp_16(float value)
{
    if (!(value > 0.0f)) return 0;
    return value < 65535.0f ? (uint64_t)value : 65535;
}

/** RoIs come by score, neighbours far apart. Taken by level, band of rows and column, they find in the caches what the
 *  RoI before them has read. */
static uint64_t get_order_key(const frcnn_roi_align *p, const float *roi, int64_t index)
{
    const frcnn_roi_level *level = get_level(p, roi);
    const uint64_t band = clamp_16(roi[1] * level->scale / (float)BAND_ROWS);
    const uint64_t column = clamp_16(roi[0] * level->scale);
    return (uint64_t)(level - p->levels) << 48 | band << 32 | column << 16 | (uint64_t)index;
}

void frcnn_roi_align_cpu(const frcnn_roi_align *p, const float *rois, int64_t n, float *dst)
{
    assert(p->n_levels >= 1 && p->n_levels <= (int)(sizeof p->levels / sizeof p->levels[0]));
    const int64_t roi_floats = (int64_t)p->output_size * p->output_size * p->channels;
    for (int64_t begin = 0; begin < n; begin += CHUNK) {
        const int64_t n_chunk = n - begin < CHUNK ? n - begin : CHUNK;
        uint64_t keys[CHUNK], sorting[CHUNK];
        for (int64_t i = 0; i < n_chunk; i++) keys[i] = get_order_key(p, rois + 4 * (begin + i), i);
        frcnn_sort_keys(keys, n_chunk, sorting);
        FRCNN_PARALLEL_FOR
        for (int64_t i = 0; i < n_chunk; i++) {
            const int64_t index = begin + (int64_t)(keys[i] & 0xffff);
            align_roi(p, rois + 4 * index, dst + index * roi_floats);
        }
    }
}
