/** Output files that are there whole or not at all: written under a temporary name in the same folder, then renamed.
 *
 *      frcnn_atomic_file *file = NULL;
 *      FRCNN_TRY(frcnn_atomic_file_open(&file, "coco.json"));
 *      fputs("{}\n", frcnn_atomic_file_get_stream(file));
 *      return frcnn_atomic_file_commit(&file);
 */
#ifndef FRCNN_ATOMIC_FILE_H
#define FRCNN_ATOMIC_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "frcnn/status.h"

typedef struct frcnn_atomic_file frcnn_atomic_file;

/** Starts a file that will replace path; path itself is untouched until the commit. The temporary file is hidden and
 *  has the permissions that a new file gets (0666 less the umask). The caller owns *out and ends it with commit or
 *  abort. Errors: IO (no such folder, not writable, path is a folder or a device), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_atomic_file_open(frcnn_atomic_file **out, const char *path);

/** The stream to write to, borrowed. Writes need no check of their own: commit sees any that failed. */
FILE *frcnn_atomic_file_get_stream(const frcnn_atomic_file *file);

/** Closes the file and renames it to its path. Nulls the handle, also on failure, when the temporary file is removed.
 *  Errors: IO (a write, the close or the rename failed). */
FRCNN_NODISCARD frcnn_status frcnn_atomic_file_commit(frcnn_atomic_file **file);

/** Removes the temporary file. Takes NULL and nulls the handle. */
void frcnn_atomic_file_abort(frcnn_atomic_file **file);

/** Writes n_bytes to path in one go. Errors: as open and commit. */
FRCNN_NODISCARD frcnn_status frcnn_atomic_file_write(const char *path, const void *bytes, size_t n_bytes);

#endif
