#include "support.h"

#include <stdlib.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "roi/level_mapper_body.h"
#include "roi/roi_align.h"
#include "tensor/parallel.h"

static frcnn_roi_align make_single(const float *map, int height, int width, int channels, float scale)
{
    frcnn_roi_align p = {.n_levels = 1, .k_min = 4, .channels = channels, .output_size = 2, .sampling_ratio = 2};
    p.levels[0] = (frcnn_roi_level){.map = map, .height = height, .width = width, .scale = scale};
    return p;
}

static size_t get_n_floats(const frcnn_roi_align *p, int64_t n)
{
    return (size_t)n * (size_t)p->output_size * (size_t)p->output_size * (size_t)p->channels;
}

static float *run(const frcnn_roi_align *p, const float *rois, int64_t n)
{
    float *dst = guarded_create(get_n_floats(p, n));
    frcnn_roi_align_cpu(p, rois, n, dst);
    return dst;
}

static void check(const frcnn_roi_align *p, const float *rois, int64_t n, const float *expected)
{
    float *dst = run(p, rois, n);
    assert_floats_equal(dst, expected, get_n_floats(p, n));
    guarded_destroy(dst, get_n_floats(p, n));
}

/* torchvision's roi_align on a 4x4 ramp. */
static void test_ramp(void **state)
{
    (void)state;
    static const struct {
        float roi[4];
        int sampling_ratio, is_aligned;
        float expected[4];
    } cases[] = {
        {{0.5f, 0.5f, 2.5f, 2.5f}, 2, 0, {5.0f, 6.0f, 9.0f, 10.0f}},
        {{0.5f, 0.5f, 2.5f, 2.5f}, 0, 0, {5.0f, 6.0f, 9.0f, 10.0f}},
        {{0.5f, 0.5f, 2.5f, 2.5f}, 2, 1, {2.5f, 3.5f, 6.5f, 7.5f}},
        {{0.5f, 0.5f, 2.5f, 2.5f}, 0, 1, {2.5f, 3.5f, 6.5f, 7.5f}},
        {{-1.0f, -1.0f, 5.0f, 5.0f}, 2, 0, {3.125f, 2.625f, 5.8125f, 3.4375f}},
        {{-1.0f, -1.0f, 5.0f, 5.0f}, 2, 1, {1.875f, 4.125f, 10.875f, 13.125f}},
        {{-1.0f, -1.0f, 5.0f, 5.0f}, 0, 0, {3.33333325f, 3.61111116f, 7.77777767f, 6.11111116f}},
        {{-1.0f, -1.0f, 5.0f, 5.0f}, 0, 1, {1.66666663f, 4.0f, 11.0f, 13.333333f}},
        {{1.0f, 1.0f, 1.2f, 1.2f}, 2, 0, {6.25f, 6.75f, 8.25f, 8.75f}},
        {{1.0f, 1.0f, 1.2f, 1.2f}, 2, 1, {2.75f, 2.85000014f, 3.15000033f, 3.25f}},
    };
    float map[16];
    for (int i = 0; i < 16; i++) map[i] = (float)i;
    frcnn_roi_align p = make_single(map, 4, 4, 1, 1.0f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        p.sampling_ratio = cases[i].sampling_ratio;
        p.is_aligned = cases[i].is_aligned;
        check(&p, cases[i].roi, 1, cases[i].expected);
    }
}

/* torchvision 0.29.1 (make_stage_goldens.py): RoIs inside, partly and wholly outside, without area and inside out. */
static void test_goldens(void **state)
{
    (void)state;
    static const float odd[16] = {-3.0f, -2.0f, 5.0f, 30.0f, 20.0f, 20.0f, 40.0f, 40.0f,
                                  4.0f,  4.0f,  4.0f, 4.0f,  6.0f,  5.0f,  3.0f,  2.0f};
    static const struct {
        int is_aligned, sampling_ratio;
        const float *expected;
    } cases[] = {
        {0, 2, golden_roi_align_0_2}, {0, 0, golden_roi_align_0_0}, {0, 3, golden_roi_align_0_3},
        {1, 2, golden_roi_align_1_2}, {1, 0, golden_roi_align_1_0}, {1, 3, golden_roi_align_1_3},
    };
    float map[6 * 7 * 3], rois[10 * 4];
    seeded_fill(32, -1.0f, 1.0f, map, 6 * 7 * 3);
    seeded_boxes(31, 14.0f, 10.0f, rois, 6);
    memcpy(rois + 24, odd, sizeof odd);
    frcnn_roi_align p = make_single(map, 6, 7, 3, 0.5f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        p.is_aligned = cases[i].is_aligned;
        p.sampling_ratio = cases[i].sampling_ratio;
        check(&p, rois, 10, cases[i].expected);
    }
}

