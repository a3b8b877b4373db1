#include "run/pipeline.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

typedef enum slot_state {
    SLOT_DECODING, /* a thread reads and decodes */
    SLOT_DECODED,
    SLOT_DETECTING,
    SLOT_DETECTED,
    SLOT_DRAWING,
    SLOT_DONE /* to be written */
} slot_state;

typedef struct slot {
    slot_state state;
    frcnn_item item;
} slot;

/* A ring of slots. Items n_written … n_taken - 1 are on their way, item i in slot i % n_slots. Whoever put a slot into
   a state that ends in -ing owns its item; everything else is guarded by the mutex. Beside a GPU many threads wait
   for something to decode or draw, so these are woken one by one. */
typedef struct pipeline {
    const frcnn_pipeline_steps *steps;
    void *context;
    const frcnn_pipeline_options *options;
    slot *slots;
    int64_t n_slots;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* for detectors and the writer, which are few */
    pthread_cond_t work;    /* for one more of the threads that decode and draw: there is an image to draw, or room */
    int64_t n_taken, n_claimed, n_written; /* claimed: a detector has them, or has had them */
    int n_detectors;                       /* started */
    size_t held_bytes;
    int is_taking; /* a thread waits for the next input */
    int is_exhausted;
    int is_over; /* threads end as soon as they can */
    frcnn_status status;
    char error[FRCNN_ITEM_ERROR_BYTES];
} pipeline;

void frcnn_item_fail(frcnn_item *item, frcnn_status status)
{
    item->status = status;
    snprintf(item->error, sizeof item->error, "%s", frcnn_error_message());
}

static slot *get_slot(const pipeline *self, int64_t index)
{
    return &self->slots[index % self->n_slots];
}

static int is_stopping(const pipeline *self)
{
    return self->is_over || atomic_load(self->options->stop) != 0;
}

static int can_take(const pipeline *self)
{
    return !self->is_exhausted && !is_stopping(self) && self->n_taken - self->n_written < self->n_slots &&
           self->held_bytes < self->options->max_bytes;
}

static size_t get_image_bytes(const frcnn_item *item)
{
    return item->image == NULL ? 0 : (size_t)item->height * (size_t)item->width * 3;
}

/* Ends the pipeline with this thread's message; the first failure stays. Called with the mutex. */
static void fail(pipeline *self, frcnn_status status)
{
    if (self->status == FRCNN_OK) {
        self->status = status;
        snprintf(self->error, sizeof self->error, "%s", frcnn_error_message());
    }
    self->is_over = 1;
}

/* Takes the next input and decodes it. Called with the mutex, which is free while it works. */
static void take(pipeline *self)
{
    slot *one = get_slot(self, self->n_taken);
    frcnn_item *item = &one->item;
    const frcnn_result reused = item->result;
    *item = (frcnn_item){.result = reused};
    item->result.count = 0;
    int has_item = 0;
    self->is_taking = 1;
    pthread_mutex_unlock(&self->mutex);
    const frcnn_status status = self->steps->next(self->context, item, &has_item);
    pthread_mutex_lock(&self->mutex);
    self->is_taking = 0;
    if (status != FRCNN_OK) fail(self, status);
    if (status != FRCNN_OK || !has_item) {
        self->is_exhausted = 1;
        return;
    }
    one->state = SLOT_DECODING;
    self->n_taken++;
    pthread_cond_signal(&self->work);
    pthread_mutex_unlock(&self->mutex);
    if (item->status == FRCNN_OK) self->steps->decode(self->context, item);
    frcnn_free(item->bytes);
    item->bytes = NULL;
    pthread_mutex_lock(&self->mutex);
    self->held_bytes += get_image_bytes(item);
    one->state = item->status == FRCNN_OK ? SLOT_DECODED : SLOT_DONE;
}

