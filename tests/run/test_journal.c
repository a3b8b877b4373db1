#include "run/scratch.h"

#include <cjson/cJSON.h>

#include "frcnn/version.h"
#include "run/journal_file.h"
#include "run/journal_reader.h"
#include "run/journal_text.h"
#include "run/made_model.h"
#include "tensor/memory.h"

static const char settings_text[] =
    "{\"backbone\":\"resnet50\",\"return_layers\":[4],\"norm_eps\":1e-05,\"order\":\"rgb\",\"mean\":[0.485,0.456,0.406]"
    ","
    "\"std\":[0.229,0.224,0.225],\"min_size\":800,\"max_size\":1333,\"anchor_sizes\":[[32],[64,128]],"
    "\"anchor_ratios\":[0.5,1,2],\"rpn_pre_nms_top_n\":1000,\"rpn_post_nms_top_n\":1000,\"rpn_nms_thresh\":0.7,"
    "\"rpn_score_thresh\":0,\"roi_sampling_ratio\":2,\"box_score_thresh\":0.05,\"box_nms_thresh\":0.5,\"box_detections_"
    "per_img\":100,"
    "\"precision\":\"f32\",\"exif\":true,\"range\":[0,65535]";

static void test_header(void **state)
{
    (void)state;
    const frcnn_settings settings = made_settings();
    char expected[2048], sha256[65];
    memset(sha256, 'a', 64);
    sha256[64] = '\0';
    const char is_kept[] = {0, 1};
    for (int has_classes = 0; has_classes < 2; has_classes++) {
        char *line = made_header(&settings, has_classes ? is_kept : NULL);
        snprintf(expected, sizeof expected,
                 "{\"frcnn\":1,\"version\":\"%s\",\"model\":{\"name\":\"m.safetensors\",\"family\":\"torchvision\","
                 "\"sha256\":\"%s\"},\"settings\":%s%s},\"categories\":[{\"id\":1,\"name\":\"person\"},"
                 "{\"id\":18,\"name\":\"dog\"}]}\n",
                 frcnn_get_version(), sha256, settings_text, has_classes ? ",\"classes\":[18]" : "");
        assert_string_equal(line, expected);
        frcnn_free(line);
    }
}

/* In the format of the contract, and every float as short as it reads back. */
static void test_result(void **state)
{
    (void)state;
    frcnn_detection detections[] = {{0.1f, 0.25f, 100.5f, 200, 0.98f, 1}, {0, 0, 1.0f / 3.0f, 640, 0.05f, 0}};
    const frcnn_result result = {.count = 2, .detections = detections};
    char *line = NULL;
    assert_ok(frcnn_journal_result_text(&line, 7, "a/1.jpg", 640, 480, &result, made_categories));
    assert_string_equal(line, "{\"image_id\":7,\"file\":\"a/1.jpg\",\"width\":640,\"height\":480,\"detections\":["
                              "{\"category_id\":18,\"bbox\":[0.1,0.25,100.4,199.75],\"score\":0.98},"
                              "{\"category_id\":1,\"bbox\":[0,0,0.33333334,640],\"score\":0.05}]}\n");
    frcnn_free(line);
    const frcnn_result nothing = {0};
    assert_ok(frcnn_journal_result_text(&line, 8, "2.jpg", 1, 2, &nothing, made_categories));
    assert_string_equal(line, "{\"image_id\":8,\"file\":\"2.jpg\",\"width\":1,\"height\":2,\"detections\":[]}\n");
    frcnn_free(line);
}

static void test_error(void **state)
{
    (void)state;
    char *line = NULL;
    assert_ok(frcnn_journal_error_text(&line, "a\nb.jpg", "p/a\\x0ab.jpg: \"cut\" short"));
    assert_string_equal(line, "{\"file\":\"a\\nb.jpg\",\"error\":\"p/a\\\\x0ab.jpg: \\\"cut\\\" short\"}\n");
    frcnn_free(line);
}

