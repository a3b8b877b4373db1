#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/device_output.h"
#include "cli/json_output.h"
#include "cli/model_arguments.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum { OPTION_IMAGE_SIZE = 0x100, OPTION_TENSORS, OPTION_JSON, OPTION_DEVICES, NAME_BYTES = 256 };

static const struct argp_option options[] = {
    {"image-size", OPTION_IMAGE_SIZE, "HxW", 0, "Sizes, work and memory for an image of this size", 1},
    {"tensors", OPTION_TENSORS, NULL, 0, "List the checkpoint's tensors", 1},
    {"json", OPTION_JSON, NULL, 0, "Print JSON", 1},
    {"devices", OPTION_DEVICES, NULL, 0, "What can compute here", 1},
    {0},
};

typedef struct arguments {
    const char *model;
    int height, width; /* 0: none given */
    int has_tensors, has_json, has_devices;
    frcnn_model_options model_options;
} arguments;

/* What is known of an image of the size asked for. */
typedef struct image_facts {
    frcnn_model_sizes sizes;
    frcnn_plan_info plan;
} image_facts;

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->model_options;
        return 0;
    case OPTION_IMAGE_SIZE:
        if (!frcnn_value_size(argument, &self->height, &self->width))
            frcnn_value_refuse(state, "--image-size", "HEIGHTxWIDTH, each from 1 to 65535", argument);
        return 0;
    case OPTION_TENSORS:
        self->has_tensors = 1;
        return 0;
    case OPTION_JSON:
        self->has_json = 1;
        return 0;
    case OPTION_DEVICES:
        self->has_devices = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) argp_error(state, "expected one model, found '%s' beside '%s'", argument, self->model);
        self->model = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The pyramid's maps are called 0, 1, … and the one pooled from the last of them, pool. */
static const char *get_level_name(const frcnn_settings *settings, int level, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%d", level);
    return level < settings->n_return_layers ? name : "pool";
}

static void print_floats(const char *name, const float *values, int n)
{
    printf("%s", name);
    for (int i = 0; i < n; i++) printf("%s%.7g", i == 0 ? "" : ", ", (double)values[i]);
}

static void print_model(const frcnn_model_info *info)
{
    const frcnn_settings *settings = info->settings;
    char name[NAME_BYTES];
    printf("model          ");
    frcnn_terminal_write(stdout, info->path, 0);
    printf("\nsha256         %s\nfamily         %s: %s\nbackbone       %s\nparameters     %" PRId64
           "\nclasses        %zu:",
           info->sha256, settings->family, info->family_reason, settings->backbone, info->n_parameters,
           info->n_categories);
    for (size_t i = 0; i < info->n_categories; i++) {
        printf("%s %d ", i == 0 ? "" : ",", info->categories[i].id);
        frcnn_terminal_write(stdout, info->categories[i].name, 0);
    }
    if (info->n_unused > 0) printf("\nunused         %" PRId64 " tensors, as of a mask head", info->n_unused);
    printf("\npre-processing %s", settings->order);
    print_floats(info->is_unit_range ? " in 0 … 1, mean " : " in 0 … 255, mean ", settings->mean, settings->n_channels);
    print_floats("; std ", settings->std, settings->n_channels);
    printf("\n               short side %d, long side at most %d\nanchors        %d a cell", settings->min_size,
           settings->max_size, info->n_anchors_per_cell);
    print_floats("; height / width ", settings->anchor_ratios, settings->n_ratios);
    for (int i = 0; i < settings->n_levels; i++) {
        printf("\n  level %-6s ", get_level_name(settings, i, name));
        print_floats(" sizes ", settings->anchor_sizes[i], settings->n_sizes[i]);
    }
    printf("\nproposals      best %d a level, NMS above IoU %g, then best %d; score above %g\n",
           settings->rpn_pre_nms_top_n, (double)settings->rpn_nms_thresh, settings->rpn_post_nms_top_n,
           (double)settings->rpn_score_thresh);
    printf("RoIs           %dx%d by %s", settings->roi_output_size, settings->roi_output_size, info->roi_pooling);
    if (strcmp(info->roi_pooling, "RoIPool") != 0) printf(", sampling ratio %d", settings->roi_sampling_ratio);
    putchar('\n');
    printf("detections     score above %g, NMS above IoU %g, at most %d an image\n", (double)settings->box_score_thresh,
           (double)settings->box_nms_thresh, settings->box_detections_per_img);
}

