#include "tensor/layers/pad.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

static frcnn_status set_value(frcnn_pad_run *run, frcnn_dtype dtype, frcnn_scalar value)
{
    frcnn_tensor *element = NULL;
    /* PyTorch takes the value as a real number, of which an unsigned dtype wraps none. */
    if (dtype == FRCNN_U8 && value.kind == FRCNN_SCALAR_I64) value = frcnn_scalar_f64((double)value.value.i64);
    FRCNN_TRY(frcnn_dtype_check_holds("pad", dtype, value));
    FRCNN_TRY(frcnn_tensor_full(&element, dtype, 0, NULL, value));
    memcpy(run->value, frcnn_tensor_get_const_data(element), run->element_bytes);
    frcnn_tensor_destroy(&element);
    return FRCNN_OK;
}

static frcnn_status set_dim(frcnn_pad_run *run, int dim, int64_t before, int64_t after)
{
    const int64_t in = run->in[dim];
    const int64_t most = INT64_MAX / 4;
    FRCNN_FAIL_IF(before < -most || before > most || after < -most || after > most || in > most, FRCNN_ERROR_INVALID,
                  "pad: expected pads that fit in memory, found %lld, %lld", (long long)before, (long long)after);
    const int64_t out = in + before + after;
    /* A constant fills no more than what its own pad adds. */
    const int64_t kept = in + (before < 0 ? before : 0) + (after < 0 ? after : 0);
    FRCNN_FAIL_IF(out < 0 || (run->mode == FRCNN_PAD_CONSTANT && kept < 0), FRCNN_ERROR_INVALID,
                  "pad: expected pads that leave 0 or more of %lld, found %lld, %lld", (long long)in, (long long)before,
                  (long long)after);
    run->before[dim] = before;
    run->out[dim] = out;
    if (run->mode == FRCNN_PAD_CONSTANT || (before == 0 && after == 0)) return FRCNN_OK;
    const int64_t limit = run->mode == FRCNN_PAD_REFLECT ? in - 1 : in;
    FRCNN_FAIL_IF(run->mode != FRCNN_PAD_REPLICATE && (before > limit || after > limit), FRCNN_ERROR_INVALID,
                  "pad: expected pads of %lld at most for a length of %lld in this mode, found %lld, %lld",
                  (long long)limit, (long long)in, (long long)before, (long long)after);
    FRCNN_FAIL_IF(run->mode != FRCNN_PAD_CIRCULAR && (in < 1 || out < 1), FRCNN_ERROR_INVALID,
                  "pad: expected lengths of 1 or more in this mode, found %lld to %lld", (long long)in, (long long)out);
    return FRCNN_OK;
}

static frcnn_status set_run(frcnn_pad_run *run, const frcnn_tensor *tensor, const int64_t *pads, int n_pads,
                            frcnn_scalar value)
{
    const int n = tensor->n_dims;
    FRCNN_FAIL_IF(run->mode != FRCNN_PAD_CONSTANT && run->mode != FRCNN_PAD_REFLECT &&
                      run->mode != FRCNN_PAD_REPLICATE && run->mode != FRCNN_PAD_CIRCULAR,
                  FRCNN_ERROR_INVALID, "pad: expected a mode of frcnn_pad_mode, found %d", (int)run->mode);
    FRCNN_FAIL_IF(n_pads < 0 || n_pads % 2 != 0 || n_pads > 2 * n, FRCNN_ERROR_INVALID,
                  "pad: expected two pads for each of %d dimensions at most, found %d", n, n_pads);
    for (int d = 0; d < n; d++) run->in[d] = run->out[d] = tensor->shape[d];
    for (int i = 0; i < n_pads / 2; i++) FRCNN_TRY(set_dim(run, n - 1 - i, pads[2 * i], pads[2 * i + 1]));
    int has_constant = 0;
    for (int i = 0; i < n_pads; i++) has_constant |= run->mode == FRCNN_PAD_CONSTANT && pads[i] > 0;
    if (has_constant) FRCNN_TRY(set_value(run, tensor->dtype, value));
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_pad(frcnn_tensor **out, const frcnn_tensor *tensor, const int64_t *pads, int n_pads,
                              frcnn_pad_mode mode, frcnn_scalar value)
{
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    const frcnn_tensor_ops *table = NULL;
    frcnn_pad_run run = {.n_dims = tensor->n_dims, .mode = mode, .element_bytes = frcnn_dtype_get_size(tensor->dtype)};
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "pad", tensor->device));
    FRCNN_TRY(set_run(&run, tensor, pads, n_pads, value));
    if (run.n_dims == 0) return frcnn_tensor_cast(out, tensor, tensor->dtype);
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&src, tensor));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, tensor->dtype, run.n_dims, run.out));
    run.src = frcnn_tensor_get_const_data(src);
    run.dst = frcnn_tensor_get_data(result);
    if (result->n_elements > 0) FRCNN_TRY_CLEANUP(table->layers->pad(&run));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&src);
    return status;
}
