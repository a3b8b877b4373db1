/** Configurations and float32 rows, as the tests of anchors write them down. */
#ifndef FRCNN_TESTS_ANCHOR_SUPPORT_H
#define FRCNN_TESTS_ANCHOR_SUPPORT_H

#include "support.h"

#include "frcnn/anchors.h"

enum { RATIO_COUNT = 3, SIZE_COUNT = 5 };

static const double every_ratio[RATIO_COUNT] = {0.5, 1, 2};
static const double every_size[SIZE_COUNT] = {32, 64, 128, 256, 512};

static inline void set_level(frcnn_anchor_level_config *level, const double *sizes, int n_sizes, const double *ratios,
                             int n_ratios, int stride)
{
    level->n_sizes = n_sizes;
    memcpy(level->sizes, sizes, (size_t)n_sizes * sizeof *sizes);
    level->n_ratios = n_ratios;
    memcpy(level->ratios, ratios, (size_t)n_ratios * sizeof *ratios);
    level->stride_y = level->stride_x = stride;
}

/** One level with ratios 0.5, 1 and 2. */
static inline frcnn_anchor_config one_level(frcnn_anchor_convention convention, const double *sizes, int n_sizes,
                                            int stride)
{
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, convention);
    config.n_levels = 1;
    set_level(&config.levels[0], sizes, n_sizes, every_ratio, RATIO_COUNT, stride);
    return config;
}

/** All anchors on a map of 2 x 3 cells, 16 pixels apart. */
static inline frcnn_tensor *on_small_map(const frcnn_anchor_config *config)
{
    const int h = 2;
    const int w = 3;
    frcnn_anchor_grids grids;
    frcnn_tensor *anchors = NULL;
    assert_ok(frcnn_anchor_grids_from_maps(&grids, config, 32, 48, &h, &w));
    assert_ok(frcnn_anchors_create(&anchors, config, &grids));
    return anchors;
}

/** f32 [N, 4] holds exactly these bits. -0 is not 0. */
static inline void assert_rows_equal(const frcnn_tensor *anchors, int64_t first, const float *expected, int64_t n)
{
    const float *found = (const float *)frcnn_tensor_get_const_data(anchors) + 4 * first;
    assert_int_equal(frcnn_tensor_get_dtype(anchors), FRCNN_F32);
    assert_true(first >= 0 && 4 * (first + n) <= frcnn_tensor_get_n_elements(anchors));
    for (int64_t i = 0; i < n; i++)
        if (memcmp(found + 4 * i, expected + 4 * i, 4 * sizeof(float)) != 0)
            fail_msg("row %lld: expected %.9g, %.9g, %.9g, %.9g, found %.9g, %.9g, %.9g, %.9g", (long long)(first + i),
                     (double)expected[4 * i], (double)expected[4 * i + 1], (double)expected[4 * i + 2],
                     (double)expected[4 * i + 3], (double)found[4 * i], (double)found[4 * i + 1],
                     (double)found[4 * i + 2], (double)found[4 * i + 3]);
}

static inline void assert_all_rows_equal(const frcnn_tensor *anchors, const float *expected, int64_t n)
{
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 4 * n);
    assert_rows_equal(anchors, 0, expected, n);
}

/** The boxes of a level's first cell. */
static inline void assert_base(const frcnn_anchor_config *config, int level, const float *expected, int64_t n)
{
    frcnn_tensor *base = NULL;
    assert_ok(frcnn_anchors_create_base(&base, config, level));
    assert_all_rows_equal(base, expected, n);
    frcnn_tensor_destroy(&base);
}

#endif
