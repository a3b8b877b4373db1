#include "frcnn/picture.h"

#include <string.h>

#include "image/channels.h"
#include "image/picture_shape.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

frcnn_status frcnn_picture_check_device(const char *what, const frcnn_tensor *tensor)
{
    char found[FRCNN_DEVICE_TEXT_BYTES];
    FRCNN_FAIL_IF(tensor->device.kind != FRCNN_CPU, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a tensor on the CPU, found %s", what, frcnn_device_format(found, tensor->device));
    return FRCNN_OK;
}

frcnn_status frcnn_picture_view_hwc(frcnn_tensor **out, const char *what, const frcnn_tensor *picture)
{
    char found[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(frcnn_picture_check_device(what, picture));
    FRCNN_FAIL_IF(picture->n_dims != 2 && picture->n_dims != 3, FRCNN_ERROR_INVALID,
                  "%s: expected [H, W, C] or [H, W], found %s", what,
                  frcnn_shape_format(found, picture->n_dims, picture->shape));
    return picture->n_dims == 2 ? frcnn_tensor_unsqueeze(out, picture, 2) : frcnn_tensor_share(out, picture);
}

static frcnn_status check_channels(const char *what, int64_t n_channels)
{
    FRCNN_FAIL_IF(n_channels < 1 || n_channels > 4, FRCNN_ERROR_INVALID, "%s: expected 1 to 4 channels, found %lld",
                  what, (long long)n_channels);
    return FRCNN_OK;
}

frcnn_status frcnn_picture_get_pixels(frcnn_tensor **out, const char *what, const frcnn_tensor *picture)
{
    FRCNN_FAIL_IF(picture->dtype != FRCNN_U8, FRCNN_ERROR_INVALID, "%s: expected u8, found %s", what,
                  frcnn_dtype_get_name(picture->dtype));
    frcnn_tensor *hwc = NULL;
    FRCNN_TRY(frcnn_picture_view_hwc(&hwc, what, picture));
    frcnn_status status = check_channels(what, hwc->shape[2]);
    if (status == FRCNN_OK) status = frcnn_tensor_contiguous(out, hwc);
    frcnn_tensor_destroy(&hwc);
    return status;
}

/* One row of the result, of channel c of bytes that lie stride apart. */
static void divide_row(float *dst, const uint8_t *src, int64_t n, int64_t stride)
{
    for (int64_t x = 0; x < n; x++) dst[x] = (float)src[x * stride] / 255.0F;
}

static frcnn_status divide_to_chw(frcnn_tensor **out, const frcnn_tensor *chw)
{
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_empty(&result, FRCNN_F32, 3, chw->shape));
    const int64_t height = chw->shape[1];
    const int64_t width = chw->shape[2];
    const uint8_t *src = frcnn_tensor_get_const_data(chw);
    float *dst = frcnn_tensor_get_data(result);
    FRCNN_PARALLEL_FOR
    for (int64_t row = 0; row < chw->shape[0] * height; row++)
        divide_row(dst + row * width, src + row / height * chw->strides[0] + row % height * chw->strides[1], width,
                   chw->strides[2]);
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_picture_to_chw(frcnn_tensor **out, const frcnn_tensor *picture)
{
    static const int order[3] = {2, 0, 1};
    frcnn_tensor *hwc = NULL;
    frcnn_tensor *chw = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_picture_view_hwc(&hwc, "picture to channels first", picture));
    FRCNN_TRY_CLEANUP(frcnn_tensor_permute(&chw, hwc, order));
    status = chw->dtype == FRCNN_U8 ? divide_to_chw(out, chw) : frcnn_tensor_cast(out, chw, chw->dtype);

cleanup:
    frcnn_tensor_destroy(&hwc);
    frcnn_tensor_destroy(&chw);
    return status;
}

/* Places one row of a channel among those of the others. */
static void spread_row(uint8_t *dst, int64_t n_channels, const uint8_t *src, int64_t n, int64_t stride)
{
    for (int64_t x = 0; x < n; x++) dst[x * n_channels] = src[x * stride];
}

frcnn_status frcnn_picture_interleave(frcnn_tensor **out, const frcnn_tensor *planes)
{
    const int64_t n_channels = planes->shape[0];
    const int64_t width = planes->shape[2];
    const int64_t shape[3] = {planes->shape[1], width, n_channels};
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_empty(&result, FRCNN_U8, 3, shape));
    const uint8_t *src = frcnn_tensor_get_const_data(planes);
    uint8_t *dst = frcnn_tensor_get_data(result);
    FRCNN_PARALLEL_FOR
    for (int64_t y = 0; y < shape[0]; y++)
        for (int64_t c = 0; c < n_channels; c++)
            spread_row(dst + y * width * n_channels + c, n_channels,
                       src + c * planes->strides[0] + y * planes->strides[1], width, planes->strides[2]);
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_picture_from_chw(frcnn_tensor **out, const frcnn_tensor *chw)
{
    static const char what[] = "picture from channels first";
    static const frcnn_picture_bytes cut = {.scale = 255};
    char found[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(frcnn_picture_check_device(what, chw));
    FRCNN_FAIL_IF(
        chw->dtype != FRCNN_U8 && chw->dtype != FRCNN_F32 && chw->dtype != FRCNN_F64 && chw->dtype != FRCNN_F16,
        FRCNN_ERROR_INVALID, "%s: expected u8, f32, f64 or f16, found %s", what, frcnn_dtype_get_name(chw->dtype));
    FRCNN_FAIL_IF(chw->n_dims != 2 && chw->n_dims != 3, FRCNN_ERROR_INVALID,
                  "%s: expected [C, H, W] or [H, W], found %s", what,
                  frcnn_shape_format(found, chw->n_dims, chw->shape));
    if (chw->n_dims == 3) FRCNN_TRY(check_channels(what, chw->shape[0]));
    frcnn_tensor *bytes = NULL;
    frcnn_tensor *planes = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(chw->dtype == FRCNN_U8 ? frcnn_tensor_share(&bytes, chw)
                                             : frcnn_picture_to_bytes(&bytes, what, chw, &cut));
    FRCNN_TRY_CLEANUP(chw->n_dims == 2 ? frcnn_tensor_unsqueeze(&planes, bytes, 0)
                                       : frcnn_tensor_share(&planes, bytes));
    status = frcnn_picture_interleave(out, planes);

cleanup:
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&planes);
    return status;
}

frcnn_status frcnn_picture_convert(frcnn_tensor **out, const frcnn_tensor *picture, int n_channels)
{
    static const char what[] = "picture conversion";
    FRCNN_TRY(check_channels(what, n_channels));
    frcnn_tensor *pixels = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_picture_get_pixels(&pixels, what, picture));
    const int64_t shape[3] = {pixels->shape[0], pixels->shape[1], n_channels};
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty(&result, FRCNN_U8, 3, shape));
    frcnn_channels_convert(frcnn_tensor_get_data(result), n_channels, frcnn_tensor_get_const_data(pixels),
                           (int)pixels->shape[2], (size_t)shape[0] * (size_t)shape[1]);
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&pixels);
    frcnn_tensor_destroy(&result);
    return status;
}

