/** What pictures of anchors show: which cells, which boxes are dashed, and what stands where. */
#include "anchor_support.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anchors/anchor_overlay_pictures.h"
#include "anchors/anchor_overlay_view.h"
#include "frcnn/anchor_overlay.h"

/* ResNet-50-FPN's anchors on 800 x 1088. */
typedef struct fixture {
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_overlay_options options;
    frcnn_overlay overlay;
} fixture;

static fixture make_fixture(void)
{
    fixture f;
    frcnn_anchor_config_default(&f.config, FRCNN_ANCHORS_TORCHVISION);
    assert_ok(frcnn_anchor_grids_from_image(&f.grids, &f.config, 800, 1088));
    frcnn_anchor_overlay_options_default(&f.options);
    return f;
}

static void init(fixture *f)
{
    assert_ok(frcnn_overlay_init(&f->overlay, &f->config, &f->grids, &f->options));
}

static uint32_t get_pixel(const frcnn_image *image, int y, int x)
{
    const uint8_t *rgb =
        frcnn_image_get_const_pixels(image) + ((size_t)y * (size_t)frcnn_image_get_width(image) + (size_t)x) * 3;
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static void a_cell_is_found_on_every_level(void **state)
{
    (void)state;
    fixture f = make_fixture();
    init(&f);
    const int middle_y[] = {100, 50, 25, 12, 6}, middle_x[] = {136, 68, 34, 17, 8};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(f.overlay.cell_y[i], middle_y[i]);
        assert_int_equal(f.overlay.cell_x[i], middle_x[i]);
    }
    frcnn_overlay_deinit(&f.overlay);

    /* Pixel 4 * 33.5 = 134 down: row 134 / 61 = 2 of the last level. The last pixel: no level's grid is left. */
    f.options.cell_y = 33;
    f.options.cell_x = 271;
    init(&f);
    const int y[] = {33, 16, 8, 4, 2}, x[] = {271, 135, 67, 33, 16};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(f.overlay.cell_y[i], y[i]);
        assert_int_equal(f.overlay.cell_x[i], x[i]);
    }
    frcnn_overlay_deinit(&f.overlay);
}

static void boxes_that_leave_the_resized_image_are_dashed(void **state)
{
    (void)state;
    fixture f = make_fixture();
    f.options.resized_w = 1066;
    init(&f);
    const frcnn_anchor_edges inside = {0, 0, 1066, 800}, left = {-0.5, 0, 10, 10}, top = {0, -1, 10, 10},
                             right = {0, 0, 1066.5, 10}, bottom = {0, 0, 10, 801};
    assert_false(frcnn_overlay_leaves(&f.overlay, &inside));
    assert_true(frcnn_overlay_leaves(&f.overlay, &left));
    assert_true(frcnn_overlay_leaves(&f.overlay, &top));
    assert_true(frcnn_overlay_leaves(&f.overlay, &right));
    assert_true(frcnn_overlay_leaves(&f.overlay, &bottom));
    frcnn_overlay_deinit(&f.overlay);
}

/* 1.25 boxes and a sixteenth of the image apart where the grid has room for that, else half the grid; the middle cell is always one of them. */
static void every_nth_cell_leaves_boxes_readable(void **state)
{
    (void)state;
    fixture f = make_fixture();
    const int expected[] = {17, 10, 10, 10, 8};
    init(&f);
    for (int level = 0; level < 5; level++) {
        const frcnn_overlay_lattice lattice = frcnn_overlay_get_lattice(&f.overlay, level);
        assert_int_equal(lattice.every, expected[level]);
        assert_int_equal(lattice.anchor, 1);
        assert_int_equal((f.grids.grid_h[level] / 2 - lattice.first_y) % lattice.every, 0);
        assert_int_equal((f.grids.grid_w[level] / 2 - lattice.first_x) % lattice.every, 0);
        assert_in_range(lattice.first_y, 0, lattice.every - 1);
        assert_in_range(lattice.first_x, 0, lattice.every - 1);
    }
    frcnn_overlay_deinit(&f.overlay);
    f.options.every = 7;
    init(&f);
    for (int level = 0; level < 5; level++) assert_int_equal(frcnn_overlay_get_lattice(&f.overlay, level).every, 7);
    frcnn_overlay_deinit(&f.overlay);
}

