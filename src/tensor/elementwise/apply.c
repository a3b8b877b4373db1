#include "tensor/elementwise/apply.h"

#include <string.h>

#include "tensor/compute.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

enum { KIND_BOOL, KIND_INTEGER, KIND_FLOAT };

static int get_kind(frcnn_dtype dtype)
{
    if (dtype == FRCNN_BOOL) return KIND_BOOL;
    return frcnn_compute_is_float(dtype) ? KIND_FLOAT : KIND_INTEGER;
}

/* PyTorch tells three ranks apart: tensors with dimensions, those without, and numbers. */
enum { N_RANKS = 3, NO_DTYPE = -1 };

static int promote(int a, frcnn_dtype b)
{
    return a == NO_DTYPE ? (int)b : (int)frcnn_dtype_promote((frcnn_dtype)a, b);
}

/* A lower rank counts only where it is of a higher kind. */
static int combine(int higher, int lower)
{
    if (higher == NO_DTYPE || lower == NO_DTYPE) return higher == NO_DTYPE ? lower : higher;
    if (get_kind((frcnn_dtype)higher) >= get_kind((frcnn_dtype)lower)) return higher;
    return promote(higher, (frcnn_dtype)lower);
}

frcnn_dtype frcnn_apply_promote(const frcnn_apply *apply, int first)
{
    int ranks[N_RANKS] = {NO_DTYPE, NO_DTYPE, NO_DTYPE};
    for (int i = first; i < apply->n_inputs; i++) {
        const frcnn_tensor *tensor = apply->tensors[i];
        if (tensor == NULL)
            ranks[2] = promote(ranks[2], apply->scalars[i].kind == FRCNN_SCALAR_F64 ? FRCNN_F32 : FRCNN_I64);
        else
            ranks[tensor->n_dims == 0] = promote(ranks[tensor->n_dims == 0], tensor->dtype);
    }
    return (frcnn_dtype)combine(ranks[0], combine(ranks[1], ranks[2]));
}

frcnn_dtype frcnn_apply_float(frcnn_dtype dtype)
{
    return frcnn_compute_is_float(dtype) ? dtype : FRCNN_F32;
}

/* A tensor of fewer dimensions is broadcast in front. */
static int64_t get_stride(const frcnn_tensor *tensor, int d, int n_dims)
{
    const int at = d - (n_dims - tensor->n_dims);
    return at < 0 || tensor->shape[at] == 1 ? 0 : tensor->strides[at];
}

/* Every input's shape broadcast to one; the input that came first is named where another does not fit. */
static frcnn_status broadcast(const frcnn_apply *apply, int *n_dims, int64_t *shape)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char other_text[FRCNN_SHAPE_TEXT_BYTES];
    const frcnn_tensor *first = NULL;
    *n_dims = 0;
    for (int i = 0; i < apply->n_inputs; i++) {
        const frcnn_tensor *tensor = apply->tensors[i];
        if (tensor == NULL) continue;
        if (first == NULL) first = tensor;
        FRCNN_FAIL_IF(!frcnn_shape_broadcast(n_dims, shape, tensor->n_dims, tensor->shape), FRCNN_ERROR_INVALID,
                      "%s: expected shapes that are equal or 1 from the last dimension on, found %s and %s",
                      apply->what, frcnn_shape_format(text, first->n_dims, first->shape),
                      frcnn_shape_format(other_text, tensor->n_dims, tensor->shape));
    }
    return FRCNN_OK;
}

/* Drops dimensions of 1 and merges those that one stride walks in every operand, so that rows are long. */
static void merge_dims(frcnn_map *map)
{
    frcnn_map_operand *operands[FRCNN_MAP_INPUTS + 1] = {&map->output};
    int n = 1;
    for (int i = 0; i < map->n_inputs; i++) operands[n++] = &map->inputs[i];
    const int n_dims = map->n_dims;
    int last = -1;
    for (int d = 0; d < n_dims; d++) {
        const int64_t size = map->shape[d];
        if (size == 1) continue;
        int merges = last >= 0;
        for (int i = 0; i < n && merges; i++) merges = operands[i]->strides[last] == operands[i]->strides[d] * size;
        if (!merges) last++;
        map->shape[last] = merges ? map->shape[last] * size : size;
        for (int i = 0; i < n; i++) operands[i]->strides[last] = operands[i]->strides[d];
    }
    if (last < 0) {
        map->shape[0] = 1;
        for (int i = 0; i < n; i++) operands[i]->strides[0] = 1;
    }
    map->n_dims = last < 0 ? 1 : last + 1;
}

/* An integer as the dtype holds it. */
static int64_t wrap(int64_t value, frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_U8:
        return (uint8_t)value;
    case FRCNN_I8:
        return (int8_t)value;
    case FRCNN_I16:
        return (int16_t)value;
    case FRCNN_I32:
        return (int32_t)value;
    case FRCNN_BOOL:
        return value != 0;
    default:
        return value;
    }
}

