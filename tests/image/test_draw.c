/** Boxes and labels: where they lie, what hides what, and that odd input does no harm. */
#include "support.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "frcnn/draw.h"
#include "image/text.h"
#include "tensor/memory.h"

enum { GREY = 0x808080 };

static frcnn_image *make_grey(int height, int width)
{
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, height, width, NULL));
    memset(frcnn_image_get_pixels(image), 0x80, (size_t)height * (size_t)width * 3);
    return image;
}

static uint32_t get_pixel(const frcnn_image *image, int y, int x)
{
    const uint8_t *rgb =
        frcnn_image_get_const_pixels(image) + ((size_t)y * (size_t)frcnn_image_get_width(image) + (size_t)x) * 3;
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* The smallest rectangle that holds every pixel of this colour. */
typedef struct extent {
    int left, top, right, bottom, n_pixels;
} extent;

static extent find_color(const frcnn_image *image, uint32_t color)
{
    extent found = {.left = 1 << 30, .top = 1 << 30, .right = -1, .bottom = -1};
    for (int y = 0; y < frcnn_image_get_height(image); y++) {
        for (int x = 0; x < frcnn_image_get_width(image); x++) {
            if (get_pixel(image, y, x) != color) continue;
            found.left = x < found.left ? x : found.left;
            found.top = y < found.top ? y : found.top;
            found.right = x > found.right ? x : found.right;
            found.bottom = y > found.bottom ? y : found.bottom;
            found.n_pixels++;
        }
    }
    return found;
}

static void draw_one(frcnn_image *image, float x1, float y1, float x2, float y2, const char *label)
{
    const frcnn_draw_box box = {.x1 = x1, .y1 = y1, .x2 = x2, .y2 = y2, .label = label, .score = 0.98F};
    assert_ok(frcnn_draw_boxes(image, &box, 1, NULL));
}

static void test_a_box_without_text(void **state)
{
    (void)state;
    frcnn_image *image = make_grey(100, 120);
    const frcnn_draw_box box = {.x1 = 20, .y1 = 30, .x2 = 60, .y2 = 70, .score = -1, .color_index = 2};
    assert_ok(frcnn_draw_boxes(image, &box, 1, NULL));
    const uint32_t color = frcnn_draw_get_color(2);
    const extent found = find_color(image, color);
    assert_int_equal(found.left, 20);
    assert_int_equal(found.top, 30);
    assert_int_equal(found.right, 59);
    assert_int_equal(found.bottom, 69);
    assert_int_equal(found.n_pixels, 40 * 40 - 38 * 38);
    assert_int_equal(get_pixel(image, 50, 40), GREY);
    frcnn_image_destroy(&image);

    image = make_grey(100, 120);
    const frcnn_draw_options options = {.struct_size = sizeof options, .line_width = 5};
    assert_ok(frcnn_draw_boxes(image, &box, 1, &options));
    assert_int_equal(find_color(image, color).n_pixels, 44 * 44 - 34 * 34);
    frcnn_image_destroy(&image);
}

static void test_boxes_that_leave_the_image(void **state)
{
    (void)state;
    frcnn_image *image = make_grey(50, 60);
    const frcnn_draw_box boxes[] = {
        {.x1 = -1e30F, .y1 = -20, .x2 = 1e30F, .y2 = 1e9F, .score = -1},
        {.x1 = 100, .y1 = 10, .x2 = 120, .y2 = 20, .score = -1, .color_index = 1},
        {.x1 = -50, .y1 = 10, .x2 = -20, .y2 = 20, .score = -1, .color_index = 1},
        {.x1 = NAN, .y1 = 10, .x2 = 20, .y2 = 20, .score = -1, .color_index = 1},
        {.x1 = 1, .y1 = 10, .x2 = INFINITY, .y2 = 20, .score = -1, .color_index = 1},
        {.x1 = 20, .y1 = 10, .x2 = 10, .y2 = 20, .score = -1, .color_index = 1},
    };
    assert_ok(frcnn_draw_boxes(image, boxes, sizeof boxes / sizeof boxes[0], NULL));
    assert_int_equal(find_color(image, frcnn_draw_get_color(0)).n_pixels, 2 * 60 + 2 * 48);
    assert_int_equal(find_color(image, frcnn_draw_get_color(1)).n_pixels, 0);
    assert_ok(frcnn_draw_boxes(image, NULL, 0, NULL));
    frcnn_image_destroy(&image);
}

/* A label lies above its box; a box at the top edge has it inside; one at the right edge is moved left. */
static void test_labels_stay_inside(void **state)
{
    (void)state;
    const uint32_t color = frcnn_draw_get_color(0);
    const float corners[5][4] = {
        {50, 100, 250, 250}, {50, 0, 250, 250}, {280, 100, 320, 250}, {50, 180, 250, 300}, {0, 0, 320, 240}};
    for (int i = 0; i < 5; i++) {
        frcnn_image *image = make_grey(240, 320);
        draw_one(image, corners[i][0], corners[i][1], corners[i][2], corners[i][3], "person");
        const extent found = find_color(image, color);
        assert_true(found.left >= 0 && found.right < 320 && found.top >= 0 && found.bottom < 240);
        /* The text is there: pixels that are neither the colour nor the background. */
        int n_ink = 0;
        for (int y = 0; y < 240; y++)
            for (int x = 0; x < 320; x++) n_ink += get_pixel(image, y, x) != color && get_pixel(image, y, x) != GREY;
        assert_true(n_ink > 50);
        if (i == 0) assert_true(found.top < 90);
        if (i == 2) assert_true(found.left < 270 && found.right == 319);
        frcnn_image_destroy(&image);
    }
}

/* The label of a box of 6 pixels leaves what is in the box to be seen. */
static void test_label_does_not_hide_a_small_object(void **state)
{
    (void)state;
    for (int y = 0; y <= 200; y += 50) {
        frcnn_image *image = make_grey(240, 320);
        draw_one(image, 100, (float)y, 106, (float)(y + 6), "x");
        assert_int_equal(get_pixel(image, y + 3, 103), GREY);
        frcnn_image_destroy(&image);
    }
}

static int is_empty(const extent *found)
{
    return found->n_pixels == 0;
}

/* Text grows with the image, and is at least 8 pixels high. */
static void test_sizes_follow_the_image(void **state)
{
    (void)state;
    const int sides[4][2] = {{80, 100}, {480, 640}, {2000, 3000}, {6000, 8000}};
    int previous_height = 0;
    for (int i = 0; i < 4; i++) {
        const int height = sides[i][0];
        const int width = sides[i][1];
        frcnn_image *image = make_grey(height, width);
        draw_one(image, 0.1F * (float)width, 0.5F * (float)height, 0.9F * (float)width, 0.9F * (float)height, "dog");
        /* The first column of the label, from its top to the line. */
        const int x = (int)(0.1F * (float)width);
        int top = 0;
        while (get_pixel(image, top, x) == GREY) top++;
        const int label_height = height / 2 - top;
        assert_true(label_height >= 8);
        assert_true(label_height < height / 4);
        assert_true(label_height >= previous_height);
        previous_height = label_height;
        frcnn_image_destroy(&image);
    }
    assert_true(previous_height > 100);
}

static void test_labels_lie_above_boxes_and_first_on_top(void **state)
{
    (void)state;
    frcnn_image *image = make_grey(200, 300);
    const frcnn_draw_box boxes[2] = {
        {.x1 = 50, .y1 = 60, .x2 = 150, .y2 = 160, .label = "first", .score = 0.9F, .color_index = 0},
        {.x1 = 50, .y1 = 50, .x2 = 150, .y2 = 160, .label = "second", .score = 0.8F, .color_index = 1},
    };
    assert_ok(frcnn_draw_boxes(image, boxes, 2, NULL));
    /* Both boxes have this edge; the first one's line is on top. */
    assert_int_equal(get_pixel(image, 120, 50), frcnn_draw_get_color(0));
    /* The first one's label lies over the second box's upper line. */
    assert_int_equal(get_pixel(image, 50, 51), frcnn_draw_get_color(0));
    const extent second = find_color(image, frcnn_draw_get_color(1));
    assert_false(is_empty(&second));
    frcnn_image_destroy(&image);
}

static void test_hidden_parts(void **state)
{
    (void)state;
    const frcnn_draw_box box = {.x1 = 50, .y1 = 60, .x2 = 60, .y2 = 90, .label = "motorcycle", .score = 0.5F};
    int widths[4];
    for (int i = 0; i < 4; i++) {
        frcnn_image *image = make_grey(200, 300);
        frcnn_draw_options options;
        frcnn_draw_options_default(&options);
        options.hide_labels = i & 1;
        options.hide_scores = i >> 1;
        assert_ok(frcnn_draw_boxes(image, &box, 1, &options));
        const extent found = find_color(image, frcnn_draw_get_color(0));
        widths[i] = found.right - found.left + 1;
        frcnn_image_destroy(&image);
    }
    assert_true(widths[0] > widths[2] && widths[2] > widths[1] && widths[1] > widths[3]);
    assert_int_equal(widths[3], 10);
    const frcnn_draw_options bad = {.struct_size = sizeof bad, .line_width = -1};
    frcnn_image *image = make_grey(10, 10);
    assert_fails(frcnn_draw_boxes(image, &box, 1, &bad), FRCNN_ERROR_INVALID, "found -1");
    const frcnn_draw_options unset = {.line_width = 1};
    assert_fails(frcnn_draw_boxes(image, &box, 1, &unset), FRCNN_ERROR_INVALID, "struct_size");
    frcnn_image_destroy(&image);
}

/* Other scripts, emoji, control characters, bytes that are no UTF-8, a label far longer than the image is wide. */
static void test_odd_labels(void **state)
{
    (void)state;
    char *endless = malloc(100001);
    memset(endless, 'm', 100000);
    endless[100000] = '\0';
    const char *const labels[] = {
        "",
        "\xe7\xb1\xbb\xe5\x88\xab",
        "\xd7\xa2\xd7\x91",
        "\xf0\x9f\x98\x80",
        "a\nb\tc\x7f",
        "\xff\xfe",
        "\xc3",
        "\xe7\xb1",
        "\xf0\x9f\x98",
        "\xed\xa0\x80",
        "\xc0\x80",
        "\xf4\x90\x80\x80",
        endless,
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        frcnn_image *image = make_grey(100, 140);
        draw_one(image, 20, 30, 80, 90, labels[i]);
        frcnn_image_destroy(&image);
        image = make_grey(1, 1);
        draw_one(image, 0, 0, 1, 1, labels[i]);
        frcnn_image_destroy(&image);
    }
    free(endless);
}

static int count_ink(const char *text)
{
    frcnn_image *image = make_grey(40, 200);
    assert_ok(frcnn_text_draw(image, 10, 30, text, 20, 0x000000));
    int n_ink = 0;
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 200; x++) n_ink += get_pixel(image, y, x) != GREY;
    frcnn_image_destroy(&image);
    return n_ink;
}

