#include "tensor/random/randperm.h"

#include "tensor/error.h"
#include "tensor/tensor_ops.h"

/* The largest n whose values the dtype tells apart, by PyTorch's rule; 0 where there is none. bf16 is not limited. */
static int64_t get_most(frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_F32:
        return (INT64_C(1) << 24) + 1;
    case FRCNN_F64:
        return (INT64_C(1) << 53) + 1;
    case FRCNN_F16:
        return (INT64_C(1) << 11) + 1;
    case FRCNN_U8:
        return UINT8_MAX + INT64_C(1);
    case FRCNN_I8:
        return INT8_MAX + INT64_C(1);
    case FRCNN_I16:
        return INT16_MAX + INT64_C(1);
    case FRCNN_I32:
        return INT32_MAX + INT64_C(1);
    case FRCNN_BF16:
    case FRCNN_I64:
        return INT64_MAX;
    default:
        return 0;
    }
}

frcnn_status frcnn_tensor_randperm(frcnn_tensor **out, frcnn_generator *generator, frcnn_dtype dtype, int64_t n)
{
    FRCNN_FAIL_IF(get_most(dtype) == 0, FRCNN_ERROR_INVALID, "randperm: expected a dtype of numbers, found %s",
                  frcnn_dtype_get_name(dtype));
    FRCNN_FAIL_IF(n < 0 || n > get_most(dtype), FRCNN_ERROR_INVALID,
                  "randperm: expected n in [0, %lld] for %s, found %lld", (long long)get_most(dtype),
                  frcnn_dtype_get_name(dtype), (long long)n);
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const frcnn_tensor_ops *table = NULL;
    const frcnn_generator before = *generator;
    frcnn_tensor *order = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "randperm", cpu));
    FRCNN_TRY(frcnn_tensor_empty(&order, FRCNN_I64, 1, &n));
    frcnn_status status = table->random->randperm(n, generator, frcnn_tensor_get_data(order));
    if (status == FRCNN_OK && dtype == FRCNN_I64) {
        *out = order;
        return FRCNN_OK;
    }
    if (status == FRCNN_OK) status = frcnn_tensor_cast(out, order, dtype);
    if (status != FRCNN_OK) *generator = before;
    frcnn_tensor_destroy(&order);
    return status;
}
