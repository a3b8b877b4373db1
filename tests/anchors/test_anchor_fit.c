#include "run/scratch.h"

#include <math.h>

#include "anchors/fit_boxes.h"
#include "anchors/fit_clusters.h"
#include "frcnn/anchor_fit.h"
#include "tensor/parallel.h"

/* A small seeded generator of its own, so that boxes never change. */
static uint32_t random_state;

static double draw(double low, double high)
{
    random_state = random_state * 1664525U + 1013904223U;
    return low + (high - low) * ((double)(random_state >> 8) / 0x1p24);
}

/* Writes a COCO file while boxes are added. */
static FILE *stream;
static int n_images, n_annotations;
static char annotations[1 << 20];
static size_t annotations_bytes;

static void begin_coco(void)
{
    stream = fopen("boxes.json", "w");
    assert_non_null(stream);
    fputs("{\"categories\":[{\"id\":1,\"name\":\"x\"}],\"images\":[", stream);
    n_images = n_annotations = 0;
    annotations_bytes = 0;
    annotations[0] = '\0';
}

static void add_image(int height, int width)
{
    fprintf(stream, "%s{\"id\":%d,\"file_name\":\"%d.jpg\",\"width\":%d,\"height\":%d}", n_images > 0 ? "," : "",
            n_images, n_images, width, height);
    n_images++;
}

static void add_box(double x, double y, double w, double h, int is_crowd)
{
    const int n = snprintf(annotations + annotations_bytes, sizeof annotations - annotations_bytes,
                           "%s{\"image_id\":%d,\"category_id\":1,\"bbox\":[%.9g,%.9g,%.9g,%.9g],\"iscrowd\":%d}",
                           n_annotations++ > 0 ? "," : "", n_images - 1, x, y, w, h, is_crowd);
    annotations_bytes += (size_t)n;
    assert_true(annotations_bytes < sizeof annotations);
}

static frcnn_boxes *end_coco(void)
{
    frcnn_boxes *boxes = NULL;
    fprintf(stream, "],\"annotations\":[%s]}", annotations);
    assert_int_equal(fclose(stream), 0);
    assert_ok(frcnn_boxes_open(&boxes, "boxes.json", NULL));
    return boxes;
}

static const frcnn_boxes *const *one(frcnn_boxes *const *boxes)
{
    return (const frcnn_boxes *const *)boxes;
}

/* Boxes of about the sizes given, on images of several shapes. */
static frcnn_boxes *make_boxes(uint32_t seed, int n, double low, double high)
{
    random_state = seed;
    begin_coco();
    for (int i = 0; i < n; i++) {
        const int height = (int)draw(200, 500), width = (int)draw(200, 500);
        add_image(height, width);
        for (int j = 0; j < 3; j++) {
            const double side = exp(draw(log(low), log(high))), ratio = exp(draw(-0.5, 0.9));
            const double w = fmin(side / sqrt(ratio), width), h = fmin(side * sqrt(ratio), height);
            add_box(draw(0, width - w), draw(0, height - h), w, h, 0);
        }
    }
    return end_coco();
}

static double get_iou(const float *a, const double *b)
{
    const double w = fmin(a[2], b[2]) - fmax(a[0], b[0]), h = fmin(a[3], b[3]) - fmax(a[1], b[1]);
    if (w <= 0 || h <= 0) return 0;
    return w * h / (((double)a[2] - a[0]) * ((double)a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h);
}

/* The best of all anchors, one after the other. */
static double find_best(const frcnn_anchor_config *config, const frcnn_anchor_grids *grids, const double box[4])
{
    frcnn_tensor *anchors = NULL;
    double best = 0;
    assert_ok(frcnn_anchors_create(&anchors, config, grids));
    const float *rows = frcnn_tensor_get_const_data(anchors);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(anchors) / 4; i++) {
        float row[4];
        const int is_yx = frcnn_anchor_convention_is_yx(config->convention);
        for (int c = 0; c < 4; c++) row[c] = rows[4 * i + (is_yx ? c ^ 1 : c)];
        best = fmax(best, get_iou(row, box));
    }
    frcnn_tensor_destroy(&anchors);
    return best;
}

