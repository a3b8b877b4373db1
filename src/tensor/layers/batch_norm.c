#include "tensor/layers/batch_norm.h"

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

enum { MEAN, VARIANCE, WEIGHT, BIAS, N_PARAMETERS };
static const char *const names[] = {"running_mean", "running_var", "weight", "bias"};

static frcnn_status check_parameter(const frcnn_tensor *tensor, const frcnn_tensor *parameter, const char *name,
                                    frcnn_dtype dtype)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    const int64_t c = tensor->shape[tensor->n_dims - 1];
    FRCNN_FAIL_IF(parameter->n_dims != 1 || parameter->shape[0] != c, FRCNN_ERROR_INVALID,
                  "batch_norm: expected a %s of [%lld], one value per channel, found %s", name, (long long)c,
                  frcnn_shape_format(text, parameter->n_dims, parameter->shape));
    FRCNN_FAIL_IF(parameter->dtype != dtype, FRCNN_ERROR_INVALID, "batch_norm: expected a %s in %s, found %s", name,
                  frcnn_dtype_get_name(dtype), frcnn_dtype_get_name(parameter->dtype));
    return FRCNN_OK;
}

static frcnn_status check(const frcnn_tensor *tensor, const frcnn_tensor *const *parameters, double eps)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims < 2, FRCNN_ERROR_INVALID, "batch_norm: expected 2 dimensions or more, found %s",
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    FRCNN_FAIL_IF(!frcnn_compute_is_float(tensor->dtype), FRCNN_ERROR_INVALID, "batch_norm: expected floats, found %s",
                  frcnn_dtype_get_name(tensor->dtype));
    FRCNN_FAIL_IF(!(eps >= 0), FRCNN_ERROR_INVALID, "batch_norm: expected an eps of 0 or more, found %g", eps);
    const int is_wide = frcnn_dtype_get_size(tensor->dtype) == 2 && parameters[MEAN]->dtype == FRCNN_F32;
    for (int i = 0; i < N_PARAMETERS; i++) {
        if (parameters[i] == NULL) continue;
        FRCNN_TRY(check_parameter(tensor, parameters[i], names[i], is_wide ? FRCNN_F32 : tensor->dtype));
        const frcnn_tensor *both[] = {tensor, parameters[i]};
        FRCNN_TRY(frcnn_devices_check("batch_norm", both, 2));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_batch_norm(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_tensor *running_mean,
                                     const frcnn_tensor *running_var, const frcnn_tensor *weight,
                                     const frcnn_tensor *bias, double eps)
{
    frcnn_status status = FRCNN_OK;
    const frcnn_tensor *parameters[N_PARAMETERS] = {running_mean, running_var, weight, bias};
    frcnn_tensor *widened[N_PARAMETERS] = {NULL};
    const void *values[N_PARAMETERS] = {NULL};
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(check(tensor, parameters, eps));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "batch_norm", tensor->device));
    for (int i = 0; i < N_PARAMETERS; i++) {
        if (parameters[i] == NULL) continue;
        FRCNN_TRY_CLEANUP(
            frcnn_compute_open(&widened[i], parameters[i], frcnn_compute_get_dtype(parameters[i]->dtype)));
        values[i] = frcnn_tensor_get_const_data(widened[i]);
    }
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, frcnn_compute_get_dtype(tensor->dtype)));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, src->dtype, src->n_dims, src->shape));
    if (result->n_elements > 0) {
        const int64_t c = tensor->shape[tensor->n_dims - 1];
        const frcnn_batch_norm_run run = {.n = tensor->n_elements / c,
                                          .c = c,
                                          .dtype = src->dtype,
                                          .eps = eps,
                                          .src = frcnn_tensor_get_const_data(src),
                                          .mean = values[MEAN],
                                          .variance = values[VARIANCE],
                                          .weight = values[WEIGHT],
                                          .bias = values[BIAS],
                                          .dst = frcnn_tensor_get_data(result)};
        FRCNN_TRY_CLEANUP(table->layers->batch_norm(&run));
    }
    status = frcnn_compute_close(out, &result, tensor->dtype);

cleanup:
    for (int i = 0; i < N_PARAMETERS; i++) frcnn_tensor_destroy(&widened[i]);
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&src);
    return status;
}
