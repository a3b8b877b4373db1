/** Written images: read back as they were, the same bytes each time, and none where something fails. */
#include "sample_files.h"

#include <dirent.h>
#include <unistd.h>

#include "tensor/memory.h"

static char folder[64];
static char path[160];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/frcnn-save-XXXXXX");
    if (mkdtemp(folder) == NULL) return -1;
    snprintf(path, sizeof path, "%s/picture", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static size_t read_saved(uint8_t **bytes)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    *bytes = malloc(1 << 20);
    const size_t n_bytes = fread(*bytes, 1, 1 << 20, stream);
    fclose(stream);
    return n_bytes;
}

static void test_png_is_exact(void **state)
{
    (void)state;
    const int shapes[4][2] = {{1, 1}, {2, 3000}, {3000, 2}, {61, 83}};
    for (int i = 0; i < 4; i++) {
        uint8_t *rgb = make_picture(shapes[i][0], shapes[i][1]);
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_create(&image, shapes[i][0], shapes[i][1], rgb));
        assert_ok(frcnn_image_save(image, path, FRCNN_IMAGE_PNG));
        frcnn_image *loaded = NULL;
        assert_ok(frcnn_image_open(&loaded, path, NULL));
        assert_pixels(loaded, shapes[i][0], shapes[i][1], rgb, 0);
        frcnn_image_destroy(&loaded);
        frcnn_image_destroy(&image);
        free(rgb);
    }
}

static void test_jpeg_is_near(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(61, 83);
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, 61, 83, rgb));
    assert_ok(frcnn_image_save(image, path, FRCNN_IMAGE_JPEG));
    frcnn_image *loaded = NULL;
    assert_ok(frcnn_image_open(&loaded, path, NULL));
    double total = 0;
    for (int i = 0; i < 61 * 83 * 3; i++) total += abs(frcnn_image_get_const_pixels(loaded)[i] - rgb[i]);
    assert_true(total / (61 * 83 * 3) < 3);
    frcnn_image_destroy(&loaded);
    frcnn_image_destroy(&image);
    free(rgb);
}

static void test_same_bytes_twice(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(61, 83);
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, 61, 83, rgb));
    for (int format = 0; format < 2; format++) {
        uint8_t *files[2];
        size_t n_bytes[2];
        for (int i = 0; i < 2; i++) {
            assert_ok(frcnn_image_save(image, path, (frcnn_image_format)format));
            n_bytes[i] = read_saved(&files[i]);
        }
        assert_int_equal(n_bytes[0], n_bytes[1]);
        assert_memory_equal(files[0], files[1], n_bytes[0]);
        free(files[0]);
        free(files[1]);
    }
    frcnn_image_destroy(&image);
    free(rgb);
}

static int count_files(void)
{
    DIR *listing = opendir(folder);
    int n_files = -2;
    while (readdir(listing) != NULL) n_files++;
    closedir(listing);
    return n_files;
}

static void test_places_that_cannot_be_written(void **state)
{
    (void)state;
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, 2, 2, NULL));
    char missing[200];
    snprintf(missing, sizeof missing, "%s/no/such.png", folder);
    assert_fails(frcnn_image_save(image, missing, FRCNN_IMAGE_PNG), FRCNN_ERROR_IO, "no/such.png: ");
    assert_fails(frcnn_image_save(image, folder, FRCNN_IMAGE_JPEG), FRCNN_ERROR_IO, "found a folder");
    assert_fails(frcnn_image_save(image, path, (frcnn_image_format)7), FRCNN_ERROR_INVALID, "found 7");
    assert_int_equal(count_files(), 0);
    frcnn_image_destroy(&image);
}

static void test_no_memory(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(20, 30);
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, 20, 30, rgb));
    for (int format = 0; format < 2; format++) {
        frcnn_status status = FRCNN_ERROR_NO_MEMORY;
        int64_t nth = 1;
        for (; status != FRCNN_OK; nth++) {
            frcnn_memory_fail_at(nth);
            status = frcnn_image_save(image, path, (frcnn_image_format)format);
            frcnn_memory_fail_at(0);
            if (status == FRCNN_OK) break;
            assert_int_equal(status, FRCNN_ERROR_NO_MEMORY);
            assert_non_null(strstr(frcnn_error_message(), "out of memory"));
            assert_int_equal(count_files(), 0);
        }
        assert_true(nth > 2);
        unlink(path);
    }
    frcnn_image_destroy(&image);
    free(rgb);
}

static void test_handles(void **state)
{
    (void)state;
    frcnn_image *image = NULL;
    assert_fails(frcnn_image_create(&image, 0, 5, NULL), FRCNN_ERROR_INVALID, "found 0x5");
    assert_fails(frcnn_image_create(&image, 5, -1, NULL), FRCNN_ERROR_INVALID, "found 5x-1");
    assert_fails(frcnn_image_create(&image, 2000000000, 2000000000, NULL), FRCNN_ERROR_NO_MEMORY, "image");
    assert_null(image);
    frcnn_image_destroy(&image);
    assert_ok(frcnn_image_create(&image, 2, 3, NULL));
    const uint8_t black[18] = {0};
    assert_pixels(image, 2, 3, black, 0);
    frcnn_image_get_pixels(image)[4] = 9;
    frcnn_image *copy = NULL;
    assert_ok(frcnn_image_copy(&copy, image));
    frcnn_image_destroy(&image);
    assert_null(image);
    assert_int_equal(frcnn_image_get_const_pixels(copy)[4], 9);
    frcnn_image_destroy(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_png_is_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_jpeg_is_near, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_bytes_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_that_cannot_be_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
        cmocka_unit_test(test_handles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
