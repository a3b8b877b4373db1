/** What a picture of anchors shows, and where: the image with a margin round it for anchors that leave it, enlarged or
 *  reduced so that lines and text are readable. */
#ifndef FRCNN_ANCHOR_OVERLAY_VIEW_H
#define FRCNN_ANCHOR_OVERLAY_VIEW_H

#include "anchors/anchor_edges.h"
#include "frcnn/anchor_overlay.h"

/** Everything that the pictures of one run share. */
typedef struct frcnn_overlay {
    const frcnn_anchor_config *config;
    const frcnn_anchor_grids *grids;
    frcnn_anchor_overlay_options options;                   /**< resized_h and resized_w are set */
    frcnn_tensor *anchors[FRCNN_MAX_LEVELS];                /**< of every cell */
    int cell_y[FRCNN_MAX_LEVELS], cell_x[FRCNN_MAX_LEVELS]; /**< the chosen cell, on each level */
    frcnn_anchor_match *matches;                            /**< of each target */
    frcnn_anchor_recall recall;
    double scale;           /**< pixels of the picture per pixel of the padded image */
    int margin_y, margin_x; /**< pixels of the picture on each side of the padded image, in the picture being drawn */
    int line, text;         /**< width of a line and size of text, pixels */
    frcnn_image *photo;     /**< the resized image at scale, NULL: blank */
} frcnn_overlay;

/** Checks everything, makes the anchors, finds cells and matches, and lays out the view. The arguments outlive *out, which
 *  frcnn_overlay_deinit ends, also on failure. Errors: as frcnn_anchor_overlay_save. */
FRCNN_NODISCARD frcnn_status frcnn_overlay_init(frcnn_overlay *out, const frcnn_anchor_config *config,
                                                const frcnn_anchor_grids *grids,
                                                const frcnn_anchor_overlay_options *options);
void frcnn_overlay_deinit(frcnn_overlay *overlay);

int frcnn_overlay_get_n_base(const frcnn_overlay *overlay, int level);
frcnn_anchor_edges frcnn_overlay_get_edges(const frcnn_overlay *overlay, int level, int64_t anchor);
/** 1 where a part of the box lies outside the (resized) image. */
int frcnn_overlay_leaves(const frcnn_overlay *overlay, const frcnn_anchor_edges *edges);
/** Splits an index into all anchors. */
int frcnn_overlay_find_level(const frcnn_overlay *overlay, int64_t anchor, int64_t *in_level);

/** Which cells a level's picture has boxes of: those first + k * every, along each side. */
typedef struct frcnn_overlay_lattice {
    int every, first_y, first_x;
    int anchor; /**< which of a cell's */
} frcnn_overlay_lattice;

/** The middle cell, and others from there. every as asked for, else so that boxes neither overlap nor crowd, but no more
 *  than half the grid. */
frcnn_overlay_lattice frcnn_overlay_get_lattice(const frcnn_overlay *overlay, int level);

/** How the image itself is shown. */
typedef enum frcnn_overlay_tone { FRCNN_OVERLAY_LIGHT, FRCNN_OVERLAY_DARK } frcnn_overlay_tone;

/** How far boxes stand out of the padded image, in its pixels; starts as {0}. */
typedef struct frcnn_overlay_overhang {
    double y, x;
} frcnn_overlay_overhang;

void frcnn_overlay_overhang_add(frcnn_overlay_overhang *self, const frcnn_overlay *overlay,
                                const frcnn_anchor_edges *edges);

/** A new picture of the image without anchors, and round it a margin with room for what stands out, within bounds.
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_overlay_create_view(frcnn_image **out, frcnn_overlay *overlay,
                                                       frcnn_overlay_tone tone, const frcnn_overlay_overhang *overhang);
/** A coordinate of the padded image in the picture. */
double frcnn_overlay_map_y(const frcnn_overlay *overlay, double y);
double frcnn_overlay_map_x(const frcnn_overlay *overlay, double x);
/** Bilinear, with antialiasing where it shrinks. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_overlay_resize(frcnn_image **out, const frcnn_image *image, int height, int width);

#endif
