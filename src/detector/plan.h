/** A model on one padded shape, ready to run on one device: the nodes, their primitives and weights, the place of every
 *  value in the arena, and the anchors. Running a plan allocates nothing. */
#ifndef FRCNN_PLAN_H
#define FRCNN_PLAN_H

#include "detector/backend.h"
#include "detector/model_type.h"
#include "detector/plan_memory.h"
#include "frcnn/detector.h"
#include "tensor/graph.h"

typedef struct frcnn_plan {
    const frcnn_model *model;
    const frcnn_executor *executor;
    int n;                   /**< images */
    frcnn_model_sizes sizes; /**< padded size, grids, strides */
    frcnn_graph graph;
    int frames;                   /**< value: frcnn_frame [n], written before a run */
    int counts;                   /**< value: i64 [n], proposals of each image */
    int results;                  /**< value: what frcnn_plan_results describes, read after a run */
    size_t *offsets;              /**< [n_values], into the arena */
    frcnn_primitive **primitives; /**< [n_nodes], NULL where a node has none */
    const frcnn_packed **packed;  /**< [n_nodes], borrowed from the model */
    float *anchors; /**< [n_anchors, 4] in the device's memory, level after level; NULL until the plan is prepared */
    size_t arena_bytes;
    int is_tuned;               /**< 1: the backend has chosen among its implementations */
    frcnn_recording *recording; /**< of a run in recorded_arena; NULL: none */
    const void *recorded_arena;
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
 *  it is spent. keep_all 1: every value can be read after a run. Errors: INVALID, UNSUPPORTED (a precision that the device
 *  lacks), BACKEND, NO_MEMORY. The caller owns *out; model and executor outlive it. */
FRCNN_NODISCARD frcnn_status frcnn_plan_create(frcnn_plan **out, const frcnn_model *model,
                                               const frcnn_executor *executor, int n, int padded_height,
                                               int padded_width, int keep_all);
void frcnn_plan_destroy(frcnn_plan **plan);

/** Fills plan's graph, and the values that it names, from its model and sizes. Errors: INVALID, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_plan_build(frcnn_plan *plan);

/** Bytes of weights that frcnn_plan_prepare would add to the model's. */
size_t frcnn_plan_get_pack_cost(const frcnn_plan *plan);
/** Bytes of the plan's anchors, before and after they are there. */
size_t frcnn_plan_get_anchors_bytes(const frcnn_plan *plan);
/** Bytes of the weights that the plan uses. */
size_t frcnn_plan_get_weights_bytes(const frcnn_plan *plan);
/** Gets every layer's weights, packed where no plan had them yet, and makes the anchors. Errors: BACKEND,
 *  NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_plan_prepare(frcnn_plan *plan);

/** Where an image's part of the results lies: found [n] first, then the detections of each image. */
size_t frcnn_plan_get_detections_offset(const frcnn_plan *plan, int image);

/** Makes room in memory for a run of these images. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_plan_reserve(const frcnn_plan *plan, frcnn_plan_memory *memory,
                                                const frcnn_plan_input *inputs);

/** Runs n images in memory, reserved for them, into results [n], whose detections have room for box_detections_per_img.
 *  rois NULL but for tests of single stages. Errors: BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_plan_run(frcnn_plan *plan, const frcnn_plan_memory *memory,
                                            const frcnn_plan_input *inputs, const frcnn_plan_rois *rois,
                                            frcnn_result *results);

#endif