/* 40 RoIs of 37 channels: whole vectors and a rest. */
static void test_large_goldens(void **state)
{
    (void)state;
    float *map = malloc(20 * 30 * 37 * sizeof *map), rois[40 * 4];
    assert_non_null(map);
    seeded_fill(33, -1.0f, 1.0f, map, 20 * 30 * 37);
    seeded_boxes(34, 100.0f, 60.0f, rois, 40);
    frcnn_roi_align p = make_single(map, 20, 30, 37, 0.25f);
    p.output_size = 7;
    const size_t n_bytes = get_n_floats(&p, 40) * sizeof(float);
    float *dst = run(&p, rois, 40);
    assert_true(seeded_hash(dst, n_bytes) == golden_roi_align_large_0_2);
    guarded_destroy(dst, get_n_floats(&p, 40));
    p.is_aligned = 1;
    p.sampling_ratio = 0;
    dst = run(&p, rois, 40);
    assert_true(seeded_hash(dst, n_bytes) == golden_roi_align_large_1_0);
    guarded_destroy(dst, get_n_floats(&p, 40));
    free(map);
}

/* The map holds its own x: both conventions by hand. */
static void test_conventions(void **state)
{
    (void)state;
    static const float roi[4] = {1.6f, 1.3f, 3.3f, 3.75f};
    float map[8 * 8];
    for (int i = 0; i < 64; i++) map[i] = (float)(i % 8);
    frcnn_roi_align p = make_single(map, 8, 8, 1, 1.0f);
    const float plain[4] = {2.025f, 2.875f, 2.025f, 2.875f};
    float *dst = run(&p, roi, 1);
    assert_floats_close(dst, plain, 4, 1e-6);
    guarded_destroy(dst, 4);
    p.is_aligned = 1;
    p.sampling_ratio = 0;
    const float aligned[4] = {1.525f, 2.375f, 1.525f, 2.375f};
    dst = run(&p, roi, 1);
    assert_floats_close(dst, aligned, 4, 1e-6);
    guarded_destroy(dst, 4);
}

/* torchvision 0.29.1's LevelMapper (make_stage_goldens.py), and areas that are none. */
static void test_levels(void **state)
{
    (void)state;
    static const float sides[] = {111.99f, 112.0f, 223.999f, 223.9999f, 224.0f, 447.999f,
                                  448.0f,  2e3f,   0.0f,     1e-9f,     111.9f};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const float roi[4] = {0.0f, 0.0f, sides[i], sides[i]};
        assert_int_equal(frcnn_roi_get_level(roi, FRCNN_LEVELS_TORCHVISION, 2, 5), golden_levels[i]);
    }
    const float wide[4] = {0.0f, 0.0f, 448.0f, 112.0f};
    const float inside_out[4] = {10.0f, 0.0f, 0.0f, 10.0f};
    const float huge[4] = {0.0f, 0.0f, 3e38f, 3e38f};
    const float unknown[4] = {NAN, 0.0f, 3.0f, 3.0f};
    assert_int_equal(frcnn_roi_get_level(wide, FRCNN_LEVELS_TORCHVISION, 2, 5), 4);
    assert_int_equal(frcnn_roi_get_level(inside_out, FRCNN_LEVELS_TORCHVISION, 2, 5), 2);
    assert_int_equal(frcnn_roi_get_level(huge, FRCNN_LEVELS_TORCHVISION, 2, 5), 5);
    assert_int_equal(frcnn_roi_get_level(unknown, FRCNN_LEVELS_TORCHVISION, 2, 5), 2);
    assert_int_equal(frcnn_roi_get_level(wide, FRCNN_LEVELS_TORCHVISION, 5, 5), 5);
}

