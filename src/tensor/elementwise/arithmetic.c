#include "frcnn/arithmetic.h"

#include "tensor/elementwise/apply.h"
#include "tensor/error.h"

/* What a function makes of the dtype that its inputs share. */
typedef enum result_rule {
    RESULT_COMMON,        /* that dtype */
    RESULT_COMMON_NUMBER, /* that dtype, which must not be bool */
    RESULT_NO_BOOL,       /* that dtype, and no input may be bool */
    RESULT_FLOAT,         /* a float, in which it is computed too */
    RESULT_TEST           /* bool */
} result_rule;

typedef struct function {
    const char *name;
    frcnn_map_function map;
    result_rule rule;
} function;

static const function add = {"add", FRCNN_MAP_ADD, RESULT_COMMON};
static const function sub = {"sub", FRCNN_MAP_SUB, RESULT_NO_BOOL};
static const function mul = {"mul", FRCNN_MAP_MUL, RESULT_COMMON};
static const function divide = {"div", FRCNN_MAP_DIV, RESULT_FLOAT};
static const function floor_divide = {"floor_divide", FRCNN_MAP_FLOOR_DIVIDE, RESULT_COMMON_NUMBER};
static const function remainder_of = {"remainder", FRCNN_MAP_REMAINDER, RESULT_COMMON_NUMBER};
static const function minimum = {"minimum", FRCNN_MAP_MINIMUM, RESULT_COMMON};
static const function maximum = {"maximum", FRCNN_MAP_MAXIMUM, RESULT_COMMON};
static const function eq = {"eq", FRCNN_MAP_EQ, RESULT_TEST};
static const function ne = {"ne", FRCNN_MAP_NE, RESULT_TEST};
static const function lt = {"lt", FRCNN_MAP_LT, RESULT_TEST};
static const function le = {"le", FRCNN_MAP_LE, RESULT_TEST};
static const function gt = {"gt", FRCNN_MAP_GT, RESULT_TEST};
static const function ge = {"ge", FRCNN_MAP_GE, RESULT_TEST};
static const function logical_and = {"logical_and", FRCNN_MAP_LOGICAL_AND, RESULT_TEST};
static const function logical_or = {"logical_or", FRCNN_MAP_LOGICAL_OR, RESULT_TEST};
static const function logical_xor = {"logical_xor", FRCNN_MAP_LOGICAL_XOR, RESULT_TEST};

static frcnn_status settle_dtypes(frcnn_apply *apply, const function *f)
{
    apply->what = f->name;
    apply->function = f->map;
    apply->common = frcnn_apply_promote(apply, 0);
    int is_refused = f->rule == RESULT_COMMON_NUMBER && apply->common == FRCNN_BOOL;
    for (int i = 0; i < apply->n_inputs; i++)
        if (f->rule == RESULT_NO_BOOL && apply->tensors[i] != NULL && apply->tensors[i]->dtype == FRCNN_BOOL)
            is_refused = 1;
    FRCNN_FAIL_IF(is_refused, FRCNN_ERROR_INVALID, "%s: expected numbers, found bool", f->name);
    if (f->rule == RESULT_FLOAT) apply->common = frcnn_apply_float(apply->common);
    apply->result = f->rule == RESULT_TEST ? FRCNN_BOOL : apply->common;
    return FRCNN_OK;
}

static frcnn_status run(frcnn_tensor **out, const function *f, const frcnn_tensor *a, const frcnn_tensor *b)
{
    frcnn_apply apply = {.n_inputs = 2, .tensors = {a, b}};
    FRCNN_TRY(settle_dtypes(&apply, f));
    return frcnn_apply_new(out, &apply);
}

static frcnn_status run_scalar(frcnn_tensor **out, const function *f, const frcnn_tensor *a, frcnn_scalar b)
{
    frcnn_apply apply = {.n_inputs = 2, .tensors = {a, NULL}, .scalars[1] = b};
    FRCNN_TRY(settle_dtypes(&apply, f));
    return frcnn_apply_new(out, &apply);
}

static frcnn_status run_in_place(const function *f, frcnn_tensor *a, const frcnn_tensor *b)
{
    frcnn_apply apply = {.n_inputs = 2, .tensors = {a, b}};
    FRCNN_TRY(settle_dtypes(&apply, f));
    return frcnn_apply_into(a, &apply);
}

static frcnn_status run_scalar_in_place(const function *f, frcnn_tensor *a, frcnn_scalar b)
{
    frcnn_apply apply = {.n_inputs = 2, .tensors = {a, NULL}, .scalars[1] = b};
    FRCNN_TRY(settle_dtypes(&apply, f));
    return frcnn_apply_into(a, &apply);
}

#define DEFINE_FUNCTION(name, function)                                                                                \
    frcnn_status frcnn_tensor_##name(frcnn_tensor **out, const frcnn_tensor *a, const frcnn_tensor *b)                 \
    {                                                                                                                  \
        return run(out, &(function), a, b);                                                                            \
    }                                                                                                                  \
    frcnn_status frcnn_tensor_##name##_scalar(frcnn_tensor **out, const frcnn_tensor *a, frcnn_scalar b)               \
    {                                                                                                                  \
        return run_scalar(out, &(function), a, b);                                                                     \
    }

#define DEFINE_IN_PLACE(name, function)                                                                                \
    frcnn_status frcnn_tensor_##name##_in_place(frcnn_tensor *a, const frcnn_tensor *b)                                \
    {                                                                                                                  \
        return run_in_place(&(function), a, b);                                                                        \
    }                                                                                                                  \
    frcnn_status frcnn_tensor_##name##_scalar_in_place(frcnn_tensor *a, frcnn_scalar b)                                \
    {                                                                                                                  \
        return run_scalar_in_place(&(function), a, b);                                                                 \
    }

DEFINE_FUNCTION(add, add)
DEFINE_FUNCTION(sub, sub)
DEFINE_FUNCTION(mul, mul)
DEFINE_FUNCTION(div, divide)
DEFINE_FUNCTION(floor_divide, floor_divide)
DEFINE_FUNCTION(remainder, remainder_of)
DEFINE_FUNCTION(minimum, minimum)
DEFINE_FUNCTION(maximum, maximum)
DEFINE_FUNCTION(eq, eq)
DEFINE_FUNCTION(ne, ne)
DEFINE_FUNCTION(lt, lt)
DEFINE_FUNCTION(le, le)
DEFINE_FUNCTION(gt, gt)
DEFINE_FUNCTION(ge, ge)
DEFINE_FUNCTION(logical_and, logical_and)
DEFINE_FUNCTION(logical_or, logical_or)
DEFINE_FUNCTION(logical_xor, logical_xor)
DEFINE_IN_PLACE(add, add)
DEFINE_IN_PLACE(sub, sub)
DEFINE_IN_PLACE(mul, mul)
DEFINE_IN_PLACE(div, divide)
