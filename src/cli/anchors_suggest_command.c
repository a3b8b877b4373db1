#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/anchor_arguments.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum {
    OPTION_ANNOTATIONS = 0x100,
    OPTION_HOLDOUT,
    OPTION_IMAGES,
    OPTION_LEVELS,
    OPTION_PER_CELL,
    OPTION_MAX_LOSS,
    OPTION_PICTURE,
    OPTION_JSON,
    MAX_FILES = 64,
    MAX_SHOWN_BAD = 5,
    LIST_BYTES = 4096
};

static const struct argp_option options[] = {
    {"annotations", OPTION_ANNOTATIONS, "FILE", 0,
     "Boxes to fit: COCO JSON, VOC XML or YOLO labels, a file or a folder; may be repeated, or more FILEs follow", 1},
    {"holdout", OPTION_HOLDOUT, "FILE", 0, "Annotations that are measured, not fitted; may be repeated", 1},
    {"images", OPTION_IMAGES, "DIR", 0, "Where the images are whose size the annotations lack (default: beside them)",
     1},
    {"levels", OPTION_LEVELS, "N", 0, "Suggest for N levels (default: as many as there are)", 1},
    {"per-cell", OPTION_PER_CELL, "N", 0, "Suggest N anchors per cell (default: as many as there are)", 1},
    {"max-loss", OPTION_MAX_LOSS, "POINTS", 0,
     "Percent of the small, medium or large boxes that may be lost at IoU 0.5 for more at 0.7 (default: 2)", 1},
    {"picture", OPTION_PICTURE, "FILE", 0, "Draw box sizes and both sets of anchors as PNG", 1},
    {"json", OPTION_JSON, "FILE", 0, "Write the result as JSON; - is standard output, without the text", 1},
    {0},
};

/* Annotation files, and what was read from them. */
typedef struct annotation_list {
    const char *paths[MAX_FILES];
    frcnn_boxes *boxes[MAX_FILES];
    size_t n;
} annotation_list;

typedef struct arguments {
    frcnn_anchor_options anchors;
    annotation_list fitted, held_out;
    const char *images, *picture, *json;
    int n_levels, per_cell;
    double max_loss; /* percent */
} arguments;

/* What is told at the end. */
typedef struct result {
    frcnn_anchor_config before, after;
    frcnn_anchor_fit_options options;
    frcnn_anchor_recall fitted[2]; /* before, after */
    frcnn_anchor_recall held_out[MAX_FILES][2];
} result;

