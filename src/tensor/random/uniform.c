#include "tensor/random/uniform.h"

#include "tensor/compute.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

static frcnn_status fill(frcnn_tensor **out, const char *what, frcnn_generator *generator, frcnn_dtype dtype,
                         int n_dims, const int64_t *shape, double low, double high)
{
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, cpu));
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, n_dims, shape));
    const frcnn_uniform uniform = {dtype, result->n_elements, low, high};
    const frcnn_status status = table->random->uniform(&uniform, generator, frcnn_tensor_get_data(result));
    if (status == FRCNN_OK)
        *out = result;
    else
        frcnn_tensor_destroy(&result);
    return status;
}

frcnn_status frcnn_tensor_rand(frcnn_tensor **out, frcnn_generator *generator, frcnn_dtype dtype, int n_dims,
                               const int64_t *shape)
{
    FRCNN_TRY(frcnn_compute_check_float("rand", dtype));
    return fill(out, "rand", generator, dtype, n_dims, shape, 0, 1);
}

frcnn_status frcnn_tensor_uniform(frcnn_tensor **out, frcnn_generator *generator, frcnn_dtype dtype, int n_dims,
                                  const int64_t *shape, double low, double high)
{
    FRCNN_TRY(frcnn_compute_check_float("uniform", dtype));
    const double max = frcnn_dtype_get_max(dtype);
    FRCNN_FAIL_IF(!(low >= -max && low <= high && high <= max && high - low <= max), FRCNN_ERROR_INVALID,
                  "uniform: expected low <= high, and both and their difference finite in %s, found %g and %g",
                  frcnn_dtype_get_name(dtype), low, high);
    return fill(out, "uniform", generator, dtype, n_dims, shape, low, high);
}
