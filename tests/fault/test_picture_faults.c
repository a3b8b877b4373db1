#include "fault/every_allocation.h"

#include <stdlib.h>
#include <unistd.h>

#include "frcnn/picture.h"

static char folder[64];

static frcnn_status run_layouts(void)
{
    enum { N = 10 };
    const int64_t shape[] = {6, 5, 4};
    const int order[] = {1, 0, 2};
    frcnn_tensor *t[N] = {NULL};
    frcnn_image *image = NULL;
    int n = 2;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_U8, 3, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], order);
    if (status == FRCNN_OK) status = frcnn_picture_to_chw(&t[n++], t[1]);
    if (status == FRCNN_OK) status = frcnn_picture_convert_dtype(&t[n++], t[2], FRCNN_F16);
    if (status == FRCNN_OK) status = frcnn_picture_convert_dtype(&t[n++], t[1], FRCNN_BF16);
    if (status == FRCNN_OK) status = frcnn_picture_from_chw(&t[n++], t[3]);
    if (status == FRCNN_OK) status = frcnn_picture_convert(&t[n++], t[1], 1);
    if (status == FRCNN_OK) status = frcnn_picture_swap_red_blue(&t[n++], t[1], -1);
    if (status == FRCNN_OK) status = frcnn_picture_to_image(&image, t[1]);
    if (status == FRCNN_OK) {
        status = frcnn_picture_from_image(&t[n++], &image);
        assert_true((image == NULL) == (status == FRCNN_OK));
    }
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    frcnn_image_destroy(&image);
    return status;
}

static frcnn_status run_grids(void)
{
    const int64_t shape[] = {3, 1, 4, 5};
    const int order[] = {0, 1, 3, 2};
    char path[96];
    snprintf(path, sizeof path, "%s/grid.png", folder);
    frcnn_picture_grid_options options;
    frcnn_picture_grid_options_default(&options);
    options.normalize = 1;
    frcnn_tensor *batch = NULL;
    frcnn_tensor *view = NULL;
    frcnn_tensor *grid = NULL;
    frcnn_status status = frcnn_tensor_create(&batch, FRCNN_F16, 4, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&view, batch, order);
    if (status == FRCNN_OK) status = frcnn_picture_make_grid(&grid, view, &options);
    if (status == FRCNN_OK) status = frcnn_picture_save_grid(view, path, &options);
    assert_true((access(path, F_OK) == 0) == (status == FRCNN_OK));
    unlink(path);
    frcnn_tensor_destroy(&batch);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&grid);
    return status;
}

/* Written, and read with other channels, in each of the formats and numbers of channels. */
static frcnn_status run_files(void)
{
    static const struct {
        const char *name;
        int n_channels;
    } files[] = {{"a.png", 1}, {"b.png", 4}, {"c.jpg", 1}, {"d.jpg", 3}};
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < 4 && status == FRCNN_OK; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        const int64_t shape[] = {9, 16, files[i].n_channels};
        frcnn_tensor *picture = NULL;
        frcnn_tensor *loaded = NULL;
        status = frcnn_tensor_create(&picture, FRCNN_U8, 3, shape);
        if (status == FRCNN_OK) status = frcnn_picture_save(picture, path);
        assert_true((access(path, F_OK) == 0) == (status == FRCNN_OK));
        if (status == FRCNN_OK) status = frcnn_picture_open(&loaded, path, 2, NULL);
        if (status == FRCNN_OK) assert_int_equal(frcnn_tensor_get_shape(loaded)[2], 2);
        unlink(path);
        frcnn_tensor_destroy(&picture);
        frcnn_tensor_destroy(&loaded);
    }
    return status;
}

static void layouts_survive_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_layouts) >= 30);
}

static void grids_survive_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_grids) >= 40);
}

static void files_survive_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_files) >= 40);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/frcnn-faults-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_survive_every_failing_allocation),
        cmocka_unit_test(grids_survive_every_failing_allocation),
        cmocka_unit_test(files_survive_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
