#include "frcnn/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "run/class_filter.h"
#include "run/detector_team.h"
#include "run/folder_walk.h"
#include "run/image_ids.h"
#include "run/journal_file.h"
#include "run/journal_text.h"
#include "run/pipeline.h"
#include "run/pnm_stream.h"
#include "run/run_folder.h"
#include "run/run_resume.h"
#include "run/timings_file.h"
#include "tensor/atomic_file.h"
#include "tensor/clock.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* Images on their way hold this much, and one more for each thread that decodes, at most. */
enum { MAX_HELD_BYTES = 96 << 20 };

/* One detector's images of a batch and what it found in them. */
typedef struct worker {
    const frcnn_image **images; /* [batch] */
    frcnn_result *results;      /* [batch], swapped with the items' */
} worker;

struct frcnn_run {
    frcnn_detector_team team;
    worker *workers; /* [team.count] */
    int batch;
    const frcnn_inputs *inputs;
    size_t n_classes;
    frcnn_category *categories; /* [n_classes], with the ids that results use */
    char *is_kept;              /* [n_classes], NULL: all */
    int64_t *ids;               /* one per input, NULL for a stream */
    frcnn_run_options options;
    frcnn_image_options image_options;
    frcnn_draw_options draw_options;
    char *folder; /* NULL: none */
    frcnn_journal_file *journal;
    frcnn_atomic_file *timings;
    frcnn_pnm_stream *stream;
    int64_t n_taken; /* inputs handed to the pipeline, resumed ones with them */
    int stop_descriptor;
    atomic_int stop;
    frcnn_run_summary summary;
    frcnn_run_failure *failures;
    size_t failures_capacity;
};

void frcnn_run_options_default(frcnn_run_options *options)
{
    *options = (frcnn_run_options){.struct_size = sizeof *options, .descriptor = STDOUT_FILENO};
}

static frcnn_status add_failure(frcnn_run *run, const char *name, const char *error)
{
    const size_t n = (size_t)run->summary.n_failed;
    if (n == run->failures_capacity) {
        const size_t capacity = n < 16 ? 16 : 2 * n;
        void *block = run->failures;
        FRCNN_TRY(frcnn_realloc(&block, n, capacity, sizeof *run->failures, "list of failures"));
        run->failures = block;
        run->failures_capacity = capacity;
    }
    char *name_copy = NULL, *error_copy = NULL;
    FRCNN_TRY(frcnn_string_copy(&name_copy, name));
    const frcnn_status status = frcnn_string_copy(&error_copy, error);
    if (status != FRCNN_OK) {
        frcnn_free(name_copy);
        return status;
    }
    run->failures[n] = (frcnn_run_failure){name_copy, error_copy};
    run->summary.n_failed++;
    return FRCNN_OK;
}

static void make_stream_name(char name[FRCNN_ITEM_NAME_BYTES], int64_t index)
{
    snprintf(name, FRCNN_ITEM_NAME_BYTES, "%08" PRId64, index + 1);
}

/* The steps of the pipeline. */

static frcnn_status next_of_stream(frcnn_run *run, frcnn_item *item, int *has_item)
{
    make_stream_name(item->own_name, item->index);
    item->name = item->path = item->own_name;
    const frcnn_status status = frcnn_pnm_stream_read(run->stream, item->name, &item->bytes, &item->n_bytes);
    if (status == FRCNN_ERROR_NO_MEMORY) return status;
    if (status != FRCNN_OK) frcnn_item_fail(item, status);
    *has_item = status != FRCNN_OK || item->bytes != NULL;
    return FRCNN_OK;
}

static frcnn_status next(void *context, frcnn_item *item, int *has_item)
{
    frcnn_run *run = context;
    item->index = run->n_taken;
    if (run->stream != NULL) {
        FRCNN_TRY(next_of_stream(run, item, has_item));
    } else if (run->n_taken < (int64_t)frcnn_inputs_get_count(run->inputs)) {
        const frcnn_input *input = frcnn_inputs_get(run->inputs, (size_t)run->n_taken);
        item->name = input->name;
        item->path = input->path;
        if (input->error != NULL) {
            frcnn_error_set(input->error);
            frcnn_item_fail(item, FRCNN_ERROR_IO);
        }
        *has_item = 1;
    }
    run->n_taken += *has_item;
    return FRCNN_OK;
}

