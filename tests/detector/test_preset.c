/* Which preset a file gets, and what it runs with then. */
#include "support.h"

#include <unistd.h>

#include "frcnn/frcnn.h"

#define GOLDEN_DIR FRCNN_SOURCE_DIR "/tests/golden/"

enum { PATH_SIZE = 4096 };

static const char *const detectron2 = GOLDEN_DIR "detectron2/";
static const char *const mmdetection = GOLDEN_DIR "mmdetection/";

static frcnn_model *open_model(const char *folder, const char *file, const char *family)
{
    char path[PATH_SIZE];
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.family = family;
    snprintf(path, sizeof path, "%s%s", folder, file);
    assert_ok(frcnn_model_open(&model, path, &options));
    return model;
}

typedef struct expectation {
    const char *family, *reason, *order;
    float mean, std; /* of the first channel */
    int stride_in_1x1, pre_nms, n_levels, n_per_cell, roi_size;
} expectation;

static void check(frcnn_model *model, const expectation *expected)
{
    const frcnn_model_info *info = frcnn_model_get_info(model);
    const frcnn_settings *s = info->settings;
    assert_string_equal(s->family, expected->family);
    if (strstr(info->family_reason, expected->reason) == NULL) fail_msg("%s", info->family_reason);
    assert_string_equal(s->order, expected->order);
    assert_true(s->mean[0] == expected->mean && s->std[0] == expected->std);
    assert_int_equal(s->stride_in_1x1, expected->stride_in_1x1);
    assert_int_equal(s->rpn_pre_nms_top_n, expected->pre_nms);
    assert_int_equal(s->n_levels, expected->n_levels);
    assert_int_equal(info->n_anchors_per_cell, expected->n_per_cell);
    assert_int_equal(s->roi_output_size, expected->roi_size);
    assert_false(info->is_unit_range);
    frcnn_model_destroy(&model);
}

/* The constants of each program's published detectors. */
static void likeliest(void **state)
{
    (void)state;
    check(open_model(detectron2, "fpn.pkl", NULL),
          &(expectation){"detectron2", "Detectron2's names", "bgr", 103.53f, 1.0f, 1, 1000, 5, 3, 7});
    check(open_model(detectron2, "fpn_x.pkl", NULL),
          &(expectation){"detectron2-x101", "several groups", "bgr", 103.53f, 57.375f, 0, 1000, 5, 3, 7});
    check(open_model(detectron2, "c4.pkl", NULL),
          &(expectation){"detectron2-c4", "in the box head", "bgr", 103.53f, 1.0f, 1, 6000, 1, 15, 14});
    check(open_model(detectron2, "dc5.pkl", NULL),
          &(expectation){"detectron2-dc5", "no FPN", "bgr", 103.53f, 1.0f, 1, 6000, 1, 15, 7});
    check(open_model(mmdetection, "r50_fpn.pth", NULL),
          &(expectation){"mmdetection", "style='pytorch'", "rgb", 123.675f, 58.395f, 0, 1000, 5, 3, 7});
    check(open_model(mmdetection, "r50_caffe_fpn.pth", NULL),
          &(expectation){"mmdetection-caffe", "style='caffe'", "bgr", 103.53f, 1.0f, 1, 1000, 5, 3, 7});
}

static void asked_for(void **state)
{
    (void)state;
    check(open_model(detectron2, "fpn.pkl", "detectron2-x101"),
          &(expectation){"detectron2-x101", "asked for", "bgr", 103.53f, 57.375f, 0, 1000, 5, 3, 7});
    check(open_model(mmdetection, "r50_fpn.pth", "mmdetection-caffe"),
          &(expectation){"mmdetection-caffe", "asked for", "bgr", 103.53f, 1.0f, 1, 1000, 5, 3, 7});
    check(open_model(mmdetection, "r50_fpn.pth", "mmdetection-x101-32x8d"),
          &(expectation){"mmdetection-x101-32x8d", "asked for", "bgr", 103.53f, 57.375f, 0, 1000, 5, 3, 7});
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.family = "detectron2";
    assert_fails(frcnn_model_open(&model, GOLDEN_DIR "mmdetection/r50_fpn.pth", &options), FRCNN_ERROR_UNSUPPORTED,
                 "expected the tensors of \"detectron2\", found those of an mmdetection");
    options.family = "detectron2-c4";
    assert_fails(frcnn_model_open(&model, GOLDEN_DIR "detectron2/fpn.pkl", &options), FRCNN_ERROR_UNSUPPORTED,
                 "expected the tensors of \"detectron2-c4\"");
    options.family = "yolo";
    assert_fails(frcnn_model_open(&model, GOLDEN_DIR "detectron2/fpn.pkl", &options), FRCNN_ERROR_UNSUPPORTED,
                 "simple-faster-rcnn-caffe, found \"yolo\"");
}

