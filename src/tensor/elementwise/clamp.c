#include <math.h>

#include "frcnn/arithmetic.h"
#include "tensor/compute.h"
#include "tensor/dtype_range.h"
#include "tensor/elementwise/apply.h"
#include "tensor/error.h"

/* A bound that is not there is one that no value passes. */
static frcnn_scalar get_bound(const frcnn_scalar *bound, frcnn_dtype common, int is_max)
{
    int64_t least = 0;
    int64_t greatest = 0;
    if (bound != NULL) return *bound;
    if (frcnn_compute_is_float(common)) return frcnn_scalar_f64(is_max ? INFINITY : -INFINITY);
    frcnn_dtype_get_range(common, &least, &greatest);
    return frcnn_scalar_i64(is_max ? greatest : least);
}

static frcnn_status make(frcnn_apply *out, const frcnn_tensor *tensor, const frcnn_scalar *min, const frcnn_scalar *max)
{
    FRCNN_FAIL_IF(min == NULL && max == NULL, FRCNN_ERROR_INVALID, "clamp: expected min or max, found neither");
    frcnn_apply given = {.n_inputs = 1, .tensors = {tensor}};
    if (min != NULL) given.scalars[given.n_inputs++] = *min;
    if (max != NULL) given.scalars[given.n_inputs++] = *max;
    const frcnn_dtype common = frcnn_apply_promote(&given, 0);
    *out = (frcnn_apply){.what = "clamp",
                         .function = FRCNN_MAP_CLAMP,
                         .n_inputs = 3,
                         .tensors = {tensor},
                         .scalars = {[1] = get_bound(min, common, 0), [2] = get_bound(max, common, 1)},
                         .common = common,
                         .result = common};
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_clamp(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_scalar *min,
                                const frcnn_scalar *max)
{
    frcnn_apply apply;
    FRCNN_TRY(make(&apply, tensor, min, max));
    return frcnn_apply_new(out, &apply);
}

frcnn_status frcnn_tensor_clamp_in_place(frcnn_tensor *tensor, const frcnn_scalar *min, const frcnn_scalar *max)
{
    frcnn_apply apply;
    FRCNN_TRY(make(&apply, tensor, min, max));
    return frcnn_apply_into(tensor, &apply);
}
