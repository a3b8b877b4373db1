#include "frcnn/picture.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "image/picture_round.h"
#include "image/picture_shape.h"
#include "tensor/compute.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

void frcnn_picture_grid_options_default(frcnn_picture_grid_options *options)
{
    *options = (frcnn_picture_grid_options){
        .struct_size = sizeof *options, .n_per_row = 8, .padding = 2, .value_lo = 0, .value_hi = 1};
}

static frcnn_status check_options(const frcnn_picture_grid_options *options, frcnn_dtype dtype)
{
    FRCNN_CHECK_OPTIONS("picture_grid", options);
    FRCNN_FAIL_IF(options->n_per_row < 1 || options->padding < 0, FRCNN_ERROR_INVALID,
                  "picture grid: expected at least one picture a row and padding of at least 0, found %lld and %lld",
                  (long long)options->n_per_row, (long long)options->padding);
    FRCNN_FAIL_IF(!frcnn_dtype_holds(dtype, frcnn_scalar_f64(options->pad_value)), FRCNN_ERROR_INVALID,
                  "picture grid: expected a pad_value that %s holds, found %g", frcnn_dtype_get_name(dtype),
                  options->pad_value);
    if (!options->normalize) return FRCNN_OK;
    FRCNN_FAIL_IF(!frcnn_compute_is_float(dtype), FRCNN_ERROR_INVALID,
                  "picture grid: expected floats to normalize, found %s", frcnn_dtype_get_name(dtype));
    FRCNN_FAIL_IF(options->has_value_range && (!frcnn_dtype_holds(dtype, frcnn_scalar_f64(options->value_lo)) ||
                                               !frcnn_dtype_holds(dtype, frcnn_scalar_f64(options->value_hi))),
                  FRCNN_ERROR_INVALID, "picture grid: expected a range that %s holds, found %g to %g",
                  frcnn_dtype_get_name(dtype), options->value_lo, options->value_hi);
    return FRCNN_OK;
}

/* [B, C, H, W], whichever dimensions the tensor has; row-major. */
static frcnn_status get_batch(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    char found[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->n_dims < 2 || tensor->n_dims > 4, FRCNN_ERROR_INVALID,
                  "picture grid: expected [B, C, H, W], [C, H, W] or [H, W], found %s",
                  frcnn_shape_format(found, tensor->n_dims, tensor->shape));
    frcnn_tensor *contiguous = NULL;
    FRCNN_TRY(frcnn_tensor_contiguous(&contiguous, tensor));
    int64_t shape[4] = {1, 1, 1, 1};
    memcpy(shape + 4 - tensor->n_dims, tensor->shape, (size_t)tensor->n_dims * sizeof shape[0]);
    frcnn_status status = FRCNN_OK;
    if (shape[0] == 0)
        status = frcnn_fail(FRCNN_ERROR_INVALID, "picture grid: expected at least one picture, found none");
    else
        status = frcnn_tensor_view(out, contiguous, 4, shape);
    frcnn_tensor_destroy(&contiguous);
    return status;
}

/* The least and largest of n floats; NaN for both where there is one. */
static void find_range(double *lo, double *hi, const void *values, int64_t first, int64_t n, int is_wide)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (int64_t i = first; i < first + n; i++) {
        const double value = is_wide ? ((const double *)values)[i] : (double)((const float *)values)[i];
        if (isnan(value)) {
            *lo = *hi = value;
            return;
        }
        if (value < *lo) *lo = value;
        if (value > *hi) *hi = value;
    }
}

static void normalize_f64(double *values, int64_t n, double lo, double hi, double divisor)
{
    for (int64_t i = 0; i < n; i++) {
        double value = values[i] < lo ? lo : values[i];
        value = value > hi ? hi : value;
        values[i] = (value - lo) / divisor;
    }
}

