#include "anchors/anchor_support.h"

#include <nettle/sha2.h>

#include "frcnn/ops.h"

/* torchvision 0.29.1: size 64, a map of 2x3 under a padded image of 32x48. */
static void a_small_map_gives_the_golden_rows(void **state)
{
    (void)state;
    static const float golden[18][4] = {
        {-45, -23, 45, 23}, {-32, -32, 32, 32}, {-23, -45, 23, 45}, {-29, -23, 61, 23}, {-16, -32, 48, 32},
        {-7, -45, 39, 45},  {-13, -23, 77, 23}, {0, -32, 64, 32},   {9, -45, 55, 45},   {-45, -7, 45, 39},
        {-32, -16, 32, 48}, {-23, -29, 23, 61}, {-29, -7, 61, 39},  {-16, -16, 48, 48}, {-7, -29, 39, 61},
        {-13, -7, 77, 39},  {0, -16, 64, 48},   {9, -29, 55, 61},
    };
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, &every_size[1], 1, 16);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_all_rows_equal(anchors, golden[0], 18);
    frcnn_tensor_destroy(&anchors);
}

/* The same with five sizes: row 0, the first of the second cell, and the last, from torchvision 0.29.1. */
static void fifteen_anchors_a_cell_give_the_golden_rows(void **state)
{
    (void)state;
    static const float first[] = {-23, -11, 23, 11};
    static const float next_cell[] = {-7, -11, 39, 11};
    static const float last[] = {-149, -346, 213, 378};
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, every_size, SIZE_COUNT, 16);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 90 * 4);
    assert_rows_equal(anchors, 0, first, 1);
    assert_rows_equal(anchors, 15, next_cell, 1);
    assert_rows_equal(anchors, 89, last, 1);
    frcnn_tensor_destroy(&anchors);
}

/* Number and SHA-256 of the float32 bytes of all anchors of an image, as torchvision 0.29.1's AnchorGenerator makes
   them: the default model's on the padded sizes of the seven sample photos, ResNet-50-FPN's, MobileNetV3-FPN's. With
   n_sizes 1 level i has size 32 * 2^i, with 5 every level has all sizes. */
static const struct {
    int padded_h, padded_w;
    int n_levels, n_sizes;
    int maps[5][2];
    int64_t n_anchors;
    const char *sha256;
} images[] = {
    {288,
     384,
     4,
     1,
     {{36, 48}, {18, 24}, {9, 12}, {5, 6}},
     6894,
     "deb6d0d86752ed17a0d06462ac252e92103ce3cc08558eb73e26f62067443b4c"},
    {288,
     448,
     4,
     1,
     {{36, 56}, {18, 28}, {9, 14}, {5, 7}},
     8043,
     "69287546348436155e8ffcbcb5deed40cb960fb61ef465a9497048f8d44c6385"},
    {288,
     288,
     4,
     1,
     {{36, 36}, {18, 18}, {9, 9}, {5, 5}},
     5178,
     "66497664d607835153cb201d2a47f7534fe7f826e165e1fb0b7a430427d640ea"},
    {384,
     288,
     4,
     1,
     {{48, 36}, {24, 18}, {12, 9}, {6, 5}},
     6894,
     "80e65eacb57e42592347add05ecd90cd9bcd6cef784a121c0c879a6fea767adf"},
    {800,
     1088,
     5,
     1,
     {{200, 272}, {100, 136}, {50, 68}, {25, 34}, {13, 17}},
     217413,
     "83b6ba49e4c4be36e782235c04523ad139f374c9b89df94f37bbd0c09f5a13bf"},
    {800,
     1216,
     5,
     1,
     {{200, 304}, {100, 152}, {50, 76}, {25, 38}, {13, 19}},
     242991,
     "5e91ae79d912c42085149c2ecc848c13a0b6f6f7a198139c5251f38c1f7b342e"},
    {768,
     1344,
     5,
     1,
     {{192, 336}, {96, 168}, {48, 84}, {24, 42}, {12, 21}},
     257796,
     "3124dcd1ee14decf2d71c599267bf4927e21fa7b911a16e74b90e91297336954"},
    {800,
     800,
     5,
     1,
     {{200, 200}, {100, 100}, {50, 50}, {25, 25}, {13, 13}},
     159882,
     "072035d99d86c5b19707537e9a13b106f992cb3e148c1df531265d513c8f0b5f"},
    {320,
     448,
     3,
     5,
     {{10, 14}, {10, 14}, {5, 7}},
     4725,
     "144813f3de0bb4c564e9b1b433c9b2e2e415f34b018c638b206de0d7464fa5be"},
    {800,
     1088,
     3,
     5,
     {{25, 34}, {25, 34}, {13, 17}},
     28815,
     "c18cbea10c148919fe444237a7bd0ac84d504a70cf9512271afaad3be6d4342d"},
};

