/** Anchors that other programs wrote, as text. */
#ifndef FRCNN_ANCHOR_DUMP_READ_H
#define FRCNN_ANCHOR_DUMP_READ_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/anchor_golden.h"

/** Reads CSV or JSON; boxes with named columns come out as (y1, x1, y2, x2) where is_yx. path names the text in messages.
 *  Otherwise as frcnn_anchor_golden_load_dump. Errors: FORMAT, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_anchor_dump_parse(frcnn_anchor_dump *out, const uint8_t *bytes, size_t n_bytes,
                                                     int is_csv, int is_yx, const char *path);

#endif
