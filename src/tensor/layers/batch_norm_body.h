/** Batch norm of one value: value * alpha + beta, with alpha = weight / sqrt(variance + eps) and beta = bias - mean * alpha.
 *  The products and sums are fused as in PyTorch on CPUs that can: same bits. */
#ifndef FRCNN_BATCH_NORM_BODY_H
#define FRCNN_BATCH_NORM_BODY_H

#include <math.h>

#include "tensor/body.h"

FRCNN_HD float frcnn_batch_norm_alpha_f32(float variance, float eps, float weight)
{
    return 1.0f / sqrtf(variance + eps) * weight;
}

FRCNN_HD float frcnn_batch_norm_beta_f32(float mean, float alpha, float bias)
{
    return fmaf(-mean, alpha, bias);
}

FRCNN_HD float frcnn_batch_norm_f32(float value, float alpha, float beta)
{
    return fmaf(value, alpha, beta);
}

FRCNN_HD double frcnn_batch_norm_alpha_f64(double variance, double eps, double weight)
{
    return 1.0 / sqrt(variance + eps) * weight;
}

FRCNN_HD double frcnn_batch_norm_beta_f64(double mean, double alpha, double bias)
{
    return fma(-mean, alpha, bias);
}

FRCNN_HD double frcnn_batch_norm_f64(double value, double alpha, double beta)
{
    return fma(value, alpha, beta);
}

#endif
