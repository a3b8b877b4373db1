#include "cli/commands.h"
#include "cli/subcommands.h"

int frcnn_command_anchors(int argc, char **argv)
{
    static char show[] = "frcnn anchors show";
    static char dump[] = "frcnn anchors dump";
    static char pin[] = "frcnn anchors pin";
    static char check[] = "frcnn anchors check";
    static char suggest[] = "frcnn anchors suggest";
    static const frcnn_subcommand commands[] = {
        {"show", show, frcnn_command_anchors_show},          {"dump", dump, frcnn_command_anchors_dump},
        {"suggest", suggest, frcnn_command_anchors_suggest}, {"pin", pin, frcnn_command_anchors_pin},
        {"check", check, frcnn_command_anchors_check},
    };
    return frcnn_subcommands_run(commands, sizeof commands / sizeof *commands,
                                 "Shows, fits, writes down and checks anchors.\n"
                                 "\v  frcnn anchors show     pictures of anchors, of proposals, of boxes they reach\n"
                                 "  frcnn anchors dump     all anchors as CSV, JSON, .npy or safetensors\n"
                                 "  frcnn anchors suggest  sizes and ratios that reach more of one's boxes\n"
                                 "  frcnn anchors pin      a golden file of them\n"
                                 "  frcnn anchors check    whether they are still what golden files say\n\n"
                                 "frcnn anchors COMMAND --help tells more.",
                                 argc, argv);
}