static void test_path_that_is_no_utf8(void **state)
{
    (void)state;
    char *line = NULL;
    assert_ok(frcnn_journal_error_text(&line, "\xc3\xa9\xff/\xfe.jpg", "no \xff"));
    assert_string_equal(line, "{\"file\":\"\xc3\xa9\xef\xbf\xbd/\xef\xbf\xbd.jpg\","
                              "\"file_bytes\":\"c3a9ff2ffe2e6a7067\",\"error\":\"no \xef\xbf\xbd\"}\n");
    frcnn_free(line);
}

static void write_journal(const char *lines)
{
    const frcnn_settings settings = made_settings();
    char *header = made_header(&settings, NULL);
    FILE *stream = fopen("j", "wb");
    assert_non_null(stream);
    fputs(header, stream);
    fputs(lines, stream);
    assert_int_equal(fclose(stream), 0);
    frcnn_free(header);
}

static void test_read(void **state)
{
    (void)state;
    write_journal("{\"image_id\":7,\"file\":\"a/1.jpg\",\"width\":640,\"height\":480,\"detections\":["
                  "{\"category_id\":18,\"bbox\":[0.1,0.25,100.4,199.75],\"score\":0.98},"
                  "{\"category_id\":1,\"bbox\":[0,0,0.33333334,640],\"score\":0.05}]}\n"
                  "{\"file\":\"\xef\xbf\xbd.jpg\",\"file_bytes\":\"ff2e6a7067\",\"error\":\"cut\"}\n"
                  "{\"image_id\":9,\"file\":\"3.jpg\",\"width\":1,\"height\":2,\"detections\":[]}\n"
                  "{\"image_id\":10,\"file\":\"torn.jpg\",\"wid");
    frcnn_journal *journal = NULL;
    assert_ok(frcnn_journal_open(&journal, "j"));
    const frcnn_journal_header *header = frcnn_journal_get_header(journal);
    assert_string_equal(header->version, frcnn_get_version());
    assert_string_equal(header->model_name, "m.safetensors");
    assert_string_equal(header->model_family, "torchvision");
    assert_int_equal(strlen(header->model_sha256), 64);
    assert_int_equal(header->n_categories, 2);
    assert_int_equal(header->categories[1].id, 18);
    assert_string_equal(header->categories[1].name, "dog");
    const frcnn_journal_entry *entry = NULL;
    assert_ok(frcnn_journal_read(journal, &entry));
    assert_int_equal(entry->image_id, 7);
    assert_string_equal(entry->file, "a/1.jpg");
    assert_null(entry->error);
    assert_int_equal(entry->width, 640);
    assert_int_equal(entry->height, 480);
    assert_int_equal(entry->n_detections, 2);
    assert_int_equal(entry->detections[0].category_id, 18);
    assert_true(entry->detections[0].x == 0.1f && entry->detections[0].height == 199.75f);
    assert_true(entry->detections[1].width == 1.0f / 3.0f && entry->detections[1].score == 0.05f);
    assert_ok(frcnn_journal_read(journal, &entry));
    assert_string_equal(entry->file, "\xff.jpg");
    assert_string_equal(entry->error, "cut");
    assert_int_equal(entry->n_detections, 0);
    assert_ok(frcnn_journal_read(journal, &entry));
    assert_int_equal(entry->n_detections, 0);
    assert_ok(frcnn_journal_read(journal, &entry));
    assert_null(entry);
    char *text = scratch_read("j");
    assert_int_equal(frcnn_journal_get_read_bytes(journal), strstr(text, "{\"image_id\":10") - text);
    free(text);
    frcnn_journal_close(&journal);
    assert_null(journal);
    frcnn_journal_close(&journal);
}

