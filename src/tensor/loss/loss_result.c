#include "tensor/loss/loss_result.h"

#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/storage.h"

frcnn_status frcnn_loss_check_reduction(const char *what, frcnn_loss_reduction reduction)
{
    FRCNN_FAIL_IF(reduction != FRCNN_LOSS_NONE && reduction != FRCNN_LOSS_MEAN && reduction != FRCNN_LOSS_SUM,
                  FRCNN_ERROR_INVALID, "%s: %d is no reduction", what, (int)reduction);
    return FRCNN_OK;
}

frcnn_status frcnn_loss_reduce(frcnn_tensor **out, const frcnn_loss_sums *sums, frcnn_loss_reduction reduction,
                               frcnn_dtype dtype, frcnn_device device)
{
    const double value = reduction == FRCNN_LOSS_MEAN ? sums->loss / sums->weight : sums->loss;
    frcnn_tensor *wide = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty(&wide, FRCNN_F64, 0, NULL));
    *(double *)frcnn_tensor_get_data(wide) = value;
    FRCNN_TRY_CLEANUP(frcnn_compute_close(&result, &wide, dtype));
    status = frcnn_tensor_to_device(out, result, device);

cleanup:
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&result);
    return status;
}
