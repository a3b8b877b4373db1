/** frcnn: finds objects in images with Faster R-CNN. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "frcnn/frcnn.h"

typedef struct command {
    const char *name;
    char *full_name; /* as help and errors show it */
    int (*run)(int argc, char **argv);
} command;

static char detect_name[] = "frcnn detect", info_name[] = "frcnn info", bench_name[] = "frcnn bench";
static const command commands[] = {
    {"detect", detect_name, frcnn_command_detect},
    {"info", info_name, frcnn_command_info},
    {"bench", bench_name, frcnn_command_bench},
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* What the first argument chose, and where its own arguments begin. */
typedef struct choice {
    const command *command;
    int first;
} choice;

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    fprintf(stream, "frcnn %s\n%s\ndecoders: %s\nCUDA: no\n", frcnn_get_version(), frcnn_get_backend(),
            frcnn_image_get_decoders());
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    choice *chosen = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        for (size_t i = 0; i < N_COMMANDS; i++)
            if (strcmp(argument, commands[i].name) == 0) chosen->command = &commands[i];
        if (chosen->command == NULL) argp_error(state, "expected detect, info or bench, found '%s'", argument);
        chosen->first = state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp parser = {
        .parser = parse_option,
        .args_doc = "COMMAND …",
        .doc = "Finds objects in images with Faster R-CNN.\n"
               "\v  frcnn detect INPUT…   find objects, draw them, write results\n"
               "  frcnn info [MODEL]    what a checkpoint is; devices; sizes for an image size\n"
               "  frcnn bench [IMAGE…]  speed on this machine, stage by stage\n\n"
               "frcnn COMMAND --help tells more. Exit status: 0 all done; 1 done, but some inputs failed; "
               "2 nothing was done.",
    };
    static char name[] = "frcnn";
    argv[0] = name;
    argp_program_version_hook = print_version;
    argp_err_exit_status = FRCNN_EXIT_NOTHING_DONE;
    choice chosen = {0};
    argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &chosen);
    if (chosen.command == NULL) return FRCNN_EXIT_NOTHING_DONE;
    argv[chosen.first] = chosen.command->full_name;
    return chosen.command->run(argc - chosen.first, argv + chosen.first);
}
