#include <argp.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/device_output.h"
#include "cli/model_arguments.h"
#include "cli/progress.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum {
    OPTION_SCORE = 0x100,
    OPTION_NMS,
    OPTION_MAX_DETECTIONS,
    OPTION_CLASSES,
    OPTION_FORMATS,
    OPTION_NO_DRAW,
    OPTION_DRAW_FORMAT,
    OPTION_LINE_WIDTH,
    OPTION_HIDE_LABELS,
    OPTION_HIDE_SCORES,
    OPTION_ANNOTATIONS,
    OPTION_BATCH,
    OPTION_NO_RECURSIVE,
    OPTION_NO_EXIF,
    OPTION_RANGE,
    OPTION_STRICT,
    OPTION_RESUME,
    OPTION_FORCE,
    OPTION_TIMINGS
};

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The checkpoint (default: the model that comes with frcnn)", 1},
    {"out", 'o', "DIR", 0, "The run's folder (default: frcnn-out); -: the journal to standard output, nothing to disk",
     1},
    {"resume", OPTION_RESUME, NULL, 0, "Go on with the run in the folder", 1},
    {"force", OPTION_FORCE, NULL, 0, "Replace the run in the folder", 1},
    {"no-recursive", OPTION_NO_RECURSIVE, NULL, 0, "Leave folders in folders out", 1},
    {"strict", OPTION_STRICT, NULL, 0, "Stop at the first input that fails", 1},
    {"score", OPTION_SCORE, "S", 0, "Keep detections that score more than S", 2},
    {"nms", OPTION_NMS, "T", 0, "Of two boxes of a class that overlap by more than T, keep the better", 2},
    {"max-detections", OPTION_MAX_DETECTIONS, "N", 0, "At most N detections an image", 2},
    {"classes", OPTION_CLASSES, "A,B", 0, "Only these, by name or id", 2},
    {"annotations", OPTION_ANNOTATIONS, "FILE", 0, "A COCO truth file: use its image and category ids", 3},
    {"formats", OPTION_FORMATS, "LIST", 0, "Result files: coco (default), all, none", 3},
    {"timings", OPTION_TIMINGS, "FILE", 0, "Write milliseconds per stage and image to a CSV file", 3},
    {"no-draw", OPTION_NO_DRAW, NULL, 0, "No drawn images", 4},
    {"draw-format", OPTION_DRAW_FORMAT, "jpg|png", 0, "Format of drawn images (default: jpg)", 4},
    {"line-width", OPTION_LINE_WIDTH, "N", 0, "Pixels (default: grows with the image)", 4},
    {"hide-labels", OPTION_HIDE_LABELS, NULL, 0, "No class names at boxes", 4},
    {"hide-scores", OPTION_HIDE_SCORES, NULL, 0, "No scores at boxes", 4},
    {"batch", OPTION_BATCH, "N", 0, "Images of equal size computed together, at most (default: 1)", 5},
    {"no-exif", OPTION_NO_EXIF, NULL, 0, "Leave the EXIF orientation unapplied", 6},
    {"range", OPTION_RANGE, "LO,HI", 0, "Of 16-bit images: LO becomes black, HI white", 6},
    {"verbose", 'v', NULL, 0, "A line for each image", 8},
    {"quiet", 'q', NULL, 0, "Errors only", 8},
    {0},
};

typedef struct arguments {
    const char *model, *out, *annotations;
    const char **inputs;
    size_t n_inputs;
    int has_resume, has_force, is_verbose, is_quiet;
    unsigned formats;
    frcnn_model_options model_options;
    frcnn_detector_options detector;
    frcnn_inputs_options listing;
    frcnn_image_options image;
    frcnn_draw_options draw;
    frcnn_run_options run;
} arguments;

static void set_fraction(const struct argp_state *state, const char *option, const char *text, float *value)
{
    double number = 0;
    if (!frcnn_value_double(text, 0, 1, &number)) frcnn_value_refuse(state, option, "a number from 0 to 1", text);
    *value = (float)number;
}