/* A private-use character that no font has is a visible box, as wide as it is measured. */
static void test_missing_glyph_is_a_box(void **state)
{
    (void)state;
    const char *missing = "\xf4\x8f\xbf\xbd";
    assert_true(count_ink(missing) > 20);
    assert_int_equal(count_ink(""), 0);
    assert_int_equal(count_ink(" "), 0);
    assert_true(count_ink("\xff") > 20);
    assert_true(frcnn_text_measure(missing, 20).width >= 10);
    assert_true(frcnn_text_measure("ii", 20).width < frcnn_text_measure("iii", 20).width);
}

static void test_colors(void **state)
{
    (void)state;
    enum { N_COLORS = 100 };
    for (int i = 0; i < N_COLORS; i++) {
        assert_int_equal(frcnn_draw_get_color(i), frcnn_draw_get_color(i));
        assert_true(frcnn_draw_get_color(i) <= 0xffffff);
        for (int k = 0; k < i; k++) assert_int_not_equal(frcnn_draw_get_color(i), frcnn_draw_get_color(k));
    }
    /* The first twenty are easily told apart. */
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < i; k++) {
            int distance = 0;
            for (int shift = 0; shift <= 16; shift += 8)
                distance +=
                    abs((int)(frcnn_draw_get_color(i) >> shift & 255) - (int)(frcnn_draw_get_color(k) >> shift & 255));
            assert_true(distance >= 60);
        }
    }
    assert_int_equal(frcnn_draw_get_color(-1), frcnn_draw_get_color(0));
    assert_true(frcnn_draw_get_color(2147483647) <= 0xffffff);
}

