#include "frcnn/picture.h"

#include "image/picture_round.h"
#include "image/picture_shape.h"
#include "tensor/body.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/storage.h"

enum { STRETCH = 16384 };

/* Above 2^31 the low 8 bits of an f32 are zeros: what 64-bit integers would give too. */
static inline uint8_t wrap_f32(float value)
{
    return value > -0x1p31f && value < 0x1p31f ? (uint8_t)(int32_t)value : 0;
}

static inline uint8_t wrap_f64(double value)
{
    return value > -0x1p63 && value < 0x1p63 ? (uint8_t)(int64_t)value : 0;
}

static inline double clamp(double value)
{
    return value > 0 ? value < 255 ? value : 255 : 0;
}

FRCNN_SIMD static void wrap_stretch(uint8_t *dst, const float *src, int64_t n, float scale)
{
    for (int64_t i = 0; i < n; i++) dst[i] = wrap_f32(src[i] * scale);
}

static void convert_stretch_f32(uint8_t *dst, const float *src, int64_t n, const frcnn_picture_bytes *bytes,
                                frcnn_dtype dtype)
{
    const float scale = (float)bytes->scale;
    const float bias = (float)bytes->bias;
    for (int64_t i = 0; i < n; i++) {
        const float scaled = frcnn_round_to_dtype(src[i] * scale, dtype);
        const float value = bytes->bias == 0 ? scaled : frcnn_round_to_dtype(scaled + bias, dtype);
        dst[i] = bytes->clamps ? (uint8_t)clamp(value) : wrap_f32(value);
    }
}

static void convert_stretch_f64(uint8_t *dst, const double *src, int64_t n, const frcnn_picture_bytes *bytes)
{
    for (int64_t i = 0; i < n; i++) {
        const double value = src[i] * bytes->scale + bytes->bias;
        dst[i] = bytes->clamps ? (uint8_t)clamp(value) : wrap_f64(value);
    }
}

frcnn_status frcnn_picture_to_bytes(frcnn_tensor **out, const char *what, const frcnn_tensor *tensor,
                                    const frcnn_picture_bytes *bytes)
{
    FRCNN_FAIL_IF(!frcnn_compute_is_float(tensor->dtype), FRCNN_ERROR_INVALID,
                  "%s: expected f32, f64, f16 or bf16, found %s", what, frcnn_dtype_get_name(tensor->dtype));
    frcnn_tensor *floats = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    const int is_wide = tensor->dtype == FRCNN_F64;
    const int is_plain = tensor->dtype == FRCNN_F32 && bytes->bias == 0 && !bytes->clamps;
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty(&result, FRCNN_U8, tensor->n_dims, tensor->shape));
    FRCNN_TRY_CLEANUP(is_wide || tensor->dtype == FRCNN_F32 ? frcnn_tensor_contiguous(&floats, tensor)
                                                            : frcnn_tensor_cast(&floats, tensor, FRCNN_F32));
    uint8_t *dst = frcnn_tensor_get_data(result);
    const void *src = frcnn_tensor_get_const_data(floats);
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < (tensor->n_elements + STRETCH - 1) / STRETCH; i++) {
        const int64_t first = i * STRETCH;
        const int64_t n = tensor->n_elements - first < STRETCH ? tensor->n_elements - first : STRETCH;
        if (is_wide)
            convert_stretch_f64(dst + first, (const double *)src + first, n, bytes);
        else if (is_plain)
            wrap_stretch(dst + first, (const float *)src + first, n, (float)bytes->scale);
        else
            convert_stretch_f32(dst + first, (const float *)src + first, n, bytes, tensor->dtype);
    }
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&floats);
    frcnn_tensor_destroy(&result);
    return status;
}

/* v / 255 for every byte, rounded to the dtype. */
static frcnn_status divide_bytes(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    const int is_wide = dtype == FRCNN_F64;
    frcnn_tensor *quotients = NULL;
    FRCNN_TRY(frcnn_tensor_cast(&quotients, tensor, is_wide ? FRCNN_F64 : FRCNN_F32));
    void *values = frcnn_tensor_get_data(quotients);
    for (int64_t i = 0; i < tensor->n_elements; i++) {
        if (is_wide)
            ((double *)values)[i] /= 255;
        else
            ((float *)values)[i] /= 255;
    }
    if (is_wide || dtype == FRCNN_F32) {
        *out = quotients;
        return FRCNN_OK;
    }
    const frcnn_status status = frcnn_tensor_cast(out, quotients, dtype);
    frcnn_tensor_destroy(&quotients);
    return status;
}

frcnn_status frcnn_picture_convert_dtype(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    static const frcnn_picture_bytes even = {.scale = 255.0 + 1.0 - 1e-3};
    FRCNN_TRY(frcnn_picture_check_device("picture dtype", tensor));
    const int is_float = frcnn_compute_is_float(tensor->dtype);
    FRCNN_FAIL_IF((!is_float && tensor->dtype != FRCNN_U8) || (!frcnn_compute_is_float(dtype) && dtype != FRCNN_U8),
                  FRCNN_ERROR_INVALID, "picture dtype: expected u8 or a float, found %s to %s",
                  frcnn_dtype_get_name(tensor->dtype), frcnn_dtype_get_name(dtype));
    if (tensor->dtype == dtype || (is_float && dtype != FRCNN_U8)) return frcnn_tensor_cast(out, tensor, dtype);
    if (is_float) return frcnn_picture_to_bytes(out, "picture dtype", tensor, &even);
    return divide_bytes(out, tensor, dtype);
}
