#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "run/pipeline.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_DETECTORS = 3 };

/* Steps that count what they are given and fail where a test says so. -1: nowhere. */
typedef struct made_steps {
    int64_t n_inputs, n_next;
    int64_t failing_decode, failing_detect, failing_draw, failing_write, failing_next, stopping_write;
    size_t batch;
    int64_t last_detected[MAX_DETECTORS]; /* by each detector */
    atomic_int n_detect_calls, n_full_batches;
    int64_t n_written;
    atomic_int n_decoded, n_drawn, stop;
    atomic_int n_on_the_way, most_on_the_way;
} made_steps;

static frcnn_status next(void *context, frcnn_item *item, int *has_item)
{
    made_steps *self = context;
    if (self->n_next == self->failing_next) return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "next failed");
    if (self->n_next == self->n_inputs) return FRCNN_OK;
    item->index = self->n_next++;
    item->name = item->path = "made";
    *has_item = 1;
    const int n = atomic_fetch_add(&self->n_on_the_way, 1) + 1;
    if (n > atomic_load(&self->most_on_the_way)) atomic_store(&self->most_on_the_way, n);
    return FRCNN_OK;
}

static void decode(void *context, frcnn_item *item)
{
    made_steps *self = context;
    atomic_fetch_add(&self->n_decoded, 1);
    frcnn_status status = frcnn_image_create(&item->image, 8, 8 + (int)(item->index % 5), NULL);
    if (item->index == self->failing_decode) {
        frcnn_image_destroy(&item->image);
        status = frcnn_fail(FRCNN_ERROR_FORMAT, "decode failed");
    }
    if (status != FRCNN_OK) {
        frcnn_item_fail(item, status);
        return;
    }
    item->height = frcnn_image_get_height(item->image);
    item->width = frcnn_image_get_width(item->image);
}

static void detect(void *context, int detector, frcnn_item *const *items, size_t n)
{
    made_steps *self = context;
    int64_t *last = &self->last_detected[detector];
    atomic_fetch_add(&self->n_detect_calls, 1);
    atomic_fetch_add(&self->n_full_batches, n == self->batch);
    for (size_t i = 0; i < n; i++) {
        /* In order: the draw step looks at this. */
        items[i]->draw_ms = items[i]->index > *last ? 1 : -1;
        *last = items[i]->index;
        if (items[i]->index != self->failing_detect) continue;
        frcnn_item_fail(items[i], frcnn_fail(FRCNN_ERROR_BACKEND, "detect failed"));
    }
}

static frcnn_status draw(void *context, frcnn_item *item)
{
    made_steps *self = context;
    atomic_fetch_add(&self->n_drawn, 1);
    if (item->index == self->failing_draw) return frcnn_fail(FRCNN_ERROR_IO, "draw failed");
    return item->draw_ms > 0 ? FRCNN_OK : frcnn_fail(FRCNN_ERROR_INVALID, "detected out of order");
}

static frcnn_status write_item(void *context, frcnn_item *item)
{
    made_steps *self = context;
    atomic_fetch_sub(&self->n_on_the_way, 1);
    if (item->index == self->failing_write) return frcnn_fail(FRCNN_ERROR_IO, "write failed");
    if (item->index != self->n_written) return frcnn_fail(FRCNN_ERROR_INVALID, "written out of order");
    self->n_written++;
    if (item->index == self->stopping_write) atomic_store(&self->stop, 1);
    const int should_fail = item->index == self->failing_decode || item->index == self->failing_detect;
    if ((item->status != FRCNN_OK) != should_fail || item->image != NULL)
        return frcnn_fail(FRCNN_ERROR_INVALID, "an item in a wrong state");
    return FRCNN_OK;
}

static const frcnn_pipeline_steps steps = {next, decode, detect, draw, write_item};

static made_steps make_steps(int64_t n_inputs)
{
    made_steps made = {.n_inputs = n_inputs, .last_detected = {-1, -1, -1}};
    made.failing_decode = made.failing_detect = made.failing_draw = made.failing_write = -1;
    made.failing_next = made.stopping_write = -1;
    return made;
}

static frcnn_status run(made_steps *made, int n_threads, int n_detectors, size_t batch, size_t max_bytes)
{
    const frcnn_pipeline_options options = {.n_threads = n_threads,
                                            .n_detectors = n_detectors,
                                            .batch = batch,
                                            .max_bytes = max_bytes,
                                            .stop = &made->stop};
    made->batch = batch;
    return frcnn_pipeline_run(&steps, made, &options);
}

