#include "tensor/loss/pair_loss.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* What an operation was asked for. */
typedef struct request {
    const char *what;
    const frcnn_tensor *input, *target, *weight, *pos_weight;
    frcnn_pair_loss_kind kind;
    double beta;
    frcnn_loss_reduction reduction;
} request;

/* The tensor broadcast to the shape, row-major in dtype; nothing where there is none. */
static frcnn_status open_operand(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape,
                                 frcnn_dtype dtype)
{
    frcnn_tensor *expanded = NULL;
    if (tensor == NULL) return FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_expand(&expanded, tensor, n_dims, shape));
    const frcnn_status status = frcnn_compute_open(out, expanded, dtype);
    frcnn_tensor_destroy(&expanded);
    return status;
}

static const void *get_data_or_null(const frcnn_tensor *tensor)
{
    return tensor != NULL ? frcnn_tensor_get_const_data(tensor) : NULL;
}

/* The losses of input and target, broadcast to the shape, and what they are reduced to, in the dtype. */
static frcnn_status run(frcnn_tensor **out, const request *r, int n_dims, const int64_t *shape, frcnn_dtype dtype)
{
    enum { INPUT, TARGET, WEIGHT, POS_WEIGHT, N };
    const frcnn_tensor *const given[N] = {r->input, r->target, r->weight, r->pos_weight};
    const frcnn_dtype wide = frcnn_compute_get_dtype(dtype);
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *opened[N] = {NULL};
    frcnn_tensor *losses = NULL;
    frcnn_loss_sums sums = {0, 0};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, r->what, r->input->device));
    for (int i = 0; i < N; i++) FRCNN_TRY_CLEANUP(open_operand(&opened[i], given[i], n_dims, shape, wide));
    frcnn_pair_loss loss = {.kind = r->kind,
                            .dtype = wide,
                            .n = opened[INPUT]->n_elements,
                            .input = frcnn_tensor_get_const_data(opened[INPUT]),
                            .target = frcnn_tensor_get_const_data(opened[TARGET]),
                            .weight = get_data_or_null(opened[WEIGHT]),
                            .pos_weight = get_data_or_null(opened[POS_WEIGHT]),
                            .beta = r->beta};
    if (r->reduction == FRCNN_LOSS_NONE) {
        FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&losses, r->input->device, wide, n_dims, shape));
        loss.losses = frcnn_tensor_get_data(losses);
    }
    FRCNN_TRY_CLEANUP(table->loss->pair_loss(&loss, &sums));
    if (r->reduction == FRCNN_LOSS_NONE)
        status = frcnn_compute_close(out, &losses, dtype);
    else
        status = frcnn_loss_reduce(out, &sums, r->reduction, dtype, r->input->device);

cleanup:
    for (int i = 0; i < N; i++) frcnn_tensor_destroy(&opened[i]);
    frcnn_tensor_destroy(&losses);
    return status;
}

static frcnn_status run_broadcast(frcnn_tensor **out, const request *r)
{
    const frcnn_tensor *const both[] = {r->input, r->target};
    const frcnn_dtype dtype = frcnn_dtype_promote(r->input->dtype, r->target->dtype);
    int64_t shape[FRCNN_MAX_DIMS];
    int n_dims = r->input->n_dims;
    memcpy(shape, r->input->shape, sizeof shape);
    FRCNN_TRY(frcnn_loss_check_reduction(r->what, r->reduction));
    FRCNN_TRY(frcnn_devices_check(r->what, both, 2));
    FRCNN_TRY(frcnn_compute_check_float(r->what, dtype));
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char target_text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(!frcnn_shape_broadcast(&n_dims, shape, r->target->n_dims, r->target->shape), FRCNN_ERROR_INVALID,
                  "%s: expected shapes that are equal or 1 from the last dimension on, found %s and %s", r->what,
                  frcnn_shape_format(text, r->input->n_dims, r->input->shape),
                  frcnn_shape_format(target_text, r->target->n_dims, r->target->shape));
    return run(out, r, n_dims, shape, dtype);
}