static void test_read_refuses(void **state)
{
    (void)state;
    static const char *const headers[][2] = {
        {"", "found no header line"},
        {"{\"frcnn\":1", "found no header line"},
        {"[]\n", "line 1: expected a JSON object"},
        {"{\"images\":[]}\n", "found no header line"},
        {"{\"frcnn\":2}\n", "found format 2"},
        {"{\"frcnn\":1}\n", "expected the version"},
        {"{\"frcnn\":1,\"version\":\"1\",\"model\":{\"name\":\"a\",\"family\":\"b\",\"sha256\":\"c\"}}\n",
         "expected an array of categories"},
        {"{\"frcnn\":1,\"version\":\"1\",\"model\":{\"name\":\"a\",\"family\":\"b\",\"sha256\":\"c\"},"
         "\"categories\":[{\"id\":1.5,\"name\":\"x\"}]}\n",
         "categories with an id and a name"},
    };
    frcnn_journal *journal = NULL;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        scratch_write_text("j", headers[i][0]);
        assert_fails(frcnn_journal_open(&journal, "j"), FRCNN_ERROR_FORMAT, headers[i][1]);
    }
    assert_fails(frcnn_journal_open(&journal, "gone"), FRCNN_ERROR_IO, "gone: cannot read");
    assert_fails(frcnn_journal_open(&journal, "."), FRCNN_ERROR_IO, ".: cannot read");
    assert_null(journal);
    static const char *const lines[] = {
        "nothing\n",
        "{\"error\":\"no file\"}\n",
        "{\"file\":\"a\"}\n",
        "{\"file\":\"a\",\"image_id\":1,\"width\":0,\"height\":1,\"detections\":[]}\n",
        "{\"file\":\"a\",\"image_id\":1.5,\"width\":1,\"height\":1,\"detections\":[]}\n",
        "{\"file\":\"a\",\"image_id\":1,\"width\":1,\"height\":1,\"detections\":[{}]}\n",
        "{\"file\":\"a\",\"image_id\":1,\"width\":1,\"height\":1,\"detections\":[{\"category_id\":1,\"score\":1,"
        "\"bbox\":[1,2,3]}]}\n",
        "{\"file\":\"a\",\"image_id\":1,\"width\":1,\"height\":1,\"detections\":[{\"category_id\":1,\"score\":1,"
        "\"bbox\":[1,2,3,\"4\"]}]}\n",
        "{\"file\":\"a\",\"image_id\":1,\"width\":1,\"height\":1,\"detections\":[{\"category_id\":1,\"score\":1,"
        "\"bbox\":[1,2,3,1e999]}]}\n",
        "{\"file\":\"a\",\"file_bytes\":\"6\",\"error\":\"x\"}\n",
        "{\"file\":\"a\",\"file_bytes\":\"0061\",\"error\":\"x\"}\n",
        "{\"file\":\"a\",\"file_bytes\":\"6G\",\"error\":\"x\"}\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        write_journal(lines[i]);
        const frcnn_journal_entry *entry = NULL;
        assert_ok(frcnn_journal_open(&journal, "j"));
        assert_fails(frcnn_journal_read(journal, &entry), FRCNN_ERROR_FORMAT, "j: line 2: expected");
        assert_null(entry);
        frcnn_journal_close(&journal);
    }
}

static void test_file(void **state)
{
    (void)state;
    frcnn_journal_file *file = NULL, *second = NULL;
    assert_ok(frcnn_journal_file_open(&file, "j"));
    assert_fails(frcnn_journal_file_open(&second, "j"), FRCNN_ERROR_EXISTS, "another process");
    assert_ok(frcnn_journal_file_append(file, "one\n"));
    assert_file_is("j", "one\n");
    assert_ok(frcnn_journal_file_append(file, "two\n"));
    frcnn_journal_file_close(&file);
    assert_file_is("j", "one\ntwo\n");
    assert_ok(frcnn_journal_file_open(&file, "j"));
    assert_ok(frcnn_journal_file_cut(file, 4));
    assert_ok(frcnn_journal_file_append(file, "three\n"));
    frcnn_journal_file_close(&file);
    assert_file_is("j", "one\nthree\n");
    assert_fails(frcnn_journal_file_open(&file, "no/j"), FRCNN_ERROR_IO, "no/j: cannot write");
    assert_null(file);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_ok(frcnn_journal_file_attach(&file, ends[1]));
    assert_ok(frcnn_journal_file_append(file, "piped\n"));
    frcnn_journal_file_close(&file);
    char text[16] = "";
    assert_int_equal(read(ends[0], text, sizeof text), 6);
    assert_string_equal(text, "piped\n");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_header), TEST(test_result),       TEST(test_error), TEST(test_path_that_is_no_utf8),
        TEST(test_read),   TEST(test_read_refuses), TEST(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
