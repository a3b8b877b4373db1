/** The images below a folder. */
#ifndef FRCNN_FOLDER_WALK_H
#define FRCNN_FOLDER_WALK_H

#include "frcnn/inputs.h"

/** Takes a path found, which the callee owns from now on, also on failure; error is NULL or borrowed for the call. */
typedef frcnn_status (*frcnn_folder_visit)(void *context, char *path, const char *error);

/** Calls visit for each file below folder ("" is the working folder) that is an image by its first bytes or cannot be
 *  read, and for each folder that cannot be listed, with the reason. Follows symbolic links, but never into a folder
 *  that it is in. The order is the file system's. What it leaves out is added to *skipped.
 *  Errors: NO_MEMORY, and what visit returns. */
FRCNN_NODISCARD frcnn_status frcnn_folder_walk(const char *folder, int is_recursive, frcnn_folder_visit visit,
                                               void *context, frcnn_inputs_skipped *skipped);

/** A new path from a folder ("" for the working folder) and a name below it. */
FRCNN_NODISCARD frcnn_status frcnn_path_join(char **out, const char *folder, const char *name);

#endif