/* Squares a few floats below where a level ends: what Detectron2's and mmdetection's own functions gave. */
static void test_levels_of_other_rules(void **state)
{
    (void)state;
    static const struct {
        float side;
        int n_below, detectron2, mmdetection;
    } squares[] = {
        {112.0f, 0, 3, 3}, {112.0f, 2, 3, 3}, {112.0f, 3, 2, 3},    {224.0f, 0, 4, 4},    {224.0f, 1, 4, 4},
        {224.0f, 2, 3, 4}, {224.0f, 3, 3, 4}, {111.9999f, 0, 2, 2}, {223.9999f, 0, 3, 3}, {447.999f, 0, 4, 4},
        {448.0f, 0, 5, 5}, {0.0f, 0, 2, 2},   {447.9999f, 0, 5, 5}, {3000.0f, 0, 5, 5},
    };
    for (size_t i = 0; i < sizeof squares / sizeof squares[0]; i++) {
        float side = squares[i].side;
        for (int k = 0; k < squares[i].n_below; k++) side = nextafterf(side, 0.0f);
        const float roi[4] = {0.0f, 0.0f, side, side};
        assert_int_equal(frcnn_roi_get_level(roi, FRCNN_LEVELS_DETECTRON2, 2, 5), squares[i].detectron2);
        assert_int_equal(frcnn_roi_get_level(roi, FRCNN_LEVELS_MMDETECTION, 2, 5), squares[i].mmdetection);
    }
    const float inside_out[4] = {10.0f, 0.0f, 0.0f, 10.0f};
    const float unknown[4] = {NAN, 0.0f, 3.0f, 3.0f};
    for (int rule = FRCNN_LEVELS_TORCHVISION; rule <= FRCNN_LEVELS_MMDETECTION; rule++) {
        assert_int_equal(frcnn_roi_get_level(inside_out, (frcnn_level_rule)rule, 2, 5), 2);
        assert_int_equal(frcnn_roi_get_level(unknown, (frcnn_level_rule)rule, 2, 5), 2);
    }
}

/* torchvision 0.29.1's MultiScaleRoIAlign (make_stage_goldens.py): each RoI from its own map, rows in RoI order. */
static void test_multi_scale(void **state)
{
    (void)state;
    float *maps[3], rois[12 * 4];
    frcnn_roi_align p = {.n_levels = 3, .k_min = 3, .channels = 2, .output_size = 2, .sampling_ratio = 2};
    for (int i = 0; i < 3; i++) {
        const int height = 80 >> i, width = 96 >> i;
        const size_t n = (size_t)height * (size_t)width * 2;
        maps[i] = malloc(n * sizeof **maps);
        assert_non_null(maps[i]);
        seeded_fill(41 + (uint32_t)i, -1.0f, 1.0f, maps[i], n);
        p.levels[i] =
            (frcnn_roi_level){.map = maps[i], .height = height, .width = width, .scale = 0.125f / (float)(1 << i)};
    }
    seeded_boxes(44, 300.0f, 640.0f, rois, 12);
    check(&p, rois, 12, golden_multi_scale);
    for (int i = 0; i < 3; i++) free(maps[i]);
}

static void test_constant_map(void **state)
{
    (void)state;
    float map[12 * 10 * 5], rois[30 * 4];
    for (int i = 0; i < 12 * 10 * 5; i++) map[i] = (float)(i % 5) * 0.5f;
    for (int i = 0; i < 30 * 4; i++) rois[i] = 0.0f;
    seeded_boxes(3, 5.0f, 4.0f, rois, 30);
    for (int sampling_ratio = 0; sampling_ratio <= 4; sampling_ratio++)
        for (int is_aligned = 0; is_aligned <= 1; is_aligned++) {
            frcnn_roi_align p = make_single(map, 12, 10, 5, 1.0f);
            p.output_size = 3;
            p.sampling_ratio = sampling_ratio;
            p.is_aligned = is_aligned;
            float *dst = run(&p, rois, 30);
            for (size_t i = 0; i < get_n_floats(&p, 30); i++)
                assert_true(fabsf(dst[i] - (float)(i % 5) * 0.5f) <= 1e-6f);
            guarded_destroy(dst, get_n_floats(&p, 30));
        }
}

static void assert_zeros(const frcnn_roi_align *p, const float *roi)
{
    float *dst = run(p, roi, 1);
    for (size_t i = 0; i < get_n_floats(p, 1); i++) assert_true(dst[i] == 0.0f);
    guarded_destroy(dst, get_n_floats(p, 1));
}

