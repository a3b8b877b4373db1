#include <string.h>

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* What a convolution and a linear layer read: row-major in the type they compute in, with zeros where there is no bias. */
typedef struct operands {
    const frcnn_tensor_ops *table;
    frcnn_dtype dtype;
    frcnn_tensor *input, *weight, *bias;
} operands;

static void close_operands(operands *o)
{
    frcnn_tensor_destroy(&o->input);
    frcnn_tensor_destroy(&o->weight);
    frcnn_tensor_destroy(&o->bias);
}

static frcnn_status check_operands(const char *what, const frcnn_tensor *tensor, const frcnn_tensor *weight,
                                   int n_weight_dims, const frcnn_tensor *bias)
{
    const frcnn_tensor *const all[] = {tensor, weight, bias};
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(frcnn_devices_check(what, all, bias != NULL ? 3 : 2));
    FRCNN_TRY(frcnn_compute_check_float(what, tensor->dtype));
    FRCNN_FAIL_IF(weight->dtype != tensor->dtype || (bias != NULL && bias->dtype != tensor->dtype), FRCNN_ERROR_INVALID,
                  "%s: expected weight and bias in the input's dtype, %s, found %s and %s", what,
                  frcnn_dtype_get_name(tensor->dtype), frcnn_dtype_get_name(weight->dtype),
                  bias != NULL ? frcnn_dtype_get_name(bias->dtype) : "no bias");
    FRCNN_FAIL_IF(weight->n_dims != n_weight_dims, FRCNN_ERROR_INVALID,
                  "%s: expected a weight of %d dimensions, found %s", what, n_weight_dims,
                  frcnn_shape_format(text, weight->n_dims, weight->shape));
    FRCNN_FAIL_IF(bias != NULL && (bias->n_dims != 1 || bias->shape[0] != weight->shape[0]), FRCNN_ERROR_INVALID,
                  "%s: expected a bias of %lld values, one per output channel, found %s", what,
                  (long long)weight->shape[0], frcnn_shape_format(text, bias->n_dims, bias->shape));
    return FRCNN_OK;
}

static frcnn_status open_operands(operands *o, const char *what, const frcnn_tensor *tensor, const frcnn_tensor *weight,
                                  const frcnn_tensor *bias)
{
    frcnn_status status = FRCNN_OK;
    memset(o, 0, sizeof *o);
    o->dtype = frcnn_compute_get_dtype(tensor->dtype);
    FRCNN_TRY_CLEANUP(frcnn_tensor_ops_find(&o->table, what, tensor->device));
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&o->input, tensor, o->dtype));
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&o->weight, weight, o->dtype));
    if (bias != NULL)
        status = frcnn_compute_open(&o->bias, bias, o->dtype);
    else
        status = frcnn_tensor_create_on(&o->bias, tensor->device, o->dtype, 1, weight->shape);

cleanup:
    if (status != FRCNN_OK) close_operands(o);
    return status;
}

/* Runs conv, whose output sizes are set, into a new tensor of the shape and dtype. */
static frcnn_status run_conv(frcnn_tensor **out, const operands *o, const frcnn_conv2d *conv, int n_dims,
                             const int64_t *shape, frcnn_dtype dtype)
{
    const frcnn_layers_ops *layers = o->table->layers;
    const void *src = frcnn_tensor_get_const_data(o->input);
    const void *weight = frcnn_tensor_get_const_data(o->weight);
    const void *bias = frcnn_tensor_get_const_data(o->bias);
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_empty_on(&result, o->input->device, o->dtype, n_dims, shape));
    if (result->n_elements > 0 && o->dtype == FRCNN_F64)
        FRCNN_TRY_CLEANUP(layers->conv2d_f64(conv, src, weight, bias, frcnn_tensor_get_data(result)));
    else if (result->n_elements > 0)
        FRCNN_TRY_CLEANUP(layers->conv2d(conv, src, weight, bias, frcnn_tensor_get_data(result)));
    status = frcnn_compute_close(out, &result, dtype);

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}

