#include "roi/roi_ops.h"

#include <string.h>

/* Rows behind an image's count. */
static void clear_rows(float *dst, int64_t count, int64_t n_rows, int64_t row_size)
{
    memset(dst + count * row_size, 0, (size_t)((n_rows - count) * row_size) * sizeof *dst);
}

static void go_to_next_image(frcnn_roi_level *levels, int n_levels, int64_t channels)
{
    for (int i = 0; i < n_levels; i++) levels[i].map += (int64_t)levels[i].height * levels[i].width * channels;
}

static frcnn_status align(const frcnn_roi_align_run *run, frcnn_stream *stream)
{
    const int64_t row_size = (int64_t)run->align.output_size * run->align.output_size * run->align.channels;
    frcnn_roi_align align = run->align;
    (void)stream;
    for (int i = 0; i < run->n; i++) {
        float *dst = (float *)run->dst + i * run->n_rows * row_size;
        frcnn_roi_align_cpu(&align, run->boxes + 4 * i * run->n_rows, run->counts[i], dst);
        clear_rows(dst, run->counts[i], run->n_rows, row_size);
        go_to_next_image(align.levels, align.n_levels, align.channels);
    }
    return FRCNN_OK;
}

static frcnn_status pool_cpu(const frcnn_roi_pool_run *run, frcnn_stream *stream)
{
    const int64_t row_size = (int64_t)run->pool.output_size * run->pool.output_size * run->pool.channels;
    frcnn_roi_pool pool = run->pool;
    (void)stream;
    for (int i = 0; i < run->n; i++) {
        float *dst = (float *)run->dst + i * run->n_rows * row_size;
        frcnn_roi_pool_cpu(&pool, run->boxes + 4 * i * run->n_rows, run->counts[i], dst);
        clear_rows(dst, run->counts[i], run->n_rows, row_size);
        go_to_next_image(pool.levels, pool.n_levels, pool.channels);
    }
    return FRCNN_OK;
}

static frcnn_postprocess get_params(const frcnn_postprocess_run *run, const frcnn_frame *frame)
{
    const frcnn_postprocess params = {
        .n_classes = run->n_classes,
        .score_thresh = run->score_thresh,
        .nms_thresh = run->nms_thresh,
        .max_detections = run->max_detections,
        .coder = run->coder,
        .min_size = run->min_size,
        .resized_height = (float)frame->height,
        .resized_width = (float)frame->width,
        .image_height = (float)frame->src_height,
        .image_width = (float)frame->src_width,
        .clips_to_image = run->clips_to_image,
        .decodes_in_image = run->decodes_in_image,
        .scale = frame->scale,
    };
    return params;
}

static size_t get_postprocess_workspace(const frcnn_postprocess_run *run)
{
    const frcnn_postprocess params = {.n_classes = run->n_classes, .max_detections = run->max_detections};
    return frcnn_postprocess_get_workspace(&params, run->n_rows);
}

static frcnn_status postprocess(const frcnn_postprocess_run *run, frcnn_stream *stream)
{
    const int64_t row_stride = 5 * (int64_t)run->n_classes;
    (void)stream;
    for (int i = 0; i < run->n; i++) {
        const frcnn_postprocess params = get_params(run, &run->frames[i]);
        const float *rows = run->predictions + i * run->n_rows * row_stride;
        int is_capped = 0;
        run->found[i].count = (int32_t)frcnn_postprocess_cpu(
            &params, rows, rows + run->n_classes, row_stride, run->boxes + 4 * i * run->n_rows, run->counts[i],
            run->workspace, run->detections + (int64_t)i * run->max_detections, &is_capped);
        run->found[i].is_capped = is_capped;
    }
    return FRCNN_OK;
}

const frcnn_roi_ops frcnn_roi_ops_cpu = {
    .align = align,
    .pool = pool_cpu,
    .get_postprocess_workspace = get_postprocess_workspace,
    .postprocess = postprocess,
};