/* The dtype that a number, or a tensor without dimensions, is taken to first: as in PyTorch the common one, but a factor or
   divisor on the right of 16-bit floats is not rounded to them. */
static frcnn_dtype get_number_dtype(const frcnn_apply *apply, int i)
{
    const int is_short_float = apply->common == FRCNN_F16 || apply->common == FRCNN_BF16;
    const int is_kept = i == 1 && (apply->function == FRCNN_MAP_MUL || apply->function == FRCNN_MAP_DIV ||
                                   apply->function == FRCNN_MAP_FLOOR_DIVIDE);
    return is_short_float && is_kept ? FRCNN_F32 : apply->common;
}

static float round_to(float value, frcnn_dtype dtype)
{
    if (dtype == FRCNN_F16) return frcnn_f16_to_f32(frcnn_f32_to_f16(value));
    if (dtype == FRCNN_BF16) return frcnn_bf16_to_f32(frcnn_f32_to_bf16(value));
    return value;
}

static frcnn_map_value get_value(frcnn_scalar scalar, frcnn_dtype dtype)
{
    frcnn_map_value value;
    const int is_real = scalar.kind == FRCNN_SCALAR_F64;
    switch (frcnn_lane_find(dtype)) {
    case FRCNN_LANE_F32:
        value.f32 = round_to(is_real ? (float)scalar.value.f64 : (float)scalar.value.i64, dtype);
        break;
    case FRCNN_LANE_F64:
        value.f64 = is_real ? scalar.value.f64 : (double)scalar.value.i64;
        break;
    case FRCNN_LANE_U8:
        value.u8 = (uint8_t)wrap(scalar.value.i64, dtype);
        break;
    case FRCNN_LANE_I32:
        value.i32 = (int32_t)wrap(scalar.value.i64, dtype);
        break;
    default:
        value.i64 = scalar.value.i64;
        break;
    }
    return value;
}

/* The inputs as the map reads them: those that have to be brought to the common dtype before anything is computed, or that
   the output would overwrite in another order, are copies. */
typedef struct inputs {
    const frcnn_tensor *tensors[FRCNN_MAP_INPUTS];
    frcnn_tensor *copies[FRCNN_MAP_INPUTS];
} inputs;

static int is_overwritten(const frcnn_tensor *input, const frcnn_tensor *out)
{
    if (out == NULL || input->storage != out->storage) return 0;
    if (input->dtype != out->dtype || input->offset != out->offset || input->n_dims != out->n_dims) return 1;
    for (int d = 0; d < out->n_dims; d++)
        if (input->shape[d] != out->shape[d] || (input->shape[d] > 1 && input->strides[d] != out->strides[d])) return 1;
    return 0;
}

static void close_inputs(inputs *in)
{
    for (int i = 0; i < FRCNN_MAP_INPUTS; i++) frcnn_tensor_destroy(&in->copies[i]);
}

static frcnn_status open_inputs(inputs *in, const frcnn_apply *apply, const frcnn_tensor *out)
{
    frcnn_status status = FRCNN_OK;
    const int is_short_float = apply->common == FRCNN_F16 || apply->common == FRCNN_BF16;
    memset(in, 0, sizeof *in);
    for (int i = 0; i < apply->n_inputs; i++) {
        const frcnn_tensor *tensor = apply->tensors[i];
        if (tensor == NULL) continue;
        const int is_condition = apply->function == FRCNN_MAP_WHERE && i == 0;
        const frcnn_dtype common = tensor->n_dims == 0 ? get_number_dtype(apply, i) : apply->common;
        const int is_cast = tensor->dtype != common && apply->function != FRCNN_MAP_COPY && !is_condition &&
                            (tensor->n_dims == 0 || is_short_float);
        if (is_cast || is_overwritten(tensor, out))
            FRCNN_TRY_CLEANUP(frcnn_tensor_cast(&in->copies[i], tensor, is_cast ? common : tensor->dtype));
        in->tensors[i] = in->copies[i] != NULL ? in->copies[i] : tensor;
    }

cleanup:
    if (status != FRCNN_OK) close_inputs(in);
    return status;
}

static void set_operand(frcnn_map_operand *operand, const frcnn_tensor *tensor, void *data, int n_dims)
{
    operand->data = data;
    operand->dtype = tensor->dtype;
    for (int d = 0; d < n_dims; d++) operand->strides[d] = get_stride(tensor, d, n_dims);
}

