/** What frcnn_detector holds, for its taps. */
#ifndef FRCNN_DETECTOR_TYPE_H
#define FRCNN_DETECTOR_TYPE_H

#include "detector/plan.h"

enum { FRCNN_MAX_PLANS = 64 };

struct frcnn_detector {
    const frcnn_model *model;
    int batch;
    size_t max_memory;
    frcnn_detector_info info;
    frcnn_plan *plans[FRCNN_MAX_PLANS];
    int n_plans;
    uint64_t clock; /**< counts runs, for the plans' last use */
    void *arena;    /**< one for all plans: only one runs at a time */
    size_t arena_bytes;
};

/** Uses the detector's number of threads on the calling thread. */
void frcnn_detector_use_threads(const frcnn_detector *detector);

#endif
