#include "cli/commands.h"
#include "cli/subcommands.h"

int frcnn_command_anchors(int argc, char **argv)
{
    static char dump[] = "frcnn anchors dump";
    static const frcnn_subcommand commands[] = {
        {"dump", dump, frcnn_command_anchors_dump},
    };
    return frcnn_subcommands_run(commands, sizeof commands / sizeof *commands,
                                 "Shows, fits, writes down and checks anchors.\n"
                                 "\v  frcnn anchors dump     all anchors as CSV, JSON, .npy or safetensors\n\n"
                                 "frcnn anchors COMMAND --help tells more.",
                                 argc, argv);
}
