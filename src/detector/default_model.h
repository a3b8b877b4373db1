/** Where the default model is. */
#ifndef FRCNN_DEFAULT_MODEL_H
#define FRCNN_DEFAULT_MODEL_H

#include "frcnn/status.h"

/** Looks in $FRCNN_DATA_DIR alone where that is set; else beside the library or program (../share/frcnn), in the folder
 *  of the installation, and in the source tree that this build was made from. The caller owns *path (frcnn_free).
 *  Errors: IO (it is in none of them: names them), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_default_model_find(char **path);

#endif
