/* Elements go through a small block of doubles or 64-bit integers, which hold every value of the other dtypes exactly:
   twenty loops instead of a hundred. */
#include <stdint.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/parallel.h"
#include "tensor/storage.h"

enum { BLOCK = 256, CHUNK = 16384 };

typedef union block {
    double real[BLOCK];
    int64_t whole[BLOCK];
} block;

/* Elements in memory need no alignment: a file's tensors lie where the file puts them. */
#define DEFINE_LOAD(name, type, member, expression)                                                                    \
    static void name(block *values, int64_t n, const unsigned char *src, int64_t stride_bytes)                         \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            type v;                                                                                                    \
            memcpy(&v, src + i * stride_bytes, sizeof v);                                                              \
            values->member[i] = (expression);                                                                          \
        }                                                                                                              \
    }

DEFINE_LOAD(load_f32, float, real, (double)v)
DEFINE_LOAD(load_f64, double, real, v)
DEFINE_LOAD(load_f16, uint16_t, real, (double)frcnn_f16_to_f32(v))
DEFINE_LOAD(load_bf16, uint16_t, real, (double)frcnn_bf16_to_f32(v))
DEFINE_LOAD(load_u8, uint8_t, whole, v)
DEFINE_LOAD(load_i8, int8_t, whole, v)
DEFINE_LOAD(load_i16, int16_t, whole, v)
DEFINE_LOAD(load_i32, int32_t, whole, v)
DEFINE_LOAD(load_i64, int64_t, whole, v)
DEFINE_LOAD(load_bool, uint8_t, whole, v != 0)

/* Toward zero, NaN as 0, what is out of range as the nearest bound. high is exact as a double or one above the range. */
static inline int64_t saturate(double value, double low, double high, int64_t low_bound, int64_t high_bound)
{
    if (value != value) return 0;
    if (value <= low) return low_bound;
    if (value >= high) return high_bound;
    return (int64_t)value;
}

/* Keeps a 64-bit integer's upper 53 bits and whether anything lay below them, so that one rounding is left to do. */
static inline float whole_to_f32_odd(int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (magnitude >> 53 != 0) magnitude = (magnitude & ~UINT64_C(0xfff)) | ((magnitude & 0xfff) != 0 ? 0x1000 : 0);
    return frcnn_f64_to_f32_odd(value < 0 ? -(double)magnitude : (double)magnitude);
}

#define DEFINE_STORE(name, type, expression)                                                                           \
    static void name(const block *values, int64_t n, unsigned char *dst)                                               \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const type v = (expression);                                                                               \
            memcpy(dst + i * (int64_t)sizeof v, &v, sizeof v);                                                         \
        }                                                                                                              \
    }
#define REAL values->real[i]
#define WHOLE values->whole[i]

DEFINE_STORE(real_to_f32, float, (float)REAL)
DEFINE_STORE(real_to_f64, double, REAL)
DEFINE_STORE(real_to_f16, uint16_t, frcnn_f32_to_f16(frcnn_f64_to_f32_odd(REAL)))
DEFINE_STORE(real_to_bf16, uint16_t, frcnn_f32_to_bf16(frcnn_f64_to_f32_odd(REAL)))
DEFINE_STORE(real_to_u8, uint8_t, (uint8_t)saturate(REAL, 0, UINT8_MAX, 0, UINT8_MAX))
DEFINE_STORE(real_to_i8, int8_t, (int8_t)saturate(REAL, INT8_MIN, INT8_MAX, INT8_MIN, INT8_MAX))
DEFINE_STORE(real_to_i16, int16_t, (int16_t)saturate(REAL, INT16_MIN, INT16_MAX, INT16_MIN, INT16_MAX))
DEFINE_STORE(real_to_i32, int32_t, (int32_t)saturate(REAL, INT32_MIN, INT32_MAX, INT32_MIN, INT32_MAX))
DEFINE_STORE(real_to_i64, int64_t, saturate(REAL, -0x1p63, 0x1p63, INT64_MIN, INT64_MAX))
DEFINE_STORE(real_to_bool, uint8_t, REAL != 0)

DEFINE_STORE(whole_to_f32, float, (float)WHOLE)
DEFINE_STORE(whole_to_f64, double, (double)WHOLE)
DEFINE_STORE(whole_to_f16, uint16_t, frcnn_f32_to_f16(whole_to_f32_odd(WHOLE)))
DEFINE_STORE(whole_to_bf16, uint16_t, frcnn_f32_to_bf16(whole_to_f32_odd(WHOLE)))
DEFINE_STORE(whole_to_u8, uint8_t, (uint8_t)WHOLE)
DEFINE_STORE(whole_to_i8, int8_t, (int8_t)WHOLE)
DEFINE_STORE(whole_to_i16, int16_t, (int16_t)WHOLE)
DEFINE_STORE(whole_to_i32, int32_t, (int32_t)WHOLE)
DEFINE_STORE(whole_to_i64, int64_t, WHOLE)
DEFINE_STORE(whole_to_bool, uint8_t, WHOLE != 0)

typedef void (*store_function)(const block *values, int64_t n, unsigned char *dst);

