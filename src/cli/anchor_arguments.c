#include "cli/anchor_arguments.h"
#include "cli/terminal_text.h"

#include <stdio.h>
#include <string.h>

#include "cli/model_arguments.h"
#include "cli/values.h"

enum {
    OPTION_CONVENTION = 0x300,
    OPTION_SIZES,
    OPTION_RATIOS,
    OPTION_STRIDES,
    OPTION_OFFSET,
    OPTION_BASE_SIZE,
    OPTION_OCTAVE,
    OPTION_ORDER,
    OPTION_IMAGE_SIZE,
    OPTION_GRIDS
};

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The anchors of this checkpoint (without --convention: the default model's)", 0},
    {"convention", OPTION_CONVENTION, "NAME", 0,
     "torchvision, detectron2, mmdet, mmdet-legacy, py-faster-rcnn, matlab or simple-faster-rcnn", 0},
    {"sizes", OPTION_SIZES, "LIST", 0,
     "Sizes, with , within a level and / between levels: pixels, or multiples of the base size", 0},
    {"ratios", OPTION_RATIOS, "LIST", 0, "Ratios height / width, one list for all levels or one for each", 0},
    {"strides", OPTION_STRIDES, "HxW,...", 0, "Pixels per cell of each level; N stands for NxN", 0},
    {"offset", OPTION_OFFSET, "X", 0, "Centre of the first cell's boxes, in strides", 0},
    {"base-size", OPTION_BASE_SIZE, "N", 0, "What sizes are multiples of (mmdet: the stride; the VGG16 ones: 16)", 0},
    {"octave", OPTION_OCTAVE, "BASE,N", 0, "N sizes BASE * 2^(i / N) on every level instead of --sizes", 0},
    {"order", OPTION_ORDER, "ratio|size", 0, "What varies slowest in a cell, where it is not the convention's", 0},
    {"image-size", OPTION_IMAGE_SIZE, "HxW", 0, "The padded image: maps of side / stride, rounded up", 0},
    {"grids", OPTION_GRIDS, "HxW,...", 0, "The maps themselves, one for each level", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    frcnn_anchor_options *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->model_options;
        return 0;
    case 'm':
        self->model = argument;
        return 0;
    case OPTION_CONVENTION:
        self->convention = argument;
        return 0;
    case OPTION_SIZES:
        self->sizes = argument;
        return 0;
    case OPTION_RATIOS:
        self->ratios = argument;
        return 0;
    case OPTION_STRIDES:
        self->strides = argument;
        return 0;
    case OPTION_OFFSET:
        self->offset = argument;
        return 0;
    case OPTION_BASE_SIZE:
        self->base_size = argument;
        return 0;
    case OPTION_OCTAVE:
        self->octave = argument;
        return 0;
    case OPTION_GRIDS:
        self->grids = argument;
        return 0;
    case OPTION_ORDER:
        if (strcmp(argument, "ratio") != 0 && strcmp(argument, "size") != 0)
            frcnn_value_refuse(state, "--order", "ratio or size", argument);
        self->order = argument[0] == 'r' ? FRCNN_ANCHOR_ORDER_RATIO_MAJOR : FRCNN_ANCHOR_ORDER_SIZE_MAJOR;
        return 0;
    case OPTION_IMAGE_SIZE:
        if (!frcnn_value_size(argument, &self->image_h, &self->image_w))
            frcnn_value_refuse(state, "--image-size", "HEIGHTxWIDTH, each from 1 to 65535", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&frcnn_model_arguments, 0, "How to read the model:", 2}, {0}};

const struct argp frcnn_anchor_arguments = {.options = options, .parser = parse_option, .children = children};

static int refuse(const char *option, const char *expected, const char *found)
{
    frcnn_terminal_complain("%s: expected %s, found '%s'", option, expected, found);
    return 0;
}

/* HxW or N, with commas between. */
static int parse_pairs(const char *text, int *first, int *second, int *n)
{
    char part[64];
    *n = 0;
    for (const char *start = text;; start++) {
        const size_t length = strcspn(start, ",");
        if (length >= sizeof part || *n == FRCNN_MAX_LEVELS) return 0;
        memcpy(part, start, length);
        part[length] = '\0';
        if (frcnn_value_int(part, 1, UINT16_MAX, &first[*n]))
            second[*n] = first[*n];
        else if (!frcnn_value_size(part, &first[*n], &second[*n]))
            return 0;
        (*n)++;
        start += length;
        if (*start == '\0') return 1;
    }
}

/* --strides, --sizes or --octave, --ratios say how many levels there are; those that say it must agree. */
static int set_strides(const frcnn_anchor_options *self, frcnn_anchor_config *config)
{
    int y[FRCNN_MAX_LEVELS];
    int x[FRCNN_MAX_LEVELS];
    int n = 0;
    if (self->strides == NULL) return 1;
    if (!parse_pairs(self->strides, y, x, &n))
        return refuse("--strides", "at most 8 of HxW or N, with commas between", self->strides);
    for (int i = config->n_levels; i < n; i++) config->levels[i] = config->levels[config->n_levels - 1];
    config->n_levels = n;
    for (int i = 0; i < n; i++) {
        config->levels[i].stride_y = y[i];
        config->levels[i].stride_x = x[i];
    }
    return 1;
}

static int set_sizes(const frcnn_anchor_options *self, frcnn_anchor_config *config)
{
    frcnn_value_lists lists;
    if (self->sizes != NULL && self->octave != NULL) return refuse("--octave", "it without --sizes", self->octave);
    if (self->octave != NULL) {
        double octave[2] = {0, 0};
        double sizes[FRCNN_MAX_SIZES];
        int n = 0;
        if (!frcnn_value_doubles(self->octave, 2, octave, &n) || n != 2 ||
            !(octave[1] >= 1 && octave[1] <= FRCNN_MAX_SIZES) || octave[1] != (int)octave[1])
            return refuse("--octave", "BASE,N, N a whole number from 1 to 16", self->octave);
        if (frcnn_anchor_octave_sizes(sizes, octave[0], (int)octave[1]) != FRCNN_OK)
            return frcnn_terminal_print_error();
        for (int i = 0; i < config->n_levels; i++) {
            config->levels[i].n_sizes = (int)octave[1];
            memcpy(config->levels[i].sizes, sizes, (size_t)config->levels[i].n_sizes * sizeof *sizes);
        }
        return 1;
    }
    if (self->sizes == NULL) return 1;
    if (!frcnn_value_read_lists(self->sizes, &lists))
        return refuse("--sizes", "at most 16 numbers with commas between for each level, and / between levels",
                      self->sizes);
    if (lists.n_lists != config->n_levels) {
        frcnn_terminal_complain("--sizes: expected lists for %d levels, with / between, found %d in '%s'; "
                                "--strides sets the number of levels",
                                config->n_levels, lists.n_lists, self->sizes);
        return 0;
    }
    for (int i = 0; i < lists.n_lists; i++) {
        config->levels[i].n_sizes = lists.n[i];
        memcpy(config->levels[i].sizes, lists.values[i], sizeof lists.values[i]);
    }
    return 1;
}

static int set_ratios(const frcnn_anchor_options *self, frcnn_anchor_config *config)
{
    frcnn_value_lists lists;
    if (self->ratios == NULL) return 1;
    if (!frcnn_value_read_lists(self->ratios, &lists))
        return refuse("--ratios", "at most 16 numbers with commas between, for all levels or with / between levels",
                      self->ratios);
    if (lists.n_lists != 1 && lists.n_lists != config->n_levels) {
        frcnn_terminal_complain("--ratios: expected one list or %d, found %d in '%s'", config->n_levels, lists.n_lists,
                                self->ratios);
        return 0;
    }
    for (int i = 0; i < config->n_levels; i++) {
        const int from = lists.n_lists == 1 ? 0 : i;
        config->levels[i].n_ratios = lists.n[from];
        memcpy(config->levels[i].ratios, lists.values[from], sizeof lists.values[from]);
    }
    return 1;
}

int frcnn_anchor_options_get_config(const frcnn_anchor_options *self, frcnn_anchor_config *config, frcnn_model **model)
{
    frcnn_anchor_convention convention = FRCNN_ANCHORS_TORCHVISION;
    *model = NULL;
    if (self->convention != NULL && self->model != NULL)
        return refuse("--convention", "it without --model", self->convention);
    if (self->convention != NULL) {
        if (frcnn_anchor_convention_parse(&convention, self->convention) != FRCNN_OK)
            return frcnn_terminal_print_error();
        frcnn_anchor_config_default(config, convention);
    } else {
        if (frcnn_model_open(model, self->model, &self->model_options) != FRCNN_OK) return frcnn_terminal_print_error();
        *config = *frcnn_model_get_info(*model)->anchors;
    }
    if (self->order != FRCNN_ANCHOR_ORDER_DEFAULT) config->order = self->order;
    if (self->offset != NULL && !frcnn_value_double(self->offset, -65535, 65535, &config->offset))
        return refuse("--offset", "a number", self->offset);
    if (self->base_size != NULL && !frcnn_anchor_convention_has_base_size(config->convention))
        return refuse("--base-size", "it with a convention whose sizes are multiples, not pixels",
                      frcnn_anchor_convention_get_name(config->convention));
    if (self->base_size != NULL && !frcnn_value_double(self->base_size, 1, 65535, &config->base_size))
        return refuse("--base-size", "a number from 1 to 65535", self->base_size);
    return set_strides(self, config) && set_sizes(self, config) && set_ratios(self, config);
}

int frcnn_anchor_options_get_grids(const frcnn_anchor_options *self, const frcnn_anchor_config *config,
                                   frcnn_anchor_grids *grids)
{
    int grid_h[FRCNN_MAX_LEVELS];
    int grid_w[FRCNN_MAX_LEVELS];
    int n = 0;
    if (self->grids == NULL) {
        if (self->image_h == 0) {
            frcnn_terminal_complain("expected --image-size or --grids, found neither");
            return 0;
        }
        return frcnn_anchor_grids_from_image(grids, config, self->image_h, self->image_w) == FRCNN_OK ||
               frcnn_terminal_print_error();
    }
    if (!parse_pairs(self->grids, grid_h, grid_w, &n))
        return refuse("--grids", "at most 8 of HxW, with commas between", self->grids);
    if (n != config->n_levels) {
        frcnn_terminal_complain("--grids: expected maps for %d levels, found %d in '%s'", config->n_levels, n,
                                self->grids);
        return 0;
    }
    return frcnn_anchor_grids_from_maps(grids, config, self->image_h, self->image_w, grid_h, grid_w) == FRCNN_OK ||
           frcnn_terminal_print_error();
}
