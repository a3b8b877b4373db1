#include <argp.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/device_output.h"
#include "cli/json_output.h"
#include "cli/machine.h"
#include "cli/model_arguments.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum { OPTION_IMAGE_SIZE = 0x100, OPTION_RUNS, OPTION_WARMUP, OPTION_JSON };

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The checkpoint (default: the model that comes with frcnn)", 1},
    {"image-size", OPTION_IMAGE_SIZE, "HxW", 0, "A made image of this size (default: 480x640)", 1},
    {"runs", OPTION_RUNS, "N", 0, "Timed runs of each image (default: 10)", 1},
    {"warmup", OPTION_WARMUP, "N", 0, "Runs of each image before (default: 2)", 1},
    {"json", OPTION_JSON, "FILE", 0, "Write JSON too; - for standard output alone", 1},
    {0},
};

typedef struct arguments {
    const char *model, *json;
    const char **images;
    int n_images;
    int height, width, n_runs, n_warmups;
    frcnn_model_options model_options;
    frcnn_detector_options detector;
} arguments;

/* What is timed, in the order of a run. */
typedef enum stage {
    STAGE_DECODE,
    STAGE_RESIZE,
    STAGE_BACKBONE,
    STAGE_RPN,
    STAGE_ROI,
    STAGE_POST,
    STAGE_DETECT, /* all of the detector, by the clock outside it */
    STAGE_DRAW,
    N_STAGES
} stage;

static const char *const stage_names[N_STAGES] = {"decode", "resize", "backbone", "rpn",
                                                  "roi",    "post",   "detect",   "draw"};

typedef struct measured {
    int n_samples, capacity;
    double *samples[N_STAGES]; /* [n_samples] milliseconds */
    double macs[N_STAGES];     /* mean over the samples */
} measured;

typedef struct spread {
    double median, p10, p90;
} spread;

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
    case OPTION_IMAGE_SIZE:
        if (!frcnn_value_size(argument, &self->height, &self->width))
            frcnn_value_refuse(state, "--image-size", "HEIGHTxWIDTH, each from 1 to 65535", argument);
        return 0;
    case OPTION_RUNS:
        if (!frcnn_value_int(argument, 1, 100000, &self->n_runs))
            frcnn_value_refuse(state, "--runs", "a whole number from 1 to 100000", argument);
        return 0;
    case OPTION_WARMUP:
        if (!frcnn_value_int(argument, 0, 100000, &self->n_warmups))
            frcnn_value_refuse(state, "--warmup", "a whole number from 0 to 100000", argument);
        return 0;
    case OPTION_JSON:
        self->json = argument;
        return 0;
    case ARGP_KEY_ARG:
        self->images[self->n_images++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (self->n_images > 0 && self->height > 0) argp_error(state, "expected --image-size or images, found both");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Grey noise over a gradient: some texture for every stage to work on, the same in every run. */
static frcnn_status make_image(frcnn_image **image, int height, int width)
{
    const frcnn_status status = frcnn_image_create(image, height, width, NULL);
    if (status != FRCNN_OK) return status;
    uint8_t *pixels = frcnn_image_get_pixels(*image);
    uint32_t random = 1;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < 3 * width; x++) {
            random = random * 1664525u + 1013904223u;
            pixels[(size_t)y * 3 * (size_t)width + (size_t)x] =
                (uint8_t)((random >> 26) + (uint32_t)(191 * y / height));
        }
    return FRCNN_OK;
}

static void draw(frcnn_image *image, const frcnn_result *result, const frcnn_model_info *info, frcnn_draw_box *boxes)
{
    for (size_t i = 0; i < result->count; i++) {
        const frcnn_detection *one = &result->detections[i];
        boxes[i] = (frcnn_draw_box){.x1 = one->x1,
                                    .y1 = one->y1,
                                    .x2 = one->x2,
                                    .y2 = one->y2,
                                    .label = info->categories[one->class_index].name,
                                    .score = one->score,
                                    .color_index = one->class_index};
    }
    if (frcnn_draw_boxes(image, boxes, result->count, NULL) != FRCNN_OK)
        fprintf(stderr, "frcnn: %s\n", frcnn_error_message());
}

