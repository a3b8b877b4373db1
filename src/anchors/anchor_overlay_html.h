/** The page that shows the pictures of anchors. */
#ifndef FRCNN_ANCHOR_OVERLAY_HTML_H
#define FRCNN_ANCHOR_OVERLAY_HTML_H

#include "anchors/anchor_overlay_view.h"

/** A picture that was written. */
typedef struct frcnn_overlay_file {
    char name[32];
    int height, width;
    char caption[96];
} frcnn_overlay_file;

/** Writes the page to path. Errors: IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_overlay_save_html(const char *path, const frcnn_overlay *overlay,
                                                     const frcnn_overlay_file *files, int n_files);

#endif