static const frcnn_draw_box many[] = {
    {.x1 = 10, .y1 = 10, .x2 = 90, .y2 = 190, .label = "person", .score = 0.987F, .color_index = 0},
    {.x1 = 60, .y1 = 20, .x2 = 260, .y2 = 150, .label = "\xe7\xb1\xbb\xe5\x88\xab", .score = 0.5F, .color_index = 1},
    {.x1 = 100, .y1 = 100, .x2 = 190, .y2 = 190, .label = "traffic light", .score = 1, .color_index = 25},
};

static void *draw_in_thread(void *argument)
{
    const frcnn_status status = frcnn_draw_boxes(argument, many, 3, NULL);
    return status == FRCNN_OK ? argument : NULL;
}

static void test_threads_draw_the_same(void **state)
{
    (void)state;
    enum { N_THREADS = 8 };
    frcnn_image *expected = make_grey(200, 300);
    frcnn_image *images[N_THREADS];
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) images[i] = make_grey(200, 300);
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, draw_in_thread, images[i]), 0);
    assert_ok(frcnn_draw_boxes(expected, many, 3, NULL));
    for (int i = 0; i < N_THREADS; i++) {
        void *drawn = NULL;
        pthread_join(threads[i], &drawn);
        assert_ptr_equal(drawn, images[i]);
        assert_memory_equal(frcnn_image_get_const_pixels(images[i]), frcnn_image_get_const_pixels(expected),
                            200 * 300 * 3);
        frcnn_image_destroy(&images[i]);
    }
    frcnn_image_destroy(&expected);
}