/* How a dtype is read into a block, and how it is written from a block of doubles and from one of integers. */
typedef struct dtype_casts {
    void (*load)(block *values, int64_t n, const unsigned char *src, int64_t stride_bytes);
    int is_real;
    store_function from_real;
    store_function from_whole;
} dtype_casts;

static const dtype_casts casts[] = {
    [FRCNN_F32] = {load_f32, 1, real_to_f32, whole_to_f32}, [FRCNN_F64] = {load_f64, 1, real_to_f64, whole_to_f64},
    [FRCNN_F16] = {load_f16, 1, real_to_f16, whole_to_f16}, [FRCNN_BF16] = {load_bf16, 1, real_to_bf16, whole_to_bf16},
    [FRCNN_U8] = {load_u8, 0, real_to_u8, whole_to_u8},     [FRCNN_I8] = {load_i8, 0, real_to_i8, whole_to_i8},
    [FRCNN_I16] = {load_i16, 0, real_to_i16, whole_to_i16}, [FRCNN_I32] = {load_i32, 0, real_to_i32, whole_to_i32},
    [FRCNN_I64] = {load_i64, 0, real_to_i64, whole_to_i64}, [FRCNN_BOOL] = {load_bool, 0, real_to_bool, whole_to_bool},
};

/* n elements of one dtype, bit for bit. */
static void copy_run(int64_t n, size_t size, const unsigned char *src, int64_t stride_bytes, unsigned char *dst)
{
    if (stride_bytes == (int64_t)size) {
        memcpy(dst, src, (size_t)n * size);
    } else if (size == 4) {
        for (int64_t i = 0; i < n; i++) memcpy(dst + 4 * i, src + i * stride_bytes, 4);
    } else {
        for (int64_t i = 0; i < n; i++) memcpy(dst + (int64_t)size * i, src + i * stride_bytes, size);
    }
}

/* n elements that lie stride_bytes apart, in another dtype. */
static void cast_run(int64_t n, frcnn_dtype from, const unsigned char *src, int64_t stride_bytes, frcnn_dtype to,
                     unsigned char *dst)
{
    const store_function store = casts[from].is_real ? casts[to].from_real : casts[to].from_whole;
    const int64_t size = (int64_t)frcnn_dtype_get_size(to);
    block values;
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t n_block = n - i < BLOCK ? n - i : BLOCK;
        casts[from].load(&values, n_block, src + i * stride_bytes, stride_bytes);
        store(&values, n_block, dst + i * size);
    }
}

/* A tensor's layout with dimensions of 1 dropped and those that one stride walks merged: the longest runs. */
typedef struct layout {
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS];
} layout;

static layout merge_dims(const frcnn_tensor *tensor)
{
    layout merged = {1, {1}, {1}};
    for (int d = 0; d < tensor->n_dims; d++) {
        const int last = merged.n_dims - 1;
        if (tensor->shape[d] == 1) continue;
        if (merged.shape[last] == 1 || merged.strides[last] == tensor->strides[d] * tensor->shape[d]) {
            merged.shape[last] *= tensor->shape[d];
            merged.strides[last] = tensor->strides[d];
        } else {
            merged.shape[merged.n_dims] = tensor->shape[d];
            merged.strides[merged.n_dims++] = tensor->strides[d];
        }
    }
    return merged;
}

/* Elements first … first + n - 1 in row-major order. */
static void cast_chunk(const frcnn_tensor *src, const layout *runs, frcnn_dtype dtype, unsigned char *dst,
                       int64_t first, int64_t n)
{
    const size_t src_size = frcnn_dtype_get_size(src->dtype);
    const size_t dst_size = frcnn_dtype_get_size(dtype);
    const unsigned char *data = frcnn_tensor_get_const_data(src);
    const int inner = runs->n_dims - 1;
    for (int64_t done = 0; done < n;) {
        int64_t rest = (first + done) / runs->shape[inner];
        const int64_t at = (first + done) % runs->shape[inner];
        int64_t from = at * runs->strides[inner];
        for (int d = inner - 1; d >= 0; d--) {
            from += rest % runs->shape[d] * runs->strides[d];
            rest /= runs->shape[d];
        }
        const int64_t left = runs->shape[inner] - at;
        const int64_t n_run = left < n - done ? left : n - done;
        const unsigned char *start = data + from * (int64_t)src_size;
        const int64_t stride_bytes = runs->strides[inner] * (int64_t)src_size;
        unsigned char *to = dst + (size_t)(first + done) * dst_size;
        if (dtype == src->dtype)
            copy_run(n_run, src_size, start, stride_bytes, to);
        else
            cast_run(n_run, src->dtype, start, stride_bytes, dtype, to);
        done += n_run;
    }
}

frcnn_status frcnn_tensor_cast(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, tensor->n_dims, tensor->shape));
    const layout runs = merge_dims(tensor);
    unsigned char *dst = result->storage->data;
    const int64_t n_chunks = (tensor->n_elements + CHUNK - 1) / CHUNK;
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n_chunks; i++) {
        const int64_t left = tensor->n_elements - i * CHUNK;
        cast_chunk(tensor, &runs, dtype, dst, i * CHUNK, left < CHUNK ? left : CHUNK);
    }
    *out = result;
    return FRCNN_OK;
}
