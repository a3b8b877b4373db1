#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/loss/class_loss.h"
#include "tensor/storage.h"

void frcnn_cross_entropy_options_default(frcnn_cross_entropy_options *options)
{
    *options = (frcnn_cross_entropy_options){
        .struct_size = sizeof *options, .ignore_index = -100, .reduction = FRCNN_LOSS_MEAN};
}

frcnn_status frcnn_tensor_cross_entropy(frcnn_tensor **out, const frcnn_tensor *input, const frcnn_tensor *target,
                                        const frcnn_cross_entropy_options *options)
{
    frcnn_cross_entropy_options chosen;
    frcnn_cross_entropy_options_default(&chosen);
    FRCNN_CHECK_OPTIONS("cross_entropy", options);
    if (options != NULL) chosen = *options;
    const int holds_probs = frcnn_compute_is_float(target->dtype);
    FRCNN_FAIL_IF(!(chosen.label_smoothing >= 0.0 && chosen.label_smoothing <= 1.0), FRCNN_ERROR_INVALID,
                  "cross_entropy: expected a label_smoothing of 0 to 1, found %g", chosen.label_smoothing);
    FRCNN_FAIL_IF(
        holds_probs && chosen.ignore_index >= 0, FRCNN_ERROR_INVALID,
        "cross_entropy: no class can be ignored where the target holds probabilities, found ignore_index %lld",
        (long long)chosen.ignore_index);
    FRCNN_TRY(frcnn_class_loss_check("cross_entropy", input, target, chosen.weight, chosen.reduction));
    frcnn_dtype dtype = input->dtype;
    if (holds_probs) dtype = frcnn_dtype_promote(dtype, target->dtype);
    if (chosen.weight != NULL) dtype = frcnn_dtype_promote(dtype, chosen.weight->dtype);
    /* In the type that sums are made in, so that 16-bit floats are rounded once. */
    frcnn_tensor *wide = NULL;
    frcnn_tensor *log_probs = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&wide, input, frcnn_compute_get_dtype(input->dtype)));
    FRCNN_TRY_CLEANUP(frcnn_tensor_log_softmax(&log_probs, wide, input->n_dims > 1 ? 1 : 0));
    const frcnn_class_loss_request request = {.what = "cross_entropy",
                                              .log_probs = log_probs,
                                              .target = target,
                                              .weight = chosen.weight,
                                              .ignore_index = chosen.ignore_index,
                                              .label_smoothing = chosen.label_smoothing,
                                              .reduction = chosen.reduction,
                                              .dtype = dtype};
    status = frcnn_class_loss_run(out, &request);

cleanup:
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&log_probs);
    return status;
}