static void test_no_memory(void **state)
{
    (void)state;
    frcnn_image *image = make_grey(200, 300);
    assert_ok(frcnn_draw_boxes(image, many, 3, NULL));
    const int64_t before = frcnn_memory_get_count();
    assert_ok(frcnn_draw_boxes(image, many, 3, NULL));
    const int64_t n_allocations = frcnn_memory_get_count() - before;
    assert_true(n_allocations >= 4);
    for (int64_t nth = 1; nth <= n_allocations; nth++) {
        frcnn_memory_fail_at(nth);
        assert_fails(frcnn_draw_boxes(image, many, 3, NULL), FRCNN_ERROR_NO_MEMORY, "out of memory");
        frcnn_memory_fail_at(0);
    }
    assert_ok(frcnn_draw_boxes(image, many, 3, NULL));
    frcnn_image_destroy(&image);
}

/* Where a weak box's label would hide a sure one's, it is left out; a second sure one finds another place. */
static void test_weak_labels_hide_none(void **state)
{
    (void)state;
    frcnn_draw_box boxes[6];
    frcnn_image *one = NULL, *all = NULL;
    for (int i = 0; i < 6; i++)
        boxes[i] =
            (frcnn_draw_box){.x1 = 20, .y1 = 50, .x2 = 60, .y2 = 60, .label = "dog", .score = i < 1 ? 0.9F : 0.2F};
    assert_ok(frcnn_image_create(&one, 90, 110, NULL));
    assert_ok(frcnn_image_create(&all, 90, 110, NULL));
    assert_ok(frcnn_draw_boxes(one, boxes, 1, NULL));
    assert_ok(frcnn_draw_boxes(all, boxes, 6, NULL));
    assert_memory_equal(frcnn_image_get_const_pixels(all), frcnn_image_get_const_pixels(one), 90 * 110 * 3);
    frcnn_image_destroy(&one);
    frcnn_image_destroy(&all);
}