frcnn_status frcnn_tensor_mse_loss(frcnn_tensor **out, const frcnn_tensor *input, const frcnn_tensor *target,
                                   frcnn_loss_reduction reduction)
{
    const request r = {
        .what = "mse_loss", .input = input, .target = target, .kind = FRCNN_PAIR_LOSS_MSE, .reduction = reduction};
    return run_broadcast(out, &r);
}

frcnn_status frcnn_tensor_l1_loss(frcnn_tensor **out, const frcnn_tensor *input, const frcnn_tensor *target,
                                  frcnn_loss_reduction reduction)
{
    const request r = {
        .what = "l1_loss", .input = input, .target = target, .kind = FRCNN_PAIR_LOSS_L1, .reduction = reduction};
    return run_broadcast(out, &r);
}

frcnn_status frcnn_tensor_smooth_l1_loss(frcnn_tensor **out, const frcnn_tensor *input, const frcnn_tensor *target,
                                         double beta, frcnn_loss_reduction reduction)
{
    FRCNN_FAIL_IF(!(beta >= 0.0), FRCNN_ERROR_INVALID, "smooth_l1_loss: expected a beta of 0 or more, found %g", beta);
    const request r = {.what = "smooth_l1_loss",
                       .input = input,
                       .target = target,
                       .kind = FRCNN_PAIR_LOSS_SMOOTH_L1,
                       .beta = beta,
                       .reduction = reduction};
    return run_broadcast(out, &r);
}

void frcnn_bce_options_default(frcnn_bce_options *options)
{
    *options = (frcnn_bce_options){.struct_size = sizeof *options, .reduction = FRCNN_LOSS_MEAN};
}

static frcnn_status check_bce(const request *r)
{
    const frcnn_tensor *all[4] = {r->input, r->target};
    int n = 2;
    char input_text[FRCNN_SHAPE_TEXT_BYTES];
    char target_text[FRCNN_SHAPE_TEXT_BYTES];
    if (r->weight != NULL) all[n++] = r->weight;
    if (r->pos_weight != NULL) all[n++] = r->pos_weight;
    FRCNN_TRY(frcnn_loss_check_reduction(r->what, r->reduction));
    FRCNN_TRY(frcnn_devices_check(r->what, all, n));
    for (int i = 0; i < n; i++) FRCNN_TRY(frcnn_compute_check_float(r->what, all[i]->dtype));
    FRCNN_FAIL_IF(r->target->n_dims != r->input->n_dims ||
                      memcmp(r->target->shape, r->input->shape, (size_t)r->input->n_dims * sizeof(int64_t)) != 0,
                  FRCNN_ERROR_INVALID, "%s: expected a target of the input's shape %s, found %s", r->what,
                  frcnn_shape_format(input_text, r->input->n_dims, r->input->shape),
                  frcnn_shape_format(target_text, r->target->n_dims, r->target->shape));
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_binary_cross_entropy_with_logits(frcnn_tensor **out, const frcnn_tensor *input,
                                                           const frcnn_tensor *target, const frcnn_bce_options *options)
{
    frcnn_bce_options chosen;
    frcnn_bce_options_default(&chosen);
    FRCNN_CHECK_OPTIONS("bce", options);
    if (options != NULL) chosen = *options;
    const request r = {.what = "binary_cross_entropy_with_logits",
                       .input = input,
                       .target = target,
                       .weight = chosen.weight,
                       .pos_weight = chosen.pos_weight,
                       .kind = FRCNN_PAIR_LOSS_BCE,
                       .reduction = chosen.reduction};
    FRCNN_TRY(check_bce(&r));
    const frcnn_dtype dtype = frcnn_dtype_promote(input->dtype, target->dtype);
    return run(out, &r, input->n_dims, input->shape, dtype);
}
