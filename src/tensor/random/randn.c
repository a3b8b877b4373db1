#include "tensor/random/randn.h"

#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_randn(frcnn_tensor **out, frcnn_generator *generator, frcnn_dtype dtype, int n_dims,
                                const int64_t *shape)
{
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_compute_check_float("randn", dtype));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "randn", cpu));
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, n_dims, shape));
    const frcnn_status status =
        table->random->randn(dtype, result->n_elements, generator, frcnn_tensor_get_data(result));
    if (status == FRCNN_OK)
        *out = result;
    else
        frcnn_tensor_destroy(&result);
    return status;
}
