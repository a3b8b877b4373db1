#include <string.h>

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* What a convolution and a linear layer read: row-major, with zeros where there is no bias. */
typedef struct operands {
    frcnn_op input, weight, bias;
    void *zeros;
    const float *bias_values;
} operands;

static void close_operands(operands *o)
{
    frcnn_op_close(&o->input);
    frcnn_op_close(&o->weight);
    frcnn_op_close(&o->bias);
    frcnn_free(o->zeros);
}

static frcnn_status fill_operands(operands *o, const char *what, const frcnn_tensor *tensor, int n_dims,
                                  const frcnn_tensor *weight, int n_weight_dims, const frcnn_tensor *bias)
{
    FRCNN_TRY(frcnn_op_open(&o->input, what, tensor, n_dims));
    FRCNN_TRY(frcnn_op_open(&o->weight, what, weight, n_weight_dims));
    const int64_t out_c = weight->shape[0];
    if (bias == NULL) {
        FRCNN_TRY(frcnn_alloc_zeroed(&o->zeros, (size_t)out_c, sizeof(float), what));
        o->bias_values = o->zeros;
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_op_open(&o->bias, what, bias, 1));
    FRCNN_FAIL_IF(bias->shape[0] != out_c, FRCNN_ERROR_INVALID,
                  "%s: expected a bias of %lld values, one per output channel, found %lld", what, (long long)out_c,
                  (long long)bias->shape[0]);
    o->bias_values = o->bias.src;
    return FRCNN_OK;
}

static frcnn_status open_operands(operands *o, const char *what, const frcnn_tensor *tensor, int n_dims,
                                  const frcnn_tensor *weight, int n_weight_dims, const frcnn_tensor *bias)
{
    memset(o, 0, sizeof *o);
    const frcnn_status status = fill_operands(o, what, tensor, n_dims, weight, n_weight_dims, bias);
    if (status != FRCNN_OK) close_operands(o);
    return status;
}

/* Runs conv, whose output sizes this sets, into a new tensor; its shape, where shape is NULL, is conv's own. */
static frcnn_status run_conv(frcnn_tensor **out, const operands *o, frcnn_conv2d *conv, int n_dims,
                             const int64_t *shape)
{
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_conv2d_set_output(conv));
    const int64_t own_shape[] = {conv->n, conv->out_h, conv->out_w, conv->out_c};
    FRCNN_TRY(frcnn_tensor_create_empty(&result, FRCNN_F32, n_dims, shape != NULL ? shape : own_shape));
    const frcnn_status status = o->input.table->layers->conv2d(conv, o->input.src, o->weight.src, o->bias_values,
                                                               frcnn_tensor_get_data(result));
    if (status == FRCNN_OK)
        *out = result;
    else
        frcnn_tensor_destroy(&result);
    return status;
}

void frcnn_conv2d_options_default(frcnn_conv2d_options *options)
{
    *options = (frcnn_conv2d_options){.struct_size = sizeof *options, .stride = 1, .dilation = 1, .groups = 1};
}

static frcnn_status check_weight(const frcnn_conv2d *conv, const frcnn_tensor *weight)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    const int64_t *shape = weight->shape;
    FRCNN_FAIL_IF(shape[2] != shape[3] || shape[2] > INT32_MAX, FRCNN_ERROR_INVALID,
                  "conv2d: expected a square kernel, found a weight %s", frcnn_shape_format(text, 4, shape));
    FRCNN_FAIL_IF(conv->groups < 1 || shape[1] * conv->groups != conv->in_c, FRCNN_ERROR_INVALID,
                  "conv2d: expected a weight for %lld input channels in %d groups, found %s", (long long)conv->in_c,
                  conv->groups, frcnn_shape_format(text, 4, shape));
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_conv2d(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_tensor *weight,
                                 const frcnn_tensor *bias, const frcnn_conv2d_options *options)
{
    frcnn_conv2d_options chosen;
    frcnn_conv2d_options_default(&chosen);
    if (options != NULL) {
        FRCNN_FAIL_IF(options->struct_size != sizeof chosen, FRCNN_ERROR_INVALID,
                      "conv2d: expected options of %zu bytes, found %zu", sizeof chosen, options->struct_size);
        chosen = *options;
    }
    operands o;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(open_operands(&o, "conv2d", tensor, 4, weight, 4, bias));
    frcnn_conv2d conv = {.n = tensor->shape[0],
                         .in_h = tensor->shape[1],
                         .in_w = tensor->shape[2],
                         .in_c = tensor->shape[3],
                         .out_c = weight->shape[0],
                         .kernel = (int)weight->shape[2],
                         .stride = chosen.stride,
                         .padding = chosen.padding,
                         .dilation = chosen.dilation,
                         .groups = chosen.groups};
    FRCNN_TRY_CLEANUP(check_weight(&conv, weight));
    status = run_conv(out, &o, &conv, 4, NULL);

cleanup:
    close_operands(&o);
    return status;
}

frcnn_status frcnn_tensor_linear(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_tensor *weight,
                                 const frcnn_tensor *bias)
{
    operands o;
    frcnn_status status = FRCNN_OK;
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims < 1, FRCNN_ERROR_INVALID, "linear: expected 1 dimension or more, found a scalar");
    FRCNN_TRY(open_operands(&o, "linear", tensor, -1, weight, 2, bias));
    const int last = tensor->n_dims - 1;
    if (tensor->shape[last] != weight->shape[1]) {
        status = frcnn_fail(FRCNN_ERROR_INVALID, "linear: expected a weight for %lld columns, found %s",
                            (long long)tensor->shape[last], frcnn_shape_format(text, 2, weight->shape));
        goto cleanup;
    }
    const int64_t in_c = weight->shape[1];
    frcnn_conv2d conv = {.n = 1,
                         .in_h = in_c > 0 ? frcnn_tensor_get_n_elements(tensor) / in_c : 0,
                         .in_w = 1,
                         .in_c = in_c,
                         .out_c = weight->shape[0],
                         .kernel = 1,
                         .stride = 1,
                         .dilation = 1,
                         .groups = 1};
    int64_t shape[FRCNN_MAX_DIMS];
    memcpy(shape, tensor->shape, sizeof shape);
    shape[last] = conv.out_c;
    status = run_conv(out, &o, &conv, tensor->n_dims, shape);

cleanup:
    close_operands(&o);
    return status;
}
