#include <argp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/anchor_arguments.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum { OPTION_CANVAS = 0x100, OPTION_CELL, OPTION_EVERY, OPTION_IOU, OPTION_ANNOTATIONS };
enum { TITLE_BYTES = 640 };

static const struct argp_option options[] = {
    {"out", 'o', "DIR", 0, "Folder for the pictures and index.html (default: frcnn-anchors)", 1},
    {"canvas", OPTION_CANVAS, "HxW", 0, "Draw on a blank padded image of this size instead of IMAGE", 1},
    {"cell", OPTION_CELL, "Y,X", 0, "Whose base anchors to draw: a cell of level 0 (default: the middle)", 1},
    {"every", OPTION_EVERY, "N", 0, "Draw every N-th cell of a level (default: as many as stay readable)", 1},
    {"annotations", OPTION_ANNOTATIONS, "FILE", 0, "Also match the boxes of this COCO JSON, VOC XML or YOLO file", 1},
    {"iou", OPTION_IOU, "T", 0, "A box is reached by an anchor of this IoU (default: 0.5)", 1},
    {0},
};

typedef struct arguments {
    frcnn_anchor_options anchors;
    const char *image, *out, *annotations;
    int canvas_h, canvas_w;
    frcnn_anchor_overlay_options overlay;
} arguments;