static void an_anchor_of_all_is_found_on_its_level(void **state)
{
    (void)state;
    fixture f = make_fixture();
    init(&f);
    const int64_t n_first = 200 * 272 * 3;
    int64_t in_level = -1;
    assert_int_equal(frcnn_overlay_find_level(&f.overlay, n_first - 1, &in_level), 0);
    assert_int_equal(in_level, n_first - 1);
    assert_int_equal(frcnn_overlay_find_level(&f.overlay, n_first, &in_level), 1);
    assert_int_equal(in_level, 0);
    assert_int_equal(frcnn_overlay_find_level(&f.overlay, 217412, &in_level), 4);
    assert_int_equal(in_level, 13 * 17 * 3 - 1);
    frcnn_overlay_deinit(&f.overlay);
}

/* A square of 20 pixels at the middle of 64 x 96, shown 9 times as large, ends where it should; one at the border is
   drawn in part. */
static void lines_lie_on_the_edges_of_anchors(void **state)
{
    (void)state;
    const double size = 20, ratio = 1;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_overlay overlay;
    frcnn_anchor_overlay_options options;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_DETECTRON2);
    frcnn_anchor_overlay_options_default(&options);
    config.n_levels = 1;
    set_level(&config.levels[0], &size, 1, &ratio, 1, 32);
    assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 64, 96));
    const uint32_t color = frcnn_overlay_get_level_color(0);
    int n_colored[2] = {0, 0};
    for (int dashed = 0; dashed < 2; dashed++) {
        options.cell_y = dashed ? 0 : 1;
        options.cell_x = dashed ? 0 : 1;
        frcnn_image *picture = NULL;
        assert_ok(frcnn_overlay_init(&overlay, &config, &grids, &options));
        assert_ok(frcnn_overlay_draw_base(&picture, &overlay));
        assert_true(overlay.scale == 9);
        /* Anchors of Detectron2 are centred on the cell's corner, here pixel (32, 32) or (0, 0). */
        const int left = overlay.margin_x + (dashed ? -10 : 22) * 9, right = left + 20 * 9;
        const int middle = (left + right) / 2;
        int top = 0;
        while (get_pixel(picture, top, middle) != color) top++;
        for (int x = left - overlay.line; x < right + overlay.line; x++)
            n_colored[dashed] += get_pixel(picture, top, x) == color;
        assert_true(get_pixel(picture, top + 90, left + (dashed ? 0 : -3 * overlay.line)) != color || dashed);
        if (!dashed) assert_int_equal(n_colored[0], 20 * 9 + overlay.line);
        frcnn_image_destroy(&picture);
        frcnn_overlay_deinit(&overlay);
    }
    assert_true(n_colored[1] > n_colored[0] / 3 && n_colored[1] < 4 * n_colored[0] / 5);
}

static void levels_have_colors_of_their_own_and_none_is_red(void **state)
{
    (void)state;
    for (int i = 0; i < FRCNN_MAX_LEVELS; i++) {
        const uint32_t color = frcnn_overlay_get_level_color(i);
        for (int j = 0; j < i; j++) assert_true(frcnn_overlay_get_level_color(j) != color);
        const int red = color >> 16 & 255, green = color >> 8 & 255, blue = color & 255;
        assert_false(red > 200 && green < 80 && blue < 80);
    }
}

