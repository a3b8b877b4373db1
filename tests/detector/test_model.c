/* Models: what is read from a file, and every way in which a file or an option is refused. */
#include "edited_model.h"

#include "detector/family.h"

static void test_default_model(void **state)
{
    (void)state;
    frcnn_model *model = NULL;
    assert_ok(frcnn_model_open(&model, NULL, NULL));
    const frcnn_model_info *info = frcnn_model_get_info(model);
    assert_string_equal(info->name, "everyday10.safetensors");
    assert_string_equal(info->settings->family, "torchvision");
    assert_string_equal(info->settings->backbone, "mobilenet_v2");
    assert_int_equal(info->settings->n_return_layers, 3);
    assert_int_equal(info->settings->return_layers[2], 17);
    assert_int_equal(info->settings->n_levels, 4);
    assert_int_equal(info->n_anchors_per_cell, 3);
    assert_int_equal(info->n_categories, 10);
    assert_string_equal(info->categories[9].name, "sheep");
    assert_int_equal(info->categories[9].id, 10);
    /* torchvision counts 4115974 parameters beside the values of frozen norms. */
    assert_int_equal(info->n_parameters, 4115974);
    assert_string_equal(info->sha256, "4209c672dc1a8046dd9ff83a350fbbc02ff9e7f4861dbc3079cb32dcea4f653f");
    frcnn_model_destroy(&model);
    assert_null(model);
    frcnn_model_destroy(&model);
}

static void test_default_model_is_looked_for(void **state)
{
    (void)state;
    frcnn_model *model = NULL;
    assert_int_equal(setenv("FRCNN_DATA_DIR", "/nowhere", 1), 0);
    assert_fails(frcnn_model_open(&model, NULL, NULL), FRCNN_ERROR_IO, "/nowhere/everyday10.safetensors");
    assert_int_equal(setenv("FRCNN_DATA_DIR", FRCNN_SOURCE_DIR "/data", 1), 0);
    assert_ok(frcnn_model_open(&model, NULL, NULL));
    assert_int_equal(unsetenv("FRCNN_DATA_DIR"), 0);
    frcnn_model_destroy(&model);
}

/* Resized and padded sizes, grids, strides and anchors of the default model as torchvision computes them. */
static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        int height, width, resized[2], padded[2], grid[4][2], pool_stride[2];
        int64_t n_anchors;
    } expected[] = {
        {480, 640, {288, 384}, {288, 384}, {{36, 48}, {18, 24}, {9, 12}, {5, 6}}, {57, 64}, 6894},
        {375, 500, {288, 384}, {288, 384}, {{36, 48}, {18, 24}, {9, 12}, {5, 6}}, {57, 64}, 6894},
        {427, 640, {288, 431}, {288, 448}, {{36, 56}, {18, 28}, {9, 14}, {5, 7}}, {57, 64}, 8043},
        {500, 333, {432, 288}, {448, 288}, {{56, 36}, {28, 18}, {14, 9}, {7, 5}}, {64, 57}, 8043},
        {1080, 1920, {288, 512}, {288, 512}, {{36, 64}, {18, 32}, {9, 16}, {5, 8}}, {57, 64}, 9192},
        {300, 500, {288, 480}, {288, 480}, {{36, 60}, {18, 30}, {9, 15}, {5, 8}}, {57, 60}, 8625},
        {612, 612, {288, 288}, {288, 288}, {{36, 36}, {18, 18}, {9, 9}, {5, 5}}, {57, 57}, 5178},
    };
    frcnn_model *model = NULL;
    assert_ok(frcnn_model_open(&model, NULL, NULL));
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        frcnn_model_sizes sizes;
        assert_ok(frcnn_model_get_sizes(model, expected[i].height, expected[i].width, &sizes));
        assert_int_equal(sizes.resized_height, expected[i].resized[0]);
        assert_int_equal(sizes.resized_width, expected[i].resized[1]);
        assert_int_equal(sizes.padded_height, expected[i].padded[0]);
        assert_int_equal(sizes.padded_width, expected[i].padded[1]);
        for (int k = 0; k < 4; k++) {
            assert_int_equal(sizes.grid_height[k], expected[i].grid[k][0]);
            assert_int_equal(sizes.grid_width[k], expected[i].grid[k][1]);
        }
        assert_int_equal(sizes.stride_y[0], 8);
        assert_int_equal(sizes.stride_y[3], expected[i].pool_stride[0]);
        assert_int_equal(sizes.stride_x[3], expected[i].pool_stride[1]);
        assert_int_equal(sizes.n_anchors, expected[i].n_anchors);
    }
    frcnn_model_sizes sizes;
    assert_fails(frcnn_model_get_sizes(model, 0, 10, &sizes), FRCNN_ERROR_INVALID, "0x10");
    assert_fails(frcnn_model_get_sizes(model, 10, 65536, &sizes), FRCNN_ERROR_INVALID, "10x65536");
    frcnn_model_destroy(&model);
}

