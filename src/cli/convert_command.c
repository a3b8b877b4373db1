#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/model_arguments.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum { OPTION_DTYPE = 0x100, N_FILES = 2 };

static const struct argp_option options[] = {
    {"dtype", OPTION_DTYPE, "D", 0, "What weights are written as: f32, f16 or bf16 (default: as in IN)", 1},
    {0},
};

typedef struct arguments {
    const char *files[N_FILES]; /* IN, OUT */
    int has_dtype;
    frcnn_dtype dtype;
    frcnn_model_options model_options;
} arguments;

static int find_dtype(const char *name, frcnn_dtype *out)
{
    static const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F16, FRCNN_BF16};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(name, frcnn_dtype_get_name(dtypes[i])) == 0) {
            *out = dtypes[i];
            return 1;
        }
    return 0;
}

static int is_safetensors(const char *path)
{
    static const char end[] = ".safetensors";
    const size_t n = strlen(path), n_end = sizeof end - 1;
    return n > n_end && strcmp(path + n - n_end, end) == 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->model_options;
        return 0;
    case OPTION_DTYPE:
        self->has_dtype = find_dtype(argument, &self->dtype);
        if (!self->has_dtype) frcnn_value_refuse(state, "--dtype", "f32, f16 or bf16", argument);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num >= N_FILES) argp_error(state, "expected IN and OUT alone, found '%s'", argument);
        self->files[state->arg_num] = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < N_FILES) argp_error(state, "expected IN and OUT");
        if (!is_safetensors(self->files[1]))
            argp_error(state, "OUT: expected a name that ends with .safetensors, found '%s'", self->files[1]);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int frcnn_command_convert(int argc, char **argv)
{
    static const struct argp_child children[] = {{&frcnn_model_arguments, 0, NULL, 0}, {0}};
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "IN OUT.safetensors",
        .children = children,
        .doc = "Writes a checkpoint as safetensors, with its settings and class names in it.\v"
               "  frcnn convert model.pth model.safetensors\n"
               "  frcnn convert --labels names.txt --dtype f16 model.pth half.safetensors",
    };
    arguments self = {0};
    frcnn_model *model = NULL;
    frcnn_model_options_default(&self.model_options);
    argp_parse(&parser, argc, argv, 0, NULL, &self);
    frcnn_status status = frcnn_model_open(&model, self.files[0], &self.model_options);
    if (status == FRCNN_OK) status = frcnn_model_save(model, self.files[1], self.has_dtype ? &self.dtype : NULL);
    if (status != FRCNN_OK) frcnn_terminal_print_error();
    frcnn_model_destroy(&model);
    return status == FRCNN_OK ? FRCNN_EXIT_DONE : FRCNN_EXIT_NOTHING_DONE;
}
