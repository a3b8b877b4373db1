#include "support.h"

#include <float.h>
#include <stdlib.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "roi/roi_ops.h"
#include "roi/roi_pool.h"
#include "tensor/parallel.h"

static frcnn_roi_pool make_single(const float *map, int height, int width, int channels, float scale, int output_size)
{
    frcnn_roi_pool p = {.n_levels = 1, .k_min = 4, .channels = channels, .output_size = output_size};
    p.levels[0] = (frcnn_roi_level){.map = map, .height = height, .width = width, .scale = scale};
    return p;
}

static size_t get_n_floats(const frcnn_roi_pool *p, int64_t n)
{
    return (size_t)n * (size_t)p->output_size * (size_t)p->output_size * (size_t)p->channels;
}

static float *run(const frcnn_roi_pool *p, const float *rois, int64_t n)
{
    float *dst = guarded_create(get_n_floats(p, n));
    frcnn_roi_pool_cpu(p, rois, n, dst);
    return dst;
}

static void check(const frcnn_roi_pool *p, const float *rois, int64_t n, const float *expected)
{
    float *dst = run(p, rois, n);
    assert_floats_equal(dst, expected, get_n_floats(p, n));
    guarded_destroy(dst, get_n_floats(p, n));
}

static void check_hash(const frcnn_roi_pool *p, const float *rois, int64_t n, uint64_t expected)
{
    float *dst = run(p, rois, n);
    assert_true(seeded_hash(dst, get_n_floats(p, n) * sizeof *dst) == expected);
    guarded_destroy(dst, get_n_floats(p, n));
}

/* torchvision 0.29.1's roi_pool on a 4x4 ramp (make_stage_goldens.py): halves are rounded away from 0. */
static void test_ramp(void **state)
{
    (void)state;
    static const float rois[7 * 4] = {0.0f,  0.0f,  3.0f,  3.0f,  0.5f,  0.5f,  2.5f,  2.5f,  1.0f, 1.0f,
                                      1.0f,  1.0f,  10.0f, 10.0f, 20.0f, 20.0f, -3.0f, -3.0f, 1.0f, 1.0f,
                                      -0.5f, -0.5f, 1.5f,  2.5f,  2.0f,  2.0f,  1.0f,  1.0f};
    float map[16];
    for (int i = 0; i < 16; i++) map[i] = (float)i;
    const frcnn_roi_pool p = make_single(map, 4, 4, 1, 1.0f, 2);
    check(&p, rois, 7, golden_roi_pool_ramp);
}

/* torchvision 0.29.1: RoIs inside, partly and wholly outside, without area and inside out. */
static void test_goldens(void **state)
{
    (void)state;
    static const float odd[16] = {-3.0f, -2.0f, 5.0f, 30.0f, 20.0f, 20.0f, 40.0f, 40.0f,
                                  4.0f,  4.0f,  4.0f, 4.0f,  6.0f,  5.0f,  3.0f,  2.0f};
    float map[6 * 7 * 3], rois[10 * 4];
    seeded_fill(32, -1.0f, 1.0f, map, 6 * 7 * 3);
    seeded_boxes(31, 14.0f, 10.0f, rois, 6);
    memcpy(rois + 24, odd, sizeof odd);
    const frcnn_roi_pool p = make_single(map, 6, 7, 3, 0.5f, 2);
    check_hash(&p, rois, 10, golden_roi_pool);
}

/* torchvision 0.29.1: 40 RoIs of 37 channels, and the same with NaN and -infinity in the map. */
static void test_large_goldens(void **state)
{
    (void)state;
    enum { H = 20, W = 30, C = 37 };
    float *map = malloc(sizeof(float[H * W * C])), rois[40 * 4];
    assert_non_null(map);
    seeded_fill(33, -1.0f, 1.0f, map, H * W * C);
    seeded_boxes(34, 100.0f, 60.0f, rois, 40);
    frcnn_roi_pool p = make_single(map, H, W, C, 0.25f, 7);
    check_hash(&p, rois, 40, golden_roi_pool_large_7);
    p.output_size = 3;
    check_hash(&p, rois, 40, golden_roi_pool_large_3);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (int c = 0; c < C; c++) {
                if (c % 2 == 0 && y % 3 == 0 && x % 2 == 0) map[(y * W + x) * C + c] = NAN;
                if (c % 3 == 1 && y % 2 == 0) map[(y * W + x) * C + c] = -INFINITY;
            }
    p.output_size = 7;
    check_hash(&p, rois, 40, golden_roi_pool_special);
    free(map);
}

/* A bin of nothing but NaN or -infinity is -FLT_MAX, as in torchvision; one outside the map is 0. */
static void test_nothing_to_take(void **state)
{
    (void)state;
    const float map[4] = {NAN, -INFINITY, NAN, -INFINITY}, roi[4] = {0.0f, 0.0f, 3.0f, 1.0f};
    const float expected[4] = {-FLT_MAX, 0.0f, -FLT_MAX, 0.0f};
    const frcnn_roi_pool p = make_single(map, 2, 2, 1, 1.0f, 2);
    check(&p, roi, 1, expected);
}

