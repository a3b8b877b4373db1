/** A program, or a subcommand, whose first argument says which subcommand is to run. */
#ifndef FRCNN_SUBCOMMANDS_H
#define FRCNN_SUBCOMMANDS_H

#include <stddef.h>

typedef struct frcnn_subcommand {
    const char *name;
    char *full_name; /**< as help and errors show it */
    int (*run)(int argc, char **argv);
} frcnn_subcommand;

/** Runs the one that the first argument names, with the arguments behind it; doc is the help's text. Returns its exit
 *  status, or 2 after an error or help. */
int frcnn_subcommands_run(const frcnn_subcommand *commands, size_t n, const char *doc, int argc, char **argv);

#endif