static void add_path(struct argp_state *state, annotation_list *list, const char *option, const char *path)
{
    if (list->n == MAX_FILES) frcnn_value_refuse(state, option, "at most 64 files", path);
    list->paths[list->n++] = path;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->anchors;
        return 0;
    case OPTION_ANNOTATIONS:
    case ARGP_KEY_ARG:
        add_path(state, &self->fitted, "--annotations", argument);
        return 0;
    case OPTION_HOLDOUT:
        add_path(state, &self->held_out, "--holdout", argument);
        return 0;
    case OPTION_IMAGES:
        self->images = argument;
        return 0;
    case OPTION_LEVELS:
        if (!frcnn_value_int(argument, 1, FRCNN_MAX_LEVELS, &self->n_levels))
            frcnn_value_refuse(state, "--levels", "a number from 1 to 8", argument);
        return 0;
    case OPTION_PER_CELL:
        if (!frcnn_value_int(argument, 1, FRCNN_MAX_SIZES * FRCNN_MAX_SIZES, &self->per_cell))
            frcnn_value_refuse(state, "--per-cell", "a number from 1 to 256", argument);
        return 0;
    case OPTION_MAX_LOSS:
        if (!frcnn_value_double(argument, 0, 100, &self->max_loss))
            frcnn_value_refuse(state, "--max-loss", "a number from 0 to 100", argument);
        return 0;
    case OPTION_PICTURE:
        if (strcmp(argument, "-") == 0) frcnn_value_refuse(state, "--picture", "a file to write", argument);
        self->picture = argument;
        return 0;
    case OPTION_JSON:
        self->json = argument;
        return 0;
    case ARGP_KEY_END:
        if (self->fitted.n == 0) argp_error(state, "expected --annotations FILE, found none");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int open_annotations(annotation_list *list, const char *images)
{
    frcnn_boxes_options options_of_boxes;
    frcnn_boxes_options_default(&options_of_boxes);
    options_of_boxes.images = images;
    for (size_t i = 0; i < list->n; i++) {
        if (frcnn_boxes_open(&list->boxes[i], list->paths[i], &options_of_boxes) != FRCNN_OK)
            return frcnn_terminal_print_error();
        const size_t n_bad = frcnn_boxes_get_n_bad(list->boxes[i]);
        if (n_bad == 0) continue;
        frcnn_terminal_complain("%s: bad boxes left out: %zu", list->paths[i], n_bad);
        for (size_t j = 0; j < n_bad && j < MAX_SHOWN_BAD; j++) {
            fputs("  ", stderr);
            frcnn_terminal_write(stderr, frcnn_boxes_get_bad(list->boxes[i], j), 0);
            fputc('\n', stderr);
        }
        if (n_bad > MAX_SHOWN_BAD) fprintf(stderr, "  … and %zu more\n", n_bad - MAX_SHOWN_BAD);
    }
    return 1;
}

static void close_annotations(annotation_list *list)
{
    for (size_t i = 0; i < list->n; i++) frcnn_boxes_close(&list->boxes[i]);
}

/* The resizing of the model's family, or of the convention, over which options go. */
static void set_options(const arguments *self, const frcnn_anchor_config *config, const frcnn_model *model,
                        frcnn_anchor_fit_options *fit)
{
    frcnn_anchor_fit_options_default(fit, config->convention);
    if (model != NULL) {
        fit->min_size = frcnn_model_get_info(model)->settings->min_size;
        fit->max_size = frcnn_model_get_info(model)->settings->max_size;
    } else {
        if (self->anchors.model_options.min_size > 0) fit->min_size = self->anchors.model_options.min_size;
        if (self->anchors.model_options.max_size > 0) fit->max_size = self->anchors.model_options.max_size;
    }
    fit->image_h = self->anchors.image_h;
    fit->image_w = self->anchors.image_w;
    fit->n_levels = self->n_levels;
    fit->per_cell = self->per_cell;
    fit->max_loss = self->max_loss / 100;
}

static const frcnn_boxes *const *get_boxes(const annotation_list *list)
{
    return (const frcnn_boxes *const *)list->boxes;
}

static int measure(frcnn_anchor_recall recall[2], const result *self, const frcnn_boxes *const *boxes, size_t n)
{
    return frcnn_anchor_recall_measure(&recall[0], &self->before, boxes, n, &self->options) == FRCNN_OK &&
           frcnn_anchor_recall_measure(&recall[1], &self->after, boxes, n, &self->options) == FRCNN_OK;
}

/* "24,30/48" */
static void format_list(char *text, size_t size, const double *values, int n)
{
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < n && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%.9g", i > 0 ? "," : "", values[i]);
}

static void format_levels(char text[LIST_BYTES], const frcnn_anchor_config *config, int is_ratios)
{
    char previous[512] = "";
    int n_lists = config->n_levels;
    size_t length = 0;
    /* One list of ratios stands for all levels. */
    if (is_ratios) {
        n_lists = 1;
        for (int i = 0; i < config->n_levels; i++) {
            char list[512];
            format_list(list, sizeof list, config->levels[i].ratios, config->levels[i].n_ratios);
            if (i > 0 && strcmp(list, previous) != 0) n_lists = config->n_levels;
            memcpy(previous, list, sizeof previous);
        }
    }
    text[0] = '\0';
    for (int i = 0; i < n_lists; i++) {
        const frcnn_anchor_level_config *level = &config->levels[i];
        char list[512];
        format_list(list, sizeof list, is_ratios ? level->ratios : level->sizes,
                    is_ratios ? level->n_ratios : level->n_sizes);
        length += (size_t)snprintf(text + length, LIST_BYTES - length, "%s%s", i > 0 ? "/" : "", list);
    }
}

static int is_same(const frcnn_anchor_config *a, const frcnn_anchor_config *b)
{
    char lists[4][LIST_BYTES];
    format_levels(lists[0], a, 0);
    format_levels(lists[1], b, 0);
    format_levels(lists[2], a, 1);
    format_levels(lists[3], b, 1);
    return strcmp(lists[0], lists[1]) == 0 && strcmp(lists[2], lists[3]) == 0;
}

static double get_percent(int64_t part, int64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_recall(const frcnn_anchor_recall recall[2])
{
    static const char *const names[FRCNN_N_BOX_SIZES] = {"all", "small", "medium", "large"};
    printf("           boxes   IoU 0.5: before  after    0.7: before  after    mean IoU: before  after\n");
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
        const int64_t n = recall[0].n_boxes[i];
        if (n == 0) continue;
        printf("  %-6s %8" PRId64 " %12.1f %% %6.1f %% %10.1f %% %5.1f %% %17.3f %6.3f\n", names[i], n,
               get_percent(recall[0].n_reached_50[i], n), get_percent(recall[1].n_reached_50[i], n),
               get_percent(recall[0].n_reached_70[i], n), get_percent(recall[1].n_reached_70[i], n),
               recall[0].mean_iou[i], recall[1].mean_iou[i]);
    }
}

static void print_strides(const frcnn_anchor_config *config)
{
    printf(" --strides ");
    for (int i = 0; i < config->n_levels; i++) {
        const frcnn_anchor_level_config *level = &config->levels[i];
        printf("%s%d", i > 0 ? "," : "", level->stride_y);
        if (level->stride_x != level->stride_y) printf("x%d", level->stride_x);
    }
}

static void print_text(const arguments *self, const result *found)
{
    char sizes[LIST_BYTES], ratios[LIST_BYTES];
    const frcnn_anchor_fit_options *fit = &found->options;
    size_t n_images = 0;
    for (size_t i = 0; i < self->fitted.n; i++) n_images += frcnn_boxes_get_n_images(self->fitted.boxes[i]);
    const int64_t n_boxes = found->fitted[0].n_boxes[FRCNN_BOX_ANY];
    printf("%" PRId64 " box%s in %zu image%s, ", n_boxes, n_boxes == 1 ? "" : "es", n_images, n_images == 1 ? "" : "s");
    if (fit->image_h > 0)
        printf("resized to fit into %dx%d\n", fit->image_h, fit->image_w);
    else
        printf("resized to a short side of %d, a long side of at most %d\n", fit->min_size, fit->max_size);
    print_recall(found->fitted);
    for (size_t i = 0; i < self->held_out.n; i++) {
        frcnn_terminal_write(stdout, self->held_out.paths[i], 0);
        printf(", held out:\n");
        print_recall(found->held_out[i]);
    }
    format_levels(sizes, &found->before, 0);
    format_levels(ratios, &found->before, 1);
    printf("before:  --sizes %s --ratios %s\n", sizes, ratios);
    if (is_same(&found->before, &found->after)) {
        printf("suggest: no others: none were found that reach more\n");
        return;
    }
    format_levels(sizes, &found->after, 0);
    format_levels(ratios, &found->after, 1);
    printf("suggest: --sizes %s --ratios %s", sizes, ratios);
    if (found->after.n_levels != found->before.n_levels) print_strides(&found->after);
    printf("\n");
}

static cJSON *make_numbers(const double *values, int n)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < n; i++) cJSON_AddItemToArray(list, cJSON_CreateNumber(values[i]));
    return list;
}

