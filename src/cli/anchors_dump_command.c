#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cli/anchor_arguments.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum { OPTION_FORMAT = 0x100, OPTION_BASE };

static const struct argp_option options[] = {
    {"out", 'o', "FILE", 0, "Write to FILE; without it, or with -, CSV and JSON go to standard output", 1},
    {"format", OPTION_FORMAT, "NAME", 0, "csv, json, npy or safetensors (default: by FILE's name, else csv)", 1},
    {"base", OPTION_BASE, NULL, 0, "The base anchors of each level only", 1},
    {0},
};

typedef struct arguments {
    frcnn_anchor_options anchors;
    const char *out, *format;
    int is_base;
} arguments;

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
    case OPTION_FORMAT:
        self->format = argument;
        return 0;
    case OPTION_BASE:
        self->is_base = 1;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "expected options alone, found '%s'", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int dump(const arguments *self, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    const int is_stdout = self->out == NULL || strcmp(self->out, "-") == 0;
    const char *format = self->format != NULL ? self->format : (is_stdout ? "csv" : NULL);
    const frcnn_status status = is_stdout ? frcnn_anchors_print(stdout, format, config, grids)
                                          : frcnn_anchors_save(self->out, format, config, grids);
    if (status == FRCNN_OK) return FRCNN_EXIT_DONE;
    frcnn_terminal_print_error();
    return FRCNN_EXIT_NOTHING_DONE;
}

int frcnn_command_anchors_dump(int argc, char **argv)
{
    static const struct argp_child children[] = {{&frcnn_anchor_arguments, 0, NULL, 0}, {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .children = children,
        .doc = "Writes all anchors of an image: levels in order, rows, columns, then the order of a cell.\v"
               "  frcnn anchors dump --convention detectron2 --image-size 800x1344 -o anchors.npy\n"
               "  frcnn anchors dump --model model.safetensors --image-size 800x1088 --format csv",
    };
    arguments self = {0};
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_model *model = NULL;
    int status = FRCNN_EXIT_NOTHING_DONE;
    frcnn_model_options_default(&self.anchors.model_options);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    if (frcnn_anchor_options_get_config(&self.anchors, &config, &model)) {
        if (self.is_base)
            status = dump(&self, &config, NULL);
        else if (frcnn_anchor_options_get_grids(&self.anchors, &config, &grids))
            status = dump(&self, &config, &grids);
    }
    frcnn_model_destroy(&model);
    return status;
}
