#include "kernel.h"

#include "lanes.h"

extern "C" {
#include "image/image_ops.h"
#include "image/resize_normalize_body.h"
#include "image/resize_opencv_body.h"
#include "image/resize_pillow_body.h"
}

enum { THREADS = 256, TILE = 4 * THREADS, CHANNELS = 3, N_BYTE_VALUES = 256 };

/* The images' pixels are counted through, and a block makes TILE of them that follow each other. */
struct pixels {
    uint32_t n, n_per_image, padded_width;
    frcnn_resize_rule rule;
    int is_bgr;
    float unit;
    float mean[CHANNELS], std[CHANNELS];
    const frcnn_frame *frames;
};

/* The rules that interpolate normalised values, and those on bytes. */
struct float_rules {
};
struct pillow_rule {
};
struct opencv_rule {
};

/* out [3] = the pixel of the output at (y, x), inside the image; normalized [3, 256]. */
FRCNN_DEVICE void make_pixel(float_rules, const pixels &p, const frcnn_frame *frame, const float *normalized, int32_t y,
                             int32_t x, float *out)
{
    const frcnn_resize_tap row = frcnn_resize_get_tap(p.rule, frame->scale, y, frame->src_height, frame->height);
    const frcnn_resize_tap column = frcnn_resize_get_tap(p.rule, frame->scale, x, frame->src_width, frame->width);
    const int64_t row_bytes = (int64_t)frame->src_width * CHANNELS;
    const uint8_t *upper = frame->pixels + row.i0 * row_bytes;
    const uint8_t *lower = frame->pixels + row.i1 * row_bytes;
    for (int c = 0; c < CHANNELS; c++) {
        const int src_channel = p.is_bgr ? CHANNELS - 1 - c : c;
        const int left = column.i0 * CHANNELS + src_channel;
        const int right = column.i1 * CHANNELS + src_channel;
        const float *values = normalized + c * N_BYTE_VALUES;
        out[c] = frcnn_resize_blend(row.w0, row.w1, column.w0, column.w1, values[upper[left]], values[upper[right]],
                                    values[lower[left]], values[lower[right]]);
    }
}

FRCNN_DEVICE void write_bytes(const uint8_t *rgb, const float *normalized, int is_bgr, float *out)
{
    for (int c = 0; c < CHANNELS; c++) out[c] = normalized[c * N_BYTE_VALUES + rgb[is_bgr ? CHANNELS - 1 - c : c]];
}

FRCNN_DEVICE void make_pixel(pillow_rule, const pixels &p, const frcnn_frame *frame, const float *normalized, int32_t y,
                             int32_t x, float *out)
{
    uint8_t rgb[CHANNELS];
    frcnn_pillow_make_pixel(frame->pixels, frame->src_height, frame->src_width, frame->height, frame->width, y, x, rgb);
    write_bytes(rgb, normalized, p.is_bgr, out);
}

FRCNN_DEVICE void make_pixel(opencv_rule, const pixels &p, const frcnn_frame *frame, const float *normalized, int32_t y,
                             int32_t x, float *out)
{
    const frcnn_opencv_tap row = frcnn_opencv_get_tap(y, frame->src_height, frame->height, 0);
    const frcnn_opencv_tap column = frcnn_opencv_get_tap(x, frame->src_width, frame->width, 1);
    const int64_t row_bytes = (int64_t)frame->src_width * CHANNELS;
    const uint8_t *upper = frame->pixels + row.i0 * row_bytes;
    const uint8_t *lower = frame->pixels + row.i1 * row_bytes;
    uint8_t rgb[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
        const int left = column.i0 * CHANNELS + c, right = column.i1 * CHANNELS + c;
        rgb[c] = frcnn_opencv_blend(upper[left] * column.w0 + upper[right] * column.w1,
                                    lower[left] * column.w0 + lower[right] * column.w1, row.w0, row.w1);
    }
    write_bytes(rgb, normalized, p.is_bgr, out);
}

