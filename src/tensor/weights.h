/** Takes the tensors of a model out of a checkpoint by name and shape, and tells at the end which were missing, of a
 *  wrong shape or left over: a half-loaded model never runs.
 *
 *      frcnn_weights weights;
 *      status = frcnn_weights_init(&weights, checkpoint, "");
 *      frcnn_weights_take_conv(&weights, &layer, 64, 3, 7, 1, "backbone.body.conv1", "backbone.body.bn1");
 *      status = frcnn_weights_check(&weights);
 */
#ifndef FRCNN_WEIGHTS_H
#define FRCNN_WEIGHTS_H

#include <stdint.h>

#include "frcnn/checkpoint.h"
#include "tensor/layer.h"

enum { FRCNN_WEIGHTS_LISTED = 5, FRCNN_WEIGHTS_LINE = 256, FRCNN_WEIGHTS_PREFIX = 64 };

/** What went wrong, in the order it was met: the first few lines and how many there were. */
typedef struct frcnn_weights_list {
    char lines[FRCNN_WEIGHTS_LISTED][FRCNN_WEIGHTS_LINE];
    int count;
} frcnn_weights_list;

typedef struct frcnn_weights {
    const frcnn_checkpoint *checkpoint;
    char prefix[FRCNN_WEIGHTS_PREFIX]; /**< in front of every name that is asked for */
    void (*translate)(char out[FRCNN_LAYER_NAME],
                      const char *name); /**< to the file's names; NULL: they are the same */
    const char *const *unused;           /**< how names begin that nothing asks for, ends with NULL; NULL: none */
    int64_t n_unused;                    /**< tensors of such names; counted by frcnn_weights_check */
    uint8_t *is_taken;                   /**< per tensor of the checkpoint */
    int64_t n_parameters;                /**< elements taken as weights and biases; those of norms are not counted */
    frcnn_weights_list problems;
    frcnn_status status; /**< of taking, where it was no problem of the file: memory ran out */
} frcnn_weights;

/** Errors: INVALID (a prefix that is too long), UNSUPPORTED (a tensor behind it with a size of 0 or one too large for
 *  any layer: what is taken later has sizes that can be multiplied), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_weights_init(frcnn_weights *weights, const frcnn_checkpoint *checkpoint,
                                                const char *prefix);
void frcnn_weights_deinit(frcnn_weights *weights);

/** The tensor of that name (a printf format), or NULL; it is not taken yet. */
const frcnn_tensor *frcnn_weights_find(const frcnn_weights *weights, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** The size of its dimension dim; 0 where there is no such tensor or dimension. */
int64_t frcnn_weights_get_dim(const frcnn_weights *weights, int dim, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Fills the next part of layer from NAME.weight [out_c, in_c, kernel, kernel] and, from norm, NORM.weight, .bias,
 *  .running_mean, .running_var [out_c] each; norm NULL: NAME.bias [out_c] instead. in_c is per group. A variance that
 *  is not above 0 with layer's norm_eps, or not finite, is noted. */
void frcnn_weights_take_conv(frcnn_weights *weights, frcnn_layer *layer, int64_t out_c, int64_t in_c, int kernel,
                             int groups, const char *name, const char *norm);
/** Fills the next part of layer from NAME.weight [out_c, in_c] and NAME.bias [out_c]. */
void frcnn_weights_take_linear(frcnn_weights *weights, frcnn_layer *layer, int64_t out_c, int64_t in_c,
                               const char *name);

/** Errors: UNSUPPORTED where anything asked for was missing or misshapen, or where a tensor under the prefix was never
 *  taken (num_batches_tracked and what may be unused aside): at most FRCNN_WEIGHTS_LISTED names and a count;
 *  NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_weights_check(frcnn_weights *weights);

#endif
