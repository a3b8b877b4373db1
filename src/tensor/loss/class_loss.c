#include "tensor/loss/class_loss.h"

#include <string.h>

#include "tensor/compute.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/rows.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

static frcnn_status check_probs(const char *what, const frcnn_tensor *input, const frcnn_tensor *target)
{
    char input_text[FRCNN_SHAPE_TEXT_BYTES];
    char target_text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(target->n_dims != input->n_dims ||
                      memcmp(target->shape, input->shape, (size_t)input->n_dims * sizeof *input->shape) != 0,
                  FRCNN_ERROR_INVALID, "%s: expected probabilities of the input's shape %s, found %s", what,
                  frcnn_shape_format(input_text, input->n_dims, input->shape),
                  frcnn_shape_format(target_text, target->n_dims, target->shape));
    return FRCNN_OK;
}

/* The input's shape without its classes, which are dimension 1, or the only one. */
static frcnn_status check_classes(const char *what, const frcnn_tensor *input, const frcnn_tensor *target)
{
    char input_text[FRCNN_SHAPE_TEXT_BYTES];
    char target_text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(target->dtype != FRCNN_I64 && target->dtype != FRCNN_U8, FRCNN_ERROR_INVALID,
                  "%s: expected classes as i64 or u8, found %s", what, frcnn_dtype_get_name(target->dtype));
    int fits = target->n_dims == input->n_dims - 1;
    for (int d = 0; fits && d < target->n_dims; d++) fits = target->shape[d] == input->shape[d > 0 ? d + 1 : 0];
    FRCNN_FAIL_IF(!fits, FRCNN_ERROR_INVALID, "%s: expected a target for each position of input %s, found %s", what,
                  frcnn_shape_format(input_text, input->n_dims, input->shape),
                  frcnn_shape_format(target_text, target->n_dims, target->shape));
    return FRCNN_OK;
}

frcnn_status frcnn_class_loss_check(const char *what, const frcnn_tensor *input, const frcnn_tensor *target,
                                    const frcnn_tensor *weight, frcnn_loss_reduction reduction)
{
    const frcnn_tensor *const all[] = {input, target, weight};
    const int holds_probs = frcnn_compute_is_float(target->dtype);
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(frcnn_loss_check_reduction(what, reduction));
    FRCNN_TRY(frcnn_devices_check(what, all, weight != NULL ? 3 : 2));
    FRCNN_TRY(frcnn_compute_check_float(what, input->dtype));
    FRCNN_FAIL_IF(input->n_dims < 1, FRCNN_ERROR_INVALID, "%s: expected 1 dimension or more, found a scalar", what);
    FRCNN_TRY(holds_probs ? check_probs(what, input, target) : check_classes(what, input, target));
    if (weight == NULL) return FRCNN_OK;
    const int64_t n_classes = input->shape[input->n_dims > 1 ? 1 : 0];
    FRCNN_FAIL_IF(weight->n_dims != 1 || weight->shape[0] != n_classes, FRCNN_ERROR_INVALID,
                  "%s: expected a weight for each of %lld classes, found %s", what, (long long)n_classes,
                  frcnn_shape_format(text, weight->n_dims, weight->shape));
    FRCNN_TRY(frcnn_compute_check_float(what, weight->dtype));
    FRCNN_FAIL_IF(!holds_probs && weight->dtype != input->dtype, FRCNN_ERROR_INVALID,
                  "%s: expected weights in the input's dtype, %s, found %s", what, frcnn_dtype_get_name(input->dtype),
                  frcnn_dtype_get_name(weight->dtype));
    return FRCNN_OK;
}

static frcnn_status check_range(const frcnn_tensor_ops *table, const frcnn_class_loss_request *request,
                                const frcnn_tensor *classes, int64_t n_classes)
{
    const frcnn_class_range range = {frcnn_tensor_get_const_data(classes), classes->n_elements, n_classes,
                                     request->ignore_index};
    int64_t at = 0;
    int64_t found = 0;
    FRCNN_TRY(table->loss->find_wrong_class(&range, &at, &found));
    FRCNN_FAIL_IF(at < range.n, FRCNN_ERROR_INVALID, "%s: expected classes below %lld, found %lld", request->what,
                  (long long)n_classes, (long long)found);
    return FRCNN_OK;
}

frcnn_status frcnn_class_loss_run(frcnn_tensor **out, const frcnn_class_loss_request *request)
{
    const frcnn_tensor *input = request->log_probs;
    const frcnn_dtype dtype = frcnn_compute_get_dtype(request->dtype);
    const int holds_probs = frcnn_compute_is_float(request->target->dtype);
    const int at = input->n_dims > 1 ? 1 : 0;
    const frcnn_rows rows = frcnn_rows_get(input, at);
    int64_t shape[FRCNN_MAX_DIMS];
    int n_dims = 0;
    frcnn_class_loss loss = {.dtype = dtype,
                             .n_outer = rows.n_outer,
                             .n_classes = rows.n,
                             .n_inner = rows.n_inner,
                             .ignore_index = request->ignore_index,
                             .label_smoothing = request->label_smoothing};
    for (int d = 0; d < input->n_dims; d++)
        if (d != at) shape[n_dims++] = input->shape[d];
    frcnn_loss_sums sums = {0, 0};
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *log_probs = NULL;
    frcnn_tensor *target = NULL;
    frcnn_tensor *weight = NULL;
    frcnn_tensor *losses = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, request->what, input->device));
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&log_probs, input, dtype));
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&target, request->target, holds_probs ? dtype : FRCNN_I64));
    if (!holds_probs) FRCNN_TRY_CLEANUP(check_range(table, request, target, loss.n_classes));
    if (request->weight != NULL) FRCNN_TRY_CLEANUP(frcnn_compute_open(&weight, request->weight, dtype));
    loss.log_probs = frcnn_tensor_get_const_data(log_probs);
    if (holds_probs)
        loss.probs = frcnn_tensor_get_const_data(target);
    else
        loss.classes = frcnn_tensor_get_const_data(target);
    loss.weight = weight != NULL ? frcnn_tensor_get_const_data(weight) : NULL;
    if (request->reduction == FRCNN_LOSS_NONE) {
        FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&losses, input->device, dtype, n_dims, shape));
        loss.losses = frcnn_tensor_get_data(losses);
    }
    FRCNN_TRY_CLEANUP(table->loss->class_loss(&loss, &sums));
    if (request->reduction == FRCNN_LOSS_NONE)
        status = frcnn_compute_close(out, &losses, request->dtype);
    else
        status = frcnn_loss_reduce(out, &sums, request->reduction, request->dtype, input->device);

cleanup:
    frcnn_tensor_destroy(&log_probs);
    frcnn_tensor_destroy(&target);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&losses);
    return status;
}
