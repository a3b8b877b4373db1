#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "image/resize_normalize.h"
#include "tensor/parallel.h"

static const float imagenet_mean[3] = {0.485f, 0.456f, 0.406f};
static const float imagenet_std[3] = {0.229f, 0.224f, 0.225f};

static frcnn_resize_normalize make_params(int src_height, int src_width, int height, int width)
{
    frcnn_resize_normalize p = {.unit = 255.0f,
                                .src_height = src_height,
                                .src_width = src_width,
                                .height = height,
                                .width = width,
                                .padded_height = height,
                                .padded_width = width};
    memcpy(p.mean, imagenet_mean, sizeof p.mean);
    memcpy(p.std, imagenet_std, sizeof p.std);
    return p;
}

static size_t get_n_floats(const frcnn_resize_normalize *p)
{
    return (size_t)p->padded_height * (size_t)p->padded_width * 3;
}

/** The caller destroys the result with guarded_destroy(result, get_n_floats(p)). */
static float *run(const frcnn_resize_normalize *p, const uint8_t *rgb)
{
    float *dst = guarded_create(get_n_floats(p));
    void *workspace =
        workspace_create(frcnn_resize_normalize_get_workspace(FRCNN_RESIZE_TORCHVISION, p->height, p->width));
    frcnn_resize_normalize_cpu(p, rgb, workspace, dst);
    free(workspace);
    return dst;
}

static float *run_seeded(const frcnn_resize_normalize *p, uint32_t seed)
{
    const size_t n_bytes = (size_t)p->src_height * (size_t)p->src_width * 3;
    uint8_t *rgb = malloc(n_bytes);
    assert_non_null(rgb);
    seeded_bytes(seed, rgb, n_bytes);
    float *dst = run(p, rgb);
    free(rgb);
    return dst;
}

static void check_values(const frcnn_resize_normalize *p, uint32_t seed, const float *expected)
{
    float *dst = run_seeded(p, seed);
    assert_floats_equal(dst, expected, get_n_floats(p));
    guarded_destroy(dst, get_n_floats(p));
}

static void check_hash(const frcnn_resize_normalize *p, uint32_t seed, uint64_t expected)
{
    float *dst = run_seeded(p, seed);
    assert_true(seeded_hash(dst, get_n_floats(p) * sizeof *dst) == expected);
    guarded_destroy(dst, get_n_floats(p));
}

/* torchvision's transform in eager mode; the last two rows would have a side of 0 there. */
static void test_size(void **state)
{
    (void)state;
    static const int cases[][6] = {
        /* height, width, min_size, max_size, resized height, resized width */
        {480, 640, 800, 1333, 800, 1066},   {427, 640, 800, 1333, 800, 1199},  {375, 500, 800, 1333, 800, 1066},
        {333, 500, 800, 1333, 800, 1201},   {426, 640, 800, 1333, 800, 1201},  {640, 427, 800, 1333, 1199, 800},
        {1000, 900, 800, 1333, 888, 800},   {900, 1000, 800, 1333, 800, 888},  {1080, 1920, 800, 1333, 749, 1333},
        {720, 1280, 800, 1333, 749, 1333},  {100, 1000, 800, 1333, 133, 1333}, {100, 2000, 800, 1333, 66, 1333},
        {2448, 3264, 800, 1333, 800, 1066}, {1, 1, 800, 1333, 800, 800},       {612, 612, 800, 1333, 800, 800},
        {800, 800, 800, 1333, 800, 800},    {480, 640, 288, 512, 288, 384},    {427, 640, 288, 512, 288, 431},
        {640, 427, 288, 512, 431, 288},     {1080, 1920, 288, 512, 288, 512},  {300, 500, 288, 512, 288, 480},
        {612, 612, 288, 512, 288, 288},     {1, 4000, 800, 1333, 1, 1333},     {4000, 3, 800, 1333, 1333, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int height = 0, width = 0;
        assert_ok(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, cases[i][0], cases[i][1], cases[i][2], cases[i][3],
                                        &height, &width));
        assert_int_equal(height, cases[i][4]);
        assert_int_equal(width, cases[i][5]);
    }
}

