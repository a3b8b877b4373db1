/** How long each input took, as CSV. */
#ifndef FRCNN_TIMINGS_FILE_H
#define FRCNN_TIMINGS_FILE_H

#include <stdio.h>

#include "run/pipeline.h"

/** The line of column names. */
void frcnn_timings_write_header(FILE *stream);
/** One input; one that failed has empty times. Names are quoted where CSV (RFC 4180) asks for it. */
void frcnn_timings_write(FILE *stream, const frcnn_item *item);

#endif
