/* A thread makes one value. */
#include "kernel.h"
#include "tensor_kernels.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/creation/linspace_body.h"
}

enum { BLOCK = 256 };

FRCNN_DEVICE int64_t get_index(void)
{
    return (int64_t)blockIdx.x * BLOCK + threadIdx.x;
}

FRCNN_KERNEL(BLOCK) linspace_f32(int64_t n, float start, float end, float step, float *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_linspace_f32_at(start, end, step, n, i);
}

FRCNN_KERNEL(BLOCK) linspace_f16(int64_t n, float start, float end, float step, uint16_t *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_linspace_f16_at(start, end, step, n, i);
}

FRCNN_KERNEL(BLOCK) linspace_bf16(int64_t n, float start, float end, float step, uint16_t *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_linspace_bf16_at(start, end, step, n, i);
}

FRCNN_KERNEL(BLOCK) linspace_f64(int64_t n, double start, double end, double step, double *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_linspace_f64_at(start, end, step, n, i);
}

template <typename T> FRCNN_KERNEL(BLOCK) linspace_whole(int64_t n, double start, double end, double step, T *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = (T)(int64_t)frcnn_linspace_f64_at(start, end, step, n, i);
}

static unsigned count_blocks(const frcnn_range *range)
{
    return (unsigned)((range->n + BLOCK - 1) / BLOCK);
}

#define LAUNCH(kernel, type, ...)                                                                                      \
    FRCNN_LAUNCH((kernel), count_blocks(range), BLOCK, 0, frcnn_tensor_stream_get()->handle, range->n, __VA_ARGS__,    \
                 static_cast<type *>(range->dst))

static frcnn_status run_linspace_f32(const frcnn_range *range)
{
    const float start = (float)range->start;
    const float end = (float)range->end;
    return LAUNCH(linspace_f32, float, start, end, frcnn_linspace_f32_step(start, end, range->n));
}

static frcnn_status run_linspace_f64(const frcnn_range *range)
{
    const double step = frcnn_linspace_f64_step(range->start, range->end, range->n);
    return LAUNCH(linspace_f64, double, range->start, range->end, step);
}

static frcnn_status run_linspace_f16(const frcnn_range *range)
{
    const float start = frcnn_linspace_round_f16((float)range->start);
    const float end = frcnn_linspace_round_f16((float)range->end);
    return LAUNCH(linspace_f16, uint16_t, start, end, frcnn_linspace_f16_step(start, end, range->n));
}

static frcnn_status run_linspace_bf16(const frcnn_range *range)
{
    const float start = frcnn_linspace_round_bf16((float)range->start);
    const float end = frcnn_linspace_round_bf16((float)range->end);
    return LAUNCH(linspace_bf16, uint16_t, start, end, frcnn_linspace_bf16_step(start, end, range->n));
}

template <typename T> static frcnn_status run_linspace_whole(const frcnn_range *range)
{
    const double start = frcnn_linspace_whole_bound(range->start);
    const double end = frcnn_linspace_whole_bound(range->end);
    return LAUNCH(linspace_whole<T>, T, start, end, frcnn_linspace_f64_step(start, end, range->n));
}

extern "C" frcnn_status frcnn_linspace_cuda(const frcnn_range *range)
{
    switch (range->dtype) {
    case FRCNN_F32:
        return run_linspace_f32(range);
    case FRCNN_F64:
        return run_linspace_f64(range);
    case FRCNN_F16:
        return run_linspace_f16(range);
    case FRCNN_BF16:
        return run_linspace_bf16(range);
    case FRCNN_U8:
        return run_linspace_whole<uint8_t>(range);
    case FRCNN_I8:
        return run_linspace_whole<int8_t>(range);
    case FRCNN_I16:
        return run_linspace_whole<int16_t>(range);
    case FRCNN_I32:
        return run_linspace_whole<int32_t>(range);
    default:
        return run_linspace_whole<int64_t>(range);
    }
}