/* A weak box has a thinner line and a smaller label than a sure one; without a score it counts as sure. */
static void test_weak_boxes_stand_back(void **state)
{
    (void)state;
    int n_colored[3] = {0};
    const float scores[3] = {0.9F, 0.2F, -1.0F};
    for (int i = 0; i < 3; i++) {
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_create(&image, 1000, 1000, NULL));
        const frcnn_draw_box box = {.x1 = 300, .y1 = 300, .x2 = 700, .y2 = 700, .score = scores[i]};
        frcnn_draw_options options;
        frcnn_draw_options_default(&options);
        options.hide_scores = 1;
        assert_ok(frcnn_draw_boxes(image, &box, 1, &options));
        const uint8_t *pixels = frcnn_image_get_const_pixels(image);
        for (int k = 0; k < 1000 * 1000; k++) n_colored[i] += pixels[3 * k] + pixels[3 * k + 1] + pixels[3 * k + 2] > 0;
        frcnn_image_destroy(&image);
    }
    assert_int_equal(n_colored[2], n_colored[0]);
    assert_true(n_colored[1] > 0 && n_colored[1] < n_colored[0]);
}

/* A dashed box has gaps on each side, its corners are drawn, and it has no line where it leaves the image. */
static void test_dashed_boxes(void **state)
{
    (void)state;
    const uint32_t color = frcnn_draw_get_color(2);
    frcnn_draw_box box = {.x1 = 20, .y1 = 30, .x2 = 80, .y2 = 90, .score = -1, .color_index = 2, .is_dashed = 1};
    frcnn_image *image = make_grey(100, 120);
    assert_ok(frcnn_draw_boxes(image, &box, 1, NULL));
    const extent found = find_color(image, color);
    assert_int_equal(found.left, 20);
    assert_int_equal(found.top, 30);
    assert_int_equal(found.right, 79);
    assert_int_equal(found.bottom, 89);
    assert_true(found.n_pixels > 4 * 60 / 2 && found.n_pixels < 4 * 60 * 3 / 4);
    assert_int_equal(get_pixel(image, 30, 20), color);
    assert_int_equal(get_pixel(image, 89, 79), color);
    frcnn_image_destroy(&image);

    image = make_grey(100, 120);
    box.x2 = 200;
    box.y2 = 1e9F;
    assert_ok(frcnn_draw_boxes(image, &box, 1, NULL));
    for (int i = 50; i < 100; i++) {
        assert_int_equal(get_pixel(image, i, 119), GREY);
        assert_int_equal(get_pixel(image, 99, i), GREY);
    }
    assert_int_equal(get_pixel(image, 30, 20), color);
    frcnn_image_destroy(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_box_without_text),     cmocka_unit_test(test_boxes_that_leave_the_image),
        cmocka_unit_test(test_labels_stay_inside),     cmocka_unit_test(test_label_does_not_hide_a_small_object),
        cmocka_unit_test(test_sizes_follow_the_image), cmocka_unit_test(test_labels_lie_above_boxes_and_first_on_top),
        cmocka_unit_test(test_hidden_parts),           cmocka_unit_test(test_odd_labels),
        cmocka_unit_test(test_missing_glyph_is_a_box), cmocka_unit_test(test_colors),
        cmocka_unit_test(test_threads_draw_the_same),  cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_weak_boxes_stand_back),  cmocka_unit_test(test_weak_labels_hide_none),
        cmocka_unit_test(test_dashed_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