/* The bounds are rounded to the dtype, the divisor is not. */
static void normalize_f32(float *values, int64_t n, double lo, double hi, double divisor, frcnn_dtype dtype)
{
    const float low = frcnn_round_to_dtype((float)lo, dtype);
    const float high = frcnn_round_to_dtype((float)hi, dtype);
    for (int64_t i = 0; i < n; i++) {
        float value = values[i] < low ? low : values[i];
        value = value > high ? high : value;
        value = frcnn_round_to_dtype(value - low, dtype);
        values[i] = value / (float)divisor;
    }
}

/* A copy whose values, in each picture or in all, are brought to 0 … 1. */
static frcnn_status normalize(frcnn_tensor **out, const frcnn_tensor *batch, const frcnn_picture_grid_options *options)
{
    const int is_wide = batch->dtype == FRCNN_F64;
    FRCNN_FAIL_IF(!options->has_value_range && batch->n_elements == 0, FRCNN_ERROR_INVALID,
                  "picture grid: expected values to take a range from, found none");
    frcnn_tensor *floats = NULL;
    FRCNN_TRY(frcnn_tensor_cast(&floats, batch, is_wide ? FRCNN_F64 : FRCNN_F32));
    void *values = frcnn_tensor_get_data(floats);
    const int64_t n_groups = options->scale_each ? batch->shape[0] : 1;
    const int64_t n = batch->n_elements / n_groups;
    for (int64_t first = 0; first < batch->n_elements; first += n) {
        double lo = options->value_lo;
        double hi = options->value_hi;
        if (!options->has_value_range) find_range(&lo, &hi, values, first, n, is_wide);
        const double divisor = hi - lo < 1e-5 ? 1e-5 : hi - lo;
        if (is_wide)
            normalize_f64((double *)values + first, n, lo, hi, divisor);
        else
            normalize_f32((float *)values + first, n, lo, hi, divisor, batch->dtype);
    }
    if (floats->dtype == batch->dtype) {
        *out = floats;
        return FRCNN_OK;
    }
    const frcnn_status status = frcnn_tensor_cast(out, floats, batch->dtype);
    frcnn_tensor_destroy(&floats);
    return status;
}

typedef struct grid_layout {
    int64_t n_columns, n_rows;
    int64_t padding;
    int64_t shape[3]; /* [C, H', W'] */
} grid_layout;

/* *extent = n_cells * (side + padding) + padding; 0 where it overflows. */
static int find_extent(int64_t *extent, int64_t n_cells, int64_t side, int64_t padding)
{
    int64_t cell = 0;
    int64_t cells = 0;
    return frcnn_add_int64(side, padding, &cell) && frcnn_mul_int64(n_cells, cell, &cells) &&
           frcnn_add_int64(cells, padding, extent);
}

static frcnn_status plan_grid(grid_layout *out, const frcnn_tensor *batch, const frcnn_picture_grid_options *options)
{
    const int64_t n = batch->shape[0];
    grid_layout grid = {.n_columns = options->n_per_row < n ? options->n_per_row : n,
                        .padding = n == 1 ? 0 : options->padding};
    grid.n_rows = (n - 1) / grid.n_columns + 1;
    grid.shape[0] = batch->shape[1] == 1 ? 3 : batch->shape[1];
    FRCNN_FAIL_IF(!find_extent(&grid.shape[1], grid.n_rows, batch->shape[2], grid.padding) ||
                      !find_extent(&grid.shape[2], grid.n_columns, batch->shape[3], grid.padding),
                  FRCNN_ERROR_INVALID,
                  "picture grid: %lld rows and %lld columns of %lldx%lld pixels with a padding of %lld are too large",
                  (long long)grid.n_rows, (long long)grid.n_columns, (long long)batch->shape[2],
                  (long long)batch->shape[3], (long long)grid.padding);
    *out = grid;
    return FRCNN_OK;
}