static void set_int(const struct argp_state *state, const char *option, const char *text, int lowest, int highest,
                    int *value)
{
    char expected[64];
    snprintf(expected, sizeof expected, "a whole number from %d to %d", lowest, highest);
    if (!frcnn_value_int(text, lowest, highest, value)) frcnn_value_refuse(state, option, expected, text);
}

static void set_draw_format(const struct argp_state *state, const char *text, frcnn_image_format *format)
{
    if (strcmp(text, "jpg") != 0 && strcmp(text, "png") != 0)
        frcnn_value_refuse(state, "--draw-format", "jpg or png", text);
    *format = strcmp(text, "png") == 0 ? FRCNN_IMAGE_PNG : FRCNN_IMAGE_JPEG;
}

static void set_range(const struct argp_state *state, const char *text, frcnn_image_options *image)
{
    float ends[2] = {0};
    int n = 0;
    if (!frcnn_value_floats(text, 2, ends, &n) || n != 2 || !(ends[0] < ends[1]) || ends[0] < 0 || ends[1] > 65535)
        frcnn_value_refuse(state, "--range", "LO,HI with 0 <= LO < HI <= 65535", text);
    image->range_lo = (double)ends[0];
    image->range_hi = (double)ends[1];
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->detector;
        state->child_inputs[1] = &self->model_options;
        return 0;
    case 'm':
        self->model = argument;
        return 0;
    case 'o':
        self->out = argument;
        return 0;
    case 'v':
        self->is_verbose = 1;
        return 0;
    case 'q':
        self->is_quiet = 1;
        return 0;
    case OPTION_RESUME:
        self->has_resume = 1;
        return 0;
    case OPTION_FORCE:
        self->has_force = 1;
        return 0;
    case OPTION_NO_RECURSIVE:
        self->listing.is_not_recursive = 1;
        return 0;
    case OPTION_STRICT:
        self->run.stops_at_failure = 1;
        return 0;
    case OPTION_SCORE:
        set_fraction(state, "--score", argument, &self->model_options.score_thresh);
        return 0;
    case OPTION_NMS:
        set_fraction(state, "--nms", argument, &self->model_options.nms_thresh);
        return 0;
    case OPTION_MAX_DETECTIONS:
        set_int(state, "--max-detections", argument, 1, 1000000, &self->model_options.max_detections);
        return 0;
    case OPTION_CLASSES:
        self->run.classes = argument;
        return 0;
    case OPTION_ANNOTATIONS:
        self->annotations = argument;
        return 0;
    case OPTION_FORMATS:
        if (frcnn_report_parse_formats(&self->formats, argument) != FRCNN_OK)
            argp_error(state, "--%s", frcnn_error_message());
        return 0;
    case OPTION_TIMINGS:
        self->run.timings = argument;
        return 0;
    case OPTION_NO_DRAW:
        self->run.is_not_drawn = 1;
        return 0;
    case OPTION_DRAW_FORMAT:
        set_draw_format(state, argument, &self->run.draw_format);
        return 0;
    case OPTION_LINE_WIDTH:
        set_int(state, "--line-width", argument, 1, 1000, &self->draw.line_width);
        return 0;
    case OPTION_HIDE_LABELS:
        self->draw.hide_labels = 1;
        return 0;
    case OPTION_HIDE_SCORES:
        self->draw.hide_scores = 1;
        return 0;
    case OPTION_BATCH:
        set_int(state, "--batch", argument, 1, 256, &self->detector.batch);
        return 0;
    case OPTION_NO_EXIF:
        self->image.ignore_exif = 1;
        return 0;
    case OPTION_RANGE:
        set_range(state, argument, &self->image);
        return 0;
    case ARGP_KEY_ARG:
        self->inputs[self->n_inputs++] = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected an input: an image, a folder, a quoted pattern, @LIST or -");
        return 0;
    case ARGP_KEY_END:
        if (self->has_resume && self->has_force) argp_error(state, "expected --resume or --force, found both");
        if (strcmp(self->out, "-") == 0 && (self->has_resume || self->has_force))
            argp_error(state, "expected a folder to go on with or to replace, found --out -");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse(arguments *self, int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&frcnn_detector_arguments, 0, NULL, 5},
        {&frcnn_model_arguments, 0, "The model's pre-processing and reading:", 7},
        {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "INPUT…",
        .doc =
            "Finds objects in images, draws them and writes results.\v"
            "An INPUT is an image, a folder, a quoted pattern, @LIST (a file with one path a line; @- reads standard "
            "input) or - (binary PPM or PGM images on standard input, one behind the other).\n\n"
            "The folder of a run holds detections.jsonl (one line for each input, in order), images/ (drawn), "
            "coco_results.json and coco.json.",
        .children = children,
    };
    argp_parse(&parser, argc, argv, 0, NULL, self);
}

