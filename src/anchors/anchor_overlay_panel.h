/** A heading above a view and a legend below it. */
#ifndef FRCNN_ANCHOR_OVERLAY_PANEL_H
#define FRCNN_ANCHOR_OVERLAY_PANEL_H

#include <stdint.h>

#include "frcnn/image.h"

enum { FRCNN_PANEL_TEXT_BYTES = 512, FRCNN_PANEL_MAX_ROWS = 12 };

/** What stands in front of a row's text. */
typedef enum frcnn_panel_mark {
    FRCNN_PANEL_NO_MARK,
    FRCNN_PANEL_SOLID,
    FRCNN_PANEL_DASHED,
    FRCNN_PANEL_RAMP /**< all colours of frcnn_panel_get_ramp */
} frcnn_panel_mark;

typedef struct frcnn_panel_row {
    frcnn_panel_mark mark;
    uint32_t color;
    char text[FRCNN_PANEL_TEXT_BYTES];
} frcnn_panel_row;

typedef struct frcnn_panel {
    char heading[FRCNN_PANEL_TEXT_BYTES];
    int n_rows;
    frcnn_panel_row rows[FRCNN_PANEL_MAX_ROWS];
} frcnn_panel;

/** Adds a row, formatted; one more than there is room for is left out. */
void frcnn_panel_add(frcnn_panel *panel, frcnn_panel_mark mark, uint32_t color, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** From dark violet for 0 over red to yellow for 1, lighter all the way. */
uint32_t frcnn_panel_get_ramp(double value);

/** view between heading and legend; text of that many pixels, or less where a row would not fit. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_panel_compose(frcnn_image **out, const frcnn_image *view, const frcnn_panel *panel,
                                                 int text, int line);

#endif
