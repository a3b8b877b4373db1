/** Settings as JSON: every field read, every fault named, and what is printed read back. */
#include "scratch_folder.h"

#include "checkpoint/labels.h"
#include "checkpoint/settings.h"
#include "frcnn/checkpoint.h"
#include "tensor/memory.h"

typedef struct fixture {
    frcnn_settings settings;
    char **classes;
    size_t n_classes;
} fixture;

static fixture make_default(void)
{
    fixture f;
    memset(&f, 0, sizeof f);
    frcnn_settings_default_torchvision(&f.settings);
    return f;
}

static frcnn_status parse(fixture *f, const char *json)
{
    return frcnn_settings_parse(&f->settings, &f->classes, &f->n_classes, json, "test.json");
}

static void end(fixture *f)
{
    frcnn_labels_destroy(&f->classes, f->n_classes);
}

/* The values of torchvision 0.29.1's fasterrcnn_resnet50_fpn. */
static void test_defaults(void **state)
{
    (void)state;
    const frcnn_settings s = make_default().settings;
    assert_string_equal(s.family, "torchvision");
    assert_string_equal(s.order, "rgb");
    assert_int_equal(s.n_channels, 3);
    assert_float_equal(s.mean[0], 0.485f, 0);
    assert_float_equal(s.std[2], 0.225f, 0);
    assert_int_equal(s.min_size, 800);
    assert_int_equal(s.max_size, 1333);
    assert_int_equal(s.n_levels, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(s.n_sizes[i], 1);
        assert_float_equal(s.anchor_sizes[i][0], (float)(32 << i), 0);
    }
    assert_int_equal(s.n_ratios, 3);
    assert_float_equal(s.norm_eps, 1e-5f, 0);
    assert_int_equal(s.rpn_pre_nms_top_n, 1000);
    assert_int_equal(s.rpn_post_nms_top_n, 1000);
    assert_float_equal(s.rpn_nms_thresh, 0.7f, 0);
    assert_float_equal(s.rpn_score_thresh, 0, 0);
    assert_int_equal(s.roi_output_size, 7);
    assert_int_equal(s.roi_sampling_ratio, 2);
    assert_float_equal(s.box_score_thresh, 0.05f, 0);
    assert_float_equal(s.box_nms_thresh, 0.5f, 0);
    assert_int_equal(s.box_detections_per_img, 100);
}

static void test_an_empty_object_changes_nothing(void **state)
{
    (void)state;
    fixture f = make_default();
    const frcnn_settings before = f.settings;
    assert_ok(parse(&f, " {} "));
    assert_memory_equal(&f.settings, &before, sizeof before);
    assert_null(f.classes);
}