static void decode(void *context, frcnn_item *item)
{
    const frcnn_run *run = context;
    const double start = frcnn_clock_get_milliseconds();
    const frcnn_status status = item->bytes != NULL ? frcnn_image_decode(&item->image, item->bytes, item->n_bytes,
                                                                         item->name, &run->image_options)
                                                    : frcnn_image_open(&item->image, item->path, &run->image_options);
    item->decode_ms = frcnn_clock_get_milliseconds() - start;
    if (status != FRCNN_OK) {
        frcnn_item_fail(item, status);
        return;
    }
    item->height = frcnn_image_get_height(item->image);
    item->width = frcnn_image_get_width(item->image);
}

/* Gives items what the detector found, for theirs to be reused. */
static void take_results(const frcnn_run *run, worker *own, frcnn_item *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const frcnn_result reused = items[i]->result;
        items[i]->result = own->results[i];
        own->results[i] = reused;
        if (run->is_kept != NULL) frcnn_class_filter_apply(run->is_kept, &items[i]->result);
    }
}

static void detect_one(const frcnn_run *run, int detector, frcnn_item *item)
{
    const frcnn_image *image = item->image;
    worker *own = &run->workers[detector];
    const frcnn_status status = frcnn_detector_run(run->team.detectors[detector], &image, 1, own->results);
    if (status == FRCNN_OK) {
        take_results(run, own, &item, 1);
    } else {
        frcnn_error_prefix(item->path);
        frcnn_item_fail(item, status);
    }
}

static void detect(void *context, int detector, frcnn_item *const *items, size_t n)
{
    const frcnn_run *run = context;
    worker *own = &run->workers[detector];
    for (size_t i = 0; i < n; i++) own->images[i] = items[i]->image;
    if (n > 1 && frcnn_detector_run(run->team.detectors[detector], own->images, n, own->results) == FRCNN_OK) {
        take_results(run, own, items, n);
        return;
    }
    /* One image of a batch may be too large for memory: the others still get their results. */
    for (size_t i = 0; i < n; i++) detect_one(run, detector, items[i]);
}

static frcnn_status draw_boxes(const frcnn_run *run, frcnn_item *item)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, item->result.count, sizeof(frcnn_draw_box), "boxes to draw"));
    frcnn_draw_box *boxes = block;
    for (size_t i = 0; i < item->result.count; i++) {
        const frcnn_detection *one = &item->result.detections[i];
        boxes[i] = (frcnn_draw_box){.x1 = one->x1,
                                    .y1 = one->y1,
                                    .x2 = one->x2,
                                    .y2 = one->y2,
                                    .label = run->categories[one->class_index].name,
                                    .score = one->score,
                                    .color_index = one->class_index};
    }
    const frcnn_status status = frcnn_draw_boxes(item->image, boxes, item->result.count, &run->draw_options);
    frcnn_free(boxes);
    return status;
}

static frcnn_status draw(void *context, frcnn_item *item)
{
    const frcnn_run *run = context;
    if (run->folder == NULL || run->options.is_not_drawn) return FRCNN_OK;
    const double start = frcnn_clock_get_milliseconds();
    char *path = NULL;
    FRCNN_TRY(frcnn_run_folder_image_path(&path, run->folder, item->name, run->options.draw_format));
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(draw_boxes(run, item));
    FRCNN_TRY_CLEANUP(frcnn_run_folder_make_parents(path));
    FRCNN_TRY_CLEANUP(frcnn_image_save(item->image, path, run->options.draw_format));
    item->draw_ms = frcnn_clock_get_milliseconds() - start;

cleanup:
    frcnn_free(path);
    return status;
}

static frcnn_status append_line(frcnn_run *run, const frcnn_item *item)
{
    char *line = NULL;
    if (item->status != FRCNN_OK)
        FRCNN_TRY(frcnn_journal_error_text(&line, item->name, item->error));
    else
        FRCNN_TRY(frcnn_journal_result_text(&line, run->ids == NULL ? item->index + 1 : run->ids[item->index],
                                            item->name, item->width, item->height, &item->result, run->categories));
    const frcnn_status status = frcnn_journal_file_append(run->journal, line);
    frcnn_free(line);
    return status;
}

static void tell_listener(const frcnn_run *run, const frcnn_item *item)
{
    if (run->options.listener == NULL) return;
    const int is_failed = item->status != FRCNN_OK;
    const frcnn_run_event event = {
        .name = item->name,
        .error = is_failed ? item->error : NULL,
        .n_done = run->summary.n_done,
        .n_total = run->stream != NULL ? -1 : (int64_t)frcnn_inputs_get_count(run->inputs),
        .height = is_failed ? 0 : item->height,
        .width = is_failed ? 0 : item->width,
        .result = is_failed ? NULL : &item->result,
        .decode_ms = item->decode_ms,
        .draw_ms = item->draw_ms,
    };
    run->options.listener(run->options.listener_context, &event);
}