static void test_each_box_meets_the_best_of_all_anchors(void **state)
{
    (void)state;
    for (int convention = 0; convention < FRCNN_N_ANCHOR_CONVENTIONS; convention++) {
        frcnn_boxes *boxes = make_boxes(7 + (uint32_t)convention, 12, 8, 400);
        frcnn_anchor_config config;
        frcnn_anchor_fit_options options;
        frcnn_fit_boxes fit = {0};
        float iou[64];
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)convention);
        frcnn_anchor_fit_options_default(&options, config.convention);
        if (frcnn_anchor_convention_has_offset(config.convention)) config.offset = 0.5;
        options.min_size = 200;
        options.max_size = 333;
        assert_ok(frcnn_fit_boxes_init(&fit, &config, one(&boxes), 1, &options));
        assert_int_equal(fit.n, 36);
        frcnn_fit_match_all(iou, &fit, &config);
        for (size_t g = 0; g < fit.n_groups; g++)
            for (size_t i = fit.groups[g].first; i < fit.groups[g].first + fit.groups[g].n; i++) {
                const double box[4] = {fit.x1[i], fit.y1[i], fit.x2[i], fit.y2[i]};
                const double expected = find_best(&config, &fit.groups[g].grids, box);
                /* Sums and products in f32, of coordinates below 1000. */
                if (fabs((double)iou[i] - expected) > 1e-5)
                    fail_msg("%s, box %zu: expected %.7f, found %.7f",
                             frcnn_anchor_convention_get_name(config.convention), i, expected, (double)iou[i]);
            }
        frcnn_fit_boxes_deinit(&fit);
        frcnn_boxes_close(&boxes);
    }
}

/* Squares that lie on anchors, and others. An image of 400x800 becomes 200x400, the boxes half as large. */
static void test_recall_counts_boxes_of_each_size(void **state)
{
    (void)state;
    begin_coco();
    add_image(400, 800);
    add_box(64 - 32, 64 - 32, 64, 64, 0);    /* medium: 32x32 round (32, 32) */
    add_box(128 - 64, 64 - 64, 128, 128, 0); /* large: 64x64 round (64, 32) */
    add_box(64 - 8, 64 - 8, 16, 16, 0);      /* small: 8x8 in the anchor of 46x22 */
    add_box(64 - 26, 64 - 26, 52, 52, 0);    /* medium: 26x26, IoU 0.66 */
    add_box(0, 0, 50, 50, 1);
    frcnn_boxes *boxes = end_coco();
    frcnn_anchor_config config;
    frcnn_anchor_fit_options options;
    frcnn_anchor_recall recall;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
    frcnn_anchor_fit_options_default(&options, config.convention);
    options.min_size = 200;
    options.max_size = 400;
    assert_ok(frcnn_anchor_recall_measure(&recall, &config, one(&boxes), 1, &options));
    const int64_t n[] = {4, 1, 2, 1}, at_50[] = {3, 0, 2, 1}, at_70[] = {2, 0, 1, 1};
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
        assert_int_equal(recall.n_boxes[i], n[i]);
        assert_int_equal(recall.n_reached_50[i], at_50[i]);
        assert_int_equal(recall.n_reached_70[i], at_70[i]);
    }
    assert_true(recall.mean_iou[FRCNN_BOX_LARGE] == 1);
    assert_true(fabs(recall.mean_iou[FRCNN_BOX_SMALL] - 64 / (46 * 22.0)) < 1e-6);
    assert_true(fabs(recall.mean_iou[FRCNN_BOX_MEDIUM] - (1 + 26 * 26 / 1024.0) / 2) < 1e-6);

    /* The same image, made to fit into 200x200 by its width: a quarter of its size. */
    options.image_h = options.image_w = 200;
    frcnn_fit_boxes fit = {0};
    assert_ok(frcnn_fit_boxes_init(&fit, &config, one(&boxes), 1, &options));
    assert_true(fit.x2[0] - fit.x1[0] == 16 && fit.y2[1] - fit.y1[1] == 32);
    assert_int_equal(fit.groups[0].grids.image_h, 200);
    assert_int_equal(fit.groups[0].grids.image_w, 200);
    frcnn_fit_boxes_deinit(&fit);
    frcnn_boxes_close(&boxes);
}

static void set_small(frcnn_anchor_config *config, frcnn_anchor_fit_options *options)
{
    frcnn_anchor_config_default(config, FRCNN_ANCHORS_TORCHVISION);
    config->n_levels = 3;
    frcnn_anchor_fit_options_default(options, config->convention);
    options->min_size = 320;
    options->max_size = 512;
}