static frcnn_status run(const frcnn_tensor_ops *table, const frcnn_apply *apply, const inputs *in, frcnn_tensor *out)
{
    if (out->n_elements == 0) return FRCNN_OK;
    frcnn_map map = {.function = apply->function, .n_inputs = apply->n_inputs, .n_dims = out->n_dims};
    map.lane = frcnn_lane_find(apply->common);
    map.writes_bool = apply->result == FRCNN_BOOL && apply->function >= FRCNN_MAP_FIRST_TEST;
    memcpy(map.shape, out->shape, sizeof map.shape);
    set_operand(&map.output, out, frcnn_tensor_get_data(out), map.n_dims);
    for (int i = 0; i < map.n_inputs; i++) {
        const frcnn_tensor *tensor = in->tensors[i];
        map.inputs[i].dtype = frcnn_lane_get_dtype(map.lane);
        if (tensor == NULL)
            map.inputs[i].value = get_value(apply->scalars[i], get_number_dtype(apply, i));
        else
            set_operand(&map.inputs[i], tensor, (void *)(uintptr_t)frcnn_tensor_get_const_data(tensor), map.n_dims);
    }
    merge_dims(&map);
    const frcnn_status status = table->elementwise->map(&map);
    if (status != FRCNN_OK) frcnn_error_prefix(apply->what);
    return status;
}

static frcnn_status find_table(const frcnn_tensor_ops **table, frcnn_device *device, const frcnn_apply *apply,
                               const frcnn_tensor *out)
{
    const frcnn_tensor *tensors[FRCNN_MAP_INPUTS + 1];
    int n = 0;
    if (out != NULL) tensors[n++] = out;
    for (int i = 0; i < apply->n_inputs; i++)
        if (apply->tensors[i] != NULL) tensors[n++] = apply->tensors[i];
    FRCNN_TRY(frcnn_devices_check(apply->what, tensors, n));
    *device = tensors[0]->device;
    return frcnn_tensor_ops_find(table, apply->what, *device);
}

frcnn_status frcnn_apply_new(frcnn_tensor **out, const frcnn_apply *apply)
{
    const frcnn_tensor_ops *table = NULL;
    frcnn_device device;
    int n_dims = 0;
    int64_t shape[FRCNN_MAX_DIMS];
    frcnn_tensor *result = NULL;
    inputs in;
    FRCNN_TRY(find_table(&table, &device, apply, NULL));
    FRCNN_TRY(broadcast(apply, &n_dims, shape));
    FRCNN_TRY(open_inputs(&in, apply, NULL));
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, device, apply->result, n_dims, shape));
    FRCNN_TRY_CLEANUP(run(table, apply, &in, result));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    close_inputs(&in);
    return status;
}

/* Whether two elements may lie in one place: by rising stride, each dimension must step over all that is before it. Only
   as_strided makes layouts that interleave without sharing. */
static int may_share_elements(const frcnn_tensor *tensor)
{
    int order[FRCNN_MAX_DIMS];
    int n = 0;
    int64_t reach = 0;
    for (int d = 0; d < tensor->n_dims; d++) {
        if (tensor->shape[d] == 1) continue;
        int at = n++;
        for (; at > 0 && tensor->strides[order[at - 1]] > tensor->strides[d]; at--) order[at] = order[at - 1];
        order[at] = d;
    }
    for (int i = 0; i < n; i++) {
        if (tensor->strides[order[i]] <= reach) return 1;
        reach += (tensor->shape[order[i]] - 1) * tensor->strides[order[i]];
    }
    return 0;
}

static frcnn_status check_output(const frcnn_apply *apply, const frcnn_tensor *out)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char out_text[FRCNN_SHAPE_TEXT_BYTES];
    int n_dims = 0;
    int64_t shape[FRCNN_MAX_DIMS];
    FRCNN_TRY(broadcast(apply, &n_dims, shape));
    int fits = n_dims <= out->n_dims;
    for (int d = 0; d < n_dims && fits; d++) {
        const int64_t size = out->shape[out->n_dims - n_dims + d];
        fits = shape[d] == 1 || shape[d] == size;
    }
    FRCNN_FAIL_IF(!fits, FRCNN_ERROR_INVALID, "%s: expected inputs that broadcast to %s, found %s", apply->what,
                  frcnn_shape_format(out_text, out->n_dims, out->shape), frcnn_shape_format(text, n_dims, shape));
    FRCNN_FAIL_IF(apply->function != FRCNN_MAP_COPY && get_kind(apply->result) > get_kind(out->dtype),
                  FRCNN_ERROR_INVALID, "%s: expected a result that fits %s, found %s", apply->what,
                  frcnn_dtype_get_name(out->dtype), frcnn_dtype_get_name(apply->result));
    FRCNN_FAIL_IF(out->n_elements > 0 && may_share_elements(out), FRCNN_ERROR_INVALID,
                  "%s: expected elements of their own, found %s with strides %s; copy first", apply->what,
                  frcnn_shape_format(text, out->n_dims, out->shape),
                  frcnn_shape_format(out_text, out->n_dims, out->strides));
    return FRCNN_OK;
}

frcnn_status frcnn_apply_into(frcnn_tensor *out, const frcnn_apply *apply)
{
    const frcnn_tensor_ops *table = NULL;
    frcnn_device device;
    inputs in;
    FRCNN_TRY(find_table(&table, &device, apply, out));
    FRCNN_TRY(check_output(apply, out));
    FRCNN_TRY(open_inputs(&in, apply, out));
    const frcnn_status status = run(table, apply, &in, out);
    close_inputs(&in);
    return status;
}