/* The run that signals stop; set before they are caught. */
static frcnn_run *volatile running;
static volatile sig_atomic_t caught_signal;

static void stop_run(int signal_number)
{
    if (caught_signal != 0) _exit(128 + signal_number);
    caught_signal = signal_number;
    frcnn_run_stop(running);
}

static void catch_signals(frcnn_run *run)
{
    running = run;
    struct sigaction action = {.sa_handler = stop_run, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static void print_skipped(const frcnn_inputs *inputs)
{
    const frcnn_inputs_skipped *skipped = frcnn_inputs_get_skipped(inputs);
    const struct {
        size_t n;
        const char *one, *many;
    } kinds[] = {
        {skipped->n_hidden, "hidden file or folder", "hidden files and folders"},
        {skipped->n_not_images, "file that is no image", "files that are no images"},
        {skipped->n_runs, "folder of an earlier run", "folders of earlier runs"},
        {skipped->n_doubled, "path named twice", "paths named twice"},
    };
    const char *separator = "left out: ";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].n == 0) continue;
        fprintf(stderr, "%s%zu %s", separator, kinds[i].n, kinds[i].n == 1 ? kinds[i].one : kinds[i].many);
        separator = ", ";
    }
    if (separator[0] == ',') fputc('\n', stderr);
}

static void print_start(const arguments *self, const frcnn_model_info *model, const frcnn_detector_info *device,
                        const frcnn_inputs *inputs)
{
    if (self->is_quiet) return;
    fprintf(stderr, "%s: %s, %s, %zu classes, on %s (%s, %s, %d thread%s)\n", model->name, model->settings->family,
            model->settings->backbone, model->n_categories, device->device, device->isa, device->precision,
            device->n_threads, plural(device->n_threads));
    if (model->n_unused > 0)
        fprintf(stderr, "%s: %" PRId64 " tensors are not used, as those of a mask head\n", model->name,
                model->n_unused);
    print_skipped(inputs);
    if (!frcnn_inputs_is_stream(inputs) && frcnn_inputs_get_count(inputs) == 0)
        fputs("frcnn: warning: no image found\n", stderr);
}

/* Says which classes are not called in the truth what the model calls them. */
static int warn_categories(const frcnn_annotations *truth, const frcnn_model_info *model)
{
    frcnn_category *matched = calloc(model->n_categories, sizeof *matched);
    frcnn_category_match *how = calloc(model->n_categories, sizeof *how);
    const int is_ok = model->n_categories == 0 || (matched != NULL && how != NULL);
    if (is_ok) frcnn_annotations_match(truth, model->categories, model->n_categories, matched, how);
    for (size_t i = 0; is_ok && i < model->n_categories; i++) {
        if (how[i] == FRCNN_MATCHED_BY_NAME) continue;
        fprintf(stderr, "frcnn: warning: class %s: the annotations have no category of this name; ",
                model->categories[i].name);
        if (how[i] == FRCNN_MATCHED_BY_ID)
            fprintf(stderr, "taken for '%s', which has its id, %d\n",
                    frcnn_annotations_find_category(truth, matched[i].id), matched[i].id);
        else
            fprintf(stderr, "written with id %d\n", matched[i].id);
    }
    free(matched);
    free(how);
    return is_ok;
}