static void test_size_errors(void **state)
{
    (void)state;
    int height = 7, width = 9;
    assert_fails(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, 0, 5, 800, 1333, &height, &width), FRCNN_ERROR_INVALID,
                 "found 0x5");
    assert_fails(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, 5, -1, 800, 1333, &height, &width),
                 FRCNN_ERROR_INVALID, "found 5x-1");
    assert_fails(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, 5, 5, 0, 1333, &height, &width), FRCNN_ERROR_INVALID,
                 "found 0 and 1333");
    assert_fails(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, 5, 5, 800, 0, &height, &width), FRCNN_ERROR_INVALID,
                 "found 800 and 0");
    assert_int_equal(height, 7);
    assert_int_equal(width, 9);
}

/* torch: (u8 / 255 - mean) / std; a resize to the same size copies. */
static void test_normalize(void **state)
{
    (void)state;
    static const uint8_t values[5] = {0, 1, 127, 128, 255};
    static const float expected[15] = {-2.11790395f, -2.03571415f,  -1.80444443f, -2.10077929f, -2.01820731f,
                                       -1.78701520f, 0.0569397435f, 0.187675059f, 0.40906325f,  0.0740646273f,
                                       0.205182195f, 0.42649257f,   2.24890828f,  2.42857146f,  2.64000010f};
    uint8_t gray[15];
    for (int i = 0; i < 15; i++) gray[i] = values[i / 3];
    const frcnn_resize_normalize p = make_params(1, 5, 1, 5);
    float *dst = run(&p, gray);
    assert_floats_equal(dst, expected, 15);
    guarded_destroy(dst, 15);
}

/* torch 2.14.1, one thread (make_stage_goldens.py). */
static void test_goldens(void **state)
{
    (void)state;
    const frcnn_resize_normalize up = make_params(7, 5, 13, 9);
    check_values(&up, 1, golden_resize_7x5_13x9);
    const frcnn_resize_normalize down = make_params(4, 6, 3, 2);
    check_values(&down, 2, golden_resize_4x6_3x2);
    const frcnn_resize_normalize wide = make_params(60, 80, 100, 133);
    check_hash(&wide, 3, golden_resize_60x80_100x133);
    const frcnn_resize_normalize small = make_params(200, 301, 99, 150);
    check_hash(&small, 4, golden_resize_200x301_99x150);
}

/* The whole of torchvision's transform, with its padding (make_stage_goldens.py). */
static void test_transform(void **state)
{
    (void)state;
    int height = 0, width = 0;
    assert_ok(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, 41, 70, 75, 120, &height, &width));
    assert_int_equal(height, golden_transform_sizes[0]);
    assert_int_equal(width, golden_transform_sizes[1]);
    frcnn_resize_normalize p = make_params(41, 70, height, width);
    p.padded_height = (int)golden_transform_sizes[2];
    p.padded_width = (int)golden_transform_sizes[3];
    check_hash(&p, 5, golden_transform);
}

/* Red goes into the plane that the first convolution takes for red, with that plane's mean and std. */
static void test_channel_order(void **state)
{
    (void)state;
    static const uint8_t red[12] = {255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0};
    frcnn_resize_normalize p = make_params(2, 2, 3, 4);
    float *rgb = run(&p, red);
    p.is_bgr = 1;
    for (int c = 0; c < 3; c++) {
        p.mean[c] = imagenet_mean[2 - c];
        p.std[c] = imagenet_std[2 - c];
    }
    float *bgr = run(&p, red);
    for (int i = 0; i < 12; i++) {
        assert_true(rgb[3 * i] > 2.2f && rgb[3 * i + 1] < -2.0f && rgb[3 * i + 2] < -1.8f);
        for (int c = 0; c < 3; c++) assert_true(rgb[3 * i + c] == bgr[3 * i + 2 - c]);
    }
    guarded_destroy(rgb, 36);
    guarded_destroy(bgr, 36);
}

static void test_padding_is_zero(void **state)
{
    (void)state;
    frcnn_resize_normalize p = make_params(9, 5, 40, 33);
    p.padded_height = 96;
    p.padded_width = 64;
    float *dst = run_seeded(&p, 77);
    for (int y = 0; y < p.padded_height; y++)
        for (int x = 0; x < p.padded_width; x++)
            for (int c = 0; c < 3; c++) {
                const float value = dst[(y * p.padded_width + x) * 3 + c];
                if (y < p.height && x < p.width)
                    assert_true(value > -3.0f && value < 3.0f);
                else
                    assert_true(value == 0.0f);
            }
    guarded_destroy(dst, get_n_floats(&p));
}

