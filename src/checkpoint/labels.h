/** Lists of class names. */
#ifndef FRCNN_LABELS_H
#define FRCNN_LABELS_H

#include <stddef.h>

#include "frcnn/status.h"

enum { FRCNN_MAX_LABELS = 100000, FRCNN_MAX_LABEL_BYTES = 1000 };

/** Reads a text file with one class name a line. A byte order mark, CR before LF and empty lines at the end are
 *  dropped. The caller owns *names (frcnn_labels_destroy).
 *  Errors: IO; FORMAT, with the line (no UTF-8, a control character, an empty or overlong name; no name at all; too
 *  many); NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_labels_read(char ***names, size_t *n, const char *path);

/** What is wrong with a name of n_bytes ("an empty name"), a static string; NULL where nothing is. */
const char *frcnn_labels_check(const char *name, size_t n_bytes);

/** Ends a list and nulls it. Takes NULL. */
void frcnn_labels_destroy(char ***names, size_t n);

#endif
