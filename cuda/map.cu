/* A thread makes some neighbouring results: as many as 16 bytes of the lane hold, at most 4. An operand whose elements lie as
   the results are counted, in the lane's type, is read or written with one access; any other element by element. */
#include "kernel.h"
#include "tensor_kernels.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/elementwise/convert_body.h"
#include "tensor/elementwise/map_body.h"
#include "tensor/error.h"
}

namespace
{

enum { BLOCK = 256, VECTOR_BYTES = 16, MOST_PER_THREAD = 4 };

enum operand_mode {
    MODE_NUMBER, /* one value for all */
    MODE_VECTOR, /* as the results are counted, aligned, in the lane's type */
    MODE_DENSE,  /* as the results are counted */
    MODE_STRIDED
};

template <typename Value> struct operand {
    unsigned char *data;
    Value number;
    int mode;
    int dtype;
    int64_t strides[FRCNN_MAX_DIMS];
};

template <typename Value> struct job {
    int64_t n;
    int function;
    int n_inputs;
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    operand<Value> inputs[FRCNN_MAP_INPUTS];
    operand<Value> output;
    int *divided_by_zero; /* NULL: nobody asks */
};

template <typename Value> constexpr int n_per_thread()
{
    return sizeof(Value) * MOST_PER_THREAD < VECTOR_BYTES ? MOST_PER_THREAD : VECTOR_BYTES / (int)sizeof(Value);
}

template <typename Value> struct alignas(n_per_thread<Value>() * sizeof(Value)) vector {
    static constexpr int SIZE = n_per_thread<Value>();
    Value values[SIZE];
};

/* Where the elements of a thread's results are in an operand. */
template <int SIZE> struct places {
    int64_t at[SIZE];
};

} // namespace

/* Counted in 32 bits where that will do: a 64-bit division takes several times as long. */
template <typename Index, typename Value>
FRCNN_DEVICE int64_t find_place(const job<Value> &map, const operand<Value> &operand, Index i)
{
    int64_t at = 0;
    for (int d = map.n_dims - 1; d > 0; d--) {
        const Index rest = i / (Index)map.shape[d];
        at += (int64_t)(i - rest * (Index)map.shape[d]) * operand.strides[d];
        i = rest;
    }
    return at + (int64_t)i * operand.strides[0];
}

/* Those behind the end are the last one again. */
template <typename Value, int SIZE = vector<Value>::SIZE>
FRCNN_DEVICE places<SIZE> find_places(const job<Value> &map, const operand<Value> &operand, int64_t first)
{
    places<SIZE> found;
#pragma unroll
    for (int k = 0; k < SIZE; k++) {
        const int64_t i = first + k < map.n ? first + k : map.n - 1;
        if (operand.mode == MODE_DENSE || operand.mode == MODE_VECTOR)
            found.at[k] = i;
        else if (map.n <= INT32_MAX)
            found.at[k] = find_place<uint32_t>(map, operand, (uint32_t)i);
        else
            found.at[k] = find_place<int64_t>(map, operand, i);
    }
    return found;
}

#define LOAD(name, NAME, type, lane)                                                                                   \
    case FRCNN_##NAME:                                                                                                 \
        _Pragma("unroll") for (int k = 0; k < SIZE; k++) loaded.values[k] =                                            \
            frcnn_##lane##_from_##name(reinterpret_cast<const type *>(data)[found.at[k]]);                             \
        break;
#define LOADS_OF_U8(lane)                                                                                              \
    LOAD(u8, U8, uint8_t, lane)                                                                                        \
    LOAD(bool, BOOL, uint8_t, lane)
#define LOADS_OF_I32(lane)                                                                                             \
    LOADS_OF_U8(lane)                                                                                                  \
    LOAD(i8, I8, int8_t, lane)                                                                                         \
    LOAD(i16, I16, int16_t, lane)                                                                                      \
    LOAD(i32, I32, int32_t, lane)
#define LOADS_OF_I64(lane)                                                                                             \
    LOADS_OF_I32(lane)                                                                                                 \
    LOAD(i64, I64, int64_t, lane)
#define LOADS_OF_REALS(lane)                                                                                           \
    LOADS_OF_I64(lane)                                                                                                 \
    LOAD(f32, F32, float, lane)                                                                                        \
    LOAD(f64, F64, double, lane)                                                                                       \
    LOAD(f16, F16, uint16_t, lane)                                                                                     \
    LOAD(bf16, BF16, uint16_t, lane)