/* Shapes round the edges of the tiles, extreme aspects, and one pixel: all inside the range of the input. */
static void test_extreme_shapes(void **state)
{
    (void)state;
    static const int cases[][4] = {{1, 1, 5, 7},    {1, 4000, 1, 1333}, {3000, 2, 512, 1}, {3, 3, 33, 129},
                                   {3, 3, 32, 128}, {2, 300, 31, 127},  {65, 1, 1, 257}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const frcnn_resize_normalize p = make_params(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
        float *dst = run_seeded(&p, (uint32_t)i);
        for (size_t j = 0; j < get_n_floats(&p); j++) assert_true(dst[j] > -2.2f && dst[j] < 2.7f);
        guarded_destroy(dst, get_n_floats(&p));
    }
}

static void test_threads(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    const frcnn_resize_normalize p = make_params(123, 77, 301, 190);
    frcnn_parallel_set_threads(1);
    float *expected = run_seeded(&p, 9);
    for (int n = 2; n <= 3; n++) {
        frcnn_parallel_set_threads(n);
        check_values(&p, 9, expected);
    }
    guarded_destroy(expected, get_n_floats(&p));
    frcnn_parallel_set_threads(n_threads);
}

/* What scripted models of torchvision 0.29.1 and eager ones of 0.14.1 compute: sides that are one pixel less here and there. */
static void test_sizes_of_older_releases(void **state)
{
    (void)state;
    static const int cases[][4] = {{480, 640, 800, 1066}, {427, 640, 799, 1199},   {375, 500, 799, 1066},
                                   {333, 500, 799, 1201}, {426, 640, 800, 1201},   {640, 427, 1199, 799},
                                   {1000, 900, 888, 800}, {1080, 1920, 749, 1333}, {100, 1000, 133, 1333},
                                   {100, 2000, 66, 1333}, {2448, 3264, 800, 1066}, {612, 612, 800, 800}};
    static const frcnn_resize_rule rules[] = {FRCNN_RESIZE_TORCHVISION_0_15, FRCNN_RESIZE_TORCHVISION_0_14};
    int height = 0, width = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int r = 0; r < 2; r++) {
            assert_ok(frcnn_resize_get_size(rules[r], cases[i][0], cases[i][1], 800, 1333, &height, &width));
            assert_int_equal(height, cases[i][2]);
            assert_int_equal(width, cases[i][3]);
        }
    assert_ok(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION_0_9, 427, 640, 800, 1333, &height, &width));
    assert_int_equal(height, 800);
    assert_int_equal(width, 1199);
}

/* Rows of 0 to 3, 4 to 7, 8 to 11, shrunk to 2x3 by PyTorch 2.14.1 and 1.13.1: coordinates in float and in double. */
static void test_coordinates_of_older_releases(void **state)
{
    (void)state;
    static const float expected[2][6] = {{1.16666663f, 2.5f, 3.83333349f, 7.16666651f, 8.5f, 9.83333302f},
                                         {1.16666675f, 2.5f, 3.83333349f, 7.16666698f, 8.5f, 9.83333302f}};
    static const frcnn_resize_rule rules[] = {FRCNN_RESIZE_TORCHVISION, FRCNN_RESIZE_TORCHVISION_0_14};
    uint8_t rgb[3 * 4 * 3];
    for (int i = 0; i < 12; i++)
        for (int c = 0; c < 3; c++) rgb[3 * i + c] = (uint8_t)i;
    for (int r = 0; r < 2; r++) {
        frcnn_resize_normalize p = make_params(3, 4, 2, 3);
        p.rule = rules[r];
        p.unit = 1.0f;
        for (int c = 0; c < 3; c++) {
            p.mean[c] = 0.0f;
            p.std[c] = 1.0f;
        }
        float *dst = run(&p, rgb);
        for (int i = 0; i < 6; i++) assert_true(fabsf(dst[3 * i] - expected[r][i]) <= 5e-7f);
        guarded_destroy(dst, get_n_floats(&p));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_size_errors),
        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_transform),
        cmocka_unit_test(test_channel_order),
        cmocka_unit_test(test_padding_is_zero),
        cmocka_unit_test(test_extreme_shapes),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_sizes_of_older_releases),
        cmocka_unit_test(test_coordinates_of_older_releases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