/* One image once through everything; values are this run's, in milliseconds. */
static frcnn_status run_once(frcnn_detector *detector, const frcnn_model_info *info, const char *path,
                             frcnn_image *made, frcnn_result *result, double *values)
{
    frcnn_image *image = NULL;
    const double start = frcnn_machine_get_milliseconds();
    frcnn_status status = path != NULL ? frcnn_image_open(&image, path, NULL) : frcnn_image_copy(&image, made);
    values[STAGE_DECODE] = path != NULL ? frcnn_machine_get_milliseconds() - start : 0;
    frcnn_draw_box *boxes = NULL;
    if (status == FRCNN_OK) {
        const frcnn_image *const images[] = {image};
        const double before = frcnn_machine_get_milliseconds();
        status = frcnn_detector_run(detector, images, 1, result);
        values[STAGE_DETECT] = frcnn_machine_get_milliseconds() - before;
    }
    if (status == FRCNN_OK) {
        values[STAGE_RESIZE] = result->times.resize;
        values[STAGE_BACKBONE] = result->times.backbone;
        values[STAGE_RPN] = result->times.rpn;
        values[STAGE_ROI] = result->times.roi;
        values[STAGE_POST] = result->times.post;
        boxes = calloc(result->count + 1, sizeof *boxes);
        const double before = frcnn_machine_get_milliseconds();
        if (boxes != NULL) draw(image, result, info, boxes);
        values[STAGE_DRAW] = frcnn_machine_get_milliseconds() - before;
    }
    free(boxes);
    frcnn_image_destroy(&image);
    return status;
}

static frcnn_status add_macs(frcnn_detector *detector, const char *path, const frcnn_image *made, measured *results,
                             double weight)
{
    frcnn_image *image = NULL;
    frcnn_plan_info plan = {0};
    frcnn_status status = path != NULL ? frcnn_image_open(&image, path, NULL) : frcnn_image_copy(&image, made);
    if (status == FRCNN_OK)
        status =
            frcnn_detector_get_plan_info(detector, frcnn_image_get_height(image), frcnn_image_get_width(image), &plan);
    frcnn_image_destroy(&image);
    results->macs[STAGE_BACKBONE] += weight * (double)(plan.macs_backbone + plan.macs_fpn);
    results->macs[STAGE_RPN] += weight * (double)plan.macs_rpn;
    results->macs[STAGE_ROI] += weight * (double)plan.macs_roi;
    results->macs[STAGE_DETECT] +=
        weight * (double)(plan.macs_backbone + plan.macs_fpn + plan.macs_rpn + plan.macs_roi);
    return status;
}

static frcnn_status measure(const arguments *self, frcnn_detector *detector, const frcnn_model_info *info,
                            frcnn_image *made, measured *results)
{
    const int n_inputs = self->n_images > 0 ? self->n_images : 1;
    frcnn_result result = {0};
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < n_inputs && status == FRCNN_OK; i++) {
        const char *path = self->n_images > 0 ? self->images[i] : NULL;
        double values[N_STAGES] = {0};
        for (int r = 0; r < self->n_warmups && status == FRCNN_OK; r++)
            status = run_once(detector, info, path, made, &result, values);
        for (int r = 0; r < self->n_runs && status == FRCNN_OK; r++) {
            status = run_once(detector, info, path, made, &result, values);
            for (int s = 0; s < N_STAGES; s++) results->samples[s][results->n_samples] = values[s];
            results->n_samples++;
        }
        if (status == FRCNN_OK) status = add_macs(detector, path, made, results, 1.0 / n_inputs);
    }
    frcnn_result_deinit(&result);
    return status;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The value below which this part of the sorted samples lies, between neighbours in proportion. */
