/** What the stages of a plan are asked to do, as far as model and sizes say it: everything but memory. */
#ifndef FRCNN_PLAN_STAGES_H
#define FRCNN_PLAN_STAGES_H

#include "detector/plan.h"

frcnn_transform frcnn_plan_get_transform(const frcnn_plan *plan);
frcnn_proposals_run frcnn_plan_get_proposals(const frcnn_plan *plan);
frcnn_roi_align_run frcnn_plan_get_align(const frcnn_plan *plan);
frcnn_roi_pool_run frcnn_plan_get_pool(const frcnn_plan *plan);
frcnn_postprocess_run frcnn_plan_get_postprocess(const frcnn_plan *plan);

#endif
