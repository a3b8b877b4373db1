/** A whole file in memory. */
#ifndef FRCNN_FILE_BYTES_H
#define FRCNN_FILE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"

/** Reads a file; the caller frees *bytes with frcnn_free. Errors: IO (missing, unreadable, a folder, a device or pipe),
 *  FORMAT (empty), NO_MEMORY; messages begin with the path. */
FRCNN_NODISCARD frcnn_status frcnn_file_read(uint8_t **bytes, size_t *n_bytes, const char *path);

#endif