static error_t parse_cell(arguments *self, const char *argument, struct argp_state *state)
{
    const double most = UINT16_MAX;
    double values[2] = {-1, -1};
    int n = 0;
    if (!frcnn_value_doubles(argument, 2, values, &n) || n != 2 || !(values[0] >= 0 && values[0] <= most) ||
        !(values[1] >= 0 && values[1] <= most) || values[0] != (int)values[0] || values[1] != (int)values[1])
        frcnn_value_refuse(state, "--cell", "Y,X, whole numbers of 0 or more", argument);
    self->overlay.cell_y = (int)values[0];
    self->overlay.cell_x = (int)values[1];
    return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->anchors;
        return 0;
    case 'o':
        self->out = argument;
        return 0;
    case OPTION_CANVAS:
        if (!frcnn_value_size(argument, &self->canvas_h, &self->canvas_w))
            frcnn_value_refuse(state, "--canvas", "HEIGHTxWIDTH, each from 1 to 65535", argument);
        return 0;
    case OPTION_CELL:
        return parse_cell(self, argument, state);
    case OPTION_EVERY:
        if (!frcnn_value_int(argument, 1, UINT16_MAX, &self->overlay.every))
            frcnn_value_refuse(state, "--every", "a whole number from 1 to 65535", argument);
        return 0;
    case OPTION_IOU:
        if (!frcnn_value_double(argument, 0, 1, &self->overlay.min_iou))
            frcnn_value_refuse(state, "--iou", "a number from 0 to 1", argument);
        return 0;
    case OPTION_ANNOTATIONS:
        self->annotations = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (self->image != NULL) argp_error(state, "expected one IMAGE, found a second, '%s'", argument);
        self->image = argument;
        return 0;
    case ARGP_KEY_END:
        if (self->image == NULL && self->canvas_h == 0) argp_error(state, "expected IMAGE or --canvas, found neither");
        if (self->image != NULL && self->canvas_h != 0)
            argp_error(state, "expected IMAGE or --canvas, found both: '%s'", self->image);
        if (self->image == NULL && self->annotations != NULL)
            argp_error(state, "--annotations: expected IMAGE with it, found --canvas");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What is shown, and on what. */
typedef struct scene {
    frcnn_model *model; /* NULL: a convention was named */
    frcnn_image *image; /* NULL: a canvas */
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    int is_of_model; /* 1: the model would see the image on just these grids, with just these anchors */
    frcnn_proposals proposals;
    frcnn_boxes *boxes;
    frcnn_anchor_target *targets; /* n_targets of the options */
} scene;

/* The largest image of the same shape that fits into the padded one, in its top left corner. */
static void fit_image(const scene *self, frcnn_anchor_overlay_options *overlay)
{
    const int64_t height = frcnn_image_get_height(self->image), width = frcnn_image_get_width(self->image);
    const int64_t frame_h = self->grids.image_h, frame_w = self->grids.image_w;
    const int is_wide = width * frame_h >= height * frame_w;
    const int64_t resized_h = is_wide ? height * frame_w / width : frame_h;
    const int64_t resized_w = is_wide ? frame_w : width * frame_h / height;
    overlay->resized_h = resized_h > 0 ? (int)resized_h : 1;
    overlay->resized_w = resized_w > 0 ? (int)resized_w : 1;
}

static int get_model_grids(scene *self, frcnn_anchor_overlay_options *overlay)
{
    frcnn_model_sizes sizes;
    const frcnn_anchor_config *anchors = frcnn_model_get_info(self->model)->anchors;
    if (frcnn_model_get_sizes(self->model, frcnn_image_get_height(self->image), frcnn_image_get_width(self->image),
                              &sizes) != FRCNN_OK)
        return frcnn_terminal_print_error();
    overlay->resized_h = sizes.resized_height;
    overlay->resized_w = sizes.resized_width;
    self->is_of_model = memcmp(anchors, &self->config, sizeof self->config) == 0;
    if (self->is_of_model)
        return frcnn_anchor_grids_from_maps(&self->grids, &self->config, sizes.padded_height, sizes.padded_width,
                                            sizes.grid_height, sizes.grid_width) == FRCNN_OK ||
               frcnn_terminal_print_error();
    return frcnn_anchor_grids_from_image(&self->grids, &self->config, sizes.padded_height, sizes.padded_width) ==
               FRCNN_OK ||
           frcnn_terminal_print_error();
}

static int get_grids(scene *self, arguments *given)
{
    frcnn_anchor_options *anchors = &given->anchors;
    const int has_frame = anchors->image_h != 0 || anchors->grids != NULL;
    if (self->image == NULL) {
        if (anchors->image_h != 0) {
            frcnn_terminal_complain("--canvas: expected it without --image-size, found both");
            return 0;
        }
        anchors->image_h = given->canvas_h;
        anchors->image_w = given->canvas_w;
    } else if (!has_frame && self->model != NULL) {
        return get_model_grids(self, &given->overlay);
    } else if (!has_frame) {
        anchors->image_h = frcnn_image_get_height(self->image);
        anchors->image_w = frcnn_image_get_width(self->image);
    }
    if (!frcnn_anchor_options_get_grids(anchors, &self->config, &self->grids)) return 0;
    if (self->image != NULL) fit_image(self, &given->overlay);
    return 1;
}

static int find_proposals(scene *self, frcnn_anchor_overlay_options *overlay)
{
    frcnn_detector *detector = NULL;
    frcnn_status status = frcnn_detector_create(&detector, self->model, NULL);
    if (status == FRCNN_OK) status = frcnn_detector_get_proposals(detector, self->image, &self->proposals);
    frcnn_detector_destroy(&detector);
    overlay->proposal_anchors = self->proposals.anchors;
    overlay->proposal_scores = self->proposals.scores;
    return status == FRCNN_OK || frcnn_terminal_print_error();
}

/* A VOC or YOLO file of one image is that image's, whatever name it gives. */
static const frcnn_boxes_image *find_annotated(const scene *self, const char *name)
{
    const frcnn_boxes_image *found = frcnn_boxes_find_image(self->boxes, name);
    if (found == NULL && frcnn_boxes_get_n_images(self->boxes) == 1 &&
        frcnn_boxes_get_format(self->boxes) != FRCNN_BOXES_COCO)
        found = frcnn_boxes_get_image(self->boxes, 0);
    return found;
}

/* Boxes of single objects, in the frame of the anchors. */
static int make_targets(scene *self, const frcnn_boxes_image *image, frcnn_anchor_overlay_options *overlay)
{
    const frcnn_category *categories = frcnn_boxes_get_categories(self->boxes);
    const double scale_y = (double)overlay->resized_h / image->height;
    const double scale_x = (double)overlay->resized_w / image->width;
    self->targets = calloc(image->n_boxes + 1, sizeof *self->targets);
    if (self->targets == NULL) {
        frcnn_terminal_complain("not enough memory for %zu boxes", image->n_boxes);
        return 0;
    }
    for (size_t i = 0; i < image->n_boxes; i++) {
        const frcnn_box *box = &image->boxes[i];
        const double x1 = (double)box->x1, y1 = (double)box->y1, x2 = (double)box->x2, y2 = (double)box->y2;
        if (box->is_crowd) continue;
        self->targets[overlay->n_targets++] = (frcnn_anchor_target){.x1 = x1 * scale_x,
                                                                    .y1 = y1 * scale_y,
                                                                    .x2 = x2 * scale_x,
                                                                    .y2 = y2 * scale_y,
                                                                    .area = (x2 - x1) * (y2 - y1),
                                                                    .label = categories[box->category].name};
    }
    overlay->targets = self->targets;
    return 1;
}

/* Images without a size in the annotations are looked for beside IMAGE. */
static int open_boxes(scene *self, const arguments *given)
{
    frcnn_boxes_options box_options;
    frcnn_boxes_options_default(&box_options);
    const char *slash = strrchr(given->image, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - given->image) + 1;
    char *folder = calloc(length + 2, 1);
    if (folder == NULL) {
        frcnn_terminal_complain("out of memory");
        return 0;
    }
    memcpy(folder, length > 0 ? given->image : ".", length > 0 ? length : 1);
    box_options.images = folder;
    const frcnn_status status = frcnn_boxes_open(&self->boxes, given->annotations, &box_options);
    free(folder);
    return status == FRCNN_OK || frcnn_terminal_print_error();
}

static int find_targets(scene *self, arguments *given)
{
    const int height = frcnn_image_get_height(self->image), width = frcnn_image_get_width(self->image);
    if (!open_boxes(self, given)) return 0;
    const size_t n_bad = frcnn_boxes_get_n_bad(self->boxes);
    if (n_bad > 0)
        frcnn_terminal_complain("boxes left out: %zu, the first %s", n_bad, frcnn_boxes_get_bad(self->boxes, 0));
    const frcnn_boxes_image *image = find_annotated(self, given->image);
    if (image == NULL) {
        frcnn_terminal_complain("%s: expected boxes of %s, found other images only", given->annotations, given->image);
        return 0;
    }
    if (image->height != height || image->width != width) {
        frcnn_terminal_complain("%s: expected boxes of an image of %dx%d, found %dx%d", given->annotations, height,
                                width, image->height, image->width);
        return 0;
    }
    return make_targets(self, image, &given->overlay);
}

static void print_share(int64_t part, int64_t all)
{
    if (all == 0)
        printf(" %11s", "-");
    else
        printf(" %11.3f", (double)part / (double)all);
}

static int print_recall(const scene *self, const frcnn_anchor_overlay_options *overlay)
{
    static const char *const names[FRCNN_N_BOX_SIZES] = {"all", "small", "medium", "large"};
    frcnn_anchor_recall recall;
    frcnn_anchor_match *matches = calloc(overlay->n_targets + 1, sizeof *matches);
    const int is_done = matches != NULL && frcnn_anchors_match(matches, &self->config, &self->grids, overlay->targets,
                                                               overlay->n_targets) == FRCNN_OK;
    if (is_done) {
        frcnn_anchor_recall_count(&recall, overlay->targets, matches, overlay->n_targets);
        printf("objects  boxes  recall@0.5  recall@0.7\n");
        for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
            printf("%-7s  %5lld", names[i], (long long)recall.n_boxes[i]);
            print_share(recall.n_reached_50[i], recall.n_boxes[i]);
            print_share(recall.n_reached_70[i], recall.n_boxes[i]);
            putchar('\n');
        }
    }
    free(matches);
    return is_done || frcnn_terminal_print_error();
}

