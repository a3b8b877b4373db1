/** A detection from the box head's row of its RoI. */
#ifndef FRCNN_POSTPROCESS_BODY_H
#define FRCNN_POSTPROCESS_BODY_H

#include <math.h>

#include "rpn/box_coder_body.h"
#include "tensor/body.h"

/** What a class weighs in the softmax; largest: of the row's logits. */
FRCNN_HD float frcnn_class_weight(float logit, float largest)
{
    return expf(logit - largest);
}

/** scores [n] = softmax of logits [n]; the sum in double, in order. All NaN where a logit is NaN or +infinite. */
FRCNN_HD void frcnn_class_scores(const float *logits, int n, float *scores)
{
    float largest = logits[0];
    for (int i = 1; i < n; i++) largest = logits[i] > largest ? logits[i] : largest;
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        scores[i] = frcnn_class_weight(logits[i], largest);
        sum += (double)scores[i];
    }
    const float divisor = (float)sum;
    for (int i = 0; i < n; i++) scores[i] = scores[i] / divisor;
}

/** Decodes and clips. 1 where the box is one to keep: from finite deltas, finite itself, and of min_size or more. */
FRCNN_HD int frcnn_detection_decode(frcnn_box_coder coder, const float *proposal, const float *deltas, float height,
                                    float width, float min_size, float *box)
{
    const float weights[4] = {10.0f, 10.0f, 5.0f, 5.0f};
    return frcnn_box_decode_clipped(coder, proposal, deltas, weights, height, width, min_size, box);
}

/** A box of the resized image, resized_height x resized_width, in pixels of the image as it came in. */
FRCNN_HD void frcnn_detection_scale(const float *box, float resized_height, float resized_width, float image_height,
                                    float image_width, int clips_to_image, float *scaled)
{
    const float scale_y = image_height / resized_height;
    const float scale_x = image_width / resized_width;
    scaled[0] = box[0] * scale_x;
    scaled[1] = box[1] * scale_y;
    scaled[2] = box[2] * scale_x;
    scaled[3] = box[3] * scale_y;
    if (clips_to_image) frcnn_box_clip(scaled, image_height, image_width);
}

#endif
