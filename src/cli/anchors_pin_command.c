#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/anchor_arguments.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"
#include "frcnn/frcnn.h"

enum { OPTION_FORCE = 0x100 };

static const struct argp_option options[] = {
    {"force", OPTION_FORCE, NULL, 0, "Replace FILE where it is there already", 1},
    {0},
};

typedef struct arguments {
    frcnn_anchor_options anchors;
    const char *path;
    int is_forced;
} arguments;

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->anchors;
        return 0;
    case OPTION_FORCE:
        self->is_forced = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (self->path != NULL) argp_error(state, "expected one file, found '%s' too", argument);
        if (strcmp(argument, "-") == 0) argp_error(state, "expected a file to write, found '-'");
        self->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected a file to write");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Says what was pinned, as the file has it. */
static frcnn_status report(const char *path)
{
    frcnn_anchor_golden *golden = NULL;
    const frcnn_status status = frcnn_anchor_golden_open(&golden, path);
    if (status != FRCNN_OK) return status;
    const frcnn_anchor_grids *grids = frcnn_anchor_golden_get_grids(golden);
    const frcnn_anchor_config *config = frcnn_anchor_golden_get_config(golden);
    frcnn_terminal_write(stderr, path, 0);
    fprintf(stderr, ": %s, %dx%d, %d level%s, %" PRId64 " anchors, SHA-256 %s\n",
            frcnn_anchor_convention_get_name(config->convention), grids->image_h, grids->image_w, grids->n_levels,
            grids->n_levels == 1 ? "" : "s", frcnn_anchor_golden_get_total(golden),
            frcnn_anchor_golden_get_sha256(golden));
    frcnn_anchor_golden_close(&golden);
    return FRCNN_OK;
}

static int pin(const arguments *self, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    if (!self->is_forced && access(self->path, F_OK) == 0) {
        frcnn_terminal_complain("%s: is there already; --force replaces it", self->path);
        return FRCNN_EXIT_NOTHING_DONE;
    }
    if (frcnn_anchor_golden_save(self->path, config, grids) == FRCNN_OK && report(self->path) == FRCNN_OK)
        return FRCNN_EXIT_DONE;
    frcnn_terminal_print_error();
    return FRCNN_EXIT_NOTHING_DONE;
}

int frcnn_command_anchors_pin(int argc, char **argv)
{
    static const struct argp_child children[] = {{&frcnn_anchor_arguments, 0, NULL, 0}, {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "FILE",
        .children = children,
        .doc = "Writes a golden file: what anchors are made from and what comes out, for frcnn anchors check.\v"
               "  frcnn anchors pin --convention torchvision --image-size 800x1344 anchors.json\n"
               "  frcnn anchors pin --model model.safetensors --image-size 800x1088 anchors.json",
    };
    arguments self = {0};
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_model *model = NULL;
    int status = FRCNN_EXIT_NOTHING_DONE;
    frcnn_model_options_default(&self.anchors.model_options);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    if (frcnn_anchor_options_get_config(&self.anchors, &config, &model) &&
        frcnn_anchor_options_get_grids(&self.anchors, &config, &grids))
        status = pin(&self, &config, &grids);
    frcnn_model_destroy(&model);
    return status;
}
