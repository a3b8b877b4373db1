/* The run as a C program calls it; what it writes is looked at from the outside by the tests of the program. */
#include "run/scratch.h"

#include "frcnn/run.h"
#include "tensor/memory.h"

static frcnn_model *model;

static int open_model(void **state)
{
    (void)state;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.min_size = 64;
    options.max_size = 64;
    assert_ok(frcnn_model_open(&model, FRCNN_SOURCE_DIR "/data/everyday10.safetensors", &options));
    return 0;
}

static int close_model(void **state)
{
    (void)state;
    frcnn_model_destroy(&model);
    return 0;
}

static frcnn_inputs *list(const char *argument)
{
    frcnn_inputs *inputs = NULL;
    assert_ok(frcnn_inputs_create(&inputs, &argument, 1, NULL));
    return inputs;
}

static void make_photos(void)
{
    scratch_make_folder("p");
    scratch_write_image("p/1.ppm");
    scratch_write_image("p/2.ppm");
    scratch_write_text("p/3.ppm", "P6\n2 2\n255\nabc");
    scratch_write_image("p/4.ppm");
}

typedef struct heard {
    frcnn_run *run;
    int64_t n, stop_at, n_errors;
    int is_wrong;
} heard;

static void listen(void *context, const frcnn_run_event *event)
{
    heard *self = context;
    self->n++;
    self->n_errors += event->error != NULL;
    self->is_wrong |=
        event->n_done != self->n || event->n_total != 4 || (event->result == NULL) != (event->error != NULL);
    if (self->n == self->stop_at) frcnn_run_stop(self->run);
}

static void test_events_and_summary(void **state)
{
    (void)state;
    make_photos();
    frcnn_inputs *inputs = list("p");
    heard self = {0};
    frcnn_run_options options;
    frcnn_run_options_default(&options);
    options.folder = "out";
    options.listener = listen;
    options.listener_context = &self;
    assert_ok(frcnn_run_create(&self.run, model, NULL, inputs, &options));
    assert_ok(frcnn_run_execute(self.run));
    assert_int_equal(self.n, 4);
    assert_int_equal(self.n_errors, 1);
    assert_false(self.is_wrong);
    const frcnn_run_summary *summary = frcnn_run_get_summary(self.run);
    assert_int_equal(summary->n_done, 4);
    assert_int_equal(summary->n_failed, 1);
    assert_int_equal(summary->n_resumed, 0);
    assert_true(summary->is_whole);
    assert_string_equal(frcnn_run_get_failure(self.run, 0)->name, "3.ppm");
    assert_non_null(strstr(frcnn_run_get_failure(self.run, 0)->error, "p/3.ppm: "));
    frcnn_run_destroy(&self.run);
    assert_null(self.run);
    frcnn_run_destroy(&self.run);
    frcnn_inputs_destroy(&inputs);
}

static void test_stop_and_resume(void **state)
{
    (void)state;
    make_photos();
    frcnn_inputs *inputs = list("p");
    heard self = {.stop_at = 1};
    frcnn_run_options options;
    frcnn_run_options_default(&options);
    options.folder = "out";
    options.listener = listen;
    options.listener_context = &self;
    assert_ok(frcnn_run_create(&self.run, model, NULL, inputs, &options));
    const frcnn_status stopped = frcnn_run_execute(self.run);
    const int64_t n_done = frcnn_run_get_summary(self.run)->n_done;
    /* A fast machine may have detected everything before the first line was written. */
    assert_true(stopped == (n_done < 4 ? FRCNN_ERROR_INTERRUPTED : FRCNN_OK) && n_done >= 1);
    frcnn_run_destroy(&self.run);
    assert_fails(frcnn_run_create(&self.run, model, NULL, inputs, &options), FRCNN_ERROR_EXISTS, "out: expected");
    options.existing = FRCNN_RUN_RESUME;
    self = (heard){.n = n_done};
    assert_ok(frcnn_run_create(&self.run, model, NULL, inputs, &options));
    assert_ok(frcnn_run_execute(self.run));
    assert_int_equal(self.n, 4);
    assert_int_equal(frcnn_run_get_summary(self.run)->n_resumed, n_done);
    assert_int_equal(frcnn_run_get_summary(self.run)->n_failed, 1);
    frcnn_run_destroy(&self.run);
    frcnn_inputs_destroy(&inputs);
}

