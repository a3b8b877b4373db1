#include "cli/model_arguments.h"

#include "cli/values.h"

enum {
    OPTION_MIN_SIZE = 0x200,
    OPTION_MAX_SIZE,
    OPTION_MEAN,
    OPTION_STD,
    OPTION_ANCHOR_SIZES,
    OPTION_ANCHOR_RATIOS,
    OPTION_FAMILY,
    OPTION_PREFIX,
    OPTION_LABELS
};
enum { OPTION_DEVICE = 0x300, OPTION_PRECISION, OPTION_THREADS, OPTION_MAX_MEMORY };

static const struct argp_option model_options[] = {
    {"min-size", OPTION_MIN_SIZE, "N", 0, "Resize the short side to N pixels, if --max-size allows it", 0},
    {"max-size", OPTION_MAX_SIZE, "N", 0, "Make the long side no longer than N pixels", 0},
    {"mean", OPTION_MEAN, "A,B,C", 0, "Subtract these from channels, which info says the range of", 0},
    {"std", OPTION_STD, "A,B,C", 0, "Divide by these what is left of them", 0},
    {"anchor-sizes", OPTION_ANCHOR_SIZES, "LIST", 0,
     "Sides of anchors in pixels, with commas between and / between levels", 0},
    {"anchor-ratios", OPTION_ANCHOR_RATIOS, "LIST", 0, "Their heights / widths, with commas between", 0},
    {"family", OPTION_FAMILY, "NAME", 0, "Read the checkpoint as one of this family", 0},
    {"prefix", OPTION_PREFIX, "TEXT", 0, "Strip TEXT from the names of its tensors", 0},
    {"labels", OPTION_LABELS, "FILE", 0, "Class names, one a line", 0},
    {0},
};

static const struct argp_option detector_options[] = {
    {"device", OPTION_DEVICE, "auto|cpu|cuda[:N]", 0, "Where to compute (default: auto)", 0},
    {"precision", OPTION_PRECISION, "f32|tf32|f16|bf16", 0, "What a GPU computes in (default: f32)", 0},
    {"threads", OPTION_THREADS, "N", 0, "Threads (default: one per core)", 0},
    {"max-memory", OPTION_MAX_MEMORY, "SIZE", 0, "Upper bound for caches and buffers, as 512M or 2G", 0},
    {0},
};

/* 1 where the text is lists of sides, which become the options'. */
static int set_anchor_sizes(frcnn_model_options *model, const char *text)
{
    frcnn_value_lists lists;
    if (!frcnn_value_read_lists(text, &lists)) return 0;
    model->n_levels = lists.n_lists;
    for (int level = 0; level < lists.n_lists; level++) {
        model->n_sizes[level] = lists.n[level];
        for (int i = 0; i < lists.n[level]; i++) model->anchor_sizes[level][i] = (float)lists.values[level][i];
    }
    return 1;
}

static error_t parse_model_option(int key, char *argument, struct argp_state *state)
{
    frcnn_model_options *model = state->input;
    static const char side[] = "a whole number of pixels from 1 to 65535";
    static const char numbers[] = "at most 4 numbers with commas between";
    switch (key) {
    case OPTION_MIN_SIZE:
        if (!frcnn_value_int(argument, 1, 65535, &model->min_size))
            frcnn_value_refuse(state, "--min-size", side, argument);
        return 0;
    case OPTION_MAX_SIZE:
        if (!frcnn_value_int(argument, 1, 65535, &model->max_size))
            frcnn_value_refuse(state, "--max-size", side, argument);
        return 0;
    case OPTION_MEAN:
        if (!frcnn_value_floats(argument, FRCNN_MAX_CHANNELS, model->mean, &model->n_mean))
            frcnn_value_refuse(state, "--mean", numbers, argument);
        return 0;
    case OPTION_STD:
        if (!frcnn_value_floats(argument, FRCNN_MAX_CHANNELS, model->std, &model->n_std))
            frcnn_value_refuse(state, "--std", numbers, argument);
        return 0;
    case OPTION_ANCHOR_SIZES:
        if (!set_anchor_sizes(model, argument))
            frcnn_value_refuse(state, "--anchor-sizes",
                               "at most 16 numbers with commas between for each level, and / between levels", argument);
        return 0;
    case OPTION_ANCHOR_RATIOS:
        if (!frcnn_value_floats(argument, FRCNN_MAX_SIZES, model->anchor_ratios, &model->n_ratios))
            frcnn_value_refuse(state, "--anchor-ratios", "at most 16 numbers with commas between", argument);
        return 0;
    case OPTION_FAMILY:
        model->family = argument;
        return 0;
    case OPTION_PREFIX:
        model->prefix = argument;
        return 0;
    case OPTION_LABELS:
        model->labels = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_detector_option(int key, char *argument, struct argp_state *state)
{
    frcnn_detector_options *detector = state->input;
    switch (key) {
    case OPTION_DEVICE:
        detector->device = argument;
        return 0;
    case OPTION_PRECISION:
        detector->precision = argument;
        return 0;
    case OPTION_THREADS:
        if (!frcnn_value_int(argument, 1, 1024, &detector->n_threads))
            frcnn_value_refuse(state, "--threads", "a whole number from 1 to 1024", argument);
        return 0;
    case OPTION_MAX_MEMORY:
        if (!frcnn_value_bytes(argument, &detector->max_memory))
            frcnn_value_refuse(state, "--max-memory", "a number of bytes, as 512M or 2G", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp frcnn_model_arguments = {.options = model_options, .parser = parse_model_option};
const struct argp frcnn_detector_arguments = {.options = detector_options, .parser = parse_detector_option};