static void test_missing_tensors(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    edited_remove(m, "rpn.head.bbox_pred.bias");
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "rpn.head.bbox_pred.bias: missing, expected [12]");
    edited_remove(m, "roi_heads.box_head.fc6.weight");
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "roi_heads.box_head.fc6.weight: missing");
    for (int i = 2; i < 8; i++) {
        char name[64];
        snprintf(name, sizeof name, "backbone.body.%d.conv.0.1.running_var", i);
        edited_remove(m, name);
    }
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "more");
    assert_non_null(strstr(frcnn_error_message(), m->path));
    edited_close(m);
}

static void test_wrong_shape_and_dtype(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_tensor *wrong = NULL;
    const int64_t shape[] = {256, 255}, bias[] = {256};
    const size_t fc7 = edited_find(m, "roi_heads.box_head.fc7.weight");
    const frcnn_tensor *right = m->tensors[fc7];
    assert_ok(frcnn_tensor_create(&wrong, FRCNN_F32, 2, shape));
    m->tensors[fc7] = wrong;
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED,
                      "roi_heads.box_head.fc7.weight: expected [256, 256], found [256, 255]");
    m->tensors[fc7] = right;
    frcnn_tensor_destroy(&wrong);
    assert_ok(frcnn_tensor_create(&wrong, FRCNN_I64, 1, bias));
    m->tensors[edited_find(m, "roi_heads.box_head.fc7.bias")] = wrong;
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "found i64");
    frcnn_tensor_destroy(&wrong);
    edited_close(m);
}

/* A file may name any size where another is 0: no byte of data has to stand behind it. */
static void test_sizes_of_no_layer(void **state)
{
    (void)state;
    static const struct {
        const char *name, *found;
        int64_t shape[4];
    } cases[] = {
        {"rpn.head.cls_logits.weight", "[0, 128, 1, 1]", {0, 128, 1, 1}},
        {"backbone.fpn.inner_blocks.0.0.weight", "[4294967296, 32, 1, 0]", {4294967296, 32, 1, 0}},
        {"backbone.body.2.conv.0.0.weight", "[16777217, 0, 1, 1]", {16777217, 0, 1, 1}},
    };
    edited_model *m = edited_open();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        frcnn_tensor *odd = NULL;
        char text[200];
        const size_t index = edited_find(m, cases[i].name);
        const frcnn_tensor *right = m->tensors[index];
        assert_ok(frcnn_tensor_create(&odd, FRCNN_F32, 4, cases[i].shape));
        m->tensors[index] = odd;
        snprintf(text, sizeof text, "%s: expected sizes from 1 to 16777216, found %s", cases[i].name, cases[i].found);
        edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, text);
        m->tensors[index] = right;
        frcnn_tensor_destroy(&odd);
    }
    edited_close(m);
}

