#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

static frcnn_status check_line(const char *name, const frcnn_tensor *line)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(line->n_dims != 1, FRCNN_ERROR_INVALID, "meshgrid: expected one dimension for %s, found %s", name,
                  frcnn_shape_format(text, line->n_dims, line->shape));
    return FRCNN_OK;
}

/* The values do not repeat in memory: the dimension along which they are equal has stride 0. */
frcnn_status frcnn_tensor_meshgrid(frcnn_tensor **out_a, frcnn_tensor **out_b, const frcnn_tensor *a,
                                   const frcnn_tensor *b, frcnn_meshgrid_indexing indexing)
{
    FRCNN_FAIL_IF(indexing != FRCNN_MESHGRID_IJ && indexing != FRCNN_MESHGRID_XY, FRCNN_ERROR_INVALID,
                  "meshgrid: expected indexing ij (0) or xy (1), found %d", (int)indexing);
    FRCNN_TRY(check_line("a", a));
    FRCNN_TRY(check_line("b", b));
    const int a_dim = indexing == FRCNN_MESHGRID_IJ ? 0 : 1;
    int64_t shape[2];
    int64_t a_strides[2] = {0, 0};
    int64_t b_strides[2] = {0, 0};
    shape[a_dim] = a->shape[0];
    shape[1 - a_dim] = b->shape[0];
    a_strides[a_dim] = a->strides[0];
    b_strides[1 - a_dim] = b->strides[0];
    frcnn_tensor *grid_a = NULL;
    frcnn_tensor *grid_b = NULL;
    FRCNN_TRY(frcnn_tensor_create_view(&grid_a, a, 2, shape, a_strides, a->offset));
    const frcnn_status status = frcnn_tensor_create_view(&grid_b, b, 2, shape, b_strides, b->offset);
    if (status != FRCNN_OK) {
        frcnn_tensor_destroy(&grid_a);
        return status;
    }
    *out_a = grid_a;
    *out_b = grid_b;
    return FRCNN_OK;
}
