/** The journal as it is written: whole lines only, one write each, held by one process at a time. */
#ifndef FRCNN_JOURNAL_FILE_H
#define FRCNN_JOURNAL_FILE_H

#include <stdint.h>

#include "frcnn/status.h"

typedef struct frcnn_journal_file frcnn_journal_file;

/** Opens or makes the journal at path and locks it. Errors: EXISTS (another process writes it), IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_journal_file_open(frcnn_journal_file **out, const char *path);
/** Writes to a descriptor, which stays the caller's. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_journal_file_attach(frcnn_journal_file **out, int descriptor);
/** Takes NULL and nulls the handle. */
void frcnn_journal_file_close(frcnn_journal_file **file);

/** Keeps the first n_bytes; lines are appended behind them. Errors: IO. */
FRCNN_NODISCARD frcnn_status frcnn_journal_file_cut(frcnn_journal_file *file, int64_t n_bytes);
/** Appends a line, its end included. What could be written of a line that fails is cut off again. Errors: IO. */
FRCNN_NODISCARD frcnn_status frcnn_journal_file_append(frcnn_journal_file *file, const char *line);

#endif
