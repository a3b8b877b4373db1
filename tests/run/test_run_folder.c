#include "run/scratch.h"

#include "run/made_model.h"
#include "run/run_folder.h"
#include "run/run_resume.h"
#include "tensor/memory.h"

static void write_journal(const char *path, const char *lines)
{
    const frcnn_settings settings = made_settings();
    char *header = made_header(&settings, NULL);
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    fprintf(stream, "%s%s", header, lines);
    assert_int_equal(fclose(stream), 0);
    frcnn_free(header);
}

static void test_open(void **state)
{
    (void)state;
    int has_run = -1;
    assert_ok(frcnn_run_folder_open("a/b/out", FRCNN_RUN_REFUSE, &has_run));
    assert_int_equal(has_run, 0);
    scratch_write_text("a/b/out/mine.txt", "mine");
    assert_ok(frcnn_run_folder_open("a/b/out/", FRCNN_RUN_REFUSE, &has_run));
    write_journal("a/b/out/detections.jsonl", "");
    assert_fails(frcnn_run_folder_open("a/b/out", FRCNN_RUN_REFUSE, &has_run), FRCNN_ERROR_EXISTS,
                 "a/b/out: expected a folder without a run");
    assert_ok(frcnn_run_folder_open("a/b/out", FRCNN_RUN_RESUME, &has_run));
    assert_int_equal(has_run, 1);
    assert_ok(frcnn_run_folder_open("a/b/out", FRCNN_RUN_REPLACE, &has_run));
    assert_int_equal(has_run, 1);
    scratch_write_text("a/b/out/detections.jsonl", "{\"frc");
    assert_ok(frcnn_run_folder_open("a/b/out", FRCNN_RUN_RESUME, &has_run));
    scratch_write_text("a/b/out/detections.jsonl", "somebody's\n");
    assert_fails(frcnn_run_folder_open("a/b/out", FRCNN_RUN_REPLACE, &has_run), FRCNN_ERROR_EXISTS,
                 "expected the journal of a run");
    scratch_write_text("file", "");
    assert_fails(frcnn_run_folder_open("file", FRCNN_RUN_REFUSE, &has_run), FRCNN_ERROR_IO, "file: expected a folder");
    assert_fails(frcnn_run_folder_open("file/out", FRCNN_RUN_REFUSE, &has_run), FRCNN_ERROR_IO, "file");
    assert_fails(frcnn_run_folder_open("/proc/none", FRCNN_RUN_REFUSE, &has_run), FRCNN_ERROR_IO, "/proc/none: cannot");
}

/* A folder that holds one of our names but no journal is somebody else's, whatever was asked for. */
static void test_foreign_folder(void **state)
{
    (void)state;
    scratch_make_folder("mine");
    scratch_make_folder("mine/images");
    int has_run = -1;
    assert_fails(frcnn_run_folder_open("mine", FRCNN_RUN_REPLACE, &has_run), FRCNN_ERROR_EXISTS, "found images");
    assert_int_equal(rmdir("mine/images"), 0);
    scratch_write_text("mine/coco.json", "{}");
    assert_fails(frcnn_run_folder_open("mine", FRCNN_RUN_REFUSE, &has_run), FRCNN_ERROR_EXISTS, "found coco.json");
}

/* Nothing but what a run wrote goes. */
static void test_clear(void **state)
{
    (void)state;
    scratch_make_folder("out");
    scratch_make_folder("out/images");
    scratch_make_folder("out/images/a");
    scratch_make_folder("out/images/b");
    write_journal("out/detections.jsonl",
                  "{\"image_id\":1,\"file\":\"a/1.jpg\",\"width\":1,\"height\":1,\"detections\":[]}\n"
                  "{\"file\":\"b/2.jpg\",\"error\":\"cut\"}\n"
                  "{\"image_id\":3,\"file\":\"b/3.jpg\",\"width\":1,\"height\":1,\"detections\":[]}\n");
    scratch_write_text("out/images/a/1.jpg.jpg", "");
    scratch_write_text("out/images/b/3.jpg.png", "");
    scratch_write_text("out/images/b/mine.txt", "");
    scratch_write_text("out/coco.json", "");
    scratch_write_text("out/coco_results.json", "");
    scratch_write_text("out/mine.json", "");
    assert_ok(frcnn_run_folder_clear("out"));
    assert_int_equal(access("out/images/a", F_OK), -1);
    assert_int_equal(access("out/images/b/3.jpg.png", F_OK), -1);
    assert_int_equal(access("out/images/b/mine.txt", F_OK), 0);
    assert_int_equal(access("out/coco.json", F_OK), -1);
    assert_int_equal(access("out/coco_results.json", F_OK), -1);
    assert_int_equal(access("out/mine.json", F_OK), 0);
    assert_int_equal(access("out/detections.jsonl", F_OK), 0);
}

static void test_image_path(void **state)
{
    (void)state;
    char *path = NULL, *other = NULL, name[400];
    assert_ok(frcnn_run_folder_image_path(&path, "out", "a/1.jpg", FRCNN_IMAGE_JPEG));
    assert_string_equal(path, "out/images/a/1.jpg.jpg");
    frcnn_free(path);
    assert_ok(frcnn_run_folder_image_path(&path, "out", "1.png", FRCNN_IMAGE_PNG));
    assert_string_equal(path, "out/images/1.png.png");
    frcnn_free(path);
    /* The longest name stays; a longer one is cut to the longest, and differs from its neighbours still. */
    memset(name, 'x', sizeof name);
    name[251] = '\0';
    assert_ok(frcnn_run_folder_image_path(&path, "o", name, FRCNN_IMAGE_JPEG));
    assert_int_equal(strlen(path), strlen("o/images/") + 255);
    assert_null(strchr(path, '~'));
    frcnn_free(path);
    name[251] = 'x';
    name[252] = '\0';
    assert_ok(frcnn_run_folder_image_path(&path, "o", name, FRCNN_IMAGE_JPEG));
    name[251] = 'y';
    assert_ok(frcnn_run_folder_image_path(&other, "o", name, FRCNN_IMAGE_JPEG));
    assert_int_equal(strlen(path), strlen("o/images/") + 255);
    assert_int_equal(strlen(other), strlen("o/images/") + 255);
    assert_string_not_equal(path, other);
    frcnn_free(path);
    frcnn_free(other);
}