static void test_zeros(void **state)
{
    (void)state;
    static const float bad[3] = {NAN, INFINITY, -INFINITY};
    float map[4 * 4 * 3];
    for (int i = 0; i < 48; i++) map[i] = 1.0f;
    frcnn_roi_align p = make_single(map, 4, 4, 3, 0.5f);
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < 3; i++) {
            float roi[4] = {1.0f, 1.0f, 3.0f, 3.0f};
            roi[k] = bad[i];
            assert_zeros(&p, roi);
        }
    const float outside[4] = {100.0f, 100.0f, 120.0f, 120.0f};
    assert_zeros(&p, outside);
    p.sampling_ratio = 0;
    const float endless[4] = {-3e38f, -3e38f, 3e38f, 3e38f};
    assert_zeros(&p, endless);
    p.is_aligned = 1;
    const float without_width[4] = {2.0f, 1.0f, 2.0f, 3.0f};
    assert_zeros(&p, without_width);
}

/* Any bits as corners: finite values in the range of the map, nothing read or written outside. */
static void test_any_bits(void **state)
{
    (void)state;
    static const float specials[] = {NAN,   INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f,
                                     -0.0f, 2e9f,     -2e9f,     7.0f,  14.0f,  1e5f};
    float *map = malloc(7 * 6 * 3 * sizeof *map);
    assert_non_null(map);
    seeded_fill(5, -1.0f, 1.0f, map, 7 * 6 * 3);
    frcnn_roi_align p = make_single(map, 7, 6, 3, 0.5f);
    uint32_t seed = 8;
    for (int round = 0; round < 500; round++) {
        float rois[8];
        seeded_boxes(seeded_next(&seed), 12.0f, 8.0f, rois, 2);
        for (int k = 0; k < 8; k++)
            if (seeded_next(&seed) % 3 == 0) rois[k] = specials[seeded_next(&seed) % 12];
        p.sampling_ratio = (int)(seeded_next(&seed) % 4) - 1;
        p.is_aligned = (int)(seeded_next(&seed) % 2);
        float *dst = run(&p, rois, 2);
        for (size_t i = 0; i < get_n_floats(&p, 2); i++) assert_true(dst[i] >= -1.00001f && dst[i] <= 1.00001f);
        guarded_destroy(dst, get_n_floats(&p, 2));
    }
    free(map);
}

static void test_threads(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    float map[20 * 30 * 4], rois[101 * 4];
    seeded_fill(6, -1.0f, 1.0f, map, 20 * 30 * 4);
    seeded_boxes(7, 100.0f, 60.0f, rois, 101);
    const frcnn_roi_align p = make_single(map, 20, 30, 4, 0.25f);
    frcnn_parallel_set_threads(1);
    float *expected = run(&p, rois, 101);
    for (int n = 2; n <= 3; n++) {
        frcnn_parallel_set_threads(n);
        check(&p, rois, 101, expected);
    }
    guarded_destroy(expected, get_n_floats(&p, 101));
    frcnn_parallel_set_threads(n_threads);
}

/* More RoIs than are put in order together: each row is its RoI's, as if it were alone. */
static void test_rows(void **state)
{
    (void)state;
    enum { N = 2500 };
    float map[20 * 30 * 2], *rois = malloc(N * 4 * sizeof *rois);
    assert_non_null(rois);
    seeded_fill(16, -1.0f, 1.0f, map, 20 * 30 * 2);
    seeded_boxes(17, 100.0f, 60.0f, rois, N);
    rois[4 * 1500] = NAN;
    const frcnn_roi_align p = make_single(map, 20, 30, 2, 0.25f);
    float *dst = run(&p, rois, N);
    for (int i = 0; i < N; i++) check(&p, rois + 4 * i, 1, dst + (size_t)i * get_n_floats(&p, 1));
    guarded_destroy(dst, get_n_floats(&p, N));
    free(rois);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ramp),          cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_large_goldens), cmocka_unit_test(test_conventions),
        cmocka_unit_test(test_levels),        cmocka_unit_test(test_levels_of_other_rules),
        cmocka_unit_test(test_multi_scale),   cmocka_unit_test(test_constant_map),
        cmocka_unit_test(test_zeros),         cmocka_unit_test(test_any_bits),
        cmocka_unit_test(test_threads),       cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
