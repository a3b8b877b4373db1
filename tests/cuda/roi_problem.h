/** RoIs to pool from maps of several levels and images, on the CPU and on a GPU. */
#ifndef FRCNN_TESTS_ROI_PROBLEM_H
#define FRCNN_TESTS_ROI_PROBLEM_H

#include "device_arrays.h"

#include <math.h>

#include "golden/seeded.h"
#include "roi/roi_level.h"

enum { MAX_MAPS = 4, MAX_IMAGES = 4 };

typedef struct roi_problem {
    const char *what;
    int n, n_rows; /**< images, and room for RoIs of each */
    int n_levels, k_min, channels;
    int height, width; /**< of the first level; the others have half of it, and so on */
    float stride;      /**< of the first level */
    int output_size;
    int sampling_ratio, is_aligned; /**< RoIAlign's */
} roi_problem;

/** Pools as one of the tables does it. */
typedef frcnn_status (*roi_pooling)(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype,
                                    const float *boxes, const int64_t *counts, void *dst, frcnn_stream *stream);

static inline size_t get_n_bins(const roi_problem *p)
{
    return (size_t)p->n * (size_t)p->n_rows * (size_t)p->output_size * (size_t)p->output_size * (size_t)p->channels;
}

static inline size_t get_n_map(const roi_problem *p, const frcnn_roi_level *level)
{
    return (size_t)p->n * (size_t)level->height * (size_t)level->width * (size_t)p->channels;
}

static inline void set_levels(const roi_problem *p, frcnn_roi_level *levels)
{
    for (int i = 0; i < p->n_levels; i++) {
        levels[i].map = NULL;
        levels[i].height = p->height >> i > 0 ? p->height >> i : 1;
        levels[i].width = p->width >> i > 0 ? p->width >> i : 1;
        levels[i].scale = 1.0f / (p->stride * (float)(1 << i));
    }
}

/* Boxes inside the maps and round their edges, and a few that are none. The caller frees them. */
static inline float *make_boxes(const roi_problem *p)
{
    static const float odd[][4] = {{-3.0f, -2.0f, 5.0f, 30.0f}, {1e4f, 1e4f, 2e4f, 2e4f}, {4.0f, 4.0f, 4.0f, 4.0f},
                                   {6.0f, 5.0f, 3.0f, 2.0f},    {NAN, 0.0f, 3.0f, 3.0f},  {0.0f, 0.0f, INFINITY, 3.0f}};
    enum { N_ODD = sizeof odd / sizeof odd[0] };
    const size_t n = (size_t)p->n * (size_t)p->n_rows;
    const float extent = p->stride * (float)(p->height > p->width ? p->height : p->width);
    float *boxes = malloc(n * 4 * sizeof *boxes);
    assert_non_null(boxes);
    seeded_boxes(77, 0.8f * extent, 0.7f * extent, boxes, n);
    for (size_t i = 3; i < n; i += 7) memcpy(boxes + 4 * i, odd[i / 7 % N_ODD], sizeof odd[0]);
    return boxes;
}

/* The caller frees the result. */
static inline void *pool_on_device(const roi_problem *p, roi_pooling pool, frcnn_dtype dtype, void *const *maps,
                                   const float *boxes, const int64_t *counts, frcnn_stream *stream)
{
    const size_t element = frcnn_dtype_get_size(dtype), bytes = get_n_bins(p) * element;
    frcnn_roi_level levels[MAX_MAPS];
    void *device_maps[MAX_MAPS];
    set_levels(p, levels);
    for (int i = 0; i < p->n_levels; i++) {
        device_maps[i] = device_copy(stream, maps[i], get_n_map(p, &levels[i]) * element);
        levels[i].map = device_maps[i];
    }
    float *device_boxes = device_copy(stream, boxes, (size_t)p->n * (size_t)p->n_rows * 4 * sizeof *boxes);
    int64_t *device_counts = device_copy(stream, counts, (size_t)p->n * sizeof *counts);
    void *dst = device_output(stream, bytes);
    assert_ok(pool(p, levels, dtype, device_boxes, device_counts, dst, stream));
    void *found = take_output(stream, dst, bytes);
    for (int i = 0; i < p->n_levels; i++) device_free(stream, device_maps[i]);
    device_free(stream, device_boxes);
    device_free(stream, device_counts);
    return found;
}

static inline void check_roi_dtype(const roi_problem *p, roi_pooling on_cpu, roi_pooling on_device, frcnn_dtype dtype,
                                   const float *boxes, const int64_t *counts, frcnn_stream *stream)
{
    frcnn_roi_level levels[MAX_MAPS];
    float *wide[MAX_MAPS], *expected = malloc(get_n_bins(p) * sizeof *expected);
    void *narrow[MAX_MAPS];
    assert_non_null(expected);
    set_levels(p, levels);
    for (int i = 0; i < p->n_levels; i++) {
        const size_t n = get_n_map(p, &levels[i]);
        wide[i] = malloc(n * sizeof **wide);
        assert_non_null(wide[i]);
        seeded_fill((uint32_t)(40 + i), -1.0f, 1.0f, wide[i], n);
        narrow[i] = narrow_values(dtype, wide[i], n);
        levels[i].map = wide[i];
    }
    assert_ok(on_cpu(p, levels, FRCNN_F32, boxes, counts, expected, NULL));
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        void *found = pool_on_device(p, on_device, dtype, narrow, boxes, counts, stream);
        assert_values_equal(dtype, found, expected, get_n_bins(p), p->what);
        free(found);
    }
    for (int i = 0; i < p->n_levels; i++) {
        free(narrow[i]);
        free(wide[i]);
    }
    free(expected);
}

/** The device gives the CPU's values, in every dtype. The last image has all its rows, others fewer, the first none where
 *  there are several. */
static inline void check_roi_problem(const roi_problem *p, roi_pooling on_cpu, roi_pooling on_device)
{
    frcnn_stream *stream = open_stream();
    float *boxes = make_boxes(p);
    int64_t counts[MAX_IMAGES];
    for (int i = 0; i < p->n; i++) counts[i] = i == p->n - 1 ? p->n_rows : p->n_rows * i / 2;
    for (int i = 0; i < N_MAP_DTYPES; i++) check_roi_dtype(p, on_cpu, on_device, map_dtypes[i], boxes, counts, stream);
    free(boxes);
    close_stream(stream);
}

#endif
