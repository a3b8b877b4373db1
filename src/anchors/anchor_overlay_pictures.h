/** The pictures of anchors, each with a heading above and a legend below. */
#ifndef FRCNN_ANCHOR_OVERLAY_PICTURES_H
#define FRCNN_ANCHOR_OVERLAY_PICTURES_H

#include "anchors/anchor_overlay_view.h"

enum { FRCNN_OVERLAY_TEXT_BYTES = 384 };

/** "stride 16x16, grid 50x68, sizes 32 64, ratios 0.5 1 2". */
void frcnn_overlay_describe_level(const frcnn_overlay *overlay, int level, char text[FRCNN_OVERLAY_TEXT_BYTES]);
uint32_t frcnn_overlay_get_level_color(int level);

/** Each makes one picture, the caller's to destroy. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_overlay_draw_base(frcnn_image **out, frcnn_overlay *overlay);
FRCNN_NODISCARD frcnn_status frcnn_overlay_draw_level(frcnn_image **out, frcnn_overlay *overlay, int level);
FRCNN_NODISCARD frcnn_status frcnn_overlay_draw_proposals(frcnn_image **out, frcnn_overlay *overlay);
FRCNN_NODISCARD frcnn_status frcnn_overlay_draw_matches(frcnn_image **out, frcnn_overlay *overlay);

#endif