#define STORE(name, NAME, type, lane)                                                                                  \
    case FRCNN_##NAME:                                                                                                 \
        _Pragma("unroll") for (int k = 0; k < SIZE; k++) if (k < n_here) reinterpret_cast<type *>(data)[found.at[k]] = \
            frcnn_##lane##_to_##name(stored.values[k]);                                                                \
        break;
#define STORES(lane)                                                                                                   \
    STORE(f32, F32, float, lane)                                                                                       \
    STORE(f64, F64, double, lane)                                                                                      \
    STORE(f16, F16, uint16_t, lane)                                                                                    \
    STORE(bf16, BF16, uint16_t, lane)                                                                                  \
    STORE(u8, U8, uint8_t, lane)                                                                                       \
    STORE(i8, I8, int8_t, lane)                                                                                        \
    STORE(i16, I16, int16_t, lane)                                                                                     \
    STORE(i32, I32, int32_t, lane)                                                                                     \
    STORE(i64, I64, int64_t, lane)                                                                                     \
    STORE(bool, BOOL, uint8_t, lane)

/* The lanes of whole numbers load fewer dtypes than they store, and no other comes. */
#define DEFINE_ACCESS(lane, type, loads)                                                                               \
    template <int SIZE>                                                                                                \
    FRCNN_DEVICE vector<type> load_each(const unsigned char *data, int dtype, const places<SIZE> &found, type)         \
    {                                                                                                                  \
        vector<type> loaded = {};                                                                                      \
        switch (dtype) {                                                                                               \
            loads default : break;                                                                                     \
        }                                                                                                              \
        return loaded;                                                                                                 \
    }                                                                                                                  \
    template <int SIZE>                                                                                                \
    FRCNN_DEVICE void store_each(unsigned char *data, int dtype, const places<SIZE> &found, int n_here,                \
                                 const vector<type> &stored)                                                           \
    {                                                                                                                  \
        switch (dtype) {                                                                                               \
            STORES(lane) default : break;                                                                              \
        }                                                                                                              \
    }

DEFINE_ACCESS(f32, float, LOADS_OF_REALS(f32))
DEFINE_ACCESS(f64, double, LOADS_OF_REALS(f64))
DEFINE_ACCESS(u8, uint8_t, LOADS_OF_U8(u8))
DEFINE_ACCESS(i32, int32_t, LOADS_OF_I32(i32))
DEFINE_ACCESS(i64, int64_t, LOADS_OF_I64(i64))

/* The function is chosen once for all values of a thread. */
#define MAKE(NAME, expression)                                                                                         \
    case FRCNN_MAP_##NAME:                                                                                             \
        _Pragma("unroll") for (int k = 0; k < SIZE; k++)                                                               \
        {                                                                                                              \
            const Value x = a.values[k];                                                                               \
            const Value y = b.values[k];                                                                               \
            (void)x;                                                                                                   \
            (void)y;                                                                                                   \
            result.values[k] = (Value)(expression);                                                                    \
        }                                                                                                              \
        break;
#define MAKE1(NAME, name, lane) MAKE(NAME, frcnn_##name##_##lane(x))
#define MAKE2(NAME, name, lane) MAKE(NAME, frcnn_##name##_##lane(x, y))
#define MAKE3(NAME, name, lane) MAKE(NAME, frcnn_##name##_##lane(x, y, c.values[k]))

#define MAKE_ALL(lane)                                                                                                 \
    MAKE1(COPY, copy, lane)                                                                                            \
    MAKE1(NEG, neg, lane)                                                                                              \
    MAKE1(ABS, abs, lane)                                                                                              \
    MAKE1(RELU, relu, lane)                                                                                            \
    MAKE1(LOGICAL_NOT, logical_not, lane)                                                                              \
    MAKE2(ADD, add, lane)                                                                                              \
    MAKE2(SUB, sub, lane)                                                                                              \
    MAKE2(MUL, mul, lane)                                                                                              \
    MAKE2(MINIMUM, minimum, lane)                                                                                      \
    MAKE2(MAXIMUM, maximum, lane)                                                                                      \
    MAKE2(EQ, eq, lane)                                                                                                \
    MAKE2(NE, ne, lane)                                                                                                \
    MAKE2(LT, lt, lane)                                                                                                \
    MAKE2(LE, le, lane)                                                                                                \
    MAKE2(GT, gt, lane)                                                                                                \
    MAKE2(GE, ge, lane)                                                                                                \
    MAKE2(LOGICAL_AND, logical_and, lane)                                                                              \
    MAKE2(LOGICAL_OR, logical_or, lane)                                                                                \
    MAKE2(LOGICAL_XOR, logical_xor, lane)                                                                              \
    MAKE3(WHERE, where, lane)                                                                                          \
    MAKE3(CLAMP, clamp, lane)
