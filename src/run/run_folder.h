/** The folder of a run: made, checked, reused or replaced, and where each file in it goes. */
#ifndef FRCNN_RUN_FOLDER_H
#define FRCNN_RUN_FOLDER_H

#include "frcnn/run.h"

/** Makes the folder where it is missing and checks that it may be written to as existing says. *has_run is 1 where a
 *  run is there to go on with or to replace. Removes nothing.
 *  Errors: EXISTS (a run that may not be touched; a file of ours that no run explains), IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_run_folder_open(const char *folder, frcnn_run_existing existing, int *has_run);

/** Removes what the folder's run wrote: its reports, and the drawn images that its journal names with the folders that
 *  they leave empty. The journal itself stays. Errors: IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_run_folder_clear(const char *folder);

/** The path of a drawn image: images/NAME.jpg or .png. A last part too long for a file system is cut, and told apart by
 *  a hash of the whole. The caller frees *out. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_run_folder_image_path(char **out, const char *folder, const char *name,
                                                         frcnn_image_format format);

/** Makes the folders that a file lies in. Errors: IO. */
FRCNN_NODISCARD frcnn_status frcnn_run_folder_make_parents(const char *path);

#endif
