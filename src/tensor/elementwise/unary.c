#include "frcnn/arithmetic.h"
#include "tensor/compute.h"
#include "tensor/elementwise/apply.h"
#include "tensor/error.h"

static frcnn_apply make(const char *what, frcnn_map_function function, const frcnn_tensor *tensor, frcnn_dtype common)
{
    return (frcnn_apply){.what = what,
                         .function = function,
                         .n_inputs = 1,
                         .tensors = {tensor},
                         .common = common,
                         .result = function >= FRCNN_MAP_FIRST_TEST ? FRCNN_BOOL : common};
}

static frcnn_status run(frcnn_tensor **out, const char *what, frcnn_map_function function, const frcnn_tensor *tensor,
                        frcnn_dtype common)
{
    const frcnn_apply apply = make(what, function, tensor, common);
    return frcnn_apply_new(out, &apply);
}

static frcnn_status check_number(const char *what, const frcnn_tensor *tensor)
{
    FRCNN_FAIL_IF(tensor->dtype == FRCNN_BOOL, FRCNN_ERROR_INVALID, "%s: expected numbers, found bool", what);
    return FRCNN_OK;
}

/* Of numbers, which keep their dtype. */
static frcnn_status run_number(frcnn_tensor **out, const char *what, frcnn_map_function function,
                               const frcnn_tensor *tensor)
{
    FRCNN_TRY(check_number(what, tensor));
    return run(out, what, function, tensor, tensor->dtype);
}

/* Of numbers; integers are whole already. */
static frcnn_status run_rounding(frcnn_tensor **out, const char *what, frcnn_map_function function,
                                 const frcnn_tensor *tensor)
{
    const int is_whole = !frcnn_compute_is_float(tensor->dtype);
    return run_number(out, what, is_whole ? FRCNN_MAP_COPY : function, tensor);
}

/* Of floats alone. */
static frcnn_status run_activation(frcnn_tensor **out, const char *what, frcnn_map_function function,
                                   const frcnn_tensor *tensor)
{
    FRCNN_FAIL_IF(!frcnn_compute_is_float(tensor->dtype), FRCNN_ERROR_INVALID, "%s: expected floats, found %s", what,
                  frcnn_dtype_get_name(tensor->dtype));
    return run(out, what, function, tensor, tensor->dtype);
}

frcnn_status frcnn_tensor_neg(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_number(out, "neg", FRCNN_MAP_NEG, tensor);
}

frcnn_status frcnn_tensor_abs(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_number(out, "abs", FRCNN_MAP_ABS, tensor);
}

frcnn_status frcnn_tensor_floor(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_rounding(out, "floor", FRCNN_MAP_FLOOR, tensor);
}

frcnn_status frcnn_tensor_ceil(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_rounding(out, "ceil", FRCNN_MAP_CEIL, tensor);
}

frcnn_status frcnn_tensor_round(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_rounding(out, "round", FRCNN_MAP_ROUND, tensor);
}

frcnn_status frcnn_tensor_relu(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_number(out, "relu", FRCNN_MAP_RELU, tensor);
}

frcnn_status frcnn_tensor_relu_in_place(frcnn_tensor *tensor)
{
    FRCNN_TRY(check_number("relu", tensor));
    const frcnn_apply apply = make("relu", FRCNN_MAP_RELU, tensor, tensor->dtype);
    return frcnn_apply_into(tensor, &apply);
}

frcnn_status frcnn_tensor_exp(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "exp", FRCNN_MAP_EXP, tensor, frcnn_apply_float(tensor->dtype));
}

frcnn_status frcnn_tensor_log(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "log", FRCNN_MAP_LOG, tensor, frcnn_apply_float(tensor->dtype));
}

frcnn_status frcnn_tensor_sqrt(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "sqrt", FRCNN_MAP_SQRT, tensor, frcnn_apply_float(tensor->dtype));
}

frcnn_status frcnn_tensor_sigmoid(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "sigmoid", FRCNN_MAP_SIGMOID, tensor, frcnn_apply_float(tensor->dtype));
}

frcnn_status frcnn_tensor_tanh(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "tanh", FRCNN_MAP_TANH, tensor, frcnn_apply_float(tensor->dtype));
}

frcnn_status frcnn_tensor_relu6(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_activation(out, "relu6", FRCNN_MAP_RELU6, tensor);
}

frcnn_status frcnn_tensor_hardswish(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_activation(out, "hardswish", FRCNN_MAP_HARDSWISH, tensor);
}

frcnn_status frcnn_tensor_hardsigmoid(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run_activation(out, "hardsigmoid", FRCNN_MAP_HARDSIGMOID, tensor);
}

frcnn_status frcnn_tensor_logical_not(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "logical_not", FRCNN_MAP_LOGICAL_NOT, tensor, tensor->dtype);
}