static void test_fitted_anchors_reach_more_boxes(void **state)
{
    (void)state;
    frcnn_boxes *boxes = make_boxes(1, 150, 40, 90);
    frcnn_anchor_config config, fitted, again;
    frcnn_anchor_fit_options options;
    frcnn_anchor_recall before, after;
    set_small(&config, &options);
    assert_ok(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_recall_measure(&before, &config, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_recall_measure(&after, &fitted, one(&boxes), 1, &options));
    assert_true(after.n_reached_70[FRCNN_BOX_ANY] > before.n_reached_70[FRCNN_BOX_ANY] + 45);
    assert_int_equal(fitted.n_levels, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fitted.levels[i].n_sizes, 1);
        assert_int_equal(fitted.levels[i].n_ratios, 3);
        assert_true(fitted.levels[i].sizes[0] == rint(fitted.levels[i].sizes[0]));
        assert_true(i == 0 || fitted.levels[i].sizes[0] > fitted.levels[i - 1].sizes[0]);
        assert_memory_equal(fitted.levels[i].ratios, fitted.levels[0].ratios, 3 * sizeof(double));
        assert_int_equal(fitted.levels[i].stride_x, config.levels[i].stride_x);
        for (int j = 0; j < 3; j++) {
            char text[32];
            snprintf(text, sizeof text, "%.2f", fitted.levels[i].ratios[j]);
            assert_true(strtod(text, NULL) == fitted.levels[i].ratios[j]);
            assert_true(j == 0 || fitted.levels[i].ratios[j] > fitted.levels[i].ratios[j - 1]);
        }
    }
    const int n_threads = frcnn_parallel_get_threads();
    for (int threads = 1; threads <= 3; threads += 2) {
        frcnn_parallel_set_threads(threads);
        assert_ok(frcnn_anchor_fit(&again, &config, one(&boxes), 1, &options));
        assert_memory_equal(again.levels, fitted.levels, 3 * sizeof *fitted.levels);
    }
    frcnn_parallel_set_threads(n_threads);
    frcnn_boxes_close(&boxes);
}

static void test_no_more_than_allowed_is_lost_at_a_lower_overlap(void **state)
{
    (void)state;
    random_state = 5;
    begin_coco();
    for (int i = 0; i < 100; i++) {
        add_image(320, 320);
        const double small = draw(18, 31), large = draw(100, 250);
        add_box(draw(0, 280), draw(0, 280), small, small, 0);
        for (int j = 0; j < 4; j++) add_box(draw(0, 60), draw(0, 60), large, large, 0);
    }
    frcnn_boxes *boxes = end_coco();
    frcnn_anchor_config config, fitted;
    frcnn_anchor_fit_options options;
    frcnn_anchor_recall before, after;
    set_small(&config, &options);
    options.max_loss = 0;
    assert_ok(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_recall_measure(&before, &config, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_recall_measure(&after, &fitted, one(&boxes), 1, &options));
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) assert_true(after.n_reached_50[i] >= before.n_reached_50[i]);
    const int64_t careful = after.n_reached_70[FRCNN_BOX_ANY];
    options.max_loss = 1;
    assert_ok(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_recall_measure(&after, &fitted, one(&boxes), 1, &options));
    assert_true(after.n_reached_70[FRCNN_BOX_ANY] >= careful);
    frcnn_boxes_close(&boxes);
}

static void test_levels_and_anchors_per_cell_are_those_asked_for(void **state)
{
    (void)state;
    frcnn_boxes *boxes = make_boxes(3, 20, 20, 200);
    frcnn_anchor_config config, fitted;
    frcnn_anchor_fit_options options;
    set_small(&config, &options);
    static const int asked[][4] = {
        /* levels, per cell, sizes, ratios */
        {2, 0, 1, 3}, {4, 6, 2, 3}, {3, 2, 1, 2}, {3, 4, 1, 4}, {1, 9, 3, 3},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        options.n_levels = asked[i][0];
        options.per_cell = asked[i][1];
        assert_ok(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &options));
        assert_int_equal(fitted.n_levels, asked[i][0]);
        assert_int_equal(fitted.levels[0].n_sizes, asked[i][2]);
        assert_int_equal(fitted.levels[0].n_ratios, asked[i][3]);
        for (int level = 1; level < fitted.n_levels; level++) {
            assert_int_equal(fitted.levels[level].stride_x, 2 * fitted.levels[level - 1].stride_x);
            assert_true(fitted.levels[level].sizes[0] >
                        fitted.levels[level - 1].sizes[fitted.levels[level - 1].n_sizes - 1]);
        }
    }
    frcnn_boxes_close(&boxes);
}