static void print_facts(const arguments *self, const frcnn_settings *settings, const image_facts *facts)
{
    const frcnn_model_sizes *sizes = &facts->sizes;
    const frcnn_plan_info *plan = &facts->plan;
    char name[NAME_BYTES];
    printf("\nimage          %dx%d, resized to %dx%d, padded to %dx%d\n", self->height, self->width,
           sizes->resized_height, sizes->resized_width, sizes->padded_height, sizes->padded_width);
    for (int i = 0; i < sizes->n_levels; i++)
        printf("  level %-6s  grid %dx%d, stride %dx%d\n", get_level_name(settings, i, name), sizes->grid_height[i],
               sizes->grid_width[i], sizes->stride_y[i], sizes->stride_x[i]);
    printf("anchors        %" PRId64 "\n", sizes->n_anchors);
    printf("GMACs          backbone %.3f, FPN %.3f, RPN %.3f, RoI %.3f\n", (double)plan->macs_backbone * 1e-9,
           (double)plan->macs_fpn * 1e-9, (double)plan->macs_rpn * 1e-9, (double)plan->macs_roi * 1e-9);
    printf("memory         %.1f MB arena, %.1f MB packed weights\n", (double)plan->arena_bytes * 1e-6,
           (double)plan->weights_bytes * 1e-6);
}

static cJSON *make_levels(const frcnn_settings *settings, const image_facts *facts)
{
    cJSON *levels = cJSON_CreateArray();
    for (int i = 0; i < settings->n_levels; i++) {
        char name[NAME_BYTES];
        cJSON *level = cJSON_CreateObject();
        cJSON_AddStringToObject(level, "name", get_level_name(settings, i, name));
        if (facts != NULL) {
            const frcnn_model_sizes *sizes = &facts->sizes;
            cJSON_AddItemToObject(level, "stride", frcnn_json_pair(sizes->stride_y[i], sizes->stride_x[i]));
            cJSON_AddItemToObject(level, "grid", frcnn_json_pair(sizes->grid_height[i], sizes->grid_width[i]));
        }
        cJSON_AddItemToArray(levels, level);
    }
    return levels;
}

static cJSON *make_anchors(const frcnn_model_info *info, const image_facts *facts)
{
    const frcnn_settings *settings = info->settings;
    cJSON *anchors = cJSON_CreateObject();
    cJSON *sizes = cJSON_CreateArray();
    cJSON_AddStringToObject(anchors, "convention", frcnn_anchor_convention_get_name(info->anchors->convention));
    for (int i = 0; i < settings->n_levels; i++)
        cJSON_AddItemToArray(sizes, frcnn_json_float_list(settings->anchor_sizes[i], settings->n_sizes[i]));
    cJSON_AddItemToObject(anchors, "sizes", sizes);
    cJSON_AddItemToObject(anchors, "ratios", frcnn_json_float_list(settings->anchor_ratios, settings->n_ratios));
    cJSON_AddItemToObject(anchors, "per_cell", frcnn_json_int(info->n_anchors_per_cell));
    if (facts != NULL) cJSON_AddItemToObject(anchors, "total", frcnn_json_int(facts->sizes.n_anchors));
    return anchors;
}

static cJSON *make_preprocess(const frcnn_settings *settings)
{
    cJSON *preprocess = cJSON_CreateObject();
    cJSON_AddStringToObject(preprocess, "order", settings->order);
    cJSON_AddItemToObject(preprocess, "mean", frcnn_json_float_list(settings->mean, settings->n_channels));
    cJSON_AddItemToObject(preprocess, "std", frcnn_json_float_list(settings->std, settings->n_channels));
    cJSON_AddItemToObject(preprocess, "min_size", frcnn_json_int(settings->min_size));
    cJSON_AddItemToObject(preprocess, "max_size", frcnn_json_int(settings->max_size));
    return preprocess;
}

static void add_facts(cJSON *object, const image_facts *facts)
{
    const frcnn_model_sizes *sizes = &facts->sizes;
    cJSON_AddItemToObject(object, "resized", frcnn_json_pair(sizes->resized_height, sizes->resized_width));
    cJSON_AddItemToObject(object, "padded", frcnn_json_pair(sizes->padded_height, sizes->padded_width));
    cJSON *macs = cJSON_AddObjectToObject(object, "macs");
    cJSON_AddItemToObject(macs, "backbone", frcnn_json_int(facts->plan.macs_backbone));
    cJSON_AddItemToObject(macs, "fpn", frcnn_json_int(facts->plan.macs_fpn));
    cJSON_AddItemToObject(macs, "rpn", frcnn_json_int(facts->plan.macs_rpn));
    cJSON_AddItemToObject(macs, "roi", frcnn_json_int(facts->plan.macs_roi));
    cJSON_AddItemToObject(object, "arena_bytes", frcnn_json_int((int64_t)facts->plan.arena_bytes));
}

static cJSON *make_tensors(const frcnn_checkpoint *checkpoint)
{
    cJSON *tensors = cJSON_CreateArray();
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        const frcnn_tensor *tensor = frcnn_checkpoint_get_tensor(checkpoint, i);
        cJSON *object = cJSON_CreateObject(), *shape = cJSON_CreateArray();
        cJSON_AddStringToObject(object, "name", frcnn_checkpoint_get_name(checkpoint, i));
        cJSON_AddStringToObject(object, "dtype", frcnn_dtype_get_name(frcnn_tensor_get_dtype(tensor)));
        for (int d = 0; d < frcnn_tensor_get_n_dims(tensor); d++)
            cJSON_AddItemToArray(shape, frcnn_json_int(frcnn_tensor_get_shape(tensor)[d]));
        cJSON_AddItemToObject(object, "shape", shape);
        cJSON_AddItemToArray(tensors, object);
    }
    return tensors;
}

