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

/** What all detections of an image have in common. */
typedef struct frcnn_detection_rule {
    frcnn_box_coder coder;
    int decodes_in_image; /**< 1: proposals are scaled to the image as it came in before they are decoded and clipped there,
                               by one number for both sides; 0: detections are scaled, after the NMS */
    int clips_to_image; /**< 1: what was scaled is clipped again */
    float min_size;
    float height, width; /**< resized */
    float image_height, image_width;
    float scale; /**< resized pixels to a pixel as it came in */
} frcnn_detection_rule;

/** Decodes and clips. 1 where the box is one to keep: from finite deltas, finite itself, and of min_size or more. */
FRCNN_HD int frcnn_detection_decode(const frcnn_detection_rule *rule, const float *proposal, const float *deltas,
                                    float *box)
{
    const float weights[4] = {10.0f, 10.0f, 5.0f, 5.0f};
    if (!rule->decodes_in_image)
        return frcnn_box_decode_clipped(rule->coder, proposal, deltas, weights, rule->height, rule->width,
                                        rule->min_size, box);
    float scaled[4];
    for (int k = 0; k < 4; k++) scaled[k] = proposal[k] / rule->scale;
    return frcnn_box_decode_clipped(rule->coder, scaled, deltas, weights, rule->image_height, rule->image_width,
                                    rule->min_size, box);
}

/** A decoded box in pixels of the image as it came in. */
FRCNN_HD void frcnn_detection_scale(const frcnn_detection_rule *rule, const float *box, float *scaled)
{
    const float scale_y = rule->decodes_in_image ? 1.0f : rule->image_height / rule->height;
    const float scale_x = rule->decodes_in_image ? 1.0f : rule->image_width / rule->width;
    scaled[0] = box[0] * scale_x;
    scaled[1] = box[1] * scale_y;
    scaled[2] = box[2] * scale_x;
    scaled[3] = box[3] * scale_y;
    if (rule->clips_to_image) frcnn_box_clip(scaled, rule->image_height, rule->image_width);
    frcnn_box_close(rule->coder, scaled);
}

#endif