static void check_order(int n_threads, int n_detectors)
{
    for (size_t batch = 1; batch <= 7; batch += 3) {
        for (int64_t n = 0; n <= 100; n = 3 * n + 1) {
            made_steps made = make_steps(n);
            made.failing_decode = n / 2;
            made.failing_detect = n / 3;
            assert_ok(run(&made, n_threads, n_detectors, batch, 1 << 20));
            assert_int_equal(made.n_written, n);
            assert_int_equal(made.n_decoded, n);
            assert_true(made.most_on_the_way <= (n_detectors + 1) * (int)batch + 2 * n_threads);
        }
    }
}

static void test_order(void **state)
{
    (void)state;
    for (int n_threads = 1; n_threads <= 4; n_threads++)
        for (int n_detectors = 1; n_detectors <= MAX_DETECTORS; n_detectors++) check_order(n_threads, n_detectors);
}

/* Neighbours go together whatever the threads do, so that a batch is full as long as there are enough. */
static void test_batches_are_full(void **state)
{
    (void)state;
    made_steps made = make_steps(43);
    assert_ok(run(&made, 2, 1, 4, 1 << 20));
    assert_int_equal(made.n_detect_calls, 11);
    assert_int_equal(made.n_full_batches, 10);
}

/* Images that hold more than the bound pass one by one. */
static void test_bytes_are_bounded(void **state)
{
    (void)state;
    made_steps made = make_steps(20);
    assert_ok(run(&made, 1, 1, 8, 1));
    assert_int_equal(made.n_written, 20);
    assert_true(made.most_on_the_way <= 3);
}

static void test_all_fail_to_decode(void **state)
{
    (void)state;
    for (int64_t n = 1; n < 4; n++) {
        made_steps made = make_steps(1);
        made.failing_decode = 0;
        assert_ok(run(&made, 2, 2, (size_t)n, 1 << 20));
        assert_int_equal(made.n_written, 1);
        assert_int_equal(made.n_detect_calls, 0);
    }
}

static void test_a_step_fails(void **state)
{
    (void)state;
    for (int n_threads = 1; n_threads <= 3; n_threads++) {
        made_steps made = make_steps(50);
        made.failing_next = 20;
        assert_fails(run(&made, n_threads, n_threads, 2, 1 << 20), FRCNN_ERROR_NO_MEMORY, "next failed");
        assert_true(made.n_written <= 20);
        made = make_steps(50);
        made.failing_draw = 20;
        assert_fails(run(&made, n_threads, n_threads, 2, 1 << 20), FRCNN_ERROR_IO, "draw failed");
        assert_true(made.n_written <= 20);
        made = make_steps(50);
        made.failing_write = 20;
        assert_fails(run(&made, n_threads, n_threads, 2, 1 << 20), FRCNN_ERROR_IO, "write failed");
        assert_int_equal(made.n_written, 20);
    }
}

/* Behind a stop nothing new begins; what is detected is written still, in order and without a gap. */
static void test_stop(void **state)
{
    (void)state;
    for (int n_threads = 1; n_threads <= 3; n_threads++) {
        made_steps made = make_steps(1000);
        made.stopping_write = 20;
        assert_ok(run(&made, n_threads, n_threads, 2, 1 << 20));
        assert_true(made.n_written > 20 && made.n_written < 100);
        int64_t last = -1;
        for (int i = 0; i < MAX_DETECTORS; i++)
            if (made.last_detected[i] > last) last = made.last_detected[i];
        assert_int_equal(made.n_written, last + 1);
        made = make_steps(10);
        made.stop = 1;
        assert_ok(run(&made, n_threads, n_threads, 2, 1 << 20));
        assert_int_equal(made.n_written, 0);
    }
}

static void test_out_of_memory(void **state)
{
    (void)state;
    made_steps made = make_steps(3);
    /* The slots, then the threads; further allocations belong to single items. */
    for (int64_t nth = 1; nth <= 2; nth++) {
        frcnn_memory_fail_at(nth);
        assert_int_equal(run(&made, 2, 2, 2, 1 << 20), FRCNN_ERROR_NO_MEMORY);
        frcnn_memory_fail_at(0);
        assert_int_equal(made.n_written, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_batches_are_full),
        cmocka_unit_test(test_bytes_are_bounded),
        cmocka_unit_test(test_all_fail_to_decode),
        cmocka_unit_test(test_a_step_fails),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
