#include "tensor/weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tensor/compute.h"
#include "tensor/ends_with.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"

/* No channel count comes near; products of a few sizes within it fit into an int64_t, and one size into an int. */
enum { MAX_SIZE = 1 << 24 };

static frcnn_status check_sizes(const frcnn_checkpoint *checkpoint, const char *prefix)
{
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        const char *name = frcnn_checkpoint_get_name(checkpoint, i);
        const frcnn_tensor *tensor = frcnn_checkpoint_get_tensor(checkpoint, i);
        const int n_dims = frcnn_tensor_get_n_dims(tensor);
        const int64_t *shape = frcnn_tensor_get_shape(tensor);
        char text[FRCNN_SHAPE_TEXT_BYTES];
        if (strncmp(name, prefix, strlen(prefix)) != 0) continue;
        for (int d = 0; d < n_dims; d++)
            FRCNN_FAIL_IF(shape[d] < 1 || shape[d] > MAX_SIZE, FRCNN_ERROR_UNSUPPORTED,
                          "%s: %.200s: expected sizes from 1 to %d, found %s", frcnn_checkpoint_get_path(checkpoint),
                          name, MAX_SIZE, frcnn_shape_format(text, n_dims, shape));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_weights_init(frcnn_weights *weights, const frcnn_checkpoint *checkpoint, const char *prefix)
{
    FRCNN_FAIL_IF(strlen(prefix) >= FRCNN_WEIGHTS_PREFIX, FRCNN_ERROR_INVALID,
                  "prefix %s: expected at most %d bytes, found %zu", prefix, FRCNN_WEIGHTS_PREFIX - 1, strlen(prefix));
    FRCNN_TRY(check_sizes(checkpoint, prefix));
    void *is_taken = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&is_taken, frcnn_checkpoint_get_count(checkpoint), 1, "weights"));
    memset(weights, 0, sizeof *weights);
    weights->checkpoint = checkpoint;
    weights->is_taken = is_taken;
    memcpy(weights->prefix, prefix, strlen(prefix) + 1);
    return FRCNN_OK;
}

void frcnn_weights_deinit(frcnn_weights *weights)
{
    frcnn_free(weights->is_taken);
    weights->is_taken = NULL;
}

static void add_line(frcnn_weights_list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_line(frcnn_weights_list *list, const char *format, ...)
{
    if (list->count < FRCNN_WEIGHTS_LISTED) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(list->lines[list->count], FRCNN_WEIGHTS_LINE, format, arguments);
        va_end(arguments);
    }
    list->count++;
}

enum { WHOLE_NAME = FRCNN_WEIGHTS_PREFIX + FRCNN_LAYER_NAME };