static frcnn_status write_item(void *context, frcnn_item *item)
{
    frcnn_run *run = context;
    FRCNN_TRY(append_line(run, item));
    if (run->timings != NULL) frcnn_timings_write(frcnn_atomic_file_get_stream(run->timings), item);
    run->summary.n_done++;
    if (item->status != FRCNN_OK) {
        FRCNN_TRY(add_failure(run, item->name, item->error));
    } else {
        run->summary.n_detections += (int64_t)item->result.count;
        run->summary.n_capped += item->result.is_capped != 0;
        run->summary.n_shrunk += 2 * item->result.resized_height < item->height;
    }
    tell_listener(run, item);
    if (item->status != FRCNN_OK && run->options.stops_at_failure) {
        frcnn_error_set(item->error);
        return item->status;
    }
    return FRCNN_OK;
}

/* Making a run ready. */

static frcnn_status check_options(const frcnn_inputs *inputs, const frcnn_run_options *options)
{
    FRCNN_CHECK_OPTIONS("run", options);
    FRCNN_FAIL_IF(frcnn_inputs_is_stream(inputs) && options->truth != NULL, FRCNN_ERROR_INVALID,
                  "annotations: expected inputs with names, found a stream of images");
    return FRCNN_OK;
}

/* The classes as results call them, and which of them are asked for. */
static frcnn_status make_categories(frcnn_run *run, const frcnn_model_info *model)
{
    void *block = NULL, *how = NULL;
    run->n_classes = model->n_categories;
    FRCNN_TRY(frcnn_alloc(&block, run->n_classes, sizeof *run->categories, "categories"));
    run->categories = block;
    memcpy(run->categories, model->categories, run->n_classes * sizeof *run->categories);
    if (run->options.truth != NULL) {
        FRCNN_TRY(frcnn_alloc(&how, run->n_classes, sizeof(frcnn_category_match), "categories"));
        frcnn_annotations_match(run->options.truth, model->categories, run->n_classes, run->categories, how);
        frcnn_free(how);
    }
    if (run->options.classes == NULL) return FRCNN_OK;
    FRCNN_TRY(frcnn_alloc(&block, run->n_classes, 1, "classes"));
    run->is_kept = block;
    return frcnn_class_filter_parse(run->options.classes, run->categories, run->n_classes, run->is_kept);
}

/* An input that is in the journal already. */
static frcnn_status visit_resumed(void *context, int64_t index, const frcnn_journal_entry *entry)
{
    frcnn_run *run = context;
    char stream_name[FRCNN_ITEM_NAME_BYTES];
    const char *name = stream_name;
    if (frcnn_inputs_is_stream(run->inputs)) {
        make_stream_name(stream_name, index);
    } else {
        FRCNN_FAIL_IF(index >= (int64_t)frcnn_inputs_get_count(run->inputs), FRCNN_ERROR_INVALID,
                      "%s: expected the inputs of the run before, found only %zu: the next was %s", run->folder,
                      frcnn_inputs_get_count(run->inputs), entry->file);
        name = frcnn_inputs_get(run->inputs, (size_t)index)->name;
    }
    FRCNN_FAIL_IF(strcmp(entry->file, name) != 0, FRCNN_ERROR_INVALID,
                  "%s: expected the inputs of the run before: input %" PRId64 " was %s, now it is %s", run->folder,
                  index + 1, entry->file, name);
    FRCNN_FAIL_IF(entry->error == NULL && run->ids != NULL && entry->image_id != run->ids[index], FRCNN_ERROR_INVALID,
                  "%s: expected the image ids of the run before: %s was %" PRId64 ", now it is %" PRId64, run->folder,
                  name, entry->image_id, run->ids[index]);
    run->summary.n_done++;
    run->summary.n_resumed++;
    run->summary.n_detections += (int64_t)entry->n_detections;
    return entry->error == NULL ? FRCNN_OK : add_failure(run, entry->file, entry->error);
}