static void assert_sha256(const frcnn_tensor *anchors, const char *expected)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char hex[2 * SHA256_DIGEST_SIZE + 1];
    sha256_init(&context);
    sha256_update(&context, (size_t)frcnn_tensor_get_n_elements(anchors) * sizeof(float),
                  frcnn_tensor_get_const_data(anchors));
    sha256_digest(&context, sizeof digest, digest);
    for (size_t k = 0; k < sizeof digest; k++) snprintf(hex + 2 * k, 3, "%02x", digest[k]);
    assert_string_equal(hex, expected);
}

static void all_levels_have_the_bytes_of_torchvision(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_grids grids;
        frcnn_tensor *anchors = NULL;
        int h[FRCNN_MAX_LEVELS];
        int w[FRCNN_MAX_LEVELS];
        int64_t n = 0;
        frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
        config.n_levels = images[i].n_levels;
        for (int k = 0; k < config.n_levels; k++) {
            const double *first = images[i].n_sizes == 1 ? &every_size[k] : every_size;
            set_level(&config.levels[k], first, images[i].n_sizes, every_ratio, RATIO_COUNT, 4);
            h[k] = images[i].maps[k][0];
            w[k] = images[i].maps[k][1];
        }
        assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, images[i].padded_h, images[i].padded_w, h, w));
        assert_ok(frcnn_anchors_count(&n, &config, &grids, config.n_levels));
        assert_int_equal(n, images[i].n_anchors);
        assert_ok(frcnn_anchors_create(&anchors, &config, &grids));
        assert_int_equal(frcnn_tensor_get_n_elements(anchors), n * 4);
        assert_sha256(anchors, images[i].sha256);
        frcnn_tensor_destroy(&anchors);
    }
}

/* The grid from the tensor core: shifts by arange and meshgrid, added to the base anchors by broadcasting. */
static void the_grid_is_meshgrid_shifts_plus_base_anchors(void **state)
{
    (void)state;
    enum { H = 7, W = 5, STRIDE_Y = 61, STRIDE_X = 64, A = 15 };
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, every_size, SIZE_COUNT, 64);
    frcnn_anchor_grids grids = {.image_h = 450, .image_w = 320, .n_levels = 1};
    grids.grid_h[0] = H;
    grids.grid_w[0] = W;
    grids.stride_y[0] = STRIDE_Y;
    grids.stride_x[0] = STRIDE_X;
    frcnn_tensor *found = NULL;
    frcnn_tensor *base = NULL;
    assert_ok(frcnn_anchors_create(&found, &config, &grids));
    assert_ok(frcnn_anchors_create_base(&base, &config, 0));

    const int64_t shift_shape[] = {H * W, 1, 4};
    frcnn_tensor *shifts = NULL;
    frcnn_tensor *anchors = NULL;
    frcnn_tensor *y = NULL;
    frcnn_tensor *x = NULL;
    frcnn_tensor *flat_y = NULL;
    frcnn_tensor *flat_x = NULL;
    assert_ok(frcnn_tensor_arange(&y, FRCNN_F32, 0, H * STRIDE_Y, STRIDE_Y));
    assert_ok(frcnn_tensor_arange(&x, FRCNN_F32, 0, W * STRIDE_X, STRIDE_X));
    const frcnn_tensor *lines[] = {y, x};
    frcnn_tensor *maps[2] = {NULL};
    assert_ok(frcnn_tensor_meshgrid(maps, lines, 2, FRCNN_MESHGRID_IJ));
    assert_ok(frcnn_tensor_contiguous(&flat_y, maps[0]));
    assert_ok(frcnn_tensor_contiguous(&flat_x, maps[1]));
    assert_ok(frcnn_tensor_create(&shifts, FRCNN_F32, 3, shift_shape));
    float *values = frcnn_tensor_get_data(shifts);
    for (int i = 0; i < H * W; i++)
        for (int k = 0; k < 4; k++)
            values[4 * i + k] = ((const float *)frcnn_tensor_get_const_data(k % 2 == 0 ? flat_x : flat_y))[i];
    assert_ok(frcnn_tensor_add(&anchors, shifts, base));
    assert_all_rows_equal(found, frcnn_tensor_get_const_data(anchors), H * W * A);
    frcnn_tensor *made[] = {found, base, shifts, anchors, y, x, maps[0], maps[1], flat_y, flat_x};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) frcnn_tensor_destroy(&made[i]);
}