static double get_quantile(const double *sorted, int n, double part)
{
    const double place = part * (n - 1);
    const int below = (int)place;
    const int above = below + 1 < n ? below + 1 : below;
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

static spread get_spread(measured *results, stage which)
{
    double *samples = results->samples[which];
    qsort(samples, (size_t)results->n_samples, sizeof *samples, compare_doubles);
    return (spread){get_quantile(samples, results->n_samples, 0.5), get_quantile(samples, results->n_samples, 0.1),
                    get_quantile(samples, results->n_samples, 0.9)};
}

/* A multiply-add counts as two. */
static double get_gflops(const measured *results, stage which, const spread *time)
{
    return time->median > 0 ? 2e-6 * results->macs[which] / time->median : 0;
}

static void get_info(frcnn_device_info *info, const char *name)
{
    frcnn_device device;
    if (frcnn_device_parse(&device, name) != FRCNN_OK || frcnn_device_get_info(device, info) != FRCNN_OK)
        snprintf(info->name, sizeof info->name, "unknown");
}

static void print_text(FILE *stream, const arguments *self, const frcnn_model_info *info,
                       const frcnn_detector *detector, measured *results)
{
    const frcnn_detector_info *device = frcnn_detector_get_info(detector);
    frcnn_device_info cpu = {0}, gpu = {0};
    get_info(&cpu, "cpu");
    fprintf(stream, "%s, %s, %s\n", info->name, frcnn_get_backend(), device->device);
    if (strcmp(device->device, "cpu") != 0) {
        get_info(&gpu, device->device);
        fprintf(stream, "%s, %s\n", gpu.name, device->precision);
    }
    fprintf(stream, "%s, %d cores, %d threads\n", cpu.name, cpu.n_cores, device->n_threads);
    if (self->n_images > 0)
        fprintf(stream, "%d image%s, %d runs each behind %d to warm up\n\n", self->n_images,
                self->n_images == 1 ? "" : "s", self->n_runs, self->n_warmups);
    else
        fprintf(stream, "a made image of %dx%d, %d runs behind %d to warm up\n\n", self->height, self->width,
                self->n_runs, self->n_warmups);
    fprintf(stream, "%-10s %10s %10s %10s %10s\n", "ms", "median", "p10", "p90", "GFLOP/s");
    for (int s = 0; s < N_STAGES; s++) {
        if (s == STAGE_DECODE && self->n_images == 0) continue;
        const spread time = get_spread(results, (stage)s);
        fprintf(stream, "%-10s %10.3f %10.3f %10.3f", stage_names[s], time.median, time.p10, time.p90);
        if (results->macs[s] > 0) fprintf(stream, " %10.1f", get_gflops(results, (stage)s, &time));
        fputc('\n', stream);
    }
    fprintf(stream,
            "\npeak memory %.1f MB\nTimed by the clock on the wall. detect is all from pixels in memory to detections: "
            "resize to post, backbone with FPN.\n"
            "Not in detect: decode (reading the file, and its pixels) and draw (boxes on the image; no encoding). Not "
            "timed: opening the model, making plans.\n",
            (double)frcnn_machine_get_peak_bytes() * 1e-6);
}

static int save_json(const arguments *self, const frcnn_model_info *info, const frcnn_detector *detector,
                     measured *results)
{
    const frcnn_detector_info *device = frcnn_detector_get_info(detector);
    frcnn_device_info cpu = {0}, used = {0};
    get_info(&cpu, "cpu");
    get_info(&used, device->device);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "version", frcnn_get_version());
    cJSON_AddStringToObject(object, "backend", frcnn_get_backend());
    cJSON_AddStringToObject(object, "model", info->name);
    cJSON_AddStringToObject(object, "device", device->device);
    cJSON_AddStringToObject(object, "device_name", used.name);
    cJSON_AddStringToObject(object, "precision", device->precision);
    cJSON_AddStringToObject(object, "processor", cpu.name);
    cJSON_AddItemToObject(object, "cores", frcnn_json_int(cpu.n_cores));
    cJSON_AddItemToObject(object, "threads", frcnn_json_int(device->n_threads));
    if (self->n_images == 0) cJSON_AddItemToObject(object, "image_size", frcnn_json_pair(self->height, self->width));
    cJSON_AddItemToObject(object, "images", frcnn_json_int(self->n_images));
    cJSON_AddItemToObject(object, "runs", frcnn_json_int(self->n_runs));
    cJSON *stages = cJSON_AddObjectToObject(object, "ms");
    for (int s = 0; s < N_STAGES; s++) {
        if (s == STAGE_DECODE && self->n_images == 0) continue;
        const spread time = get_spread(results, (stage)s);
        cJSON *one = cJSON_AddObjectToObject(stages, stage_names[s]);
        cJSON_AddItemToObject(one, "median", frcnn_json_float((float)time.median));
        cJSON_AddItemToObject(one, "p10", frcnn_json_float((float)time.p10));
        cJSON_AddItemToObject(one, "p90", frcnn_json_float((float)time.p90));
        if (results->macs[s] > 0)
            cJSON_AddItemToObject(one, "gflops", frcnn_json_float((float)get_gflops(results, (stage)s, &time)));
    }
    cJSON_AddItemToObject(object, "peak_bytes", frcnn_json_int(frcnn_machine_get_peak_bytes()));
    return frcnn_json_save(object, self->json);
}

