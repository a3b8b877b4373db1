#include "device_arrays.h"

#include "anchors/anchor_grid.h"
#include "anchors/anchor_ops.h"

extern const frcnn_anchor_ops frcnn_anchor_ops_cuda;

enum { BOX = 4 };

static void check(const frcnn_anchor_config *config, int image_h, int image_w, const int *grid_h, const int *grid_w)
{
    const char *name = frcnn_anchor_convention_get_name(config->convention);
    frcnn_stream *stream = open_stream();
    frcnn_anchor_grids grids;
    int64_t n = 0;
    assert_ok(frcnn_anchor_grids_from_maps(&grids, config, image_h, image_w, grid_h, grid_w));
    assert_ok(frcnn_anchors_count(&n, config, &grids, config->n_levels));
    const size_t n_values = (size_t)n * BOX;
    float *expected = malloc(n_values * sizeof *expected);
    assert_non_null(expected);
    assert_ok(frcnn_anchors_fill(expected, config, &grids));
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        float *out = device_output(stream, n_values * sizeof *out);
        assert_ok(frcnn_anchor_ops_cuda.fill(out, config, &grids, stream));
        float *found = take_output(stream, out, n_values * sizeof *out);
        assert_values_equal(FRCNN_F32, found, expected, n_values, name);
        free(found);
    }
    free(expected);
    close_stream(stream);
}

/* Maps whose sides end within a vector of arange, at its end and behind: 8 and 4 values, taken in pairs. */
static const int some_h[FRCNN_MAX_LEVELS] = {17, 8, 5, 1, 1};
static const int some_w[FRCNN_MAX_LEVELS] = {23, 16, 7, 2, 1};

static void every_convention(void **state)
{
    (void)state;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)i);
        check(&config, 300, 400, some_h, some_w);
    }
}

static void every_offset(void **state)
{
    (void)state;
    static const frcnn_anchor_convention conventions[] = {FRCNN_ANCHORS_DETECTRON2, FRCNN_ANCHORS_MMDET,
                                                          FRCNN_ANCHORS_MMDET_LEGACY};
    static const double offsets[] = {0, 0.1, 0.5, 0.9};
    for (size_t i = 0; i < sizeof conventions / sizeof conventions[0]; i++)
        for (size_t k = 0; k < sizeof offsets / sizeof offsets[0]; k++) {
            frcnn_anchor_config config;
            frcnn_anchor_config_default(&config, conventions[i]);
            config.offset = offsets[k];
            check(&config, 300, 400, some_h, some_w);
        }
}

/* Strides and sizes that f32 rounds, another one for y than for x. */
static void odd_strides(void **state)
{
    (void)state;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)i);
        config.n_levels = 1;
        config.levels[0].stride_y = 7;
        config.levels[0].stride_x = 1013;
        config.levels[0].ratios[1] = 0.7;
        config.levels[0].sizes[0] = 3.3;
        if (frcnn_anchor_convention_has_offset(config.convention)) config.offset = 0.3;
        const int h = 31, w = 47;
        check(&config, 65535, 65535, &h, &w);
    }
}

/* More base anchors than one launch moves. */
static void many_base_anchors(void **state)
{
    (void)state;
    static const int counts[][2] = {{1, 1}, {8, 8}, {5, 13}, {16, 16}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_config_default(&config, FRCNN_ANCHORS_PY_FASTER_RCNN);
        config.levels[0].n_sizes = counts[i][0];
        config.levels[0].n_ratios = counts[i][1];
        for (int k = 0; k < FRCNN_MAX_SIZES; k++) {
            config.levels[0].sizes[k] = 1.5 * (k + 1);
            config.levels[0].ratios[k] = 0.2 * (k + 1);
        }
        const int h = 3, w = 5;
        check(&config, 48, 80, &h, &w);
    }
}

static void a_config_is_checked(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
    const frcnn_anchor_grids grids = {.n_levels = 2};
    assert_fails(frcnn_anchor_ops_cuda.fill(NULL, &config, &grids, stream), FRCNN_ERROR_INVALID, "5 levels, found 2");
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_convention),  cmocka_unit_test(every_offset),        cmocka_unit_test(odd_strides),
        cmocka_unit_test(many_base_anchors), cmocka_unit_test(a_config_is_checked),
    };
    return RUN_CUDA_TESTS(tests);
}