static void warn_results(const frcnn_run *run, const frcnn_settings *settings)
{
    const frcnn_run_summary *summary = frcnn_run_get_summary(run);
    const int halved_batch = frcnn_run_get_detector_info(run)->halved_batch;
    if (halved_batch > 0)
        fprintf(stderr, "frcnn: warning: memory was short: images were computed at most %d at once\n", halved_batch);
    if (summary->n_unknown > 0)
        fprintf(stderr, "frcnn: warning: %" PRId64 " input%s not in the annotations: given ids above theirs\n",
                summary->n_unknown, summary->n_unknown == 1 ? " is" : "s are");
    if (summary->n_capped > 0)
        fprintf(stderr,
                "frcnn: warning: %" PRId64 " image%s more objects than the %d kept: --max-detections keeps more\n",
                summary->n_capped, summary->n_capped == 1 ? " has" : "s have", settings->box_detections_per_img);
    if (summary->n_shrunk > 0)
        fprintf(stderr,
                "frcnn: warning: the model sees %" PRId64 " image%s at less than half %s size and may miss small "
                "objects: --min-size and --max-size show it more\n",
                summary->n_shrunk, plural(summary->n_shrunk), summary->n_shrunk == 1 ? "its" : "their");
}

static void print_failures(const frcnn_run *run)
{
    const int64_t n_failed = frcnn_run_get_summary(run)->n_failed;
    if (n_failed == 0) return;
    fprintf(stderr, "frcnn: %" PRId64 " input%s failed:\n", n_failed, plural(n_failed));
    for (size_t i = 0; i < (size_t)n_failed; i++) {
        fputs("  ", stderr);
        frcnn_terminal_write(stderr, frcnn_run_get_failure(run, i)->error, 0);
        fputc('\n', stderr);
    }
}

static void print_summary(const arguments *self, const frcnn_run *run, const frcnn_progress *progress)
{
    const frcnn_run_summary *summary = frcnn_run_get_summary(run);
    const double seconds = frcnn_progress_get_seconds(progress);
    const int64_t n_images = summary->n_done - summary->n_failed;
    fprintf(stderr, "%" PRId64 " image%s, %" PRId64 " detection%s, %" PRId64 " failed", n_images, plural(n_images),
            summary->n_detections, plural(summary->n_detections), summary->n_failed);
    if (summary->n_resumed > 0) fprintf(stderr, ", %" PRId64 " done before", summary->n_resumed);
    fprintf(stderr, "; %.1f s, %.1f images/s\n", seconds,
            seconds > 0 ? (double)(summary->n_done - summary->n_resumed) / seconds : 0);
    if (self->run.folder == NULL) return;
    fputs("results: ", stderr);
    frcnn_terminal_write(stderr, self->run.folder, 0);
    fprintf(stderr, " (%s%s%s)\n", FRCNN_JOURNAL_NAME, self->run.is_not_drawn ? "" : ", " FRCNN_IMAGES_NAME "/",
            (self->formats & FRCNN_REPORT_COCO) != 0 ? ", " FRCNN_COCO_RESULTS_NAME ", " FRCNN_COCO_NAME : "");
}

static frcnn_status save_reports(const arguments *self)
{
    if (self->run.folder == NULL || self->formats == FRCNN_REPORT_NONE) return FRCNN_OK;
    char *journal = NULL;
    if (asprintf(&journal, "%s/%s", self->run.folder, FRCNN_JOURNAL_NAME) < 0) return FRCNN_ERROR_NO_MEMORY;
    const frcnn_status status = frcnn_report_save(self->run.folder, self->formats, journal);
    free(journal);
    return status;
}

static int execute(const arguments *self, frcnn_run *run, frcnn_progress *progress, const frcnn_settings *settings)
{
    catch_signals(run);
    frcnn_status status = frcnn_run_execute(run);
    frcnn_progress_end(progress);
    const frcnn_run_summary *summary = frcnn_run_get_summary(run);
    if (status == FRCNN_OK) status = save_reports(self);
    if (!self->is_quiet) warn_results(run, settings);
    print_failures(run);
    if (status == FRCNN_ERROR_INTERRUPTED) {
        fprintf(stderr, "frcnn: interrupted with %" PRId64 " input%s done", summary->n_done, plural(summary->n_done));
        fputs(self->run.folder != NULL ? "; the same command with --resume goes on\n" : "\n", stderr);
        return 128 + caught_signal;
    }
    if (status != FRCNN_OK) {
        frcnn_terminal_print_error();
        if (self->run.folder != NULL && summary->n_done > 0)
            fputs("frcnn: stopped; the same command with --resume goes on\n", stderr);
        return summary->n_done > 0 ? FRCNN_EXIT_SOME_FAILED : FRCNN_EXIT_NOTHING_DONE;
    }
    if (!self->is_quiet) print_summary(self, run, progress);
    return summary->n_failed > 0 ? FRCNN_EXIT_SOME_FAILED : FRCNN_EXIT_DONE;
}

