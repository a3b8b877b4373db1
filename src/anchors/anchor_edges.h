/** Anchors of any convention as edges: x to the right, y down. */
#ifndef FRCNN_ANCHOR_EDGES_H
#define FRCNN_ANCHOR_EDGES_H

#include "frcnn/anchors.h"

typedef struct frcnn_anchor_edges {
    double x1, y1, x2, y2;
} frcnn_anchor_edges;

/** row: an anchor as frcnn_anchors_create makes it. */
static inline frcnn_anchor_edges frcnn_anchor_edges_get(frcnn_anchor_convention convention, const float row[4])
{
    const int x = frcnn_anchor_convention_is_yx(convention) ? 1 : 0, y = 1 - x;
    return (frcnn_anchor_edges){(double)row[x], (double)row[y], (double)row[2 + x], (double)row[2 + y]};
}

#endif