/* Groups are counted from two sizes of a bottleneck; here their quotient is 2^32. */
static void test_groups_of_no_resnet(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t shape[4];
    } tensors[] = {
        {"rpn.head.cls_logits.weight", {3, 8, 1, 1}},
        {"backbone.body.layer1.0.conv1.weight", {4294967296, 0, 1, 1}},
        {"backbone.body.layer1.0.conv2.weight", {0, 1, 3, 3}},
        {"backbone.body.layer1.0.conv3.weight", {16, 8, 1, 1}},
    };
    enum { N = sizeof tensors / sizeof tensors[0] };
    edited_model *m = edited_open();
    frcnn_tensor *owned[N] = {NULL};
    m->n = 0;
    for (int i = 0; i < N; i++) {
        assert_ok(frcnn_tensor_create(&owned[i], FRCNN_F32, 4, tensors[i].shape));
        edited_add(m, tensors[i].name, owned[i]);
    }
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "layer1.0.conv1.weight: expected sizes from 1");
    for (int i = 0; i < N; i++) frcnn_tensor_destroy(&owned[i]);
    edited_close(m);
}

static void test_left_over_tensors(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_model *model = NULL;
    frcnn_tensor *count = NULL;
    assert_ok(frcnn_tensor_create(&count, FRCNN_I64, 0, NULL));
    edited_add(m, "backbone.body.0.1.num_batches_tracked", count);
    edited_save(m);
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    frcnn_model_destroy(&model);
    edited_add(m, "roi_heads.mask_head.mask_fcn1.weight", m->tensors[0]);
    edited_add(m, "roi_heads.mask_predictor.conv5_mask.bias", m->tensors[0]);
    edited_save(m);
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_int_equal(frcnn_model_get_info(model)->n_unused, 2);
    frcnn_model_destroy(&model);
    edited_add(m, "roi_heads.fancy_head.weight", m->tensors[0]);
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "roi_heads.fancy_head.weight: not part of this model");
    frcnn_tensor_destroy(&count);
    edited_close(m);
}

static void test_names_of_older_files(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_model *model = NULL;
    for (int i = 0; i < 3; i++) {
        char from[64], to[64];
        snprintf(from, sizeof from, "backbone.fpn.inner_blocks.%d.0.", i);
        snprintf(to, sizeof to, "backbone.fpn.inner_blocks.%d.", i);
        edited_rename(m, from, to);
        snprintf(from, sizeof from, "backbone.fpn.layer_blocks.%d.0.", i);
        snprintf(to, sizeof to, "backbone.fpn.layer_blocks.%d.", i);
        edited_rename(m, from, to);
    }
    edited_rename(m, "rpn.head.conv.0.0.", "rpn.head.conv.");
    edited_save(m);
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_int_equal(frcnn_model_get_info(model)->n_parameters, 4115974);
    frcnn_model_destroy(&model);
    edited_close(m);
}

static void test_prefixes(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    const size_t n = m->n;
    edited_rename(m, "", "module.");
    edited_save(m);
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    frcnn_model_destroy(&model);
    options.prefix = "student.";
    edited_is_refused(m, &options, FRCNN_ERROR_UNSUPPORTED, "behind the prefix student.");
    for (size_t i = 0; i < n; i++) {
        char name[EDITED_NAME];
        snprintf(name, sizeof name, "student.%.100s", m->names[i] + strlen("module."));
        edited_add(m, name, m->tensors[i]);
    }
    edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, "\"module.\" and \"student.\"");
    assert_ok(frcnn_model_open(&model, m->path, &options));
    frcnn_model_destroy(&model);
    edited_close(m);
}