#define MAKE_WHOLES(lane)                                                                                              \
    MAKE2(FLOOR_DIVIDE, floor_divide, lane)                                                                            \
    MAKE2(REMAINDER, remainder, lane)
#define MAKE_REALS(lane, rest)                                                                                         \
    MAKE1(EXP, exp, lane)                                                                                              \
    MAKE1(LOG, log, lane)                                                                                              \
    MAKE1(SQRT, sqrt, lane)                                                                                            \
    MAKE1(TANH, tanh, lane)                                                                                            \
    MAKE1(FLOOR, floor, lane)                                                                                          \
    MAKE1(CEIL, ceil, lane)                                                                                            \
    MAKE1(ROUND, round, lane)                                                                                          \
    MAKE1(RELU6, relu6, lane)                                                                                          \
    MAKE1(HARDSWISH, hardswish, lane)                                                                                  \
    MAKE1(HARDSIGMOID, hardsigmoid, lane)                                                                              \
    MAKE1(SIGMOID, sigmoid, lane)                                                                                      \
    MAKE2(DIV, div, lane)                                                                                              \
    MAKE(FLOOR_DIVIDE, frcnn_floor_divide_##lane(x, y, rest(x, y)))                                                    \
    MAKE(REMAINDER, frcnn_remainder_##lane(y, rest(x, y)))

#define DEFINE_MAKE(type, cases)                                                                                       \
    FRCNN_DEVICE vector<type> make(int function, const vector<type> &a, const vector<type> &b, const vector<type> &c)  \
    {                                                                                                                  \
        typedef type Value;                                                                                            \
        constexpr int SIZE = vector<type>::SIZE;                                                                       \
        vector<type> result = {};                                                                                      \
        switch (function) {                                                                                            \
            cases default : break;                                                                                     \
        }                                                                                                              \
        return result;                                                                                                 \
    }

DEFINE_MAKE(float, MAKE_ALL(f32) MAKE_REALS(f32, fmodf))
DEFINE_MAKE(double, MAKE_ALL(f64) MAKE_REALS(f64, fmod))
DEFINE_MAKE(uint8_t, MAKE_ALL(u8) MAKE_WHOLES(u8))
DEFINE_MAKE(int32_t, MAKE_ALL(i32) MAKE_WHOLES(i32))
DEFINE_MAKE(int64_t, MAKE_ALL(i64) MAKE_WHOLES(i64))

template <typename Value> FRCNN_DEVICE vector<Value> load(const job<Value> &map, int nth, int64_t first, int n_here)
{
    constexpr int SIZE = vector<Value>::SIZE;
    const operand<Value> &input = map.inputs[nth];
    vector<Value> loaded = {};
    if (nth >= map.n_inputs) return loaded;
    if (input.mode == MODE_NUMBER) {
#pragma unroll
        for (int k = 0; k < SIZE; k++) loaded.values[k] = input.number;
        return loaded;
    }
    if (input.mode == MODE_VECTOR && n_here == SIZE)
        return *reinterpret_cast<const vector<Value> *>(input.data + first * (int64_t)sizeof(Value));
    return load_each(input.data, input.dtype, find_places(map, input, first), Value());
}

template <typename Value>
FRCNN_DEVICE void store(const job<Value> &map, int64_t first, int n_here, const vector<Value> &stored)
{
    if (map.output.mode == MODE_VECTOR && n_here == vector<Value>::SIZE)
        *reinterpret_cast<vector<Value> *>(map.output.data + first * (int64_t)sizeof(Value)) = stored;
    else
        store_each(map.output.data, map.output.dtype, find_places(map, map.output, first), n_here, stored);
}

template <typename Value> FRCNN_KERNEL(BLOCK) map_elements(const job<Value> map)
{
    constexpr int SIZE = vector<Value>::SIZE;
    const int64_t first = ((int64_t)blockIdx.x * BLOCK + threadIdx.x) * SIZE;
    if (first >= map.n) return;
    const int n_here = map.n - first < SIZE ? (int)(map.n - first) : SIZE;
    const vector<Value> a = load(map, 0, first, n_here);
    const vector<Value> b = load(map, 1, first, n_here);
    const vector<Value> c = load(map, 2, first, n_here);
    store(map, first, n_here, make(map.function, a, b, c));
    if (map.divided_by_zero == nullptr) return;
#pragma unroll
    for (int k = 0; k < SIZE; k++)
        if (k < n_here && b.values[k] == 0) atomicOr(map.divided_by_zero, 1);
}

/* The lane's number. */
static void set_number(float *number, const frcnn_map_value &value)
{
    *number = value.f32;
}

static void set_number(double *number, const frcnn_map_value &value)
{
    *number = value.f64;
}

static void set_number(uint8_t *number, const frcnn_map_value &value)
{
    *number = value.u8;
}

static void set_number(int32_t *number, const frcnn_map_value &value)
{
    *number = value.i32;
}

static void set_number(int64_t *number, const frcnn_map_value &value)
{
    *number = value.i64;
}

static int is_dense(const frcnn_map *map, const frcnn_map_operand *operand)
{
    int64_t expected = 1;
    for (int d = map->n_dims - 1; d >= 0; d--) {
        if (map->shape[d] != 1 && operand->strides[d] != expected) return 0;
        expected *= map->shape[d];
    }
    return 1;
}

template <typename Value> static operand<Value> open_operand(const frcnn_map *map, const frcnn_map_operand *from)
{
    operand<Value> opened = {static_cast<unsigned char *>(from->data), 0, MODE_STRIDED, from->dtype, {0}};
    set_number(&opened.number, from->value);
    memcpy(opened.strides, from->strides, sizeof opened.strides);
    const int is_aligned = (uintptr_t)from->data % alignof(vector<Value>) == 0;
    if (from->data == nullptr)
        opened.mode = MODE_NUMBER;
    else if (is_dense(map, from))
        opened.mode = from->dtype == frcnn_lane_get_dtype(map->lane) && is_aligned ? MODE_VECTOR : MODE_DENSE;
    return opened;
}

template <typename Value> static frcnn_status run(const frcnn_map *map, int *divided_by_zero)
{
    constexpr int64_t N_PER_BLOCK = (int64_t)BLOCK * vector<Value>::SIZE;
    job<Value> opened = {};
    opened.n = 1;
    opened.function = map->function;
    opened.n_inputs = map->n_inputs;
    opened.n_dims = map->n_dims;
    memcpy(opened.shape, map->shape, sizeof opened.shape);
    for (int d = 0; d < map->n_dims; d++) opened.n *= map->shape[d];
    for (int i = 0; i < map->n_inputs; i++) opened.inputs[i] = open_operand<Value>(map, &map->inputs[i]);
    opened.output = open_operand<Value>(map, &map->output);
    opened.divided_by_zero = divided_by_zero;
    const unsigned n_blocks = (unsigned)((opened.n + N_PER_BLOCK - 1) / N_PER_BLOCK);
    return FRCNN_LAUNCH((map_elements<Value>), n_blocks, BLOCK, 0, frcnn_tensor_stream_get()->handle, opened);
}

static frcnn_status run_lane(const frcnn_map *map, int *divided_by_zero)
{
    switch (map->lane) {
    case FRCNN_LANE_F32:
        return run<float>(map, divided_by_zero);
    case FRCNN_LANE_F64:
        return run<double>(map, divided_by_zero);
    case FRCNN_LANE_U8:
        return run<uint8_t>(map, divided_by_zero);
    case FRCNN_LANE_I32:
        return run<int32_t>(map, divided_by_zero);
    default:
        return run<int64_t>(map, divided_by_zero);
    }
}

/* Whether a whole number was divided by 0 is asked of the GPU, and waited for. */
static frcnn_status run_division(const frcnn_map *map)
{
    frcnn_stream *stream = frcnn_tensor_stream_get();
    frcnn_scratch flag;
    int found = 0;
    FRCNN_TRY(flag.alloc(sizeof found, "division"));
    FRCNN_TRY(frcnn_cuda_check(cudaMemsetAsync(flag.get<int>(), 0, sizeof found, stream->handle), "division"));
    FRCNN_TRY(run_lane(map, flag.get<int>()));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, &found, flag.get<int>(), sizeof found));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    FRCNN_FAIL_IF(found, FRCNN_ERROR_INVALID, "expected integers other than 0 to divide by");
    return FRCNN_OK;
}

extern "C" frcnn_status frcnn_map_cuda(const frcnn_map *map)
{
    const int is_real = map->lane == FRCNN_LANE_F32 || map->lane == FRCNN_LANE_F64;
    const int divides = map->function == FRCNN_MAP_FLOOR_DIVIDE || map->function == FRCNN_MAP_REMAINDER;
    return divides && !is_real ? run_division(map) : run_lane(map, nullptr);
}
