/* Every allocation of what a run reads and writes fails once: a clean status, no leak (under LeakSanitizer), and the
   same call succeeds afterwards. What cJSON allocates is its own. */
#include "run/scratch.h"

#include "frcnn/report.h"
#include "run/image_ids.h"
#include "run/made_model.h"
#include "run/pnm_stream.h"
#include "run/run_folder.h"
#include "run/run_resume.h"
#include "tensor/memory.h"

/* Fails the 1st, 2nd … allocation of a call until it succeeds; returns how many that took. */
static int fail_each(frcnn_status (*call)(void))
{
    for (int nth = 1;; nth++) {
        frcnn_memory_fail_at(nth);
        const frcnn_status status = call();
        frcnn_memory_fail_at(0);
        if (status == FRCNN_OK) return nth - 1;
        assert_int_equal(status, FRCNN_ERROR_NO_MEMORY);
        assert_true(nth < 1000);
    }
}

static frcnn_status call_inputs(void)
{
    static const char *const arguments[] = {"p", "q", "p/*/1.jpg", "@list"};
    frcnn_inputs *inputs = NULL;
    const frcnn_status status = frcnn_inputs_create(&inputs, arguments, 4, NULL);
    assert_true((inputs != NULL) == (status == FRCNN_OK));
    frcnn_inputs_destroy(&inputs);
    return status;
}

static void make_inputs(void)
{
    scratch_make_folder("p");
    scratch_make_folder("p/a");
    scratch_make_folder("q");
    scratch_write_image("p/a/1.jpg");
    scratch_write_image("p/2.jpg");
    scratch_write_image("q/2.jpg");
    scratch_write_text("list", "q/2.jpg\nq/3.jpg\n");
}

static void test_inputs(void **state)
{
    (void)state;
    make_inputs();
    assert_true(fail_each(call_inputs) > 10);
}

static frcnn_status call_journal(void)
{
    frcnn_journal *journal = NULL;
    frcnn_status status = frcnn_journal_open(&journal, "out/detections.jsonl");
    const frcnn_journal_entry *entry = NULL;
    while (status == FRCNN_OK && (status = frcnn_journal_read(journal, &entry)) == FRCNN_OK && entry != NULL) continue;
    frcnn_journal_close(&journal);
    return status;
}

static frcnn_status call_report(void)
{
    return frcnn_report_save("out", FRCNN_REPORT_COCO, "out/detections.jsonl");
}

static frcnn_status call_clear(void)
{
    return frcnn_run_folder_clear("out");
}

static frcnn_status visit(void *context, int64_t entry_index, const frcnn_journal_entry *entry)
{
    (void)context, (void)entry_index, (void)entry;
    return FRCNN_OK;
}

static frcnn_status call_resume(void)
{
    const frcnn_settings settings = made_settings();
    const frcnn_model_info model = made_model(&settings);
    const frcnn_journal_run run = {
        .model = &model, .categories = made_categories, .precision = "f32", .range_hi = 65535};
    char *header = NULL;
    int64_t whole_bytes = 0;
    int has_run = 0;
    frcnn_status status = frcnn_journal_header_text(&header, &run);
    if (status == FRCNN_OK) status = frcnn_run_folder_open("out", FRCNN_RUN_RESUME, &has_run);
    if (status == FRCNN_OK) status = frcnn_run_resume("out/detections.jsonl", header, visit, NULL, &whole_bytes);
    frcnn_free(header);
    return status;
}

static void test_journal(void **state)
{
    (void)state;
    const frcnn_settings settings = made_settings();
    char *header = made_header(&settings, NULL);
    scratch_make_folder("out");
    FILE *stream = fopen("out/detections.jsonl", "wb");
    assert_non_null(stream);
    fprintf(stream,
            "%s{\"image_id\":1,\"file\":\"\xef\xbf\xbd\",\"file_bytes\":\"ff\",\"width\":1,\"height\":1,\"detections\":"
            "[{\"category_id\":1,\"bbox\":[1,2,3,4],\"score\":1}]}\n",
            header);
    assert_int_equal(fclose(stream), 0);
    frcnn_free(header);
    assert_true(fail_each(call_journal) > 4);
    assert_true(fail_each(call_report) > 10);
    assert_true(fail_each(call_resume) > 5);
    assert_true(fail_each(call_clear) > 5);
}

static frcnn_status call_annotations(void)
{
    static const char *const arguments[] = {"p"};
    frcnn_annotations *truth = NULL;
    frcnn_inputs *inputs = NULL;
    int64_t *ids = NULL, n_unknown = 0;
    frcnn_status status = frcnn_annotations_open(&truth, "truth.json");
    if (status == FRCNN_OK) status = frcnn_inputs_create(&inputs, arguments, 1, NULL);
    if (status == FRCNN_OK) status = frcnn_image_ids_create(&ids, inputs, truth, &n_unknown);
    frcnn_free(ids);
    frcnn_inputs_destroy(&inputs);
    frcnn_annotations_close(&truth);
    return status;
}

static void test_annotations(void **state)
{
    (void)state;
    make_inputs();
    scratch_write_text("truth.json", "{\"images\":[{\"id\":5,\"file_name\":\"2.jpg\"}],"
                                     "\"categories\":[{\"id\":1,\"name\":\"person\"}]}");
    assert_true(fail_each(call_annotations) > 8);
}

static frcnn_status call_stream(void)
{
    const int descriptor = open("p/2.jpg", O_RDONLY);
    frcnn_pnm_stream *stream = NULL;
    void *bytes = NULL;
    size_t n_bytes = 0;
    frcnn_status status = frcnn_pnm_stream_create(&stream, descriptor, -1, 100);
    if (status == FRCNN_OK) status = frcnn_pnm_stream_read(stream, "1", &bytes, &n_bytes);
    frcnn_free(bytes);
    frcnn_pnm_stream_destroy(&stream);
    close(descriptor);
    return status;
}

static void test_stream(void **state)
{
    (void)state;
    make_inputs();
    assert_int_equal(fail_each(call_stream), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_inputs),
        TEST(test_journal),
        TEST(test_annotations),
        TEST(test_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
