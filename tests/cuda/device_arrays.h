/** Arrays in a GPU's memory for tests of the CUDA backend: what goes in, and what comes out with a guard behind it. */
#ifndef FRCNN_TESTS_DEVICE_ARRAYS_H
#define FRCNN_TESTS_DEVICE_ARRAYS_H

#include "cuda_support.h"

#include <stdlib.h>

#include "frcnn/tensor.h"
#include "tensor/half.h"

enum { GUARD_BYTES = 64, UNWRITTEN = 0xff, GUARD = 0x5a };

static const frcnn_dtype map_dtypes[] = {FRCNN_F32, FRCNN_F16, FRCNN_BF16};
enum { N_MAP_DTYPES = 3 };

static inline frcnn_stream *open_stream(void)
{
    frcnn_stream *stream = NULL;
    assert_ok(frcnn_stream_ops_cuda.create(&stream, 0));
    return stream;
}

static inline void close_stream(frcnn_stream *stream)
{
    frcnn_stream_ops_cuda.destroy(&stream);
}

/** A copy in the device's memory; the caller gives it to device_free. */
static inline void *device_copy(frcnn_stream *stream, const void *src, size_t bytes)
{
    void *memory = NULL;
    assert_ok(frcnn_stream_ops_cuda.alloc(stream, &memory, bytes, "test"));
    assert_ok(frcnn_stream_ops_cuda.upload(stream, memory, src, bytes));
    return memory;
}

static inline void device_free(frcnn_stream *stream, void *memory)
{
    frcnn_stream_ops_cuda.free(stream, memory);
}

/** Room for an output: NaN in any float dtype, and a guard behind. */
static inline void *device_output(frcnn_stream *stream, size_t bytes)
{
    unsigned char *filled = malloc(bytes + GUARD_BYTES);
    assert_non_null(filled);
    memset(filled, UNWRITTEN, bytes);
    memset(filled + bytes, GUARD, GUARD_BYTES);
    void *memory = device_copy(stream, filled, bytes + GUARD_BYTES);
    free(filled);
    return memory;
}

/** Frees an output and returns it in the CPU's memory, which the caller frees. */
static inline void *take_output(frcnn_stream *stream, void *output, size_t bytes)
{
    unsigned char *taken = malloc(bytes + GUARD_BYTES);
    assert_non_null(taken);
    assert_ok(frcnn_stream_ops_cuda.download(stream, taken, output, bytes + GUARD_BYTES));
    assert_ok(frcnn_stream_ops_cuda.wait(stream));
    for (size_t i = 0; i < GUARD_BYTES; i++) assert_int_equal(taken[bytes + i], GUARD);
    device_free(stream, output);
    return taken;
}

static inline uint32_t narrow_bits(frcnn_dtype dtype, float value)
{
    if (dtype == FRCNN_F16) return frcnn_f32_to_f16(value);
    return dtype == FRCNN_BF16 ? frcnn_f32_to_bf16(value) : frcnn_f32_to_bits(value);
}

static inline float widen_bits(frcnn_dtype dtype, uint32_t bits)
{
    if (dtype == FRCNN_F16) return frcnn_f16_to_f32((uint16_t)bits);
    return dtype == FRCNN_BF16 ? frcnn_bf16_to_f32((uint16_t)bits) : frcnn_f32_from_bits(bits);
}

static inline uint32_t get_bits(frcnn_dtype dtype, const void *values, size_t i)
{
    return dtype == FRCNN_F32 ? ((const uint32_t *)values)[i] : ((const uint16_t *)values)[i];
}

/** Rounds values to what dtype holds, and returns them in that dtype; the caller frees it. */
static inline void *narrow_values(frcnn_dtype dtype, float *values, size_t n)
{
    void *narrow = malloc(n * frcnn_dtype_get_size(dtype) + 1);
    assert_non_null(narrow);
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = narrow_bits(dtype, values[i]);
        if (dtype == FRCNN_F32)
            ((uint32_t *)narrow)[i] = bits;
        else
            ((uint16_t *)narrow)[i] = (uint16_t)bits;
        values[i] = widen_bits(dtype, bits);
    }
    return narrow;
}

/** actual, in dtype, is expected rounded once: equal bits, but any NaN equals any other. */
static inline void assert_values_equal(frcnn_dtype dtype, const void *actual, const float *expected, size_t n,
                                       const char *what)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = get_bits(dtype, actual, i);
        const float found = widen_bits(dtype, bits);
        if (bits != narrow_bits(dtype, expected[i]) && !(found != found && expected[i] != expected[i]))
            fail_msg("%s: %s: index %zu of %zu: expected %.9g, found %.9g", what, frcnn_dtype_get_name(dtype), i, n,
                     (double)expected[i], (double)found);
    }
}

#endif