/* Opens the journal in the run's folder, with what may stay of the run before. */
static frcnn_status open_journal(frcnn_run *run, const char *header)
{
    int has_run = 0;
    FRCNN_TRY(frcnn_run_folder_open(run->folder, run->options.existing, &has_run));
    char *path = NULL;
    FRCNN_TRY(frcnn_path_join(&path, run->folder, FRCNN_JOURNAL_NAME));
    frcnn_status status = FRCNN_OK;
    int64_t kept_bytes = 0;
    FRCNN_TRY_CLEANUP(frcnn_journal_file_open(&run->journal, path));
    if (has_run && run->options.existing == FRCNN_RUN_RESUME)
        FRCNN_TRY_CLEANUP(frcnn_run_resume(path, header, visit_resumed, run, &kept_bytes));
    if (has_run && run->options.existing == FRCNN_RUN_REPLACE) FRCNN_TRY_CLEANUP(frcnn_run_folder_clear(run->folder));
    FRCNN_TRY_CLEANUP(frcnn_journal_file_cut(run->journal, kept_bytes));
    if (kept_bytes == 0) {
        status = frcnn_journal_file_append(run->journal, header);
        if (status != FRCNN_OK) unlink(path);
    }

cleanup:
    frcnn_free(path);
    return status;
}

/* Reads past the images of a stream that are in the journal. */
static frcnn_status skip_resumed(frcnn_run *run)
{
    for (int64_t i = 0; i < run->summary.n_done; i++) {
        char name[FRCNN_ITEM_NAME_BYTES];
        void *bytes = NULL;
        size_t n_bytes = 0;
        make_stream_name(name, i);
        const frcnn_status status = frcnn_pnm_stream_read(run->stream, name, &bytes, &n_bytes);
        frcnn_free(bytes);
        if (status != FRCNN_OK && status != FRCNN_ERROR_FORMAT && status != FRCNN_ERROR_INVALID) return status;
    }
    return FRCNN_OK;
}

static frcnn_status open_outputs(frcnn_run *run, const frcnn_model_info *model)
{
    const frcnn_journal_run described = {
        .model = model,
        .categories = run->categories,
        .is_kept = run->is_kept,
        .precision = run->team.info.precision,
        .ignore_exif = run->image_options.ignore_exif,
        .range_lo = run->image_options.range_lo,
        .range_hi = run->image_options.range_hi,
    };
    char *header = NULL;
    FRCNN_TRY(frcnn_journal_header_text(&header, &described));
    frcnn_status status = FRCNN_OK;
    if (run->options.timings != NULL) {
        FRCNN_TRY_CLEANUP(frcnn_atomic_file_open(&run->timings, run->options.timings));
        frcnn_timings_write_header(frcnn_atomic_file_get_stream(run->timings));
    }
    if (run->folder != NULL) {
        FRCNN_TRY_CLEANUP(open_journal(run, header));
    } else {
        FRCNN_TRY_CLEANUP(frcnn_journal_file_attach(&run->journal, run->options.descriptor));
        FRCNN_TRY_CLEANUP(frcnn_journal_file_append(run->journal, header));
    }

cleanup:
    frcnn_free(header);
    return status;
}

static frcnn_status open_inputs(frcnn_run *run)
{
    run->stop_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    FRCNN_FAIL_IF(run->stop_descriptor < 0, FRCNN_ERROR_IO, "event of the run: cannot make it: %s", strerror(errno));
    if (!frcnn_inputs_is_stream(run->inputs))
        return frcnn_image_ids_create(&run->ids, run->inputs, run->options.truth, &run->summary.n_unknown);
    return frcnn_pnm_stream_create(&run->stream, STDIN_FILENO, run->stop_descriptor, run->image_options.max_pixels);
}

static frcnn_status create_workers(frcnn_run *run, const frcnn_model *model, const frcnn_detector_options *options)
{
    void *block = NULL;
    const int64_t n_inputs = frcnn_inputs_is_stream(run->inputs) ? -1 : (int64_t)frcnn_inputs_get_count(run->inputs);
    FRCNN_TRY(frcnn_detector_team_init(&run->team, model, options, n_inputs));
    FRCNN_TRY(frcnn_alloc_zeroed(&block, (size_t)run->team.count, sizeof *run->workers, "results"));
    run->workers = block;
    run->batch = options->batch;
    for (int i = 0; i < run->team.count; i++) {
        FRCNN_TRY(frcnn_alloc_zeroed(&block, (size_t)run->batch, sizeof *run->workers->results, "results"));
        run->workers[i].results = block;
        FRCNN_TRY(frcnn_alloc(&block, (size_t)run->batch, sizeof *run->workers->images, "batch"));
        run->workers[i].images = block;
    }
    return FRCNN_OK;
}

static void destroy_workers(frcnn_run *run)
{
    for (int i = 0; run->workers != NULL && i < run->team.count; i++) {
        for (int k = 0; run->workers[i].results != NULL && k < run->batch; k++)
            frcnn_result_deinit(&run->workers[i].results[k]);
        frcnn_free(run->workers[i].results);
        frcnn_free(run->workers[i].images);
    }
    frcnn_free(run->workers);
    frcnn_detector_team_deinit(&run->team);
}