/* Enough cells for more than one thread, whose sums are in float32 and in float64. */
static void a_large_map_is_filled_to_the_last_cell(void **state)
{
    (void)state;
    enum { H = 600, W = 500, STRIDE = 16 };
    static const double one = 1;
    static const double sizes[] = {128, 8};
    static const frcnn_anchor_convention conventions[] = {FRCNN_ANCHORS_DETECTRON2, FRCNN_ANCHORS_PY_FASTER_RCNN};
    static const float first[][4] = {{-64, -64, 64, 64}, {-56, -56, 71, 71}};
    const int h = H;
    const int w = W;
    for (int i = 0; i < 2; i++) {
        frcnn_anchor_grids grids;
        frcnn_tensor *anchors = NULL;
        frcnn_anchor_config config = one_level(conventions[i], &sizes[i], 1, STRIDE);
        set_level(&config.levels[0], &sizes[i], 1, &one, 1, STRIDE);
        assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, 0, 0, &h, &w));
        assert_ok(frcnn_anchors_create(&anchors, &config, &grids));
        assert_int_equal(frcnn_tensor_get_shape(anchors)[0], H * W);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const float expected[] = {first[i][0] + (float)(x * STRIDE), first[i][1] + (float)(y * STRIDE),
                                          first[i][2] + (float)(x * STRIDE), first[i][3] + (float)(y * STRIDE)};
                assert_rows_equal(anchors, y * W + x, expected, 1);
            }
        frcnn_tensor_destroy(&anchors);
    }
}

static void maps_are_checked(void **state)
{
    (void)state;
    const int good = 2;
    const int zero = 0;
    const int large = 65536;
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, every_size, 1, 16);
    frcnn_anchor_grids grids = {.image_h = 7};
    assert_fails(frcnn_anchor_grids_from_maps(&grids, &config, 32, 32, &zero, &good), FRCNN_ERROR_INVALID,
                 "level 0: expected a map of 1x1 to 65535x65535, found 0x2");
    assert_fails(frcnn_anchor_grids_from_maps(&grids, &config, 32, 32, &good, &large), FRCNN_ERROR_INVALID,
                 "found 2x65536");
    assert_fails(frcnn_anchor_grids_from_maps(&grids, &config, 32, 1, &good, &good), FRCNN_ERROR_INVALID,
                 "level 0 inside an image of 32x1, found a map of 2x2");
    assert_fails(frcnn_anchor_grids_from_maps(&grids, &config, 0, 32, &good, &good), FRCNN_ERROR_INVALID, "found 0x32");
    assert_fails(frcnn_anchor_grids_from_image(&grids, &config, 0, 32), FRCNN_ERROR_INVALID, "found 0x32");
    assert_fails(frcnn_anchor_grids_from_image(&grids, &config, 32, 65536), FRCNN_ERROR_INVALID, "found 32x65536");
    assert_int_equal(grids.image_h, 7);
}

static void grids_and_levels_are_checked(void **state)
{
    (void)state;
    frcnn_tensor *out = NULL;
    int64_t n = 7;
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, every_size, 1, 16);
    frcnn_anchor_grids good;
    assert_ok(frcnn_anchor_grids_from_image(&good, &config, 32, 48));
    frcnn_anchor_grids grids = good;
    grids.n_levels = 2;
    assert_fails(frcnn_anchors_create(&out, &config, &grids), FRCNN_ERROR_INVALID, "maps for 1 levels, found 2");
    grids = good;
    grids.grid_w[0] = 0;
    assert_fails(frcnn_anchors_create(&out, &config, &grids), FRCNN_ERROR_INVALID, "found 2x0 of 16x16 pixels");
    assert_fails(frcnn_anchors_count(&n, &config, &grids, 1), FRCNN_ERROR_INVALID, "found 2x0 of 16x16 pixels");
    grids = good;
    grids.stride_y[0] = 0;
    assert_fails(frcnn_anchors_create_level(&out, &config, &grids, 0), FRCNN_ERROR_INVALID, "found 2x3 of 0x16");
    grids.stride_y[0] = 65536;
    assert_fails(frcnn_anchors_create_level(&out, &config, &grids, 0), FRCNN_ERROR_INVALID, "found 2x3 of 65536x16");
    assert_fails(frcnn_anchors_create_level(&out, &config, &good, 1), FRCNN_ERROR_INVALID, "level of 0 to 0, found 1");
    assert_fails(frcnn_anchors_create_level(&out, &config, &good, -1), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_anchors_count(&n, &config, &good, 2), FRCNN_ERROR_INVALID, "level of 0 to 1, found 2");
    assert_fails(frcnn_anchors_count(&n, &config, &good, -1), FRCNN_ERROR_INVALID, "found -1");
    assert_true(out == NULL && n == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_map_gives_the_golden_rows),
        cmocka_unit_test(fifteen_anchors_a_cell_give_the_golden_rows),
        cmocka_unit_test(all_levels_have_the_bytes_of_torchvision),
        cmocka_unit_test(the_grid_is_meshgrid_shifts_plus_base_anchors),
        cmocka_unit_test(a_large_map_is_filled_to_the_last_cell),
        cmocka_unit_test(maps_are_checked),
        cmocka_unit_test(grids_and_levels_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