static void test_make_parents(void **state)
{
    (void)state;
    assert_ok(frcnn_run_folder_make_parents("a/b/c.jpg"));
    assert_ok(frcnn_run_folder_make_parents("a/b/d.jpg"));
    assert_int_equal(access("a/b", F_OK), 0);
    assert_int_equal(access("a/b/c.jpg", F_OK), -1);
    scratch_write_text("f", "");
    assert_fails(frcnn_run_folder_make_parents("f/a/b.jpg"), FRCNN_ERROR_IO, "f/a: cannot make this folder");
}

typedef struct seen {
    int64_t n;
    char last[64];
} seen;

static frcnn_status see(void *context, int64_t entry_index, const frcnn_journal_entry *entry)
{
    seen *self = context;
    if (entry_index != self->n) return FRCNN_ERROR_INVALID;
    self->n++;
    snprintf(self->last, sizeof self->last, "%s", entry->file);
    return FRCNN_OK;
}

static void test_resume(void **state)
{
    (void)state;
    const frcnn_settings settings = made_settings();
    char *header = made_header(&settings, NULL);
    seen self = {0};
    int64_t whole_bytes = -1;
    write_journal("j", "{\"file\":\"1\",\"error\":\"x\"}\n{\"file\":\"2\",\"error\":\"x\"}\n{\"file\":\"3");
    assert_ok(frcnn_run_resume("j", header, see, &self, &whole_bytes));
    assert_int_equal(self.n, 2);
    assert_string_equal(self.last, "2");
    assert_int_equal(whole_bytes, strlen(header) + 50);
    scratch_write_text("j", "{\"frcnn\":1,\"version\":\"0");
    assert_ok(frcnn_run_resume("j", header, see, &self, &whole_bytes));
    assert_int_equal(whole_bytes, 0);
    write_journal("j", "damaged\n");
    self.n = 0;
    assert_fails(frcnn_run_resume("j", header, see, &self, &whole_bytes), FRCNN_ERROR_FORMAT, "j: line 2");
    assert_fails(frcnn_run_resume("gone", header, see, &self, &whole_bytes), FRCNN_ERROR_IO, "gone");
    frcnn_free(header);
}

static void expect_difference(const frcnn_settings *settings, const char *is_kept, const char *message)
{
    char *header = made_header(settings, is_kept);
    seen self = {0};
    int64_t whole_bytes = -1;
    assert_fails(frcnn_run_resume("j", header, see, &self, &whole_bytes), FRCNN_ERROR_INVALID, message);
    assert_int_equal(whole_bytes, 0);
    frcnn_free(header);
}

/* What differs is named, as it was and as it is. */
static void test_resume_differs(void **state)
{
    (void)state;
    frcnn_settings settings = made_settings();
    write_journal("j", "");
    settings.box_score_thresh = 0.5f;
    expect_difference(&settings, NULL,
                      "j: expected the same settings.box_score_thresh to go on with this run: it was "
                      "0.05, now it is 0.5");
    settings = made_settings();
    settings.mean[1] = 0.5f;
    expect_difference(&settings, NULL,
                      "settings.mean to go on with this run: it was [0.485,0.456,0.406], now it is "
                      "[0.485,0.5,0.406]");
    settings = made_settings();
    settings.roi_sampling_ratio = 0;
    expect_difference(&settings, NULL, "settings.roi_sampling_ratio to go on with this run: it was 2, now it is 0");
    settings = made_settings();
    settings.return_layers[0] = 3;
    expect_difference(&settings, NULL, "settings.return_layers to go on with this run: it was [4], now it is [3]");
    settings = made_settings();
    expect_difference(&settings, (const char[]){1, 0},
                      "settings.classes to go on with this run: it was not there, now "
                      "it is [1]");
    snprintf(settings.family, sizeof settings.family, "other");
    expect_difference(&settings, NULL, "model.family to go on with this run: it was \"torchvision\"");
}

/* A model's file may have another name by now. */
static void test_resume_other_name(void **state)
{
    (void)state;
    const frcnn_settings settings = made_settings();
    frcnn_model_info model = made_model(&settings);
    model.name = "renamed.safetensors";
    const frcnn_journal_run run = {
        .model = &model, .categories = made_categories, .precision = "f32", .range_hi = 65535};
    char *header = NULL;
    assert_ok(frcnn_journal_header_text(&header, &run));
    write_journal("j", "{\"file\":\"1\",\"error\":\"x\"}\n");
    seen self = {0};
    int64_t whole_bytes = -1;
    assert_ok(frcnn_run_resume("j", header, see, &self, &whole_bytes));
    assert_int_equal(self.n, 1);
    frcnn_free(header);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_open),         TEST(test_foreign_folder), TEST(test_clear),          TEST(test_image_path),
        TEST(test_make_parents), TEST(test_resume),         TEST(test_resume_differs), TEST(test_resume_other_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
