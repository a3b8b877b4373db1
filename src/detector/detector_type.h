/** What frcnn_detector holds, for its taps. */
#ifndef FRCNN_DETECTOR_TYPE_H
#define FRCNN_DETECTOR_TYPE_H

#include "detector/plan.h"

enum { FRCNN_MAX_PLANS = 64 };

struct frcnn_detector {
    const frcnn_model *model;
    frcnn_executor executor;
    char device_name[FRCNN_DEVICE_TEXT_BYTES];
    int batch;
    int64_t max_batch_pixels; /**< padded pixels of all images of a batch: what memory has had room for */
    size_t max_memory;
    frcnn_detector_info info;
    frcnn_plan *plans[FRCNN_MAX_PLANS];
    int n_plans;
    uint64_t clock;           /**< counts runs, for the plans' last use */
    frcnn_plan_memory memory; /**< one for all plans: only one runs at a time */
};

/** Gives the calling thread the detector's number of threads and its device. Errors: BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_detector_enter(const frcnn_detector *detector);

#endif