static void print_tensors(const frcnn_checkpoint *checkpoint)
{
    printf("\n%zu tensors\n", frcnn_checkpoint_get_count(checkpoint));
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        const frcnn_tensor *tensor = frcnn_checkpoint_get_tensor(checkpoint, i);
        printf("  %-4s [", frcnn_dtype_get_name(frcnn_tensor_get_dtype(tensor)));
        for (int d = 0; d < frcnn_tensor_get_n_dims(tensor); d++)
            printf("%s%" PRId64, d == 0 ? "" : ", ", frcnn_tensor_get_shape(tensor)[d]);
        printf("] ");
        frcnn_terminal_write(stdout, frcnn_checkpoint_get_name(checkpoint, i), 0);
        putchar('\n');
    }
}

static int print_json(const arguments *self, const frcnn_model_info *info, const image_facts *facts,
                      const frcnn_checkpoint *checkpoint)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "family", info->settings->family);
    cJSON_AddStringToObject(object, "backbone", info->settings->backbone);
    cJSON *classes = cJSON_AddArrayToObject(object, "classes");
    for (size_t i = 0; i < info->n_categories; i++)
        cJSON_AddItemToArray(classes, cJSON_CreateString(info->categories[i].name));
    cJSON_AddItemToObject(object, "parameters", frcnn_json_int(info->n_parameters));
    cJSON_AddItemToObject(object, "preprocess", make_preprocess(info->settings));
    cJSON_AddItemToObject(object, "levels", make_levels(info->settings, facts));
    cJSON_AddItemToObject(object, "anchors", make_anchors(info, facts));
    if (facts != NULL) add_facts(object, facts);
    if (checkpoint != NULL) cJSON_AddItemToObject(object, "tensors", make_tensors(checkpoint));
    if (self->has_devices) cJSON_AddItemToObject(object, "devices", frcnn_devices_make_json());
    return frcnn_json_save(object, "-") ? FRCNN_EXIT_DONE : FRCNN_EXIT_NOTHING_DONE;
}

static frcnn_status find_facts(const arguments *self, const frcnn_model *model, image_facts *facts)
{
    frcnn_detector *detector = NULL;
    frcnn_status status = frcnn_model_get_sizes(model, self->height, self->width, &facts->sizes);
    if (status == FRCNN_OK) status = frcnn_detector_create(&detector, model, NULL);
    if (status == FRCNN_OK) status = frcnn_detector_get_plan_info(detector, self->height, self->width, &facts->plan);
    frcnn_detector_destroy(&detector);
    return status;
}

static int show_model(const arguments *self)
{
    frcnn_model *model = NULL;
    frcnn_checkpoint *checkpoint = NULL;
    image_facts facts = {0};
    const int has_size = self->height > 0;
    int exit_status = FRCNN_EXIT_DONE;
    frcnn_status status = frcnn_model_open(&model, self->model, &self->model_options);
    if (status == FRCNN_OK && has_size) status = find_facts(self, model, &facts);
    if (status == FRCNN_OK && self->has_tensors)
        status = frcnn_checkpoint_open(&checkpoint, frcnn_model_get_info(model)->path);
    if (status != FRCNN_OK) {
        frcnn_terminal_print_error();
        exit_status = FRCNN_EXIT_NOTHING_DONE;
        /* What a file holds that is no detector. */
        if (model == NULL && self->has_tensors && self->model != NULL && !self->has_json &&
            frcnn_checkpoint_open(&checkpoint, self->model) == FRCNN_OK)
            print_tensors(checkpoint);
    } else if (self->has_json) {
        exit_status = print_json(self, frcnn_model_get_info(model), has_size ? &facts : NULL, checkpoint);
    } else {
        print_model(frcnn_model_get_info(model));
        if (has_size) print_facts(self, frcnn_model_get_info(model)->settings, &facts);
        if (checkpoint != NULL) print_tensors(checkpoint);
    }
    frcnn_checkpoint_close(&checkpoint);
    frcnn_model_destroy(&model);
    return exit_status;
}

static int show_devices(const arguments *self)
{
    if (!self->has_json) {
        frcnn_devices_print(stdout);
        return FRCNN_EXIT_DONE;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, "devices", frcnn_devices_make_json());
    return frcnn_json_save(object, "-") ? FRCNN_EXIT_DONE : FRCNN_EXIT_NOTHING_DONE;
}

int frcnn_command_info(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&frcnn_model_arguments, 0, "The model's pre-processing and reading:", 7}, {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "[MODEL]",
        .doc = "Tells what a checkpoint is, and what an image of a given size becomes in it. Without MODEL: the model "
               "that comes with frcnn.",
        .children = children,
    };
    arguments self = {0};
    frcnn_model_options_default(&self.model_options);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    if (self.has_devices && self.model == NULL && self.height == 0 && !self.has_tensors) return show_devices(&self);
    if (self.has_devices && !self.has_json) frcnn_devices_print(stdout);
    return show_model(&self);
}