template <typename R, typename T> FRCNN_KERNEL(THREADS) resize_normalize(pixels p, T *dst)
{
    constexpr int N = frcnn_wide<T>::lanes;
    FRCNN_SHARED float normalized[CHANNELS * N_BYTE_VALUES];
    FRCNN_SHARED frcnn_lanes<T, N> tile[TILE * CHANNELS / N];
    const uint32_t first = blockIdx.x * (uint32_t)TILE;
    const uint32_t n = p.n - first < TILE ? p.n - first : (uint32_t)TILE;
    for (int c = 0; c < CHANNELS; c++)
        for (int i = (int)threadIdx.x; i < N_BYTE_VALUES; i += THREADS)
            normalized[c * N_BYTE_VALUES + i] = frcnn_normalize(i, p.unit, p.mean[c], p.std[c]);
    __syncthreads();
    T *values = tile[0].values;
    for (uint32_t i = threadIdx.x; i < n; i += THREADS) {
        const uint32_t at = (first + i) % p.n_per_image;
        const frcnn_frame frame = p.frames[(first + i) / p.n_per_image];
        const int32_t y = (int32_t)(at / p.padded_width), x = (int32_t)(at % p.padded_width);
        float pixel[CHANNELS] = {0.0f, 0.0f, 0.0f};
        if (y < frame.height && x < frame.width) make_pixel(R{}, p, &frame, normalized, y, x, pixel);
        for (int c = 0; c < CHANNELS; c++) frcnn_narrow(pixel[c], &values[i * CHANNELS + c]);
    }
    __syncthreads();
    T *out = dst + (size_t)first * CHANNELS;
    const uint32_t n_wide = n * CHANNELS / N;
    for (uint32_t i = threadIdx.x; i < n_wide; i += THREADS) reinterpret_cast<frcnn_lanes<T, N> *>(out)[i] = tile[i];
    for (uint32_t i = n_wide * N + threadIdx.x; i < n * CHANNELS; i += THREADS) out[i] = values[i];
}

static size_t get_transform_workspace(const frcnn_transform *transform)
{
    (void)transform;
    return 0;
}

template <typename R>
static frcnn_status launch(const pixels &p, const frcnn_transform *transform, frcnn_stream *stream)
{
    const unsigned grid = (p.n + TILE - 1) / TILE;
    switch (transform->dtype) {
    case FRCNN_F32:
        return FRCNN_LAUNCH((resize_normalize<R, float>), grid, THREADS, 0, stream->handle, p, (float *)transform->dst);
    case FRCNN_F16:
        return FRCNN_LAUNCH((resize_normalize<R, __half>), grid, THREADS, 0, stream->handle, p,
                            (__half *)transform->dst);
    case FRCNN_BF16:
        return FRCNN_LAUNCH((resize_normalize<R, __nv_bfloat16>), grid, THREADS, 0, stream->handle, p,
                            (__nv_bfloat16 *)transform->dst);
    default:
        return frcnn_fail(FRCNN_ERROR_BACKEND, "transform: expected f32, f16 or bf16, found %s",
                          frcnn_dtype_get_name(transform->dtype));
    }
}

static frcnn_status run_transform(const frcnn_transform *transform, frcnn_stream *stream)
{
    const int64_t n_per_image = (int64_t)transform->padded_height * transform->padded_width;
    const int64_t n = transform->n * n_per_image;
    FRCNN_FAIL_IF(n_per_image > INT32_MAX || n > INT32_MAX - TILE, FRCNN_ERROR_BACKEND,
                  "transform: %d images of %dx%d are more than a GPU's grid has pixels for", transform->n,
                  transform->padded_height, transform->padded_width);
    pixels p = {};
    p.n = (uint32_t)n;
    p.n_per_image = (uint32_t)n_per_image;
    p.padded_width = (uint32_t)transform->padded_width;
    p.rule = transform->rule;
    p.is_bgr = transform->is_bgr;
    p.unit = transform->unit;
    p.frames = transform->frames;
    for (int c = 0; c < CHANNELS; c++) {
        p.mean[c] = transform->mean[c];
        p.std[c] = transform->std[c];
    }
    switch (transform->rule) {
    case FRCNN_RESIZE_DETECTRON2:
        return launch<pillow_rule>(p, transform, stream);
    case FRCNN_RESIZE_MMDETECTION:
        return launch<opencv_rule>(p, transform, stream);
    default:
        return launch<float_rules>(p, transform, stream);
    }
}

extern "C" const frcnn_image_ops frcnn_image_ops_cuda = {get_transform_workspace, run_transform};
