/** A proposal's score from its objectness logit. */
#ifndef FRCNN_PROPOSALS_BODY_H
#define FRCNN_PROPOSALS_BODY_H

#include <math.h>

#include "tensor/body.h"

/** The sigmoid; exactly 1 from about 16.6 up, 0 from about -88.7 down. */
FRCNN_HD float frcnn_proposal_score(float logit)
{
    return 1.0f / (1.0f + expf(-logit));
}

#endif