static frcnn_status fill(frcnn_tensor *tensor, double value)
{
    frcnn_tensor *number = NULL;
    frcnn_tensor *element = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_from_memory(&number, FRCNN_F64, 0, NULL, &value, NULL, NULL));
    FRCNN_TRY_CLEANUP(frcnn_tensor_cast(&element, number, tensor->dtype));
    const size_t size = frcnn_dtype_get_size(tensor->dtype);
    const size_t n_bytes = (size_t)tensor->n_elements * size;
    unsigned char *data = frcnn_tensor_get_data(tensor);
    if (n_bytes > 0) memcpy(data, frcnn_tensor_get_const_data(element), size);
    for (size_t done = size; done < n_bytes; done *= 2)
        memcpy(data + done, data, done < n_bytes - done ? done : n_bytes - done);

cleanup:
    frcnn_tensor_destroy(&number);
    frcnn_tensor_destroy(&element);
    return status;
}

static void copy_pictures(frcnn_tensor *grid, const frcnn_tensor *batch, const grid_layout *layout)
{
    const size_t size = frcnn_dtype_get_size(batch->dtype);
    const int64_t n_stored = batch->shape[1];
    const int64_t height = batch->shape[2];
    const int64_t width = batch->shape[3];
    const unsigned char *src = frcnn_tensor_get_const_data(batch);
    unsigned char *dst = frcnn_tensor_get_data(grid);
    for (int64_t k = 0; k < batch->shape[0]; k++) {
        const int64_t top = k / layout->n_columns * (height + layout->padding) + layout->padding;
        const int64_t left = k % layout->n_columns * (width + layout->padding) + layout->padding;
        for (int64_t c = 0; c < layout->shape[0]; c++) {
            const int64_t plane = k * n_stored + (n_stored == 1 ? 0 : c);
            for (int64_t y = 0; y < height; y++) {
                const int64_t to = (c * layout->shape[1] + top + y) * layout->shape[2] + left;
                memcpy(dst + (size_t)to * size, src + (size_t)((plane * height + y) * width) * size,
                       (size_t)width * size);
            }
        }
    }
}

frcnn_status frcnn_picture_make_grid(frcnn_tensor **out, const frcnn_tensor *tensor,
                                     const frcnn_picture_grid_options *options)
{
    frcnn_picture_grid_options defaults;
    frcnn_picture_grid_options_default(&defaults);
    if (options == NULL) options = &defaults;
    FRCNN_TRY(frcnn_picture_check_device("picture grid", tensor));
    FRCNN_TRY(check_options(options, tensor->dtype));
    frcnn_tensor *batch = NULL;
    frcnn_tensor *normalized = NULL;
    frcnn_tensor *grid = NULL;
    grid_layout layout;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(get_batch(&batch, tensor));
    FRCNN_TRY_CLEANUP(plan_grid(&layout, batch, options));
    if (options->normalize) FRCNN_TRY_CLEANUP(normalize(&normalized, batch, options));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty(&grid, batch->dtype, 3, layout.shape));
    FRCNN_TRY_CLEANUP(fill(grid, options->pad_value));
    copy_pictures(grid, normalized == NULL ? batch : normalized, &layout);
    *out = grid;
    grid = NULL;

cleanup:
    frcnn_tensor_destroy(&batch);
    frcnn_tensor_destroy(&normalized);
    frcnn_tensor_destroy(&grid);
    return status;
}

frcnn_status frcnn_picture_save_grid(const frcnn_tensor *tensor, const char *path,
                                     const frcnn_picture_grid_options *options)
{
    static const frcnn_picture_bytes rounded = {.scale = 255, .bias = 0.5, .clamps = 1};
    frcnn_tensor *grid = NULL;
    frcnn_tensor *bytes = NULL;
    frcnn_tensor *pixels = NULL;
    frcnn_status status = FRCNN_OK;
    status = frcnn_picture_make_grid(&grid, tensor, options);
    if (status != FRCNN_OK) {
        frcnn_error_prefix(path);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_picture_to_bytes(&bytes, path, grid, &rounded));
    FRCNN_TRY_CLEANUP(frcnn_picture_interleave(&pixels, bytes));
    status = frcnn_picture_save(pixels, path);

cleanup:
    frcnn_tensor_destroy(&grid);
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&pixels);
    return status;
}