/* Draws a detected item. Called with the mutex, which is free while it works. */
static void draw(pipeline *self, slot *one)
{
    one->state = SLOT_DRAWING;
    pthread_mutex_unlock(&self->mutex);
    const size_t image_bytes = get_image_bytes(&one->item);
    const frcnn_status status = self->steps->draw(self->context, &one->item);
    frcnn_image_destroy(&one->item.image);
    pthread_mutex_lock(&self->mutex);
    self->held_bytes -= image_bytes;
    one->state = SLOT_DONE;
    if (status != FRCNN_OK) fail(self, status);
}

static slot *find_detected(const pipeline *self)
{
    for (int64_t i = self->n_written; i < self->n_claimed; i++)
        if (get_slot(self, i)->state == SLOT_DETECTED) return get_slot(self, i);
    return NULL;
}

static void *run_worker(void *argument)
{
    pipeline *self = argument;
    pthread_mutex_lock(&self->mutex);
    while (!self->is_over) {
        /* Drawing comes first: it frees an image, taking one holds another. */
        slot *detected = find_detected(self);
        if (detected != NULL) {
            draw(self, detected);
        } else if (!self->is_taking && can_take(self)) {
            take(self);
        } else {
            pthread_cond_wait(&self->work, &self->mutex);
            continue;
        }
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->mutex);
    return NULL;
}

/* A detector's own: what it works on. */
typedef struct group {
    slot **slots;
    frcnn_item **items;
    size_t n;
} group;

/* Gathers the items to detect next, neighbours but for failed ones; none while it pays to wait for more. They lie before
   *end. */
static void gather(const pipeline *self, group *next, int64_t *end)
{
    int64_t i = self->n_claimed;
    next->n = 0;
    for (; i < self->n_taken && next->n < self->options->batch; i++) {
        slot *one = get_slot(self, i);
        if (one->state == SLOT_DECODING) {
            next->n = 0;
            return;
        }
        if (one->state != SLOT_DECODED) continue;
        next->slots[next->n] = one;
        next->items[next->n++] = &one->item;
    }
    *end = i;
    /* Items in front that are still to be written make room for more. */
    const int has_room = can_take(self) || self->n_written < self->n_claimed;
    const int can_grow = next->n < self->options->batch && (self->is_taking || (has_room && !self->is_exhausted));
    if (can_grow) next->n = 0;
}

static void mark_detected(pipeline *self, const group *done)
{
    for (size_t i = 0; i < done->n; i++) {
        slot *one = done->slots[i];
        pthread_cond_signal(&self->work);
        if (one->item.status == FRCNN_OK) {
            one->state = SLOT_DETECTED;
        } else {
            self->held_bytes -= get_image_bytes(&one->item);
            frcnn_image_destroy(&one->item.image);
            one->state = SLOT_DONE;
        }
    }
}

/* Called with the mutex, which is free while the detector works. */
static void detect_groups(pipeline *self, int detector, group *next)
{
    while (!is_stopping(self)) {
        int64_t end = self->n_claimed;
        gather(self, next, &end);
        if (next->n == 0) {
            pthread_cond_wait(&self->changed, &self->mutex);
            continue;
        }
        for (size_t i = 0; i < next->n; i++) next->slots[i]->state = SLOT_DETECTING;
        self->n_claimed = end;
        pthread_mutex_unlock(&self->mutex);
        self->steps->detect(self->context, detector, next->items, next->n);
        pthread_mutex_lock(&self->mutex);
        mark_detected(self, next);
        pthread_cond_broadcast(&self->changed);
    }
}

static void *run_detector(void *argument)
{
    pipeline *self = argument;
    void *slots = NULL, *items = NULL;
    frcnn_status status = frcnn_alloc(&slots, self->options->batch, sizeof(slot *), "batch");
    if (status == FRCNN_OK) status = frcnn_alloc(&items, self->options->batch, sizeof(frcnn_item *), "batch");
    group next = {slots, items, 0};
    pthread_mutex_lock(&self->mutex);
    const int detector = self->n_detectors++;
    if (status != FRCNN_OK) fail(self, status);
    detect_groups(self, detector, &next);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    frcnn_free(slots);
    frcnn_free(items);
    return NULL;
}

