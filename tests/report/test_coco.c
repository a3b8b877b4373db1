#include "run/scratch.h"

#include "frcnn/report.h"

static const char header[] =
    "{\"frcnn\":1,\"version\":\"0\",\"model\":{\"name\":\"m\",\"family\":\"f\",\"sha256\":\"0\"},"
    "\"settings\":{},\"categories\":[{\"id\":1,\"name\":\"person\"},{\"id\":18,\"name\":\"d\xc3\xb6g\"}]}\n";

static void write_journal(const char *lines)
{
    FILE *stream = fopen("j", "wb");
    assert_non_null(stream);
    fprintf(stream, "%s%s", header, lines);
    assert_int_equal(fclose(stream), 0);
}

static void test_both_files(void **state)
{
    (void)state;
    write_journal("{\"image_id\":7,\"file\":\"a/1.jpg\",\"width\":640,\"height\":480,\"detections\":["
                  "{\"category_id\":18,\"bbox\":[0.1,0.25,2,0.33333334],\"score\":0.98},"
                  "{\"category_id\":1,\"bbox\":[0,0,1,640],\"score\":0.05}]}\n"
                  "{\"file\":\"bad.jpg\",\"error\":\"cut\"}\n"
                  "{\"image_id\":9,\"file\":\"\xef\xbf\xbd\",\"file_bytes\":\"ff\",\"width\":1,\"height\":2,"
                  "\"detections\":[]}\n");
    assert_ok(frcnn_report_save(".", FRCNN_REPORT_COCO, "j"));
    assert_file_is("coco_results.json",
                   "[\n{\"image_id\":7,\"category_id\":18,\"bbox\":[0.1,0.25,2,0.33333334],\"score\":0.98},\n"
                   "{\"image_id\":7,\"category_id\":1,\"bbox\":[0,0,1,640],\"score\":0.05}\n]\n");
    assert_file_is("coco.json",
                   "{\"images\":[\n{\"id\":7,\"file_name\":\"a/1.jpg\",\"width\":640,\"height\":480},\n"
                   "{\"id\":9,\"file_name\":\"\xef\xbf\xbd\",\"file_name_bytes\":\"ff\",\"width\":1,\"height\":2}\n],\n"
                   "\"annotations\":[\n"
                   "{\"id\":1,\"image_id\":7,\"category_id\":18,\"bbox\":[0.1,0.25,2,0.33333334],\"area\":0.6666667,"
                   "\"iscrowd\":0,\"score\":0.98},\n"
                   "{\"id\":2,\"image_id\":7,\"category_id\":1,\"bbox\":[0,0,1,640],\"area\":640,\"iscrowd\":0,"
                   "\"score\":0.05}\n],\n"
                   "\"categories\":[\n{\"id\":1,\"name\":\"person\"},\n{\"id\":18,\"name\":\"d\xc3\xb6g\"}\n]}\n");
}

static void test_nothing_found(void **state)
{
    (void)state;
    write_journal("");
    assert_ok(frcnn_report_save(".", FRCNN_REPORT_COCO, "j"));
    assert_file_is("coco_results.json", "[]\n");
    assert_file_is("coco.json",
                   "{\"images\":[],\n\"annotations\":[],\n\"categories\":[\n{\"id\":1,\"name\":\"person\"},\n"
                   "{\"id\":18,\"name\":\"d\xc3\xb6g\"}\n]}\n");
}

static void test_none(void **state)
{
    (void)state;
    write_journal("");
    assert_ok(frcnn_report_save(".", FRCNN_REPORT_NONE, "j"));
    assert_int_equal(access("coco.json", F_OK), -1);
}

static void test_fails_whole(void **state)
{
    (void)state;
    write_journal("{\"image_id\":7,\"file\":\"a\",\"width\":640,\"height\":480,\"detections\":[]}\ndamaged\n");
    scratch_write_text("coco_results.json", "before");
    assert_fails(frcnn_report_save(".", FRCNN_REPORT_COCO, "j"), FRCNN_ERROR_FORMAT, "j: line 3");
    assert_file_is("coco_results.json", "before");
    assert_int_equal(access("coco.json", F_OK), -1);
    assert_fails(frcnn_report_save(".", FRCNN_REPORT_COCO, "gone"), FRCNN_ERROR_IO, "gone");
    write_journal("");
    assert_fails(frcnn_report_save("gone", FRCNN_REPORT_COCO, "j"), FRCNN_ERROR_IO, "gone/coco_results.json");
    assert_fails(frcnn_report_save(".", 64, "j"), FRCNN_ERROR_INVALID, "found 64");
}

static void test_formats(void **state)
{
    (void)state;
    unsigned formats = 99;
    assert_ok(frcnn_report_parse_formats(&formats, "coco"));
    assert_int_equal(formats, FRCNN_REPORT_COCO);
    assert_ok(frcnn_report_parse_formats(&formats, "none"));
    assert_int_equal(formats, FRCNN_REPORT_NONE);
    assert_ok(frcnn_report_parse_formats(&formats, "coco,all"));
    assert_int_equal(formats, FRCNN_REPORT_ALL);
    static const char *const bad[] = {"", "voc", "coco,", "COCO"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fails(frcnn_report_parse_formats(&formats, bad[i]), FRCNN_ERROR_INVALID,
                     "expected coco, all or none, found '");
    assert_int_equal(formats, FRCNN_REPORT_ALL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_both_files), TEST(test_nothing_found), TEST(test_none), TEST(test_fails_whole), TEST(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