frcnn_status frcnn_run_create(frcnn_run **out, const frcnn_model *model, const frcnn_detector_options *detector_options,
                              const frcnn_inputs *inputs, const frcnn_run_options *options)
{
    frcnn_run_options defaults;
    frcnn_detector_options detector_defaults;
    frcnn_run_options_default(&defaults);
    frcnn_detector_options_default(&detector_defaults);
    if (options == NULL) options = &defaults;
    if (detector_options == NULL) detector_options = &detector_defaults;
    FRCNN_TRY(check_options(inputs, options));
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_run), "run"));
    frcnn_run *run = block;
    run->inputs = inputs;
    run->options = *options;
    run->stop_descriptor = -1;
    frcnn_image_options_default(&run->image_options);
    if (options->image != NULL) run->image_options = *options->image;
    frcnn_draw_options_default(&run->draw_options);
    if (options->draw != NULL) run->draw_options = *options->draw;
    const frcnn_model_info *info = frcnn_model_get_info(model);
    frcnn_status status = FRCNN_OK;
    if (options->folder != NULL) FRCNN_TRY_CLEANUP(frcnn_string_copy(&run->folder, options->folder));
    FRCNN_TRY_CLEANUP(create_workers(run, model, detector_options));
    FRCNN_TRY_CLEANUP(make_categories(run, info));
    FRCNN_TRY_CLEANUP(open_inputs(run));
    FRCNN_TRY_CLEANUP(open_outputs(run, info));
    *out = run;
    return FRCNN_OK;

cleanup:
    frcnn_run_destroy(&run);
    return status;
}

void frcnn_run_destroy(frcnn_run **handle)
{
    frcnn_run *run = *handle;
    if (run == NULL) return;
    for (int64_t i = 0; i < run->summary.n_failed; i++) {
        frcnn_free((char *)(uintptr_t)run->failures[i].name);
        frcnn_free((char *)(uintptr_t)run->failures[i].error);
    }
    destroy_workers(run);
    frcnn_free(run->failures);
    frcnn_free(run->categories);
    frcnn_free(run->is_kept);
    frcnn_free(run->ids);
    frcnn_free(run->folder);
    frcnn_journal_file_close(&run->journal);
    frcnn_atomic_file_abort(&run->timings);
    frcnn_pnm_stream_destroy(&run->stream);
    if (run->stop_descriptor >= 0) close(run->stop_descriptor);
    frcnn_free(run);
    *handle = NULL;
}

frcnn_status frcnn_run_execute(frcnn_run *run)
{
    static const frcnn_pipeline_steps steps = {next, decode, detect, draw, write_item};
    const frcnn_pipeline_options options = {
        .n_threads = run->team.info.n_threads,
        .n_detectors = run->team.count,
        .batch = (size_t)run->batch,
        .max_bytes = MAX_HELD_BYTES,
        .stop = &run->stop,
    };
    run->n_taken = run->summary.n_done;
    if (run->stream != NULL) FRCNN_TRY(skip_resumed(run));
    const frcnn_status status = frcnn_pipeline_run(&steps, run, &options);
    frcnn_detector_team_update_info(&run->team);
    const frcnn_status timings_status = run->timings == NULL ? FRCNN_OK : frcnn_atomic_file_commit(&run->timings);
    FRCNN_TRY(status);
    FRCNN_TRY(timings_status);
    const int is_stopped = atomic_load(&run->stop) != 0;
    run->summary.is_whole =
        run->stream != NULL ? !is_stopped : run->summary.n_done == (int64_t)frcnn_inputs_get_count(run->inputs);
    FRCNN_FAIL_IF(!run->summary.is_whole, FRCNN_ERROR_INTERRUPTED, "stopped on request behind input %" PRId64,
                  run->summary.n_done);
    return FRCNN_OK;
}

void frcnn_run_stop(frcnn_run *run)
{
    const int saved = errno;
    atomic_store(&run->stop, 1);
    const uint64_t one = 1;
    const ssize_t ignored = write(run->stop_descriptor, &one, sizeof one);
    (void)ignored;
    errno = saved;
}

const frcnn_detector_info *frcnn_run_get_detector_info(const frcnn_run *run)
{
    return &run->team.info;
}

const frcnn_run_summary *frcnn_run_get_summary(const frcnn_run *run)
{
    return &run->summary;
}

const frcnn_run_failure *frcnn_run_get_failure(const frcnn_run *run, size_t index)
{
    return &run->failures[index];
}
