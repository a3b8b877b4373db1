/** Every stage of a detector against a golden file of make_goldens.py, for one image.
 *
 *      status = parity_compare_stages(&report, detector, info, image, golden);
 */
#ifndef PARITY_GOLDEN_STAGES_H
#define PARITY_GOLDEN_STAGES_H

#include "frcnn/checkpoint.h"
#include "frcnn/detector.h"
#include "parity/compare.h"

/** Compares each tensor that the golden holds, and the detections. The activations come from the detector's own input to
 *  each stage; those after the proposals are fed with the golden's proposals. info is of the detector's model.
 *  A difference is no error: the report counts it. Errors: FORMAT (a tensor of the golden is missing, has another dtype
 *  or shape than make_goldens.py writes, or a name that is no stage), and what the detector returns. */
frcnn_status parity_compare_stages(parity_report *report, frcnn_detector *detector, const frcnn_model_info *info,
                                   const frcnn_image *image, const frcnn_checkpoint *golden);

#endif