static void test_files_that_hold_no_such_detector(void **state)
{
    (void)state;
    static const struct {
        const char *name, *what;
    } files[] = {
        {"bbox_head.fc_cls.weight", "an mmdetection 1 detector"},
        {"roi_head.bbox_head.0.fc_cls.weight", "a Cascade R-CNN"},
        {"bbox_head.retina_cls.weight", "a one-stage detector"},
        {"model.0.conv.weight", "a YOLO detector"},
        {"extractor.0.weight", "simple-faster-rcnn"},
        {"layer4.0.conv1.weight", "ResNet classification backbone"},
        {"something.weight", "no detector known here"},
    };
    edited_model *m = edited_open();
    m->n = 1;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(m->names[0], EDITED_NAME, "%s", files[i].name);
        edited_is_refused(m, NULL, FRCNN_ERROR_UNSUPPORTED, files[i].what);
    }
    edited_close(m);
}

static void test_settings_that_contradict_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
        frcnn_status code;
    } cases[] = {
        {"{\"anchor_sizes\": [[32], [64]]}", "the model has 3 levels (4 with the pool level), sizes are given for 2",
         FRCNN_ERROR_INVALID},
        {"{\"mean\": [0, 0, 0, 0], \"std\": [1, 1, 1, 1]}", "expected 3 values, one per channel of an image, found 4",
         FRCNN_ERROR_INVALID},
        {"{\"anchor_ratios\": [0.5, 1, 2, 3]}", "expected 3 anchors per cell", FRCNN_ERROR_INVALID},
        {"{\"classes\": [\"a\", \"b\"]}", "expected 10 class names (11 with the background first), found 2",
         FRCNN_ERROR_INVALID},
        {"{\"return_layers\": [6, 13]}", "expected 3 return_layers", FRCNN_ERROR_INVALID},
        {"{\"return_layers\": [6, 13, 18]}", "expected layers from 0 to 17, found 18", FRCNN_ERROR_INVALID},
        {"{\"return_layers\": [5, 13, 16]}", "inner_blocks.2 takes 320 channels", FRCNN_ERROR_UNSUPPORTED},
        {"{\"roi_output_size\": 6}", "fc6.weight: expected [256, 4608], found [256, 6272]", FRCNN_ERROR_UNSUPPORTED},
        {"{\"family\": \"detectron2\"}", "expected the tensors of \"detectron2\", found those of a torchvision",
         FRCNN_ERROR_UNSUPPORTED},
        {"{\"family\": \"caffe\"}", "found \"caffe\"", FRCNN_ERROR_UNSUPPORTED},
        {"{\"colour\": 1}", "colour", FRCNN_ERROR_FORMAT},
    };
    edited_model *m = edited_open();
    frcnn_model *model = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        edited_write_beside(m, cases[i].json);
        edited_is_refused(m, NULL, cases[i].code, cases[i].text);
    }
    edited_write_beside(m, "{\"mean\": [0.1, 0.2, 0.3]}");
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_true(frcnn_model_get_info(model)->settings->mean[2] == 0.3f);
    assert_true(frcnn_model_get_info(model)->settings->std[2] == 0.5f);
    frcnn_model_destroy(&model);
    edited_write_beside(m, "{\"min_size\": 320, \"max_size\": 640, \"classes\": [\"background\", \"a\", \"b\", \"c\", "
                           "\"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\"]}");
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_int_equal(frcnn_model_get_info(model)->settings->min_size, 320);
    assert_string_equal(frcnn_model_get_info(model)->categories[0].name, "a");
    frcnn_model_destroy(&model);
    edited_close(m);
}

/* Nothing but shapes to go by: layers are found by their channels, classes are numbered. */
static void test_file_without_settings(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_model *model = NULL;
    m->settings = NULL;
    edited_is_refused(m, NULL, FRCNN_ERROR_INVALID, "sizes are given for 5");
    edited_write_beside(m, "{\"anchor_sizes\": [[32], [64], [128], [256]]}");
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    const frcnn_model_info *info = frcnn_model_get_info(model);
    assert_int_equal(info->settings->return_layers[0], 6);
    assert_int_equal(info->settings->return_layers[1], 13);
    assert_int_equal(info->settings->return_layers[2], 17);
    assert_string_equal(info->categories[1].name, "class 2");
    frcnn_model_destroy(&model);
    edited_close(m);
}