static cJSON *make_config(const frcnn_anchor_config *config)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *sizes = cJSON_AddArrayToObject(object, "sizes");
    cJSON *ratios = cJSON_AddArrayToObject(object, "ratios");
    cJSON *strides = cJSON_AddArrayToObject(object, "strides");
    for (int i = 0; i < config->n_levels; i++) {
        const frcnn_anchor_level_config *level = &config->levels[i];
        cJSON_AddItemToArray(sizes, make_numbers(level->sizes, level->n_sizes));
        cJSON_AddItemToArray(ratios, make_numbers(level->ratios, level->n_ratios));
        cJSON_AddItemToArray(strides, frcnn_json_pair(level->stride_y, level->stride_x));
    }
    return object;
}

static cJSON *make_recall(const frcnn_anchor_recall recall[2])
{
    static const char *const names[FRCNN_N_BOX_SIZES] = {"all", "small", "medium", "large"};
    static const char *const moments[2] = {"before", "after"};
    cJSON *object = cJSON_CreateObject();
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
        const int64_t n = recall[0].n_boxes[i];
        cJSON *size = cJSON_AddObjectToObject(object, names[i]);
        cJSON_AddItemToObject(size, "boxes", frcnn_json_int(n));
        for (int j = 0; j < 2; j++) {
            cJSON *moment = cJSON_AddObjectToObject(size, moments[j]);
            const double whole = n > 0 ? (double)n : 1;
            cJSON_AddItemToObject(moment, "recall_50",
                                  frcnn_json_float((float)((double)recall[j].n_reached_50[i] / whole)));
            cJSON_AddItemToObject(moment, "recall_70",
                                  frcnn_json_float((float)((double)recall[j].n_reached_70[i] / whole)));
            cJSON_AddItemToObject(moment, "mean_iou", frcnn_json_float((float)recall[j].mean_iou[i]));
        }
    }
    return object;
}