static void test_every_field(void **state)
{
    (void)state;
    fixture f = make_default();
    assert_ok(parse(&f,
                    "{\"family\":\"detectron2\",\"backbone\":\"resnet101_v1.5\",\"return_layers\":[0,3,17],"
                    "\"classes\":[\"person\",\"fire hydrant\"],\"norm_eps\":0,\"stride_in_1x1\":1,\"order\":\"bgr\","
                    "\"mean\":[103.53],\"std\":[57.375],\"min_size\":1,\"max_size\":65535,"
                    "\"anchor_sizes\":[[16,24.5],[32,48]],\"anchor_ratios\":[0.25],\"rpn_pre_nms_top_n\":2000,"
                    "\"rpn_post_nms_top_n\":50,\"rpn_nms_thresh\":1,\"rpn_score_thresh\":0.125,"
                    "\"roi_output_size\":14,\"roi_sampling_ratio\":-1,\"box_score_thresh\":0.75,"
                    "\"box_nms_thresh\":0.25,\"box_detections_per_img\":1}"));
    const frcnn_settings *s = &f.settings;
    assert_string_equal(s->family, "detectron2");
    assert_string_equal(s->backbone, "resnet101_v1.5");
    assert_int_equal(s->n_return_layers, 3);
    assert_int_equal(s->return_layers[2], 17);
    assert_int_equal(f.n_classes, 2);
    assert_string_equal(f.classes[1], "fire hydrant");
    assert_float_equal(s->norm_eps, 0, 0);
    assert_int_equal(s->stride_in_1x1, 1);
    assert_string_equal(s->order, "bgr");
    assert_int_equal(s->n_channels, 1);
    assert_float_equal(s->mean[0], 103.53f, 0);
    assert_float_equal(s->std[0], 57.375f, 0);
    assert_int_equal(s->min_size, 1);
    assert_int_equal(s->max_size, 65535);
    assert_int_equal(s->n_levels, 2);
    assert_int_equal(s->n_sizes[1], 2);
    assert_float_equal(s->anchor_sizes[0][1], 24.5f, 0);
    assert_int_equal(s->n_ratios, 1);
    assert_float_equal(s->anchor_ratios[0], 0.25f, 0);
    assert_int_equal(s->rpn_pre_nms_top_n, 2000);
    assert_int_equal(s->rpn_post_nms_top_n, 50);
    assert_float_equal(s->rpn_nms_thresh, 1, 0);
    assert_float_equal(s->rpn_score_thresh, 0.125f, 0);
    assert_int_equal(s->roi_output_size, 14);
    assert_int_equal(s->roi_sampling_ratio, -1);
    assert_float_equal(s->box_score_thresh, 0.75f, 0);
    assert_float_equal(s->box_nms_thresh, 0.25f, 0);
    assert_int_equal(s->box_detections_per_img, 1);

    /* A later text changes what it names, and no more. */
    assert_ok(parse(&f, "{\"min_size\":300,\"classes\":[\"N/A\"]}"));
    assert_int_equal(f.settings.min_size, 300);
    assert_int_equal(f.settings.rpn_post_nms_top_n, 50);
    assert_int_equal(f.n_classes, 1);
    assert_string_equal(f.classes[0], "N/A");
    assert_ok(parse(&f, "{\"mean\":[0.5]}"));
    assert_int_equal(f.n_classes, 1);
    end(&f);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *message;
    } cases[] = {
        {"", "test.json: byte 0 of the JSON text"},
        {"[]", "test.json: expected a JSON object with settings, found a list"},
        {"{\"min_sise\":3}", "test.json: \"min_sise\" is no field that settings have"},
        {"{\"min_size\":3,\"min_size\":3}", "\"min_size\" appears twice"},
        {"{\"min_size\":0}", "\"min_size\": expected a whole number from 1 to 65535, found 0"},
        {"{\"min_size\":65536}", "found 65536"},
        {"{\"min_size\":800.5}", "found 800.5"},
        {"{\"min_size\":\"800\"}", "found \"800\""},
        {"{\"min_size\":[800]}", "found a list"},
        {"{\"max_size\":null}", "\"max_size\": expected a whole number from 1 to 65535, found null"},
        {"{\"norm_eps\":-1e-9}", "\"norm_eps\": expected a number from 0 to 1, found -1e-09"},
        {"{\"norm_eps\":1e999}", "\"norm_eps\": expected a number from 0 to 1, found inf"},
        {"{\"box_score_thresh\":1.5}", "\"box_score_thresh\": expected a number from 0 to 1, found 1.5"},
        {"{\"box_nms_thresh\":true}", "\"box_nms_thresh\": expected a number from 0 to 1, found true"},
        {"{\"rpn_nms_thresh\":-0.1}", "\"rpn_nms_thresh\""},
        {"{\"rpn_score_thresh\":\"0\"}", "\"rpn_score_thresh\""},
        {"{\"rpn_pre_nms_top_n\":0}", "\"rpn_pre_nms_top_n\": expected a whole number from 1 to 1e+06, found 0"},
        {"{\"rpn_post_nms_top_n\":1e9}", "\"rpn_post_nms_top_n\""},
        {"{\"roi_output_size\":65}", "\"roi_output_size\": expected a whole number from 1 to 64, found 65"},
        {"{\"roi_sampling_ratio\":-2}", "\"roi_sampling_ratio\": expected a whole number from -1 to 32, found -2"},
        {"{\"box_detections_per_img\":-1}", "\"box_detections_per_img\""},
        {"{\"order\":\"RGB\"}", "\"order\": expected \"rgb\" or \"bgr\", found \"RGB\""},
        {"{\"order\":3}", "\"order\": expected \"rgb\" or \"bgr\", found 3"},
        {"{\"family\":\"\"}", "\"family\": expected 1 to 31 letters, digits or \"_-.\", found \"\""},
        {"{\"family\":\"a b\"}", "\"family\""},
        {"{\"backbone\":\"resnet50resnet50resnet50resnet50\"}", "\"backbone\""},
        {"{\"backbone\":50}", "\"backbone\": expected 1 to 31 letters, digits or \"_-.\", found 50"},
        {"{\"return_layers\":[]}", "\"return_layers\": expected a list of 1 to 8 values, found a list"},
        {"{\"return_layers\":[1,2,3,4,5,6,7,8,9]}", "\"return_layers\": expected a list of 1 to 8 values, found 9"},
        {"{\"return_layers\":[2,2]}", "\"return_layers\": expected rising numbers, found 2"},
        {"{\"return_layers\":[-1]}", "\"return_layers\": expected a whole number from 0 to 1000, found -1"},
        {"{\"return_layers\":4}", "\"return_layers\": expected a list of 1 to 8 values, found 4"},
        {"{\"mean\":[0,0,0,0,0]}", "\"mean\": expected a list of 1 to 4 values, found 5"},
        {"{\"mean\":[0,0,2000]}", "\"mean\": expected a number from -1000 to 1000, found 2000"},
        {"{\"std\":[1,1,0]}", "\"std\": expected a number from 1e-06 to 1000, found 0"},
        {"{\"mean\":[0]}", "expected \"mean\" and \"std\" of as many channels, found 1 and 3"},
        {"{\"std\":[1]}", "expected \"mean\" and \"std\" of as many channels, found 3 and 1"},
        {"{\"std\":[1],\"mean\":[0,0]}", "found 2 and 1"},
        {"{\"anchor_sizes\":[32]}", "\"anchor_sizes\": expected a list of 1 to 16 values, found 32"},
        {"{\"anchor_sizes\":[]}", "\"anchor_sizes\": expected a list of 1 to 8 values, found a list"},
        {"{\"anchor_sizes\":[[32],[]]}", "\"anchor_sizes\": expected a list of 1 to 16 values, found a list"},
        {"{\"anchor_sizes\":[[32],[64,128]]}", "expected as many sizes on every level, found 1 and 2"},
        {"{\"anchor_sizes\":[[0]]}", "\"anchor_sizes\": expected a number from 0.001 to 65535, found 0"},
        {"{\"anchor_ratios\":[-1]}", "\"anchor_ratios\": expected a number from 0.001 to 1000, found -1"},
        {"{\"anchor_ratios\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}", "a list of 1 to 16 values, found 17"},
        {"{\"classes\":[]}", "\"classes\": expected a list of 1 to 100000 values, found a list"},
        {"{\"classes\":[\"a\",\"\"]}", "\"classes\": expected names, found an empty name"},
        {"{\"classes\":[\"a\",2]}", "\"classes\": expected names, found 2"},
        {"{\"classes\":[\"a\\nb\"]}", "\"classes\": expected names, found a control character"},
        {"{\"classes\":[\"\xff\"]}", "expected UTF-8, found 0xff"},
        {"{\"classes\":\"a\"}", "\"classes\": expected a list of 1 to 100000 values, found \"a\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f = make_default();
        const frcnn_settings before = f.settings;
        assert_ok(parse(&f, "{\"classes\":[\"kept\"]}"));
        assert_fails(parse(&f, cases[i].json), FRCNN_ERROR_FORMAT, cases[i].message);
        assert_memory_equal(&f.settings, &before, sizeof before);
        assert_int_equal(f.n_classes, 1);
        assert_string_equal(f.classes[0], "kept");
        end(&f);
    }
}