static void test_options(void **state)
{
    (void)state;
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.struct_size = 1;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID, "struct_size");
    frcnn_model_options_default(&options);
    options.n_mean = 4;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID, "expected 3 values");
    frcnn_model_options_default(&options);
    options.n_std = 3;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID, "std: expected values above 0");
    frcnn_model_options_default(&options);
    options.min_size = 600;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID, "600 and 512");
    frcnn_model_options_default(&options);
    options.n_levels = 9;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID, "at most 8 levels");
    frcnn_model_options_default(&options);
    options.n_ratios = 2;
    options.anchor_ratios[0] = options.anchor_ratios[1] = 1.0f;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID,
                 "expected 3 anchors per cell, as rpn.head.cls_logits predicts, found 2");
    frcnn_model_options_default(&options);
    options.n_levels = 4;
    for (int i = 0; i < 4; i++) {
        options.n_sizes[i] = 1;
        options.anchor_sizes[i][0] = 20.0f * (float)(1 << i);
    }
    options.family = "torchvision-0.14";
    assert_ok(frcnn_model_open(&model, NULL, &options));
    assert_true(frcnn_model_get_info(model)->settings->anchor_sizes[3][0] == 160.0f);
    frcnn_model_sizes sizes;
    assert_ok(frcnn_model_get_sizes(model, 301, 500, &sizes));
    assert_int_equal(sizes.resized_height, 287);
    frcnn_model_destroy(&model);
    frcnn_model_options_default(&options);
    options.family = "mmdet";
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_UNSUPPORTED, "\"mmdet\"");
    frcnn_model_options_default(&options);
    options.labels = "/nowhere/names.txt";
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_IO, "/nowhere/names.txt");
    frcnn_model_options_default(&options);
    options.max_detections = -1;
    assert_fails(frcnn_model_open(&model, NULL, &options), FRCNN_ERROR_INVALID, "max_detections");
    frcnn_model_options_default(&options);
    options.min_size = 400;
    options.score_thresh = 0.25f;
    options.max_detections = 7;
    assert_ok(frcnn_model_open(&model, NULL, &options));
    const frcnn_settings *settings = frcnn_model_get_info(model)->settings;
    assert_int_equal(settings->min_size, 400);
    assert_int_equal(settings->max_size, 512);
    assert_true(settings->box_score_thresh == 0.25f);
    assert_int_equal(settings->box_detections_per_img, 7);
    frcnn_model_destroy(&model);
}

/* The published file is known by its digest; every other has torchvision's default. */
static void test_norm_eps_of_files(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    edited_model *m = edited_open();
    edited_add(m, "m.backbone.1.block.0.0.weight", m->tensors[0]);
    edited_save(m);
    assert_ok(frcnn_checkpoint_open(&checkpoint, m->path));
    assert_true(frcnn_family_get_norm_eps("258fb6c6", checkpoint, "") == 0.0f);
    assert_true(frcnn_family_get_norm_eps("258fb6c6ff00", checkpoint, "") == 0.0f);
    assert_true(frcnn_family_get_norm_eps("258fb6c7", checkpoint, "") == 1e-5f);
    assert_true(frcnn_family_get_norm_eps("", checkpoint, "") == 1e-5f);
    assert_true(frcnn_family_get_norm_eps("", checkpoint, "m.") == 1e-3f);
    frcnn_checkpoint_close(&checkpoint);
    edited_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_model),
        cmocka_unit_test(test_default_model_is_looked_for),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_missing_tensors),
        cmocka_unit_test(test_wrong_shape_and_dtype),
        cmocka_unit_test(test_sizes_of_no_layer),
        cmocka_unit_test(test_groups_of_no_resnet),
        cmocka_unit_test(test_left_over_tensors),
        cmocka_unit_test(test_names_of_older_files),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_files_that_hold_no_such_detector),
        cmocka_unit_test(test_settings_that_contradict_the_file),
        cmocka_unit_test(test_file_without_settings),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_norm_eps_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
