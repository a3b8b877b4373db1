#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/loss/class_loss.h"
#include "tensor/storage.h"

void frcnn_nll_loss_options_default(frcnn_nll_loss_options *options)
{
    *options =
        (frcnn_nll_loss_options){.struct_size = sizeof *options, .ignore_index = -100, .reduction = FRCNN_LOSS_MEAN};
}

frcnn_status frcnn_tensor_nll_loss(frcnn_tensor **out, const frcnn_tensor *input, const frcnn_tensor *target,
                                   const frcnn_nll_loss_options *options)
{
    frcnn_nll_loss_options chosen;
    frcnn_nll_loss_options_default(&chosen);
    FRCNN_CHECK_OPTIONS("nll_loss", options);
    if (options != NULL) chosen = *options;
    FRCNN_FAIL_IF(target->dtype != FRCNN_I64 && target->dtype != FRCNN_U8, FRCNN_ERROR_INVALID,
                  "nll_loss: expected classes as i64 or u8, found %s", frcnn_dtype_get_name(target->dtype));
    FRCNN_TRY(frcnn_class_loss_check("nll_loss", input, target, chosen.weight, chosen.reduction));
    const frcnn_class_loss_request request = {.what = "nll_loss",
                                              .log_probs = input,
                                              .target = target,
                                              .weight = chosen.weight,
                                              .ignore_index = chosen.ignore_index,
                                              .reduction = chosen.reduction,
                                              .dtype = input->dtype};
    return frcnn_class_loss_run(out, &request);
}
