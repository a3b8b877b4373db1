/** Element-wise operations: one function over tensors of any dtypes and strides that are broadcast to one shape. */
#ifndef FRCNN_MAP_H
#define FRCNN_MAP_H

#include "tensor/elementwise/convert.h"

/** Each is written out in map_body.h or map_loops_cpu.c. From FRCNN_MAP_FIRST_TEST on they give true or false. */
typedef enum frcnn_map_function {
    FRCNN_MAP_COPY,
    FRCNN_MAP_NEG,
    FRCNN_MAP_ABS,
    FRCNN_MAP_EXP,
    FRCNN_MAP_LOG,
    FRCNN_MAP_SQRT,
    FRCNN_MAP_TANH,
    FRCNN_MAP_FLOOR,
    FRCNN_MAP_CEIL,
    FRCNN_MAP_ROUND,
    FRCNN_MAP_RELU,
    FRCNN_MAP_RELU6,
    FRCNN_MAP_HARDSWISH,
    FRCNN_MAP_HARDSIGMOID,
    FRCNN_MAP_SIGMOID,
    FRCNN_MAP_ADD,
    FRCNN_MAP_SUB,
    FRCNN_MAP_MUL,
    FRCNN_MAP_DIV,
    FRCNN_MAP_FLOOR_DIVIDE,
    FRCNN_MAP_REMAINDER,
    FRCNN_MAP_MINIMUM,
    FRCNN_MAP_MAXIMUM,
    FRCNN_MAP_WHERE, /**< condition, where it holds, where it does not */
    FRCNN_MAP_CLAMP, /**< value, least, greatest */
    FRCNN_MAP_EQ,
    FRCNN_MAP_FIRST_TEST = FRCNN_MAP_EQ,
    FRCNN_MAP_NE,
    FRCNN_MAP_LT,
    FRCNN_MAP_LE,
    FRCNN_MAP_GT,
    FRCNN_MAP_GE,
    FRCNN_MAP_LOGICAL_AND,
    FRCNN_MAP_LOGICAL_OR,
    FRCNN_MAP_LOGICAL_XOR,
    FRCNN_MAP_LOGICAL_NOT,
    FRCNN_MAP_N_FUNCTIONS
} frcnn_map_function;

enum { FRCNN_MAP_INPUTS = 3 };

/** A number in the lane's type. */
typedef union frcnn_map_value {
    float f32;
    double f64;
    uint8_t u8;
    int32_t i32;
    int64_t i64;
} frcnn_map_value;

typedef struct frcnn_map_operand {
    void *data; /**< the first element; NULL: value stands for every element */
    frcnn_dtype dtype;
    int64_t strides[FRCNN_MAX_DIMS]; /**< elements; 0 where it is broadcast */
    frcnn_map_value value;
} frcnn_map_operand;

/** An operation, checked. The output's elements are apart from each other; where it shares memory with an input, it
 *  has that input's data, dtype and strides. */
typedef struct frcnn_map {
    frcnn_map_function function;
    frcnn_lane lane;
    int writes_bool; /**< what the function gives is true or false, and the output's dtype is bool */
    int n_dims;      /**< 1 or more, merged where all operands allow it */
    int64_t shape[FRCNN_MAX_DIMS];
    int n_inputs;
    frcnn_map_operand inputs[FRCNN_MAP_INPUTS];
    frcnn_map_operand output;
} frcnn_map;

/** Parallel over stretches; allocates nothing. Errors: INVALID (an integer was divided by 0; the rest is computed). */
FRCNN_NODISCARD frcnn_status frcnn_map_cpu(const frcnn_map *map);

#endif
