#include "tensor/layers/interpolate.h"

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

void frcnn_interpolate_options_default(frcnn_interpolate_options *options)
{
    *options = (frcnn_interpolate_options){.struct_size = sizeof *options};
}

static frcnn_status check_options(const frcnn_interpolate_options *options)
{
    const int is_nearest = options->mode == FRCNN_INTERPOLATE_NEAREST;
    const int has_size = options->out_h != 0 || options->out_w != 0;
    const int has_scale = options->scale_h != 0 || options->scale_w != 0;
    FRCNN_FAIL_IF(!is_nearest && options->mode != FRCNN_INTERPOLATE_BILINEAR, FRCNN_ERROR_INVALID,
                  "interpolate: expected a mode of frcnn_interpolate_mode, found %d", (int)options->mode);
    FRCNN_FAIL_IF(has_size == has_scale, FRCNN_ERROR_INVALID,
                  "interpolate: expected either a size or a scale, found %s", has_size ? "both" : "neither");
    FRCNN_FAIL_IF(is_nearest && (options->align_corners || options->antialias), FRCNN_ERROR_INVALID,
                  "interpolate: expected align_corners and antialias for bilinear only");
    FRCNN_FAIL_IF(has_size && options->recompute_scale_factor, FRCNN_ERROR_INVALID,
                  "interpolate: expected recompute_scale_factor with a scale only");
    return FRCNN_OK;
}

static frcnn_status check_tensor(const frcnn_tensor *tensor, const frcnn_interpolate_options *options)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims != 4 || tensor->shape[3] == 0, FRCNN_ERROR_INVALID,
                  "interpolate: expected [N, H, W, C] with channels, found %s",
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    FRCNN_FAIL_IF(!frcnn_compute_is_float(tensor->dtype) && tensor->dtype != FRCNN_U8, FRCNN_ERROR_INVALID,
                  "interpolate: expected floats or u8, found %s", frcnn_dtype_get_name(tensor->dtype));
    FRCNN_FAIL_IF(options->antialias && frcnn_dtype_get_size(tensor->dtype) == 2, FRCNN_ERROR_INVALID,
                  "interpolate: expected f32, f64 or u8 with antialias, found %s", frcnn_dtype_get_name(tensor->dtype));
    return FRCNN_OK;
}

/* A side's output length: the given one, or the input's times the scale, rounded down. */
static frcnn_status set_length(frcnn_resample_side *side, int64_t in, int64_t out, double scale)
{
    const double scaled = scale != 0 ? (double)in * scale : (double)out;
    FRCNN_FAIL_IF(!(in >= 1 && scaled >= 1 && scaled < 0x1p62), FRCNN_ERROR_INVALID,
                  "interpolate: expected heights and widths of 1 or more, found %lld to %.17g", (long long)in, scaled);
    side->in = in;
    side->out = scale != 0 ? (int64_t)scaled : out;
    return FRCNN_OK;
}

static frcnn_status set_sides(frcnn_interpolate_run *run, const frcnn_interpolate_options *options)
{
    const double scale_h = options->recompute_scale_factor ? 0 : options->scale_h;
    const double scale_w = options->recompute_scale_factor ? 0 : options->scale_w;
    if (options->mode == FRCNN_INTERPOLATE_NEAREST) {
        FRCNN_TRY(frcnn_resample_side_set_nearest(&run->y, scale_h));
        return frcnn_resample_side_set_nearest(&run->x, scale_w);
    }
    const frcnn_resample_options y = {scale_h, options->align_corners, options->antialias};
    const frcnn_resample_options x = {scale_w, options->align_corners, options->antialias};
    FRCNN_TRY(frcnn_resample_side_set_linear(&run->y, run->dtype, &y));
    return frcnn_resample_side_set_linear(&run->x, run->dtype, &x);
}

frcnn_status frcnn_tensor_interpolate(frcnn_tensor **out, const frcnn_tensor *tensor,
                                      const frcnn_interpolate_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    const frcnn_tensor_ops *table = NULL;
    frcnn_interpolate_run run = {0};
    FRCNN_FAIL_IF(options == NULL, FRCNN_ERROR_INVALID, "interpolate: expected options with a size or a scale");
    FRCNN_CHECK_OPTIONS("interpolate", options);
    FRCNN_TRY(check_options(options));
    FRCNN_TRY(check_tensor(tensor, options));
    FRCNN_TRY(set_length(&run.y, tensor->shape[1], options->out_h, options->scale_h));
    FRCNN_TRY(set_length(&run.x, tensor->shape[2], options->out_w, options->scale_w));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "interpolate", tensor->device));
    run.n = tensor->shape[0];
    run.c = tensor->shape[3];
    const int64_t shape[] = {run.n, run.y.out, run.x.out, run.c};
    const int is_nearest = options->mode == FRCNN_INTERPOLATE_NEAREST;
    if (is_nearest || tensor->dtype == FRCNN_U8)
        FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&src, tensor));
    else
        FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, frcnn_compute_get_dtype(tensor->dtype)));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, src->dtype, 4, shape));
    run.dtype = src->dtype;
    run.src = frcnn_tensor_get_const_data(src);
    run.dst = frcnn_tensor_get_data(result);
    if (result->n_elements > 0) {
        FRCNN_TRY_CLEANUP(set_sides(&run, options));
        FRCNN_TRY_CLEANUP(is_nearest ? table->layers->interpolate_nearest(&run)
                                     : table->layers->interpolate_linear(&run));
    }
    status = frcnn_compute_close(out, &result, tensor->dtype);

cleanup:
    frcnn_free(run.y.first);
    frcnn_free(run.x.first);
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&src);
    return status;
}
