#include "cli/subcommands.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

/* What the first argument chose, and where its own arguments begin. */
typedef struct choice {
    const frcnn_subcommand *commands;
    size_t n;
    const frcnn_subcommand *chosen;
    int first;
} choice;

static void refuse(const choice *self, struct argp_state *state, const char *argument)
{
    char names[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < self->n && length < sizeof names; i++) {
        const char *separator = i == 0 ? "" : (i + 1 == self->n ? " or " : ", ");
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", separator, self->commands[i].name);
    }
    argp_error(state, "expected %s, found '%s'", names, argument);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    choice *self = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        for (size_t i = 0; i < self->n; i++)
            if (strcmp(argument, self->commands[i].name) == 0) self->chosen = &self->commands[i];
        if (self->chosen == NULL) refuse(self, state, argument);
        self->first = state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int frcnn_subcommands_run(const frcnn_subcommand *commands, size_t n, const char *doc, int argc, char **argv)
{
    const struct argp parser = {.parser = parse_option, .args_doc = "COMMAND …", .doc = doc};
    choice self = {.commands = commands, .n = n};
    argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &self);
    if (self.chosen == NULL) return FRCNN_EXIT_NOTHING_DONE;
    argv[self.first] = self.chosen->full_name;
    return self.chosen->run(argc - self.first, argv + self.first);
}