static void test_stops_at_failure(void **state)
{
    (void)state;
    make_photos();
    frcnn_inputs *inputs = list("p");
    frcnn_run *run = NULL;
    frcnn_run_options options;
    frcnn_run_options_default(&options);
    options.folder = "out";
    options.stops_at_failure = 1;
    assert_ok(frcnn_run_create(&run, model, NULL, inputs, &options));
    assert_fails(frcnn_run_execute(run), FRCNN_ERROR_FORMAT, "p/3.ppm: ");
    assert_int_equal(frcnn_run_get_summary(run)->n_done, 3);
    assert_false(frcnn_run_get_summary(run)->is_whole);
    frcnn_run_destroy(&run);
    frcnn_inputs_destroy(&inputs);
}

static void expect_refused(const frcnn_inputs *inputs, const frcnn_run_options *options, const char *message)
{
    frcnn_run *run = NULL;
    assert_fails(frcnn_run_create(&run, model, NULL, inputs, options), FRCNN_ERROR_INVALID, message);
    assert_null(run);
}

static void test_refuses(void **state)
{
    (void)state;
    make_photos();
    frcnn_inputs *inputs = list("p"), *stream = list("-");
    frcnn_run_options options;
    frcnn_run_options_default(&options);
    options.folder = "out";
    options.struct_size = 1;
    expect_refused(inputs, &options, "struct_size");
    frcnn_run_options_default(&options);
    options.folder = "out";
    options.classes = "unicorn";
    expect_refused(inputs, &options, "found 'unicorn'");
    options.classes = NULL;
    frcnn_annotations *truth = NULL;
    scratch_write_text("truth.json", "{\"images\":[],\"categories\":[]}");
    assert_ok(frcnn_annotations_open(&truth, "truth.json"));
    options.truth = truth;
    expect_refused(stream, &options, "found a stream");
    frcnn_annotations_close(&truth);
    assert_int_equal(access("out", F_OK), -1);
    frcnn_inputs_destroy(&inputs);
    frcnn_inputs_destroy(&stream);
}

/* Whichever allocation fails: the run ends cleanly, or one image fails and the rest is there. */
static void test_out_of_memory(void **state)
{
    (void)state;
    scratch_make_folder("p");
    scratch_write_image("p/1.ppm");
    frcnn_inputs *inputs = list("p");
    enum { N_EXECUTE = 30 };
    int n_create = 0, n_execute = 0;
    for (int nth = 1; nth < n_create + N_EXECUTE; nth++) {
        frcnn_run *run = NULL;
        frcnn_run_options options;
        frcnn_run_options_default(&options);
        options.folder = "out";
        options.existing = FRCNN_RUN_REPLACE;
        frcnn_memory_fail_at(nth);
        frcnn_status status = frcnn_run_create(&run, model, NULL, inputs, &options);
        n_create += status != FRCNN_OK;
        if (status == FRCNN_OK) {
            status = frcnn_run_execute(run);
            n_execute += status != FRCNN_OK || frcnn_run_get_summary(run)->n_failed > 0;
        }
        frcnn_memory_fail_at(0);
        assert_true(status == FRCNN_OK || status == FRCNN_ERROR_NO_MEMORY);
        frcnn_run_destroy(&run);
    }
    assert_true(n_create > 10 && n_execute > 10);
    frcnn_inputs_destroy(&inputs);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_events_and_summary), TEST(test_stop_and_resume), TEST(test_stops_at_failure), TEST(test_refuses),
        TEST(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