static void test_a_good_field_before_a_bad_one_changes_nothing(void **state)
{
    (void)state;
    fixture f = make_default();
    assert_fails(parse(&f, "{\"min_size\":300,\"classes\":[\"a\"],\"max_size\":0}"), FRCNN_ERROR_FORMAT, "max_size");
    assert_int_equal(f.settings.min_size, 800);
    assert_null(f.classes);
}

static void test_load(void **state)
{
    (void)state;
    fixture f = make_default();
    scratch_write_text("\xef\xbb\xbf{\r\n\"min_size\": 320\r\n}\r\n");
    assert_ok(frcnn_settings_load(&f.settings, &f.classes, &f.n_classes, scratch_path));
    assert_int_equal(f.settings.min_size, 320);
    scratch_write("{}\0", 3);
    assert_fails(frcnn_settings_load(&f.settings, &f.classes, &f.n_classes, scratch_path), FRCNN_ERROR_FORMAT,
                 "a control character");
    scratch_write_text("");
    assert_fails(frcnn_settings_load(&f.settings, &f.classes, &f.n_classes, scratch_path), FRCNN_ERROR_FORMAT,
                 scratch_path);
    assert_fails(frcnn_settings_load(&f.settings, &f.classes, &f.n_classes, "/nowhere/a.json"), FRCNN_ERROR_IO,
                 "/nowhere/a.json");
}

