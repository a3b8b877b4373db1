#include "frcnn/creation.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

static frcnn_status check_line(const frcnn_tensor *line, int nth, const frcnn_tensor *first)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(line->n_dims > 1, FRCNN_ERROR_INVALID,
                  "meshgrid: expected a scalar or one dimension, found %s for tensor %d",
                  frcnn_shape_format(text, line->n_dims, line->shape), nth);
    FRCNN_FAIL_IF(line->dtype != first->dtype, FRCNN_ERROR_INVALID,
                  "meshgrid: expected tensors of one dtype, found %s and %s", frcnn_dtype_get_name(first->dtype),
                  frcnn_dtype_get_name(line->dtype));
    return FRCNN_OK;
}

/* The values do not repeat in memory: the dimensions along which they are equal have stride 0. */
frcnn_status frcnn_tensor_meshgrid(frcnn_tensor **out, const frcnn_tensor *const *tensors, int n,
                                   frcnn_meshgrid_indexing indexing)
{
    FRCNN_FAIL_IF(indexing != FRCNN_MESHGRID_IJ && indexing != FRCNN_MESHGRID_XY, FRCNN_ERROR_INVALID,
                  "meshgrid: expected indexing ij (0) or xy (1), found %d", (int)indexing);
    FRCNN_FAIL_IF(n < 1 || n > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID, "meshgrid: expected 1 to %d tensors, found %d",
                  FRCNN_MAX_DIMS, n);
    for (int i = 0; i < n; i++) FRCNN_TRY(check_line(tensors[i], i, tensors[0]));
    FRCNN_TRY(frcnn_devices_check("meshgrid", tensors, n));
    const int is_swapped = indexing == FRCNN_MESHGRID_XY && n > 1;
    int64_t shape[FRCNN_MAX_DIMS];
    int dims[FRCNN_MAX_DIMS];
    for (int i = 0; i < n; i++) {
        dims[i] = is_swapped && i < 2 ? 1 - i : i;
        shape[dims[i]] = tensors[i]->n_dims == 0 ? 1 : tensors[i]->shape[0];
    }
    frcnn_tensor *grids[FRCNN_MAX_DIMS] = {NULL};
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < n; i++) {
        int64_t strides[FRCNN_MAX_DIMS] = {0};
        strides[dims[i]] = tensors[i]->n_dims == 0 ? 1 : tensors[i]->strides[0];
        FRCNN_TRY_CLEANUP(frcnn_tensor_create_view(&grids[i], tensors[i], n, shape, strides, tensors[i]->offset));
    }
    for (int i = 0; i < n; i++) {
        out[i] = grids[i];
        grids[i] = NULL;
    }

cleanup:
    for (int i = 0; i < n; i++) frcnn_tensor_destroy(&grids[i]);
    return status;
}