/* "photo.jpg, anchors of model.safetensors" */
static void name_scene(const scene *self, const arguments *given, char title[TITLE_BYTES])
{
    const char *slash = given->image != NULL ? strrchr(given->image, '/') : NULL;
    const char *of = self->model != NULL ? frcnn_model_get_info(self->model)->name
                                         : frcnn_anchor_convention_get_name(self->config.convention);
    if (given->image != NULL)
        snprintf(title, TITLE_BYTES, "%s, anchors of %s", slash != NULL ? slash + 1 : given->image, of);
    else
        snprintf(title, TITLE_BYTES, "Anchors of %s", of);
}

static int show(scene *self, arguments *given)
{
    frcnn_anchor_overlay_options *overlay = &given->overlay;
    const char *out = given->out != NULL ? given->out : "frcnn-anchors";
    if (!frcnn_anchor_options_get_config(&given->anchors, &self->config, &self->model)) return 0;
    if (given->image != NULL && frcnn_image_open(&self->image, given->image, NULL) != FRCNN_OK)
        return frcnn_terminal_print_error();
    if (!get_grids(self, given)) return 0;
    char title[TITLE_BYTES];
    name_scene(self, given, title);
    overlay->title = title;
    overlay->image = self->image;
    if (given->annotations != NULL && !find_targets(self, given)) return 0;
    if (self->is_of_model && !find_proposals(self, overlay)) return 0;
    if (frcnn_anchor_overlay_save(out, &self->config, &self->grids, overlay) != FRCNN_OK)
        return frcnn_terminal_print_error();
    if (overlay->targets != NULL && !print_recall(self, overlay)) return 0;
    printf("%s/%s\n", out, FRCNN_ANCHOR_OVERLAY_INDEX);
    return 1;
}

int frcnn_command_anchors_show(int argc, char **argv)
{
    static const struct argp_child children[] = {{&frcnn_anchor_arguments, 0, NULL, 0}, {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .children = children,
        .args_doc = "IMAGE\n--canvas HxW",
        .doc =
            "Draws anchors: those of one place, those of every n-th cell of each level, and on an IMAGE with a model "
            "those that became proposals.\v"
            "  frcnn anchors show photo.jpg -o pictures\n"
            "  frcnn anchors show --canvas 800x1088 --convention detectron2 --cell 100,136 -o pictures\n"
            "  frcnn anchors show photo.jpg --annotations photo.xml -o pictures",
    };
    arguments self = {0};
    scene s = {0};
    frcnn_model_options_default(&self.anchors.model_options);
    frcnn_anchor_overlay_options_default(&self.overlay);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    const int is_done = show(&s, &self);
    frcnn_proposals_deinit(&s.proposals);
    free(s.targets);
    frcnn_boxes_close(&s.boxes);
    frcnn_image_destroy(&s.image);
    frcnn_model_destroy(&s.model);
    return is_done ? FRCNN_EXIT_DONE : FRCNN_EXIT_NOTHING_DONE;
}