void frcnn_conv2d_options_default(frcnn_conv2d_options *options)
{
    *options = (frcnn_conv2d_options){
        .struct_size = sizeof *options, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
}

static frcnn_status check_weight(const frcnn_conv2d *conv, const frcnn_tensor *weight)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    const int64_t *shape = weight->shape;
    int64_t in_c = 0;
    FRCNN_FAIL_IF(shape[2] > INT32_MAX || shape[3] > INT32_MAX, FRCNN_ERROR_INVALID,
                  "conv2d: a weight %s is too large a kernel", frcnn_shape_format(text, 4, shape));
    FRCNN_FAIL_IF(conv->groups < 1 || !frcnn_mul_int64(shape[1], conv->groups, &in_c) || in_c != conv->in_c,
                  FRCNN_ERROR_INVALID, "conv2d: expected a weight for %lld input channels in %d groups, found %s",
                  (long long)conv->in_c, conv->groups, frcnn_shape_format(text, 4, shape));
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_conv2d(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_tensor *weight,
                                 const frcnn_tensor *bias, const frcnn_conv2d_options *options)
{
    frcnn_conv2d_options chosen;
    frcnn_conv2d_options_default(&chosen);
    FRCNN_CHECK_OPTIONS("conv2d", options);
    if (options != NULL) chosen = *options;
    operands o;
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims != 4, FRCNN_ERROR_INVALID, "conv2d: expected 4 dimensions, found %s",
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    FRCNN_TRY(check_operands("conv2d", tensor, weight, 4, bias));
    frcnn_conv2d conv = {.n = tensor->shape[0],
                         .in_h = tensor->shape[1],
                         .in_w = tensor->shape[2],
                         .in_c = tensor->shape[3],
                         .out_c = weight->shape[0],
                         .stride_h = chosen.stride_h,
                         .stride_w = chosen.stride_w,
                         .padding_h = chosen.padding_h,
                         .padding_w = chosen.padding_w,
                         .dilation_h = chosen.dilation_h,
                         .dilation_w = chosen.dilation_w,
                         .groups = chosen.groups};
    FRCNN_TRY(check_weight(&conv, weight));
    conv.kernel_h = (int)weight->shape[2];
    conv.kernel_w = (int)weight->shape[3];
    FRCNN_TRY(frcnn_conv2d_set_output(&conv));
    FRCNN_TRY(open_operands(&o, "conv2d", tensor, weight, bias));
    const int64_t shape[] = {conv.n, conv.out_h, conv.out_w, conv.out_c};
    const frcnn_status status = run_conv(out, &o, &conv, 4, shape, tensor->dtype);
    close_operands(&o);
    return status;
}

/* A linear layer without columns gives its bias. No convolution is without channels: it gets one of zeros. */
static frcnn_status add_zero_column(operands *o, frcnn_conv2d *conv)
{
    const int64_t input_shape[] = {conv->in_h, 1};
    const int64_t weight_shape[] = {conv->out_c, 1};
    const frcnn_device device = o->input->device;
    frcnn_tensor_destroy(&o->input);
    frcnn_tensor_destroy(&o->weight);
    conv->in_c = 1;
    FRCNN_TRY(frcnn_tensor_create_on(&o->input, device, o->dtype, 2, input_shape));
    return frcnn_tensor_create_on(&o->weight, device, o->dtype, 2, weight_shape);
}

frcnn_status frcnn_tensor_linear(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_tensor *weight,
                                 const frcnn_tensor *bias)
{
    operands o;
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims < 1, FRCNN_ERROR_INVALID, "linear: expected 1 dimension or more, found a scalar");
    FRCNN_TRY(check_operands("linear", tensor, weight, 2, bias));
    const int last = tensor->n_dims - 1;
    const int64_t in_c = weight->shape[1];
    FRCNN_FAIL_IF(tensor->shape[last] != in_c, FRCNN_ERROR_INVALID,
                  "linear: expected a weight for %lld columns, found %s", (long long)tensor->shape[last],
                  frcnn_shape_format(text, 2, weight->shape));
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t n_rows = 1;
    memcpy(shape, tensor->shape, sizeof shape);
    shape[last] = weight->shape[0];
    for (int d = 0; d < last; d++) n_rows *= shape[d];
    frcnn_conv2d conv = frcnn_conv2d_on_rows(n_rows, in_c, weight->shape[0]);
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(open_operands(&o, "linear", tensor, weight, bias));
    if (in_c == 0) FRCNN_TRY_CLEANUP(add_zero_column(&o, &conv));
    status = run_conv(out, &o, &conv, tensor->n_dims, shape, tensor->dtype);

cleanup:
    close_operands(&o);
    return status;
}