static void test_default_model(void **state)
{
    (void)state;
    fixture f = make_default();
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, FRCNN_SOURCE_DIR "/data/everyday10.safetensors"));
    assert_ok(parse(&f, frcnn_checkpoint_get_metadata(checkpoint, "frcnn")));
    frcnn_checkpoint_close(&checkpoint);
    assert_string_equal(f.settings.backbone, "mobilenet_v2");
    assert_int_equal(f.settings.n_return_layers, 3);
    assert_int_equal(f.settings.return_layers[0], 6);
    assert_int_equal(f.n_classes, 10);
    assert_string_equal(f.classes[9], "sheep");
    assert_float_equal(f.settings.mean[1], 0.5f, 0);
    assert_int_equal(f.settings.min_size, 288);
    assert_int_equal(f.settings.max_size, 512);
    assert_int_equal(f.settings.n_levels, 4);
    assert_int_equal(f.settings.rpn_post_nms_top_n, 200);
    end(&f);
}

static void test_print(void **state)
{
    (void)state;
    fixture f = make_default();
    const frcnn_category categories[] = {{1, "person"}, {7, "a \"b\""}};
    char *json = NULL;
    assert_ok(parse(&f, "{\"return_layers\":[1,2,3,4]}"));
    assert_ok(frcnn_settings_print(&json, &f.settings, categories, 2));
    assert_string_equal(
        json, "{\"family\":\"torchvision\",\"backbone\":\"resnet50\",\"return_layers\":[1,2,3,4],"
              "\"classes\":[\"person\",\"a \\\"b\\\"\"],\"norm_eps\":1e-05,\"stride_in_1x1\":0,\"order\":\"rgb\","
              "\"mean\":[0.485,0.456,0.406],\"std\":[0.229,0.224,0.225],\"min_size\":800,"
              "\"max_size\":1333,\"anchor_sizes\":[[32],[64],[128],[256],[512]],"
              "\"anchor_ratios\":[0.5,1,2],\"rpn_pre_nms_top_n\":1000,\"rpn_post_nms_top_n\":1000,"
              "\"rpn_nms_thresh\":0.7,\"rpn_score_thresh\":0,\"roi_output_size\":7,"
              "\"roi_sampling_ratio\":2,\"box_score_thresh\":0.05,\"box_nms_thresh\":0.5,"
              "\"box_detections_per_img\":100}");
    frcnn_free(json);
}

static void test_print_is_read_back(void **state)
{
    (void)state;
    fixture f = make_default(), g = make_default();
    assert_ok(parse(&f, "{\"family\":\"x\",\"return_layers\":[6,13],\"norm_eps\":0.0010000001,\"order\":\"bgr\","
                        "\"mean\":[0.1,0.3333333,-7,1e-20],\"std\":[0.7,1000,0.000001,3],\"anchor_ratios\":[0.1],"
                        "\"anchor_sizes\":[[32.1,40.3],[65535,0.001]],\"box_nms_thresh\":0.3}"));
    char *json = NULL, *again = NULL;
    assert_ok(frcnn_settings_print(&json, &f.settings, NULL, 0));
    assert_null(strstr(json, "classes"));
    assert_ok(parse(&g, json));
    assert_ok(frcnn_settings_print(&again, &g.settings, NULL, 0));
    assert_string_equal(again, json);
    assert_memory_equal(g.settings.mean, f.settings.mean, sizeof f.settings.mean);
    assert_memory_equal(g.settings.std, f.settings.std, sizeof f.settings.std);
    assert_memory_equal(g.settings.anchor_sizes[1], f.settings.anchor_sizes[1], 2 * sizeof(float));
    assert_memory_equal(&g.settings.norm_eps, &f.settings.norm_eps, sizeof(float));
    frcnn_free(json);
    frcnn_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_an_empty_object_changes_nothing),
        cmocka_unit_test(test_every_field),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_a_good_field_before_a_bad_one_changes_nothing),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_default_model),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_is_read_back),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