static void wrong_options_are_told(void **state)
{
    (void)state;
    fixture f = make_fixture();
    const frcnn_anchor_overlay_options fine = f.options;
    const int64_t two = 2, three = 3;
    frcnn_tensor *anchors = NULL, *scores = NULL, *more = NULL;
    assert_ok(frcnn_tensor_create(&anchors, FRCNN_I64, 1, &two));
    assert_ok(frcnn_tensor_create(&scores, FRCNN_F32, 1, &two));
    assert_ok(frcnn_tensor_create(&more, FRCNN_F32, 1, &three));
    memset(frcnn_tensor_get_data(scores), 0, 2 * sizeof(float));
    int64_t *values = frcnn_tensor_get_data(anchors);
    values[0] = 0;
    values[1] = 217413;
#define assert_refused(text)                                                                                           \
    do {                                                                                                               \
        assert_fails(frcnn_anchor_overlay_save("nowhere", &f.config, &f.grids, &f.options), FRCNN_ERROR_INVALID,       \
                     text);                                                                                            \
        f.options = fine;                                                                                              \
    } while (0)
    f.options.struct_size = 1;
    assert_refused("frcnn_anchor_overlay_options_default");
    f.options.cell_y = 200;
    assert_refused("cell 200,-1: expected one of 0,0 to 199,271");
    f.options.cell_x = -2;
    assert_refused("cell -1,-2");
    f.options.every = -1;
    assert_refused("every: expected 0 or more, found -1");
    f.options.min_iou = NAN;
    assert_refused("expected an IoU of 0 to 1");
    f.options.resized_h = 801;
    assert_refused("at most 800x1088, found 801x1088");
    f.options.proposal_anchors = anchors;
    assert_refused("expected proposals as i64 [n] anchors and f32 [n] scores");
    f.options.proposal_anchors = anchors;
    f.options.proposal_scores = more;
    assert_refused("expected proposals as i64 [n] anchors and f32 [n] scores");
    f.options.proposal_anchors = anchors;
    f.options.proposal_scores = scores;
    assert_refused("proposal 1: expected an anchor of 0 to 217412, found 217413");
#undef assert_refused
    f.grids.n_levels = 4;
    assert_int_equal(frcnn_anchor_overlay_save("nowhere", &f.config, &f.grids, NULL), FRCNN_ERROR_INVALID);
    assert_int_equal(access("nowhere", F_OK), -1);
    frcnn_tensor_destroy(&anchors);
    frcnn_tensor_destroy(&scores);
    frcnn_tensor_destroy(&more);
}

/* An image of one pixel, a box that fills it, proposals without number, and the defaults for what is NULL. */
static void small_things_are_shown_too(void **state)
{
    (void)state;
    char folder[] = "/tmp/frcnn-overlay-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const int64_t none = 0;
    const int one = 1;
    const uint8_t grey[3] = {90, 90, 90};
    const frcnn_anchor_target target = {.x2 = 1, .y2 = 1, .area = 1, .label = "a \xff name"};
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_overlay_options options;
    frcnn_tensor *anchors = NULL, *scores = NULL;
    frcnn_image *image = NULL;
    assert_ok(frcnn_tensor_create(&anchors, FRCNN_I64, 1, &none));
    assert_ok(frcnn_tensor_create(&scores, FRCNN_F32, 1, &none));
    assert_ok(frcnn_image_create(&image, 1, 1, grey));
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_SIMPLE_FASTER_RCNN);
    assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, 1, 1, &one, &one));
    frcnn_anchor_overlay_options_default(&options);
    options.image = image;
    options.targets = &target;
    options.n_targets = 1;
    options.proposal_anchors = anchors;
    options.proposal_scores = scores;
    assert_ok(frcnn_anchor_overlay_save(folder, &config, &grids, &options));
    assert_ok(frcnn_anchor_overlay_save(folder, &config, &grids, NULL));
    static const char *const names[] = {"index.html",    "base.png",    "level-0.png",
                                        "proposals.png", "matches.png", "contact.png"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
    frcnn_image_destroy(&image);
    frcnn_tensor_destroy(&anchors);
    frcnn_tensor_destroy(&scores);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_found_on_every_level),
        cmocka_unit_test(boxes_that_leave_the_resized_image_are_dashed),
        cmocka_unit_test(every_nth_cell_leaves_boxes_readable),
        cmocka_unit_test(an_anchor_of_all_is_found_on_its_level),
        cmocka_unit_test(lines_lie_on_the_edges_of_anchors),
        cmocka_unit_test(levels_have_colors_of_their_own_and_none_is_red),
        cmocka_unit_test(wrong_options_are_told),
        cmocka_unit_test(small_things_are_shown_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
