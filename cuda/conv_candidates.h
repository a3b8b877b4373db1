/** The ways that a primitive of the CUDA backend can run, for tests and benchmarks that go through all of them. */
#ifndef FRCNN_CONV_CANDIDATES_H
#define FRCNN_CONV_CANDIDATES_H

#ifdef __cplusplus
extern "C" {
#endif

#include "tensor/network_ops.h"

/** Counts them; 1 where one was chosen before for this convolution. */
int frcnn_conv_candidates_get_n(const frcnn_primitive *primitive);
/** "engine: variant"; lives until the next call on this primitive. */
const char *frcnn_conv_candidates_get_name(frcnn_primitive *primitive, int index);
/** Runs go this way from now on, until tuned. */
void frcnn_conv_candidates_choose(frcnn_primitive *primitive, int index);
/** The index that runs go now. */
int frcnn_conv_candidates_get_chosen(const frcnn_primitive *primitive);
/** Primitives that are created from now on have the n likeliest variants of our own products of matrices, as many of each way
 *  that there is; 8 at first. */
void frcnn_conv_candidates_offer(int n);
/** Forgets what was found to be fastest. */
void frcnn_conv_candidates_forget(void);

#ifdef __cplusplus
}
#endif

#endif