/* Each RoI of a pyramid is what it is on the level that it belongs to. */
static void test_levels(void **state)
{
    (void)state;
    float map[3][24 * 24 * 2];
    frcnn_roi_pool p = {.n_levels = 3, .k_min = 3, .channels = 2, .output_size = 3};
    const float rois[3 * 4] = {3.0f, 5.0f, 90.0f, 80.0f, 10.0f, 20.0f, 150.0f, 170.0f, 0.0f, 1.0f, 300.0f, 310.0f};
    for (int i = 0; i < 3; i++) {
        seeded_fill(41 + (uint32_t)i, -1.0f, 1.0f, map[i], sizeof map[i] / sizeof(float));
        p.levels[i] = (frcnn_roi_level){map[i], 24, 24, 0.125f / (float)(1 << i)};
    }
    for (int i = 0; i < 3; i++) {
        /* Sides below 112, of 112 to 224, and of more: levels 3 - 1 (taken by 3), 3 and 4. */
        const int level = i < 2 ? 0 : 1;
        const frcnn_roi_pool single = make_single(map[level], 24, 24, 2, p.levels[level].scale, 3);
        float *expected = run(&single, rois + 4 * i, 1);
        check(&p, rois + 4 * i, 1, expected);
        guarded_destroy(expected, get_n_floats(&p, 1));
    }
}

/* Any bits as corners: values of the map, or zeros; nothing read or written outside. */
static void test_any_bits(void **state)
{
    (void)state;
    static const float specials[] = {NAN,   INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f,
                                     -0.0f, 2e9f,     -2e9f,     7.0f,  14.0f,  1e5f};
    float map[7 * 6 * 3];
    seeded_fill(5, 1.0f, 2.0f, map, 7 * 6 * 3);
    const frcnn_roi_pool p = make_single(map, 7, 6, 3, 0.5f, 3);
    uint32_t seed = 8;
    for (int round = 0; round < 500; round++) {
        float rois[8];
        seeded_boxes(seeded_next(&seed), 12.0f, 8.0f, rois, 2);
        for (int k = 0; k < 8; k++)
            if (seeded_next(&seed) % 3 == 0) rois[k] = specials[seeded_next(&seed) % 12];
        float *dst = run(&p, rois, 2);
        for (size_t i = 0; i < get_n_floats(&p, 2); i++)
            assert_true(dst[i] == 0.0f || (dst[i] >= 1.0f && dst[i] < 2.0f));
        for (int i = 0; i < 2; i++)
            if (!isfinite(rois[4 * i] + rois[4 * i + 1] + rois[4 * i + 2] + rois[4 * i + 3]))
                assert_true(dst[(size_t)i * get_n_floats(&p, 1)] == 0.0f);
        guarded_destroy(dst, get_n_floats(&p, 2));
    }
}

static void test_threads(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    float map[20 * 30 * 4], rois[101 * 4];
    seeded_fill(6, -1.0f, 1.0f, map, 20 * 30 * 4);
    seeded_boxes(7, 100.0f, 60.0f, rois, 101);
    const frcnn_roi_pool p = make_single(map, 20, 30, 4, 0.25f, 5);
    frcnn_parallel_set_threads(1);
    float *expected = run(&p, rois, 101);
    for (int n = 2; n <= 3; n++) {
        frcnn_parallel_set_threads(n);
        check(&p, rois, 101, expected);
    }
    guarded_destroy(expected, get_n_floats(&p, 101));
    frcnn_parallel_set_threads(n_threads);
}

/* Through the table: images one after the other, zeros behind each count. */
static void test_batch(void **state)
{
    (void)state;
    float maps[2 * 9 * 8 * 3], rois[2 * 4 * 4];
    seeded_fill(6, -1.0f, 1.0f, maps, 2 * 9 * 8 * 3);
    seeded_boxes(7, 14.0f, 10.0f, rois, 8);
    const int64_t counts[2] = {1, 4};
    const size_t n_roi = (size_t)2 * 2 * 3;
    frcnn_roi_pool_run batch = {.n = 2, .n_rows = 4, .dtype = FRCNN_F32, .boxes = rois, .counts = counts};
    batch.pool = make_single(maps, 9, 8, 3, 0.5f, 2);
    float *dst = guarded_create(8 * n_roi);
    batch.dst = dst;
    assert_ok(frcnn_roi_ops_cpu.pool(&batch, NULL));
    check(&batch.pool, rois, 1, dst);
    for (size_t i = n_roi; i < 4 * n_roi; i++) assert_true(dst[i] == 0.0f);
    const frcnn_roi_pool second = make_single(maps + 9 * 8 * 3, 9, 8, 3, 0.5f, 2);
    check(&second, rois + 16, 4, dst + 4 * n_roi);
    guarded_destroy(dst, 8 * n_roi);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ramp),          cmocka_unit_test(test_goldens),  cmocka_unit_test(test_levels),
        cmocka_unit_test(test_large_goldens), cmocka_unit_test(test_any_bits), cmocka_unit_test(test_nothing_to_take),
        cmocka_unit_test(test_threads),       cmocka_unit_test(test_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
