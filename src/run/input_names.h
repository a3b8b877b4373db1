/** Names for inputs: short where that is clear, and never the same for two. */
#ifndef FRCNN_INPUT_NAMES_H
#define FRCNN_INPUT_NAMES_H

#include <stddef.h>

#include "frcnn/status.h"

/** An input while the list is made. */
typedef struct frcnn_listed {
    char *path;
    char *name;        /**< NULL before frcnn_inputs_name */
    char *error;       /**< NULL, or why nothing can be read here */
    size_t argument;   /**< the place of the argument that brought it */
    size_t root_bytes; /**< of path, which the name leaves out */
    int is_name_whole; /**< 1: the name is the whole path */
} frcnn_listed;

/** Gives each of count inputs, ordered by path, a name that can stand below a folder: the path without its root; where
 *  two inputs of different arguments would share one, all inputs of these arguments take their whole path; where that
 *  is not enough, "~2", "~3" … are put behind. "/" in front goes, ".." becomes "__". The outputs of two names differ
 *  too when ".jpg" or ".png" is put behind them, and none is a folder of another's.
 *  The caller frees listed[i].name, also after a failure. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_inputs_name(frcnn_listed *listed, size_t count, size_t n_arguments);

#endif
