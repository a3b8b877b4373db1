/* A thread makes one value. */
#include "kernel.h"
#include "tensor_kernels.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/creation/arange_body.h"
}

enum { BLOCK = 256 };

FRCNN_DEVICE int64_t get_index(void)
{
    return (int64_t)blockIdx.x * BLOCK + threadIdx.x;
}

/* The place of value i in its vector; 0 where it is made by itself. */
FRCNN_DEVICE int64_t get_nth(int64_t i, int64_t n, int lanes)
{
    return i < frcnn_arange_get_vectors(n, lanes) ? i % lanes : 0;
}

FRCNN_KERNEL(BLOCK) arange_f32(int64_t n, double start, double step, float *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_arange_f32_at(start, step, i, get_nth(i, n, FRCNN_ARANGE_F32_LANES));
}

FRCNN_KERNEL(BLOCK) arange_f64(int64_t n, double start, double step, double *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_arange_f64_at(start, step, i, get_nth(i, n, FRCNN_ARANGE_F64_LANES));
}

FRCNN_KERNEL(BLOCK) arange_f16(int64_t n, float start, float step, uint16_t *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_arange_f16_at(start, step, i, get_nth(i, n, FRCNN_ARANGE_F16_LANES));
}

FRCNN_KERNEL(BLOCK) arange_bf16(int64_t n, float start, float step, uint16_t *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = frcnn_arange_bf16_at(start, step, i, get_nth(i, n, FRCNN_ARANGE_F16_LANES));
}

template <typename T> FRCNN_KERNEL(BLOCK) arange_whole(int64_t n, int64_t start, int64_t step, T *dst)
{
    const int64_t i = get_index();
    if (i < n) dst[i] = (T)frcnn_arange_whole_at(start, step, i);
}

static unsigned count_blocks(const frcnn_range *range)
{
    return (unsigned)((range->n + BLOCK - 1) / BLOCK);
}

#define LAUNCH(kernel, type, ...)                                                                                      \
    FRCNN_LAUNCH((kernel), count_blocks(range), BLOCK, 0, frcnn_tensor_stream_get()->handle, range->n, __VA_ARGS__,    \
                 static_cast<type *>(range->dst))

template <typename T> static frcnn_status run_arange_whole(const frcnn_range *range)
{
    return LAUNCH(arange_whole<T>, T, (int64_t)range->start, (int64_t)range->step);
}

extern "C" frcnn_status frcnn_arange_cuda(const frcnn_range *range)
{
    const double start = range->start;
    const double step = range->step;
    if (range->n == 0) return FRCNN_OK;
    switch (range->dtype) {
    case FRCNN_F32:
        return LAUNCH(arange_f32, float, start, step);
    case FRCNN_F64:
        return LAUNCH(arange_f64, double, start, step);
    case FRCNN_F16:
        return LAUNCH(arange_f16, uint16_t, (float)start, (float)step);
    case FRCNN_BF16:
        return LAUNCH(arange_bf16, uint16_t, (float)start, (float)step);
    case FRCNN_U8:
        return run_arange_whole<uint8_t>(range);
    case FRCNN_I8:
        return run_arange_whole<int8_t>(range);
    case FRCNN_I16:
        return run_arange_whole<int16_t>(range);
    case FRCNN_I32:
        return run_arange_whole<int32_t>(range);
    default:
        return run_arange_whole<int64_t>(range);
    }
}