/* 1 where the next item to write will not come: there is none, or it waits for a detector that has stopped. */
static int is_finished(const pipeline *self)
{
    if (self->is_over) return 1;
    if (self->n_written == self->n_taken) return self->is_exhausted || (is_stopping(self) && !self->is_taking);
    const slot_state state = get_slot(self, self->n_written)->state;
    return is_stopping(self) && (state == SLOT_DECODING || state == SLOT_DECODED);
}

/* Writes items in order until the end. Called with the mutex. */
static void write_items(pipeline *self)
{
    while (!is_finished(self)) {
        slot *one = get_slot(self, self->n_written);
        if (self->n_written == self->n_taken || one->state != SLOT_DONE) {
            pthread_cond_wait(&self->changed, &self->mutex);
            continue;
        }
        pthread_mutex_unlock(&self->mutex);
        const frcnn_status status = self->steps->write(self->context, &one->item);
        pthread_mutex_lock(&self->mutex);
        if (status != FRCNN_OK) fail(self, status);
        self->n_written++;
        /* Failed items were claimed by no detector if none came behind them. */
        if (self->n_claimed < self->n_written) self->n_claimed = self->n_written;
        pthread_cond_signal(&self->work);
        pthread_cond_broadcast(&self->changed);
    }
    self->is_over = 1;
    pthread_cond_broadcast(&self->work);
    pthread_cond_broadcast(&self->changed);
}

/* Threads of each kind run, as many as could be started. */
static frcnn_status run_threads(pipeline *self, pthread_t *threads)
{
    const int n_detectors = self->options->n_detectors, n_wanted = n_detectors + self->options->n_threads;
    int n_started = 0, code = 0;
    for (; n_started < n_wanted && code == 0; n_started += code == 0)
        code = pthread_create(&threads[n_started], NULL, n_started < n_detectors ? run_detector : run_worker, self);
    pthread_mutex_lock(&self->mutex);
    if (n_started <= n_detectors) {
        fail(self, frcnn_fail(FRCNN_ERROR_NO_MEMORY, "threads of the run: cannot start: %s", strerror(code)));
        pthread_cond_broadcast(&self->changed);
    }
    write_items(self);
    pthread_mutex_unlock(&self->mutex);
    for (int i = 0; i < n_started; i++) pthread_join(threads[i], NULL);
    if (self->status != FRCNN_OK) frcnn_error_set(self->error);
    return self->status;
}

frcnn_status frcnn_pipeline_run(const frcnn_pipeline_steps *steps, void *context, const frcnn_pipeline_options *options)
{
    pipeline self = {.steps = steps, .context = context, .options = options};
    /* Each detector's batch, the next one decoded, and one item for each thread that decodes or draws. */
    const int64_t n_threads = (int64_t)options->n_threads + options->n_detectors;
    self.n_slots = (options->n_detectors + 1) * (int64_t)options->batch + 2 * (int64_t)options->n_threads;
    void *slots = NULL, *threads = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&slots, (size_t)self.n_slots, sizeof *self.slots, "queue of images"));
    self.slots = slots;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&threads, (size_t)n_threads, sizeof(pthread_t), "threads"));
    pthread_mutex_init(&self.mutex, NULL);
    pthread_cond_init(&self.changed, NULL);
    pthread_cond_init(&self.work, NULL);
    status = run_threads(&self, threads);
    pthread_cond_destroy(&self.work);
    pthread_cond_destroy(&self.changed);
    pthread_mutex_destroy(&self.mutex);

cleanup:
    for (int64_t i = 0; slots != NULL && i < self.n_slots; i++) {
        frcnn_image_destroy(&self.slots[i].item.image);
        frcnn_free(self.slots[i].item.bytes);
        frcnn_result_deinit(&self.slots[i].item.result);
    }
    frcnn_free(slots);
    frcnn_free(threads);
    return status;
}