static frcnn_progress_kind choose_progress(const arguments *self)
{
    if (self->is_verbose) return FRCNN_PROGRESS_VERBOSE;
    if (self->is_quiet) return FRCNN_PROGRESS_NONE;
    return isatty(STDERR_FILENO) ? FRCNN_PROGRESS_BAR : FRCNN_PROGRESS_LINES;
}

static int detect(arguments *self)
{
    int exit_status = FRCNN_EXIT_NOTHING_DONE;
    frcnn_inputs *inputs = NULL;
    frcnn_model *model = NULL;
    frcnn_annotations *truth = NULL;
    frcnn_run *run = NULL;
    frcnn_status status = frcnn_inputs_create(&inputs, self->inputs, self->n_inputs, &self->listing);
    if (status == FRCNN_OK) status = frcnn_model_open(&model, self->model, &self->model_options);
    if (status == FRCNN_OK && self->annotations != NULL) status = frcnn_annotations_open(&truth, self->annotations);
    if (status == FRCNN_OK) status = frcnn_devices_announce(self->detector.device, self->is_quiet);
    if (status == FRCNN_OK) {
        const frcnn_model_info *info = frcnn_model_get_info(model);
        frcnn_progress progress;
        frcnn_progress_init(&progress, choose_progress(self), info);
        self->run.truth = truth;
        self->run.listener = frcnn_progress_listen;
        self->run.listener_context = &progress;
        status = frcnn_run_create(&run, model, &self->detector, inputs, &self->run);
        if (status == FRCNN_OK) {
            print_start(self, info, frcnn_run_get_detector_info(run), inputs);
            if (truth != NULL && !self->is_quiet && !warn_categories(truth, info))
                fputs("frcnn: out of memory\n", stderr);
            exit_status = execute(self, run, &progress, info->settings);
        }
    }
    if (run == NULL) frcnn_terminal_print_error();
    if (status == FRCNN_ERROR_EXISTS && !self->has_resume && !self->has_force)
        fputs("frcnn: --resume goes on with a run, --force replaces it, --out DIR takes another folder\n", stderr);
    frcnn_run_destroy(&run);
    frcnn_annotations_close(&truth);
    frcnn_model_destroy(&model);
    frcnn_inputs_destroy(&inputs);
    return exit_status;
}

int frcnn_command_detect(int argc, char **argv)
{
    arguments self = {.out = "frcnn-out", .formats = FRCNN_REPORT_COCO};
    self.inputs = calloc((size_t)argc, sizeof *self.inputs);
    if (self.inputs == NULL) {
        fputs("frcnn: out of memory\n", stderr);
        return FRCNN_EXIT_NOTHING_DONE;
    }
    frcnn_model_options_default(&self.model_options);
    frcnn_detector_options_default(&self.detector);
    frcnn_inputs_options_default(&self.listing);
    frcnn_image_options_default(&self.image);
    frcnn_draw_options_default(&self.draw);
    frcnn_run_options_default(&self.run);
    parse(&self, argc, argv);
    self.run.folder = strcmp(self.out, "-") == 0 ? NULL : self.out;
    self.run.existing = self.has_resume ? FRCNN_RUN_RESUME : self.has_force ? FRCNN_RUN_REPLACE : FRCNN_RUN_REFUSE;
    self.run.image = &self.image;
    self.run.draw = &self.draw;
    /* Whoever reads the journal from a pipe may stop reading; progress that nobody reads must not end a run. */
    if (self.run.folder != NULL) signal(SIGPIPE, SIG_IGN);
    const int exit_status = detect(&self);
    free(self.inputs);
    return exit_status;
}