frcnn_status frcnn_picture_swap_red_blue(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    int at = 0;
    FRCNN_TRY(frcnn_picture_check_device("red and blue", tensor));
    FRCNN_TRY(frcnn_dim_resolve(&at, "red and blue", dim, tensor->n_dims));
    const int64_t n_channels = tensor->n_dims == 0 ? 1 : tensor->shape[at];
    FRCNN_FAIL_IF(n_channels != 3 && n_channels != 4, FRCNN_ERROR_INVALID,
                  "red and blue: expected 3 or 4 channels in dimension %d, found %lld", at, (long long)n_channels);
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_cast(&result, tensor, tensor->dtype));
    size_t plane_bytes = frcnn_dtype_get_size(tensor->dtype);
    for (int d = at + 1; d < tensor->n_dims; d++) plane_bytes *= (size_t)tensor->shape[d];
    const size_t pixel_bytes = plane_bytes * (size_t)n_channels;
    unsigned char *data = frcnn_tensor_get_data(result);
    const size_t n_bytes = (size_t)result->n_elements * frcnn_dtype_get_size(result->dtype);
    for (size_t start = 0; start < n_bytes; start += pixel_bytes) {
        for (size_t i = start; i < start + plane_bytes; i++) {
            const unsigned char red = data[i];
            data[i] = data[i + 2 * plane_bytes];
            data[i + 2 * plane_bytes] = red;
        }
    }
    *out = result;
    return FRCNN_OK;
}
