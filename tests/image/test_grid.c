/** Image grids as torchvision's make_grid lays them. */
#include "support.h"

#include "frcnn/image.h"
#include "tensor/memory.h"

enum { HEIGHT = 2, WIDTH = 3 };

/* Five images of 2x3 in rows of 3 with padding 2 are 10x17 (torchvision 0.29). */
static void test_five_in_rows_of_three(void **state)
{
    (void)state;
    frcnn_image *images[5] = {0};
    for (int i = 0; i < 5; i++) {
        uint8_t rgb[HEIGHT * WIDTH * 3];
        for (int k = 0; k < HEIGHT * WIDTH * 3; k++) rgb[k] = (uint8_t)(100 + 20 * i + k);
        assert_ok(frcnn_image_create(&images[i], HEIGHT, WIDTH, rgb));
    }
    frcnn_image *grid = NULL;
    assert_ok(frcnn_image_make_grid(&grid, (const frcnn_image *const *)images, 5, 3, 2, 7));
    assert_int_equal(frcnn_image_get_height(grid), 10);
    assert_int_equal(frcnn_image_get_width(grid), 17);
    for (int y = 0; y < 10; y++) {
        for (int x = 0; x < 17; x++) {
            const int row = y / 4;
            const int column = x / 5;
            const int inner_y = y % 4 - 2;
            const int inner_x = x % 5 - 2;
            const int index = row * 3 + column;
            const int is_padding = inner_y < 0 || inner_x < 0 || index >= 5;
            for (int c = 0; c < 3; c++) {
                const int expected = is_padding ? 7 : 100 + 20 * index + (inner_y * WIDTH + inner_x) * 3 + c;
                assert_int_equal(frcnn_image_get_const_pixels(grid)[(y * 17 + x) * 3 + c], expected);
            }
        }
    }
    frcnn_image_destroy(&grid);
    /* Fewer than a row holds: the row is as long as there are images. */
    assert_ok(frcnn_image_make_grid(&grid, (const frcnn_image *const *)images, 2, 8, 0, 0));
    assert_int_equal(frcnn_image_get_height(grid), 2);
    assert_int_equal(frcnn_image_get_width(grid), 6);
    frcnn_image_destroy(&grid);
    /* One image: itself, without padding. */
    assert_ok(frcnn_image_make_grid(&grid, (const frcnn_image *const *)images, 1, 8, 2, 0));
    assert_int_equal(frcnn_image_get_height(grid), HEIGHT);
    assert_int_equal(frcnn_image_get_width(grid), WIDTH);
    frcnn_image_destroy(&grid);
    for (int i = 0; i < 5; i++) frcnn_image_destroy(&images[i]);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    frcnn_image *images[2] = {0};
    assert_ok(frcnn_image_create(&images[0], HEIGHT, WIDTH, NULL));
    assert_ok(frcnn_image_create(&images[1], WIDTH, HEIGHT, NULL));
    const frcnn_image *const *both = (const frcnn_image *const *)images;
    const frcnn_image *const same[2] = {images[0], images[0]};
    frcnn_image *grid = NULL;
    assert_fails(frcnn_image_make_grid(&grid, both, 0, 8, 2, 0), FRCNN_ERROR_INVALID, "found none");
    assert_fails(frcnn_image_make_grid(&grid, both, 2, 8, 2, 0), FRCNN_ERROR_INVALID,
                 "expected images of 2x3, found 3x2 at index 1");
    assert_fails(frcnn_image_make_grid(&grid, same, 2, 0, 2, 0), FRCNN_ERROR_INVALID, "found 0 and 2");
    assert_fails(frcnn_image_make_grid(&grid, same, 2, 8, -1, 0), FRCNN_ERROR_INVALID, "found 8 and -1");
    assert_fails(frcnn_image_make_grid(&grid, same, 2, 8, 2000000000, 0), FRCNN_ERROR_INVALID, "too large");
    frcnn_memory_fail_at(1);
    assert_fails(frcnn_image_make_grid(&grid, same, 2, 8, 2, 0), FRCNN_ERROR_NO_MEMORY, "out of memory");
    frcnn_memory_fail_at(0);
    assert_null(grid);
    frcnn_image_destroy(&images[0]);
    frcnn_image_destroy(&images[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_five_in_rows_of_three),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