static int save_json(const arguments *self, const result *found, const char *path)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "convention", frcnn_anchor_convention_get_name(found->before.convention));
    cJSON_AddItemToObject(object, "before", make_config(&found->before));
    cJSON_AddItemToObject(object, "after", make_config(&found->after));
    cJSON_AddItemToObject(object, "recall", make_recall(found->fitted));
    cJSON *held_out = cJSON_AddArrayToObject(object, "holdout");
    for (size_t i = 0; i < self->held_out.n; i++) {
        cJSON *item = make_recall(found->held_out[i]);
        cJSON_AddStringToObject(item, "file", self->held_out.paths[i]);
        cJSON_AddItemToArray(held_out, item);
    }
    return frcnn_json_save(object, path);
}

static int save_picture(const arguments *self, const result *found, const char *path)
{
    frcnn_image *image = NULL;
    frcnn_status status = frcnn_anchor_fit_draw(&image, &found->before, &found->after, get_boxes(&self->fitted),
                                                self->fitted.n, &found->options);
    if (status == FRCNN_OK) status = frcnn_image_save(image, path, FRCNN_IMAGE_PNG);
    frcnn_image_destroy(&image);
    return status == FRCNN_OK || frcnn_terminal_print_error();
}

static int suggest(arguments *self, result *found)
{
    if (!open_annotations(&self->fitted, self->images) || !open_annotations(&self->held_out, self->images)) return 0;
    const frcnn_boxes *const *boxes = get_boxes(&self->fitted);
    if (frcnn_anchor_fit(&found->after, &found->before, boxes, self->fitted.n, &found->options) != FRCNN_OK ||
        !measure(found->fitted, found, boxes, self->fitted.n))
        return frcnn_terminal_print_error();
    for (size_t i = 0; i < self->held_out.n; i++)
        if (!measure(found->held_out[i], found, get_boxes(&self->held_out) + i, 1)) return frcnn_terminal_print_error();
    if (self->picture != NULL && !save_picture(self, found, self->picture)) return 0;
    if (self->json != NULL && !save_json(self, found, self->json)) return 0;
    if (self->json == NULL || strcmp(self->json, "-") != 0) print_text(self, found);
    return 1;
}

int frcnn_command_anchors_suggest(int argc, char **argv)
{
    static const struct argp_child children[] = {{&frcnn_anchor_arguments, 0, NULL, 0}, {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .children = children,
        .args_doc = "--annotations FILE…",
        .doc =
            "Finds sizes and ratios whose anchors reach more of the annotated boxes.\v"
            "Images are resized as the model does it; without a model, --min-size and --max-size, or --image-size for "
            "one that all images fit into, say how. --sizes and --ratios say what to start from.\n\n"
            "  frcnn anchors suggest --annotations train.json --holdout val.json --picture boxes.png\n"
            "  frcnn anchors suggest --convention detectron2 --min-size 640 --annotations VOC2012/Annotations",
    };
    arguments self = {.max_loss = 2};
    result *found = calloc(1, sizeof *found);
    frcnn_model *model = NULL;
    int is_done = 0;
    if (found == NULL) {
        frcnn_terminal_complain("out of memory");
        return FRCNN_EXIT_NOTHING_DONE;
    }
    frcnn_model_options_default(&self.anchors.model_options);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    if (self.anchors.grids != NULL) {
        frcnn_terminal_complain("expected no --grids: they follow from the images' sizes");
    } else if (frcnn_anchor_options_get_config(&self.anchors, &found->before, &model)) {
        set_options(&self, &found->before, model, &found->options);
        is_done = suggest(&self, found);
    }
    close_annotations(&self.fitted);
    close_annotations(&self.held_out);
    frcnn_model_destroy(&model);
    free(found);
    return is_done ? FRCNN_EXIT_DONE : FRCNN_EXIT_NOTHING_DONE;
}
