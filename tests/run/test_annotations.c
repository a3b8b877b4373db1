#include "run/scratch.h"

#include "frcnn/annotations.h"
#include "run/class_filter.h"
#include "run/image_ids.h"
#include "tensor/memory.h"

static const char truth_text[] =
    "{\"images\":[{\"id\":397133,\"file_name\":\"a/1.jpg\"},{\"id\":5,\"file_name\":\"2.jpg\"},"
    "{\"id\":0,\"file_name\":\"x/3.jpg\"},{\"id\":6,\"file_name\":\"y/3.jpg\"}],"
    "\"annotations\":[],"
    "\"categories\":[{\"id\":18,\"name\":\"dog\"},{\"id\":1,\"name\":\"people\"},"
    "{\"id\":3,\"name\":\"car\"}]}";

static frcnn_annotations *open_truth(void)
{
    frcnn_annotations *truth = NULL;
    scratch_write_text("truth.json", truth_text);
    assert_ok(frcnn_annotations_open(&truth, "truth.json"));
    return truth;
}

static void test_images(void **state)
{
    (void)state;
    frcnn_annotations *truth = open_truth();
    assert_int_equal(frcnn_annotations_get_n_images(truth), 4);
    assert_int_equal(frcnn_annotations_get_n_categories(truth), 3);
    assert_int_equal(frcnn_annotations_get_max_image_id(truth), 397133);
    int64_t id = -1;
    assert_int_equal(frcnn_annotations_find_image(truth, "a/1.jpg", &id), 2);
    assert_int_equal(id, 397133);
    assert_int_equal(frcnn_annotations_find_image(truth, "photos/2.jpg", &id), 1);
    assert_int_equal(id, 5);
    assert_int_equal(frcnn_annotations_find_image(truth, "1.jpg", &id), 1);
    assert_int_equal(id, 397133);
    assert_int_equal(frcnn_annotations_find_image(truth, "x/3.jpg", &id), 2);
    assert_int_equal(id, 0);
    id = -1;
    assert_int_equal(frcnn_annotations_find_image(truth, "3.jpg", &id), 0);
    assert_int_equal(frcnn_annotations_find_image(truth, "4.jpg", &id), 0);
    assert_int_equal(id, -1);
    frcnn_annotations_close(&truth);
    assert_null(truth);
    frcnn_annotations_close(&truth);
}

static void test_categories(void **state)
{
    (void)state;
    frcnn_annotations *truth = open_truth();
    const frcnn_category classes[] = {{3, "dog"}, {1, "person"}, {18, "cat"}, {7, "zebra"}, {9, "car"}};
    frcnn_category matched[5];
    frcnn_category_match how[5];
    frcnn_annotations_match(truth, classes, 5, matched, how);
    const int32_t ids[] = {18, 1, 19, 20, 3};
    const frcnn_category_match expected[] = {FRCNN_MATCHED_BY_NAME, FRCNN_MATCHED_BY_ID, FRCNN_NOT_MATCHED,
                                             FRCNN_NOT_MATCHED, FRCNN_MATCHED_BY_NAME};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(matched[i].id, ids[i]);
        assert_string_equal(matched[i].name, classes[i].name);
        assert_int_equal(how[i], expected[i]);
    }
    assert_string_equal(frcnn_annotations_find_category(truth, 1), "people");
    assert_null(frcnn_annotations_find_category(truth, 2));
    frcnn_annotations_close(&truth);
}