/* The tensors of a file without what else it says; with statistics of RGB pixels. */
static void save_tensors(const char *path, const char *from, int has_pixels)
{
    static const float pixels[2][3] = {{123.675f, 116.28f, 103.53f}, {58.395f, 57.12f, 57.375f}};
    static const int64_t shape[] = {3, 1, 1};
    frcnn_checkpoint *checkpoint = NULL;
    frcnn_tensor *statistics[2] = {NULL};
    assert_ok(frcnn_checkpoint_open(&checkpoint, from));
    size_t n = frcnn_checkpoint_get_count(checkpoint);
    const char **names = calloc(n + 2, sizeof *names);
    const frcnn_tensor **tensors = calloc(n + 2, sizeof *tensors);
    assert_true(names != NULL && tensors != NULL);
    for (size_t i = 0; i < n; i++) {
        names[i] = frcnn_checkpoint_get_name(checkpoint, i);
        tensors[i] = frcnn_checkpoint_get_tensor(checkpoint, i);
    }
    for (int i = 0; i < 2 && has_pixels; i++) {
        assert_ok(frcnn_tensor_create(&statistics[i], FRCNN_F32, 3, shape));
        memcpy(frcnn_tensor_get_data(statistics[i]), pixels[i], sizeof pixels[i]);
        names[n] = i == 0 ? "pixel_mean" : "pixel_std";
        tensors[n++] = statistics[i];
    }
    assert_ok(frcnn_safetensors_save(path, n, names, tensors, 0, NULL, NULL));
    for (int i = 0; i < 2; i++) frcnn_tensor_destroy(&statistics[i]);
    free(names);
    free(tensors);
    frcnn_checkpoint_close(&checkpoint);
}

/* Without what the file carried, its name decides; a converted file says what it was. */
static void carried_by_the_file(void **state)
{
    (void)state;
    char path[] = "/tmp/frcnn-preset-XXXXXX", beside[sizeof path + 24], caffe[sizeof path + 32];
    frcnn_model *model = open_model(mmdetection, "r50_caffe_fpn.pth", NULL);
    assert_non_null(mkdtemp(path));
    snprintf(beside, sizeof beside, "%s/model.safetensors", path);
    assert_ok(frcnn_model_save(model, beside, NULL));
    frcnn_model_destroy(&model);
    model = open_model("", beside, NULL);
    const frcnn_model_info *info = frcnn_model_get_info(model);
    assert_string_equal(info->settings->family, "mmdetection-caffe");
    assert_string_equal(info->family_reason, "its settings say so");
    assert_string_equal(info->categories[7].name, "hen");
    assert_int_equal(info->settings->min_size, 120);
    frcnn_model_destroy(&model);

    snprintf(caffe, sizeof caffe, "%s/r50-caffe.safetensors", path);
    save_tensors(caffe, beside, 0);
    model = open_model("", caffe, NULL);
    info = frcnn_model_get_info(model);
    assert_string_equal(info->settings->family, "mmdetection-caffe");
    assert_non_null(strstr(info->family_reason, "its own name says caffe"));
    assert_string_equal(info->categories[7].name, "class 8");
    frcnn_model_destroy(&model);
    unlink(caffe);
    unlink(beside);
    rmdir(path);
}

/* As Detectron2 wrote until 2021; one that is asked for decides all the same. */
static void pixels_in_the_file(void **state)
{
    (void)state;
    char path[] = "/tmp/frcnn-preset-XXXXXX", file[sizeof path + 24];
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/model.safetensors", path);
    save_tensors(file, GOLDEN_DIR "detectron2/fpn.pkl", 1);
    check(open_model("", file, NULL),
          &(expectation){"detectron2", "Detectron2's names", "rgb", 123.675f, 58.395f, 1, 1000, 5, 3, 7});
    check(open_model("", file, "detectron2"),
          &(expectation){"detectron2", "asked for", "bgr", 103.53f, 1.0f, 1, 1000, 5, 3, 7});
    unlink(file);
    rmdir(path);
}

/* COCO's 80 have COCO's ids. */
static void known_classes(void **state)
{
    (void)state;
    frcnn_model *model = open_model(detectron2, "fpn_x.pkl", NULL);
    const frcnn_model_info *info = frcnn_model_get_info(model);
    assert_int_equal(info->n_categories, 80);
    assert_string_equal(info->categories[11].name, "stop sign");
    assert_int_equal(info->categories[11].id, 13);
    assert_string_equal(info->categories[79].name, "toothbrush");
    assert_int_equal(info->categories[79].id, 90);
    frcnn_model_destroy(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(likeliest),          cmocka_unit_test(asked_for),     cmocka_unit_test(carried_by_the_file),
        cmocka_unit_test(pixels_in_the_file), cmocka_unit_test(known_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