/* What the file calls a tensor. */
static void get_whole_name(char out[WHOLE_NAME], const frcnn_weights *weights, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void get_whole_name(char out[WHOLE_NAME], const frcnn_weights *weights, const char *format, va_list arguments)
{
    char name[FRCNN_LAYER_NAME], translated[FRCNN_LAYER_NAME];
    vsnprintf(name, sizeof name, format, arguments);
    if (weights->translate != NULL) weights->translate(translated, name);
    snprintf(out, WHOLE_NAME, "%s%s", weights->prefix, weights->translate != NULL ? translated : name);
}

static void name_in_file(char out[WHOLE_NAME], const frcnn_weights *weights, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void name_in_file(char out[WHOLE_NAME], const frcnn_weights *weights, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    get_whole_name(out, weights, format, arguments);
    va_end(arguments);
}

static const frcnn_tensor *find(const frcnn_weights *weights, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static const frcnn_tensor *find(const frcnn_weights *weights, const char *format, va_list arguments)
{
    char whole[WHOLE_NAME];
    get_whole_name(whole, weights, format, arguments);
    return frcnn_checkpoint_find(weights->checkpoint, whole);
}

const frcnn_tensor *frcnn_weights_find(const frcnn_weights *weights, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const frcnn_tensor *tensor = find(weights, format, arguments);
    va_end(arguments);
    return tensor;
}

int64_t frcnn_weights_get_dim(const frcnn_weights *weights, int dim, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const frcnn_tensor *tensor = find(weights, format, arguments);
    va_end(arguments);
    if (tensor == NULL || dim >= frcnn_tensor_get_n_dims(tensor)) return 0;
    return frcnn_tensor_get_shape(tensor)[dim];
}

static void mark_taken(frcnn_weights *weights, const frcnn_tensor *tensor)
{
    for (size_t i = 0; i < frcnn_checkpoint_get_count(weights->checkpoint); i++)
        if (frcnn_checkpoint_get_tensor(weights->checkpoint, i) == tensor) weights->is_taken[i] = 1;
}

/* NAME.LEAF of that shape, or NULL with a problem noted. */
static const frcnn_tensor *take(frcnn_weights *weights, const char *name, const char *leaf, int n_dims,
                                const int64_t *shape)
{
    const frcnn_tensor *tensor = frcnn_weights_find(weights, "%s.%s", name, leaf);
    char whole[WHOLE_NAME];
    char expected[FRCNN_SHAPE_TEXT_BYTES], found[FRCNN_SHAPE_TEXT_BYTES];
    frcnn_shape_format(expected, n_dims, shape);
    name_in_file(whole, weights, "%s.%s", name, leaf);
    if (tensor == NULL) {
        add_line(&weights->problems, "%s: missing, expected %s", whole, expected);
        return NULL;
    }
    mark_taken(weights, tensor);
    const int64_t *found_shape = frcnn_tensor_get_shape(tensor);
    int is_equal = frcnn_tensor_get_n_dims(tensor) == n_dims;
    for (int i = 0; is_equal && i < n_dims; i++) is_equal = found_shape[i] == shape[i];
    frcnn_shape_format(found, frcnn_tensor_get_n_dims(tensor), found_shape);
    if (!is_equal) {
        add_line(&weights->problems, "%s: expected %s, found %s", whole, expected, found);
        return NULL;
    }
    const frcnn_dtype dtype = frcnn_tensor_get_dtype(tensor);
    if (!frcnn_compute_is_float(dtype)) {
        add_line(&weights->problems, "%s: expected floating-point values, found %s", whole,
                 frcnn_dtype_get_name(dtype));
        return NULL;
    }
    return tensor;
}

/* Notes values of a norm's running variance that no square root can be taken of. */
static void check_variance(frcnn_weights *weights, const char *norm, const frcnn_tensor *variance, float eps)
{
    frcnn_tensor *wide = NULL;
    char whole[WHOLE_NAME];
    if (variance == NULL || weights->status != FRCNN_OK) return;
    weights->status = frcnn_tensor_cast(&wide, variance, FRCNN_F32);
    if (weights->status != FRCNN_OK) return;
    const float *values = frcnn_tensor_get_const_data(wide);
    name_in_file(whole, weights, "%s.running_var", norm);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(wide); i++) {
        if (values[i] + eps > 0.0f && isfinite(values[i])) continue;
        add_line(&weights->problems, "%s: expected finite values above 0, found %g + eps %g at %lld", whole,
                 (double)values[i], (double)eps, (long long)i);
        break;
    }
    frcnn_tensor_destroy(&wide);
}

static void count_parameters(frcnn_weights *weights, const frcnn_tensor *tensor)
{
    if (tensor != NULL) weights->n_parameters += frcnn_tensor_get_n_elements(tensor);
}

/* The next free part; its channels are added to the layer's. */
static frcnn_layer_part *next_part(frcnn_layer *layer, int64_t out_c, int64_t in_c, const char *name)
{
    if (layer->n_parts == 0) snprintf(layer->name, sizeof layer->name, "%s.weight", name);
    layer->out_c += out_c;
    layer->in_c = in_c;
    return &layer->parts[layer->n_parts++];
}

void frcnn_weights_take_conv(frcnn_weights *weights, frcnn_layer *layer, int64_t out_c, int64_t in_c, int kernel,
                             int groups, const char *name, const char *norm)
{
    const int64_t shape[] = {out_c, in_c, kernel, kernel};
    frcnn_layer_part *part = next_part(layer, out_c, in_c, name);
    layer->kernel = kernel;
    layer->groups = groups;
    part->weight = take(weights, name, "weight", 4, shape);
    count_parameters(weights, part->weight);
    if (norm == NULL) {
        part->bias = take(weights, name, "bias", 1, shape);
        count_parameters(weights, part->bias);
        return;
    }
    part->norm_weight = take(weights, norm, "weight", 1, shape);
    part->norm_bias = take(weights, norm, "bias", 1, shape);
    part->norm_mean = take(weights, norm, "running_mean", 1, shape);
    part->norm_var = take(weights, norm, "running_var", 1, shape);
    check_variance(weights, norm, part->norm_var, layer->norm_eps);
}

void frcnn_weights_take_linear(frcnn_weights *weights, frcnn_layer *layer, int64_t out_c, int64_t in_c,
                               const char *name)
{
    const int64_t shape[] = {out_c, in_c};
    frcnn_layer_part *part = next_part(layer, out_c, in_c, name);
    layer->kernel = layer->groups = 1;
    part->weight = take(weights, name, "weight", 2, shape);
    part->bias = take(weights, name, "bias", 1, shape);
    count_parameters(weights, part->weight);
    count_parameters(weights, part->bias);
}

static int may_be_unused(const frcnn_weights *weights, const char *name)
{
    for (const char *const *begin = weights->unused; begin != NULL && *begin != NULL; begin++)
        if (strncmp(name, *begin, strlen(*begin)) == 0) return 1;
    return 0;
}

/* What is under the prefix and was never asked for. */
static void note_left_over(frcnn_weights *weights)
{
    for (size_t i = 0; i < frcnn_checkpoint_get_count(weights->checkpoint); i++) {
        const char *name = frcnn_checkpoint_get_name(weights->checkpoint, i);
        if (weights->is_taken[i] || strncmp(name, weights->prefix, strlen(weights->prefix)) != 0) continue;
        if (frcnn_ends_with(name, ".num_batches_tracked")) continue;
        if (may_be_unused(weights, name + strlen(weights->prefix)))
            weights->n_unused++;
        else
            add_line(&weights->problems, "%s: not part of this model", name);
    }
}

frcnn_status frcnn_weights_check(frcnn_weights *weights)
{
    FRCNN_TRY(weights->status);
    note_left_over(weights);
    const frcnn_weights_list *problems = &weights->problems;
    if (problems->count == 0) return FRCNN_OK;
    char text[(FRCNN_WEIGHTS_LISTED + 1) * FRCNN_WEIGHTS_LINE];
    size_t used = 0;
    for (int i = 0; i < problems->count && i < FRCNN_WEIGHTS_LISTED; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? "; " : "", problems->lines[i]);
    if (problems->count > FRCNN_WEIGHTS_LISTED)
        snprintf(text + used, sizeof text - used, "; and %d more", problems->count - FRCNN_WEIGHTS_LISTED);
    return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: %s", frcnn_checkpoint_get_path(weights->checkpoint), text);
}
