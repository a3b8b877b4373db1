/** frcnn: finds objects in images with Faster R-CNN. */
#include <argp.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/subcommands.h"
#include "frcnn/frcnn.h"

static void print_version(FILE *stream, struct argp_state *state)
{
    const int cuda = frcnn_get_cuda_version();
    (void)state;
    fprintf(stream, "frcnn %s\n%s\ndecoders: %s\nCUDA: ", frcnn_get_version(), frcnn_get_backend(),
            frcnn_image_get_decoders());
    if (cuda != 0)
        fprintf(stream, "%d.%d\n", cuda / 1000, cuda % 1000 / 10);
    else
        fputs("no\n", stream);
}

int main(int argc, char **argv)
{
    static char name[] = "frcnn", detect[] = "frcnn detect", anchors[] = "frcnn anchors", info[] = "frcnn info",
                bench[] = "frcnn bench", convert[] = "frcnn convert";
    static const frcnn_subcommand commands[] = {
        {"detect", detect, frcnn_command_detect}, {"anchors", anchors, frcnn_command_anchors},
        {"info", info, frcnn_command_info},       {"convert", convert, frcnn_command_convert},
        {"bench", bench, frcnn_command_bench},
    };
    argv[0] = name;
    argp_program_version_hook = print_version;
    argp_err_exit_status = FRCNN_EXIT_NOTHING_DONE;
    return frcnn_subcommands_run(
        commands, sizeof commands / sizeof *commands,
        "Finds objects in images with Faster R-CNN.\n"
        "\v  frcnn detect INPUT…    find objects, draw them, write results\n"
        "  frcnn anchors COMMAND  show, fit, write down and check anchors\n"
        "  frcnn info [MODEL]     what a checkpoint is; devices; sizes for an image size\n"
        "  frcnn convert IN OUT   a checkpoint as safetensors, with all that it needs\n"
        "  frcnn bench [IMAGE…]   speed on this machine, stage by stage\n\n"
        "frcnn COMMAND --help tells more. Exit status: 0 all done; 1 done, but some inputs failed; "
        "2 nothing was done.",
        argc, argv);
}