static void test_every_convention_and_ratios_of_each_level_can_be_fitted(void **state)
{
    (void)state;
    frcnn_boxes *boxes = make_boxes(4, 20, 20, 200);
    for (int convention = 0; convention < FRCNN_N_ANCHOR_CONVENTIONS; convention++) {
        frcnn_anchor_config config, fitted;
        frcnn_anchor_recall before, after;
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)convention);
        if (config.n_levels > 1) config.levels[1].ratios[0] = 0.4;
        assert_ok(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, NULL));
        assert_ok(frcnn_anchor_recall_measure(&before, &config, one(&boxes), 1, NULL));
        assert_ok(frcnn_anchor_recall_measure(&after, &fitted, one(&boxes), 1, NULL));
        assert_true(after.n_reached_70[FRCNN_BOX_ANY] >= before.n_reached_70[FRCNN_BOX_ANY]);
        for (int i = 0; i < fitted.n_levels; i++)
            for (int j = 1; j < fitted.levels[i].n_sizes; j++)
                assert_true(fitted.levels[i].sizes[j] > fitted.levels[i].sizes[j - 1]);
    }
    frcnn_boxes_close(&boxes);
}

static void test_one_box_is_enough_and_none_is_an_error(void **state)
{
    (void)state;
    begin_coco();
    add_image(320, 320);
    add_box(100, 100, 50, 60, 0);
    frcnn_boxes *boxes = end_coco();
    frcnn_anchor_config config, fitted;
    frcnn_anchor_fit_options options;
    frcnn_anchor_recall recall;
    frcnn_image *image = NULL;
    set_small(&config, &options);
    assert_ok(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_recall_measure(&recall, &fitted, one(&boxes), 1, &options));
    assert_int_equal(recall.n_reached_70[FRCNN_BOX_ANY], 1);
    frcnn_boxes_close(&boxes);

    begin_coco();
    add_image(320, 320);
    add_box(100, 100, 50, 60, 1);
    boxes = end_coco();
    assert_fails(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &options), FRCNN_ERROR_INVALID,
                 "anchor fit: expected at least one box, found none");
    assert_fails(frcnn_anchor_fit_draw(&image, &config, &config, one(&boxes), 1, &options), FRCNN_ERROR_INVALID,
                 "expected at least one box, found none");
    assert_ok(frcnn_anchor_recall_measure(&recall, &config, one(&boxes), 1, &options));
    assert_int_equal(recall.n_boxes[FRCNN_BOX_ANY], 0);
    frcnn_boxes_close(&boxes);
}

static void test_bad_options_are_named(void **state)
{
    (void)state;
    frcnn_boxes *boxes = make_boxes(3, 2, 20, 200);
    frcnn_anchor_config config, fitted;
    frcnn_anchor_fit_options good, bad;
    set_small(&config, &good);
#define REFUSES(change, text)                                                                                          \
    do {                                                                                                               \
        bad = good;                                                                                                    \
        change;                                                                                                        \
        assert_fails(frcnn_anchor_fit(&fitted, &config, one(&boxes), 1, &bad), FRCNN_ERROR_INVALID, text);             \
    } while (0)
    REFUSES(bad.struct_size = 1, "anchor_fit options: expected struct_size");
    REFUSES(bad.min_size = 0, "expected min_size, max_size and divisor from 1 to 65535, found 0, 512 and 32");
    REFUSES(bad.divisor = 70000, "divisor");
    REFUSES(bad.image_h = 5, "expected an image of 1x1 to 65535x65535 pixels, found 5x0");
    REFUSES(bad.n_levels = 9, "expected 1 to 8 levels, found 9");
    REFUSES(bad.n_levels = -1, "expected 1 to 8 levels, found -1");
    REFUSES(bad.per_cell = -1, "expected 1 anchor per cell or more, found -1");
    REFUSES(bad.per_cell = 17, "expected at most 16 sizes and ratios on a level, found 1 and 17");
    REFUSES(bad.max_loss = NAN, "expected a max_loss from 0 to 1, found nan");
    REFUSES(bad.max_loss = 1.5, "expected a max_loss from 0 to 1, found 1.5");
    config.n_levels = 0;
    REFUSES((void)0, "expected 1 to 8 levels, found 0");
    frcnn_boxes_close(&boxes);
}

