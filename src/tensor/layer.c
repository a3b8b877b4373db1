#include "tensor/layer.h"

#include <math.h>
#include <string.h>

#include "tensor/error.h"

/* A tensor as contiguous float32; *holder keeps it and is the caller's to destroy. */
static frcnn_status widen(const float **out, frcnn_tensor **holder, const frcnn_tensor *tensor)
{
    const int is_plain = frcnn_tensor_get_dtype(tensor) == FRCNN_F32 && frcnn_tensor_is_contiguous(tensor);
    FRCNN_TRY(is_plain ? frcnn_tensor_share(holder, tensor) : frcnn_tensor_cast(holder, tensor, FRCNN_F32));
    *out = frcnn_tensor_get_const_data(*holder);
    return FRCNN_OK;
}

static int64_t get_row_size(const frcnn_layer *layer)
{
    return layer->in_c * layer->kernel * layer->kernel;
}

int64_t frcnn_layer_get_n_weights(const frcnn_layer *layer)
{
    return layer->out_c * get_row_size(layer);
}

int64_t frcnn_layer_part_get_n_rows(const frcnn_layer_part *part)
{
    const int64_t n = frcnn_tensor_get_shape(part->weight)[0];
    return (part->pairs == FRCNN_NO_PAIRS ? n : n / 2) + part->n_zeros;
}

/* [C, P, P] -> [P, P, C] within one row. */
static void reorder_row(float *dst, const float *src, int64_t n_columns, int64_t size)
{
    const int64_t cells = size * size, channels = n_columns / cells;
    for (int64_t cell = 0; cell < cells; cell++)
        for (int64_t c = 0; c < channels; c++) dst[cell * channels + c] = src[c * cells + cell];
}

/* Scales the rows by the norm and moves the bias with it. */
static frcnn_status fold_norm(const frcnn_layer *layer, const frcnn_layer_part *part, int64_t n_rows, int64_t row_size,
                              float *weight, float *bias)
{
    enum { N_NORM = 4 };
    const frcnn_tensor *sources[N_NORM] = {part->norm_weight, part->norm_bias, part->norm_mean, part->norm_var};
    frcnn_tensor *holders[N_NORM] = {NULL};
    const float *norm[N_NORM] = {NULL};
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < N_NORM; i++) FRCNN_TRY_CLEANUP(widen(&norm[i], &holders[i], sources[i]));
    for (int64_t row = 0; row < n_rows; row++) {
        const float scale = norm[0][row] * (1.0f / sqrtf(norm[3][row] + layer->norm_eps));
        for (int64_t i = 0; i < row_size; i++) weight[row * row_size + i] *= scale;
        bias[row] = bias[row] * scale + (norm[1][row] - norm[2][row] * scale);
    }
cleanup:
    for (int i = 0; i < N_NORM; i++) frcnn_tensor_destroy(&holders[i]);
    return status;
}

/* dst [n_zeros + n_rows, row_size] = zeros, the last rows of src [n_rows, row_size], the others. */
static void copy_rows(float *dst, const float *src, const frcnn_layer_part *part, int64_t n_rows, int64_t row_size)
{
    const int64_t n_first = part->n_last_first, n_others = n_rows - n_first;
    memset(dst, 0, (size_t)(part->n_zeros * row_size) * sizeof *dst);
    dst += part->n_zeros * row_size;
    memcpy(dst, src + n_others * row_size, (size_t)(n_first * row_size) * sizeof *dst);
    memcpy(dst + n_first * row_size, src, (size_t)(n_others * row_size) * sizeof *dst);
}

static void subtract_pairs(float *dst, const float *src, frcnn_row_pairs pairs, int64_t n_rows, int64_t row_size)
{
    const int64_t n = n_rows / 2, step = pairs == FRCNN_PAIRS_OF_HALVES ? 1 : 2;
    const int64_t to_object = pairs == FRCNN_PAIRS_OF_HALVES ? n : 1;
    for (int64_t row = 0; row < n; row++) {
        const float *background = src + row * step * row_size, *object = background + to_object * row_size;
        for (int64_t i = 0; i < row_size; i++) dst[row * row_size + i] = object[i] - background[i];
    }
}

static void swap_xy(float *dst, const float *src, int64_t n_rows, int64_t row_size)
{
    for (int64_t row = 0; row < n_rows; row++)
        memcpy(dst + row * row_size, src + (row ^ 1) * row_size, (size_t)row_size * sizeof *dst);
}

/* The rows of a part as the layer has them. */
static void arrange_rows(float *dst, const float *src, const frcnn_layer_part *part, int64_t n_rows, int64_t row_size)
{
    if (part->pairs != FRCNN_NO_PAIRS)
        subtract_pairs(dst, src, part->pairs, n_rows, row_size);
    else if (part->swaps_xy)
        swap_xy(dst, src, n_rows, row_size);
    else
        copy_rows(dst, src, part, n_rows, row_size);
}

static frcnn_status read_part(const frcnn_layer *layer, const frcnn_layer_part *part, float *weight, float *bias)
{
    const int64_t row_size = get_row_size(layer);
    const int64_t n_rows = frcnn_tensor_get_shape(part->weight)[0];
    frcnn_tensor *weight_holder = NULL, *bias_holder = NULL;
    const float *source = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(widen(&source, &weight_holder, part->weight));
    if (layer->pooled_size > 0)
        for (int64_t row = 0; row < n_rows; row++)
            reorder_row(weight + row * row_size, source + row * row_size, row_size, layer->pooled_size);
    else
        arrange_rows(weight, source, part, n_rows, row_size);
    if (part->bias != NULL) {
        FRCNN_TRY_CLEANUP(widen(&source, &bias_holder, part->bias));
        arrange_rows(bias, source, part, n_rows, 1);
    } else {
        memset(bias, 0, (size_t)n_rows * sizeof(float));
    }
    if (part->norm_var != NULL) FRCNN_TRY_CLEANUP(fold_norm(layer, part, n_rows, row_size, weight, bias));
cleanup:
    frcnn_tensor_destroy(&weight_holder);
    frcnn_tensor_destroy(&bias_holder);
    return status;
}

frcnn_status frcnn_layer_read(const frcnn_layer *layer, float *weight, float *bias)
{
    for (int i = 0; i < layer->n_parts; i++) {
        FRCNN_TRY(read_part(layer, &layer->parts[i], weight, bias));
        const int64_t n_rows = frcnn_layer_part_get_n_rows(&layer->parts[i]);
        weight += n_rows * get_row_size(layer);
        bias += n_rows;
    }
    return FRCNN_OK;
}
