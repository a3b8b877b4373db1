#include "frcnn/arithmetic.h"
#include "tensor/elementwise/apply.h"
#include "tensor/error.h"

frcnn_status frcnn_tensor_where(frcnn_tensor **out, const frcnn_tensor *condition, const frcnn_tensor *a,
                                const frcnn_tensor *b)
{
    FRCNN_FAIL_IF(condition->dtype != FRCNN_BOOL, FRCNN_ERROR_INVALID, "where: expected a condition in bool, found %s",
                  frcnn_dtype_get_name(condition->dtype));
    frcnn_apply apply = {.what = "where", .function = FRCNN_MAP_WHERE, .n_inputs = 3, .tensors = {condition, a, b}};
    apply.common = apply.result = frcnn_apply_promote(&apply, 1);
    return frcnn_apply_new(out, &apply);
}
