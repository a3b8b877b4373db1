/* Which anchor overlaps a box most. */
#include <math.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/anchor_edges.h"
#include "anchors/box_size.h"
#include "frcnn/anchor_overlay.h"
#include "tensor/error.h"

enum { BOX = 4 };

static double get_iou(const frcnn_anchor_edges *a, const frcnn_anchor_target *b)
{
    const double width = fmin(a->x2, b->x2) - fmax(a->x1, b->x1);
    const double height = fmin(a->y2, b->y2) - fmax(a->y1, b->y1);
    if (width <= 0 || height <= 0) return 0;
    const double overlap = width * height;
    return overlap / ((a->x2 - a->x1) * (a->y2 - a->y1) + (b->x2 - b->x1) * (b->y2 - b->y1) - overlap);
}

static frcnn_status check_targets(const frcnn_anchor_target *targets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const frcnn_anchor_target *t = &targets[i];
        const int is_finite = isfinite(t->x1) && isfinite(t->y1) && isfinite(t->x2) && isfinite(t->y2);
        FRCNN_FAIL_IF(!is_finite || t->x2 <= t->x1 || t->y2 <= t->y1, FRCNN_ERROR_INVALID,
                      "box %zu: expected x1 < x2 and y1 < y2, found %g,%g,%g,%g", i, t->x1, t->y1, t->x2, t->y2);
    }
    return FRCNN_OK;
}

frcnn_status frcnn_anchors_match(frcnn_anchor_match *out, const frcnn_anchor_config *config,
                                 const frcnn_anchor_grids *grids, const frcnn_anchor_target *targets, size_t n)
{
    FRCNN_TRY(frcnn_anchor_grids_check(config, grids));
    FRCNN_TRY(check_targets(targets, n));
    for (size_t i = 0; i < n; i++) out[i] = (frcnn_anchor_match){0, 0, 0};
    for (int level = 0; level < config->n_levels; level++) {
        int64_t first = 0;
        frcnn_tensor *anchors = NULL;
        FRCNN_TRY(frcnn_anchors_count(&first, config, grids, level));
        FRCNN_TRY(frcnn_anchors_create_level(&anchors, config, grids, level));
        const float *row = frcnn_tensor_get_const_data(anchors);
        const int64_t n_anchors = frcnn_tensor_get_n_elements(anchors) / BOX;
        for (int64_t k = 0; k < n_anchors; k++, row += BOX) {
            const frcnn_anchor_edges edges = frcnn_anchor_edges_get(config->convention, row);
            for (size_t i = 0; i < n; i++) {
                const double iou = get_iou(&edges, &targets[i]);
                if (iou > out[i].iou) out[i] = (frcnn_anchor_match){first + k, level, iou};
            }
        }
        frcnn_tensor_destroy(&anchors);
    }
    return FRCNN_OK;
}

void frcnn_anchor_recall_count(frcnn_anchor_recall *out, const frcnn_anchor_target *targets,
                               const frcnn_anchor_match *matches, size_t n)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const frcnn_box_size sizes[2] = {FRCNN_BOX_ANY, frcnn_box_size_get(targets[i].area)};
        for (int k = 0; k < 2; k++) {
            out->n_boxes[sizes[k]]++;
            out->n_reached_50[sizes[k]] += matches[i].iou >= 0.5;
            out->n_reached_70[sizes[k]] += matches[i].iou >= 0.7;
            out->mean_iou[sizes[k]] += matches[i].iou;
        }
    }
    for (int k = 0; k < FRCNN_N_BOX_SIZES; k++)
        if (out->n_boxes[k] > 0) out->mean_iou[k] /= (double)out->n_boxes[k];
}
