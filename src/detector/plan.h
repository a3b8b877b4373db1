/** A model on one padded shape, ready to run: the nodes, their primitives and weights, the place of every value in the
 *  arena, and the anchors. Running a plan allocates nothing. */
#ifndef FRCNN_PLAN_H
#define FRCNN_PLAN_H

#include "detector/model_type.h"
#include "frcnn/detector.h"
#include "tensor/graph.h"
#include "tensor/onednn.h"

typedef struct frcnn_plan {
    const frcnn_model *model;
    int n;                   /**< images */
    frcnn_model_sizes sizes; /**< padded size, grids, strides */
    frcnn_graph graph;
    size_t *offsets;              /**< [n_values], into the arena */
    frcnn_primitive **primitives; /**< [n_nodes], NULL where a node has none */
    const frcnn_packed **packed;  /**< [n_nodes], borrowed from the model */
    float *anchors;               /**< [n_anchors, 4], level after level; NULL until the plan is prepared */
    int64_t *n_proposals;         /**< [n], of the last run */
    int64_t *proposal_anchors;    /**< [n, rpn_post_nms_top_n], the anchor that each came from */
    size_t arena_bytes;
    uint64_t last_used; /**< the detector's clock */
} frcnn_plan;

/** One image of a run. */
typedef struct frcnn_plan_input {
    const frcnn_image *image;
    int height, width; /**< resized */
} frcnn_plan_input;

/** What a test puts in the place of the proposals; NULL: nothing. */
typedef struct frcnn_plan_rois {
    const float *boxes; /**< [count, 4], pixels of the resized image */
    int64_t count;
} frcnn_plan_rois;

/** Builds the graph for n images of a padded size and places it: what the plan will cost is then known, and little of
 *  it is spent. keep_all 1: every value can be read after a run. Errors: INVALID, BACKEND, NO_MEMORY. The caller owns *out; the model outlives it. */
FRCNN_NODISCARD frcnn_status frcnn_plan_create(frcnn_plan **out, const frcnn_model *model, int n, int padded_height,
                                               int padded_width, int keep_all);
void frcnn_plan_destroy(frcnn_plan **plan);

/** Bytes of weights that frcnn_plan_prepare would add to the model's. */
size_t frcnn_plan_get_pack_cost(const frcnn_plan *plan);
/** Bytes of the plan's anchors, before and after they are there. */
size_t frcnn_plan_get_anchors_bytes(const frcnn_plan *plan);
/** Bytes of the weights that the plan uses. */
size_t frcnn_plan_get_weights_bytes(const frcnn_plan *plan);
/** Gets every layer's weights, packed where no plan had them yet, and makes the anchors. Errors: BACKEND,
 *  NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_plan_prepare(frcnn_plan *plan);

/** Runs n images through arena (arena_bytes, aligned to FRCNN_ALIGNMENT) into results [n], whose detections have room
 *  for box_detections_per_img. rois NULL but for tests of single stages. Errors: BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_plan_run(frcnn_plan *plan, void *arena, const frcnn_plan_input *inputs,
                                            const frcnn_plan_rois *rois, frcnn_result *results);

#endif