static int allocate(const arguments *self, measured *results)
{
    results->capacity = self->n_runs * (self->n_images > 0 ? self->n_images : 1);
    int is_ok = 1;
    for (int s = 0; s < N_STAGES; s++) {
        results->samples[s] = calloc((size_t)results->capacity, sizeof(double));
        is_ok = is_ok && results->samples[s] != NULL;
    }
    return is_ok;
}

static int bench(const arguments *self)
{
    frcnn_model *model = NULL;
    frcnn_detector *detector = NULL;
    frcnn_image *made = NULL;
    measured results = {0};
    int exit_status = FRCNN_EXIT_DONE;
    frcnn_status status = frcnn_model_open(&model, self->model, &self->model_options);
    if (status == FRCNN_OK) status = frcnn_devices_announce(self->detector.device, 0);
    if (status == FRCNN_OK) status = frcnn_detector_create(&detector, model, &self->detector);
    if (status == FRCNN_OK && self->n_images == 0) status = make_image(&made, self->height, self->width);
    if (status == FRCNN_OK && !allocate(self, &results)) {
        fputs("frcnn: out of memory\n", stderr);
        exit_status = FRCNN_EXIT_NOTHING_DONE;
    } else if (status == FRCNN_OK) {
        status = measure(self, detector, frcnn_model_get_info(model), made, &results);
    }
    if (status != FRCNN_OK) {
        frcnn_terminal_print_error();
        exit_status = FRCNN_EXIT_NOTHING_DONE;
    } else if (exit_status == FRCNN_EXIT_DONE) {
        const frcnn_model_info *info = frcnn_model_get_info(model);
        if (self->json == NULL || strcmp(self->json, "-") != 0) print_text(stdout, self, info, detector, &results);
        if (self->json != NULL && !save_json(self, info, detector, &results)) exit_status = FRCNN_EXIT_NOTHING_DONE;
    }
    for (int s = 0; s < N_STAGES; s++) free(results.samples[s]);
    frcnn_image_destroy(&made);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
    return exit_status;
}

int frcnn_command_bench(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&frcnn_detector_arguments, 0, NULL, 2},
        {&frcnn_model_arguments, 0, "The model's pre-processing and reading:", 7},
        {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "[IMAGE…]",
        .doc = "Measures speed on this machine, stage by stage.",
        .children = children,
    };
    arguments self = {.n_runs = 10, .n_warmups = 2};
    self.images = calloc((size_t)argc, sizeof *self.images);
    if (self.images == NULL) {
        fputs("frcnn: out of memory\n", stderr);
        return FRCNN_EXIT_NOTHING_DONE;
    }
    frcnn_model_options_default(&self.model_options);
    frcnn_detector_options_default(&self.detector);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    if (self.n_images == 0 && self.height == 0) {
        self.height = 480;
        self.width = 640;
    }
    const int exit_status = bench(&self);
    free(self.images);
    return exit_status;
}