static void test_refuses(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"", "found no JSON"},
        {"{\"images\":[", "found no JSON"},
        {"[]", "found other JSON"},
        {"{\"images\":[]}", "found other JSON"},
        {"{\"images\":[{\"id\":\"1\",\"file_name\":\"a\"}],\"categories\":[]}", "images[0]: expected"},
        {"{\"images\":[{\"id\":1.5,\"file_name\":\"a\"}],\"categories\":[]}", "images[0]: expected"},
        {"{\"images\":[{\"id\":1}],\"categories\":[]}", "images[0]: expected"},
        {"{\"images\":[{\"id\":1,\"file_name\":\"a\"},{\"id\":1,\"file_name\":\"b\"}],\"categories\":[]}",
         "expected each image id once, found 1 twice"},
        {"{\"images\":[{\"id\":1,\"file_name\":\"a\"},{\"id\":2,\"file_name\":\"a\"}],\"categories\":[]}",
         "expected each file_name once, found 'a' twice"},
        {"{\"images\":[],\"categories\":[{\"id\":-1,\"name\":\"a\"}]}", "categories[0]: expected"},
        {"{\"images\":[],\"categories\":[{\"id\":1}]}", "categories[0]: expected"},
        {"{\"images\":[],\"categories\":[{\"id\":1,\"name\":\"a\"},{\"id\":1,\"name\":\"b\"}]}",
         "expected each category id once, found 1 twice"},
    };
    frcnn_annotations *truth = NULL;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        scratch_write_text("t", files[i][0]);
        assert_fails(frcnn_annotations_open(&truth, "t"), FRCNN_ERROR_FORMAT, files[i][1]);
    }
    assert_fails(frcnn_annotations_open(&truth, "gone"), FRCNN_ERROR_IO, "gone: cannot read");
    assert_fails(frcnn_annotations_open(&truth, "."), FRCNN_ERROR_IO, ".: expected a file");
    assert_null(truth);
}

static void test_image_ids(void **state)
{
    (void)state;
    frcnn_annotations *truth = open_truth();
    scratch_make_folder("p");
    scratch_make_folder("p/a");
    scratch_write_image("p/1.jpg");
    scratch_write_image("p/2.jpg");
    scratch_write_image("p/9.jpg");
    scratch_write_image("p/a/1.jpg");
    frcnn_inputs *inputs = NULL;
    const char *argument = "p";
    assert_ok(frcnn_inputs_create(&inputs, &argument, 1, NULL));
    int64_t *ids = NULL, n_unknown = -1;
    assert_ok(frcnn_image_ids_create(&ids, inputs, NULL, &n_unknown));
    assert_int_equal(n_unknown, 0);
    for (int i = 0; i < 4; i++) assert_int_equal(ids[i], i + 1);
    frcnn_free(ids);
    /* 1.jpg would fit, but a/1.jpg fits better. */
    assert_ok(frcnn_image_ids_create(&ids, inputs, truth, &n_unknown));
    assert_int_equal(n_unknown, 2);
    const int64_t expected[] = {397134, 5, 397135, 397133};
    for (int i = 0; i < 4; i++) assert_int_equal(ids[i], expected[i]);
    frcnn_free(ids);
    frcnn_inputs_destroy(&inputs);
    frcnn_annotations_close(&truth);
}

static void test_class_filter(void **state)
{
    (void)state;
    const frcnn_category classes[] = {{1, "person"}, {18, "dog"}, {3, "18"}};
    char is_kept[3];
    assert_ok(frcnn_class_filter_parse("dog", classes, 3, is_kept));
    assert_memory_equal(is_kept, "\0\1\0", 3);
    assert_ok(frcnn_class_filter_parse("1,18", classes, 3, is_kept));
    assert_memory_equal(is_kept, "\1\1\1", 3);
    assert_fails(frcnn_class_filter_parse("dog,do", classes, 3, is_kept), FRCNN_ERROR_INVALID, "found 'do'");
    assert_fails(frcnn_class_filter_parse("", classes, 3, is_kept), FRCNN_ERROR_INVALID, "found ''");
    assert_fails(frcnn_class_filter_parse("dog,", classes, 3, is_kept), FRCNN_ERROR_INVALID, "found ''");
    frcnn_detection detections[] = {
        {.score = 0.9f, .class_index = 1}, {.score = 0.8f}, {.score = 0.7f, .class_index = 1}};
    frcnn_result result = {.count = 3, .detections = detections};
    frcnn_class_filter_apply("\0\1\0", &result);
    assert_int_equal(result.count, 2);
    assert_true(result.detections[0].score == 0.9f && result.detections[1].score == 0.7f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_images), TEST(test_categories), TEST(test_refuses), TEST(test_image_ids), TEST(test_class_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
