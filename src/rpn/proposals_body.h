/** A proposal from its anchor. */
#ifndef FRCNN_PROPOSALS_BODY_H
#define FRCNN_PROPOSALS_BODY_H

#include <math.h>

#include "rpn/box_coder_body.h"
#include "rpn/proposals.h"
#include "tensor/body.h"

/** The sigmoid; exactly 1 from about 16.6 up, 0 from about -88.7 down. */
FRCNN_HD float frcnn_proposal_score(float logit)
{
    return 1.0f / (1.0f + expf(-logit));
}

/** Decodes and clips. 1 where the box is a proposal: of finite logit and deltas, of score_thresh and min_size or more. */
FRCNN_HD int frcnn_proposal_decode(const frcnn_proposal_params *params, const float *anchor, const float *deltas,
                                   float logit, float height, float width, float *box, float *score)
{
    const float weights[4] = {1.0f, 1.0f, 1.0f, 1.0f};
    const int x = params->anchors_are_yx, y = 1 - x;
    const float turned[4] = {anchor[x], anchor[y], anchor[2 + x], anchor[2 + y]};
    *score = params->keeps_logits ? logit : frcnn_proposal_score(logit);
    return isfinite(logit) && *score >= params->score_thresh &&
           frcnn_box_decode_clipped(params->coder, turned, deltas, weights, height, width, params->min_size, box);
}

#endif
