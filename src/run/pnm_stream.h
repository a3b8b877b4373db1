/** Binary PPM and PGM images one behind the other, as video tools write them to a pipe. */
#ifndef FRCNN_PNM_STREAM_H
#define FRCNN_PNM_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"

typedef struct frcnn_pnm_stream frcnn_pnm_stream;

/** Reads from descriptor, which stays the caller's. stop_descriptor ends a read that waits when it becomes readable;
 *  -1: none. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pnm_stream_create(frcnn_pnm_stream **out, int descriptor, int stop_descriptor,
                                                     int64_t max_pixels);
void frcnn_pnm_stream_destroy(frcnn_pnm_stream **stream);

/** The next image's bytes, header and all, which the caller frees with frcnn_free; *bytes is NULL at the end, and where
 *  the stop came. name stands for the image in messages.
 *  Errors: FORMAT (no PPM or PGM; cut short), INVALID (more than max_pixels), IO, NO_MEMORY. No image follows an error:
 *  where the next one begins is then unknown. */
FRCNN_NODISCARD frcnn_status frcnn_pnm_stream_read(frcnn_pnm_stream *stream, const char *name, void **bytes,
                                                   size_t *n_bytes);

#endif