static void test_clusters_are_found(void **state)
{
    (void)state;
    enum { N = 300, K = 3 };
    static const double middles[K][2] = {{10, 20}, {50, 50}, {200, 90}};
    frcnn_fit_shape shapes[N], centres[K];
    frcnn_generator *generator = NULL;
    random_state = 11;
    for (int i = 0; i < N; i++)
        shapes[i] = (frcnn_fit_shape){middles[i % K][0] * draw(0.95, 1.05), middles[i % K][1] * draw(0.95, 1.05)};
    assert_ok(frcnn_generator_create(&generator, 1));
    assert_ok(frcnn_fit_cluster(centres, K, shapes, N, generator));
    frcnn_generator_destroy(&generator);
    for (int k = 0; k < K; k++) {
        int n_near = 0;
        for (int c = 0; c < K; c++)
            n_near += fabs(centres[c].w / middles[k][0] - 1) < 0.02 && fabs(centres[c].h / middles[k][1] - 1) < 0.02;
        assert_int_equal(n_near, 1);
    }
}

static void test_thinned_boxes_are_a_part_of_all(void **state)
{
    (void)state;
    frcnn_boxes *boxes = make_boxes(9, 30, 20, 200);
    frcnn_anchor_config config;
    frcnn_fit_boxes all = {0}, part = {0};
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
    assert_ok(frcnn_fit_boxes_init(&all, &config, one(&boxes), 1, NULL));
    assert_ok(frcnn_fit_boxes_init(&part, &config, one(&boxes), 1, NULL));
    assert_ok(frcnn_fit_boxes_thin(&part, 90));
    assert_int_equal(part.n, 90);
    assert_ok(frcnn_fit_boxes_thin(&part, 25));
    assert_int_equal(part.n, 25);
    size_t n = 0;
    for (size_t g = 0, at = 0; g < part.n_groups; g++) {
        assert_int_equal(part.groups[g].first, n);
        n += part.groups[g].n;
        for (size_t i = part.groups[g].first; i < n; i++, at++) {
            while (at < all.n && (all.x1[at] != part.x1[i] || all.y2[at] != part.y2[i])) at++;
            assert_true(at >= all.groups[g].first && at < all.groups[g].first + all.groups[g].n);
        }
    }
    assert_int_equal(n, 25);
    frcnn_fit_boxes_deinit(&all);
    frcnn_fit_boxes_deinit(&part);
    frcnn_boxes_close(&boxes);
}

static int has_color(const frcnn_image *image, uint32_t color)
{
    const uint8_t *pixels = frcnn_image_get_const_pixels(image);
    for (size_t i = 0; i < (size_t)1200 * 1200; i++)
        if (pixels[3 * i] == (color >> 16 & 255) && pixels[3 * i + 1] == (color >> 8 & 255) &&
            pixels[3 * i + 2] == (color & 255))
            return 1;
    return 0;
}

static void test_the_picture_shows_boxes_and_both_sets(void **state)
{
    (void)state;
    frcnn_boxes *boxes = make_boxes(3, 20, 20, 200);
    frcnn_anchor_config config, other;
    frcnn_anchor_fit_options options;
    frcnn_image *image = NULL, *again = NULL;
    set_small(&config, &options);
    other = config;
    other.levels[0].sizes[0] = 20;
    assert_ok(frcnn_anchor_fit_draw(&image, &config, &other, one(&boxes), 1, &options));
    assert_ok(frcnn_anchor_fit_draw(&again, &config, &other, one(&boxes), 1, &options));
    assert_int_equal(frcnn_image_get_height(image), 1200);
    assert_int_equal(frcnn_image_get_width(image), 1200);
    assert_true(has_color(image, 0xd81b60));
    assert_true(has_color(image, 0x22262b));
    assert_memory_equal(frcnn_image_get_const_pixels(image), frcnn_image_get_const_pixels(again),
                        (size_t)1200 * 1200 * 3);
    frcnn_image_destroy(&image);
    frcnn_image_destroy(&again);
    frcnn_boxes_close(&boxes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_box_meets_the_best_of_all_anchors),
        cmocka_unit_test(test_recall_counts_boxes_of_each_size),
        cmocka_unit_test(test_fitted_anchors_reach_more_boxes),
        cmocka_unit_test(test_no_more_than_allowed_is_lost_at_a_lower_overlap),
        cmocka_unit_test(test_levels_and_anchors_per_cell_are_those_asked_for),
        cmocka_unit_test(test_every_convention_and_ratios_of_each_level_can_be_fitted),
        cmocka_unit_test(test_one_box_is_enough_and_none_is_an_error),
        cmocka_unit_test(test_bad_options_are_named),
        cmocka_unit_test(test_clusters_are_found),
        cmocka_unit_test(test_thinned_boxes_are_a_part_of_all),
        cmocka_unit_test(test_the_picture_shows_boxes_and_both_sets),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
