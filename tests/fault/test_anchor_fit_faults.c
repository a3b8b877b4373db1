#include "fault/every_allocation.h"
#include "frcnn/anchor_fit.h"
#include "run/scratch.h"

static frcnn_boxes *boxes;

static frcnn_status run_fit(void)
{
    frcnn_anchor_config config, fitted;
    const frcnn_boxes *const sets[] = {boxes};
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_PY_FASTER_RCNN);
    return frcnn_anchor_fit(&fitted, &config, sets, 1, NULL);
}

static frcnn_status run_draw(void)
{
    frcnn_anchor_config config;
    frcnn_image *image = NULL;
    const frcnn_boxes *const sets[] = {boxes};
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_PY_FASTER_RCNN);
    const frcnn_status status = frcnn_anchor_fit_draw(&image, &config, &config, sets, 1, NULL);
    frcnn_image_destroy(&image);
    return status;
}

static void test_every_allocation_of_fits_and_their_pictures_may_fail(void **state)
{
    (void)state;
    scratch_write_text("boxes.json", "{\"images\":[{\"id\":1,\"file_name\":\"a\",\"width\":400,\"height\":300},"
                                     "{\"id\":2,\"file_name\":\"b\",\"width\":300,\"height\":300}],\"annotations\":"
                                     "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,90,120]},"
                                     "{\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,20,20]}],"
                                     "\"categories\":[{\"id\":1,\"name\":\"x\"}]}");
    assert_ok(frcnn_boxes_open(&boxes, "boxes.json", NULL));
    assert_true(assert_every_allocation_may_fail(run_fit) > 20);
    /* Fonts are read once. */
    assert_ok(run_draw());
    assert_true(assert_every_allocation_may_fail(run_draw) > 20);
    frcnn_boxes_close(&boxes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_of_fits_and_their_pictures_may_fail),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
