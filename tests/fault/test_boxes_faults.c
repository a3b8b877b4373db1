#include "fault/every_allocation.h"
#include "frcnn/boxes.h"
#include "run/scratch.h"

static frcnn_status run_on(const char *path)
{
    frcnn_boxes *boxes = NULL;
    const frcnn_status status = frcnn_boxes_open(&boxes, path, NULL);
    frcnn_boxes_close(&boxes);
    return status;
}

static frcnn_status run_coco(void)
{
    return run_on("truth.json");
}

static frcnn_status run_voc(void)
{
    return run_on("voc");
}

static frcnn_status run_yolo(void)
{
    return run_on("yolo");
}

static void test_every_allocation_of_readers_may_fail(void **state)
{
    (void)state;
    scratch_write_text("truth.json",
                       "{\"images\":[{\"id\":1,\"file_name\":\"a\",\"width\":9,\"height\":9}],\"annotations\":"
                       "[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,1,1]},"
                       "{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,0,1]}],"
                       "\"categories\":[{\"id\":1,\"name\":\"x\"}]}");
    scratch_make_folder("voc");
    scratch_write_image("voc/a.ppm");
    scratch_write_text("voc/a.xml", "<annotation><object><name>x</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
                                    "<xmax>1</xmax><ymax>1</ymax></bndbox></object></annotation>");
    scratch_make_folder("yolo");
    scratch_write_image("yolo/a.ppm");
    scratch_write_text("yolo/a.txt", "0 0.5 0.5 1 1\n0 0.5 0.5 0 1\n");
    scratch_write_text("yolo/classes.txt", "x\ny\n");
    assert_true(assert_every_allocation_may_fail(run_coco) > 8);
    assert_true(assert_every_allocation_may_fail(run_voc) > 8);
    assert_true(assert_every_allocation_may_fail(run_yolo) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_of_readers_may_fail),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
