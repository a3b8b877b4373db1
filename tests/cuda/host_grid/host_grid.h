/** CUDA C++ for a C++ compiler: what kernel.h takes in the place of nvcc's words where FRCNN_HOST_GRID is defined. A launch
 *  runs its grid on the CPU, block after block, and every thread of a block is a fiber that goes on until it waits for
 *  others. Nothing here is fast or approximate; what goes wrong ends the program with a message: a barrier that not all
 *  threads reach, different barriers met together, writes behind dynamic shared memory.
 *
 *  Shared memory is filled with 0xff (NaN) before each block. Only what kernels of this library use is here; what is
 *  missing is added where CUDA's own documentation says what it does. See tests/cuda/README.md.
 */
#ifndef FRCNN_HOST_GRID_H
#define FRCNN_HOST_GRID_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>
#include <type_traits>

#include <cuda_runtime.h>

#define FRCNN_KERNEL(...) static __attribute__((unused)) void
#define FRCNN_DEVICE static inline __attribute__((unused))
/* used: what is in it before a kernel writes is not known to the compiler. */
#define FRCNN_SHARED static __attribute__((used))
#define FRCNN_DYNAMIC_SHARED(type, name) type *const name = reinterpret_cast<type *>(host_grid::get_dynamic_shared())
#define FRCNN_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                                   \
    frcnn_cuda_check(host_grid::launch(#kernel, (kernel), (grid), (block), (shared_bytes), (stream), __VA_ARGS__),     \
                     #kernel)

extern uint3 threadIdx;
extern uint3 blockIdx;
extern dim3 blockDim;
extern dim3 gridDim;
constexpr int warpSize = 32;

namespace host_grid
{

/** A launch with all that it needs to run, once or again. */
struct Launch {
    const char *name;
    const void *kernel;
    dim3 grid;
    dim3 block;
    size_t shared_bytes;
    std::function<void()> body; // one thread
};

/** Checks the launch and puts it on the stream. */
cudaError_t enqueue(Launch &&launch, cudaStream_t stream);
/** Runs all its blocks. One at a time in the process. */
void run(const Launch &launch);
void *get_dynamic_shared();

template <typename... Parameters, typename... Arguments>
cudaError_t launch(const char *name, void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes,
                   cudaStream_t stream, Arguments &&...arguments)
{
    std::tuple<std::decay_t<Parameters>...> values(std::forward<Arguments>(arguments)...);
    return enqueue({name, reinterpret_cast<const void *>(kernel), grid, block, shared_bytes,
                    [kernel, values] { std::apply(kernel, values); }},
                   stream);
}

/* Where a thread waits. */
struct Place {
    const char *file;
    int line;
};
#define HOST_GRID_HERE host_grid::Place place = {__builtin_FILE(), __builtin_LINE()}

enum class Vote { NONE, COUNT, OR, AND };
int wait_for_block(Vote vote, bool predicate, const char *what, Place place);

enum class Exchange { SYNC, BALLOT, SHUFFLE, SHUFFLE_UP, SHUFFLE_DOWN, SHUFFLE_XOR, MATCH_ANY, REDUCE };
/* What the lanes of mask bring to each other; combine is for REDUCE alone. */
struct Offer {
    Exchange exchange;
    unsigned mask;
    uint64_t value;
    unsigned lane;
    unsigned width;
    uint64_t (*combine)(uint64_t a, uint64_t b);
};
uint64_t exchange_in_warp(const Offer &offer, const char *what, Place place);

[[noreturn]] void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

template <typename T> uint64_t to_bits(T value)
{
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "at most 64 bits");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return bits;
}

template <typename T> T from_bits(uint64_t bits)
{
    T value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

template <typename T>
T shuffle(Exchange exchange, unsigned mask, T value, unsigned lane, int width, const char *what, Place place)
{
    static_assert(sizeof(T) >= 2, "shuffles move 16, 32 or 64 bits");
    return from_bits<T>(
        exchange_in_warp({exchange, mask, to_bits(value), lane, unsigned(width), nullptr}, what, place));
}

template <typename T> struct Same {
    using type = T;
};

} // namespace host_grid

// NOLINTBEGIN(bugprone-reserved-identifier): the names are CUDA's

static inline void __syncthreads(HOST_GRID_HERE)
{
    (void)host_grid::wait_for_block(host_grid::Vote::NONE, false, "__syncthreads", place);
}
static inline int __syncthreads_count(int predicate, HOST_GRID_HERE)
{
    return host_grid::wait_for_block(host_grid::Vote::COUNT, predicate != 0, "__syncthreads_count", place);
}
static inline int __syncthreads_or(int predicate, HOST_GRID_HERE)
{
    return host_grid::wait_for_block(host_grid::Vote::OR, predicate != 0, "__syncthreads_or", place);
}
static inline int __syncthreads_and(int predicate, HOST_GRID_HERE)
{
    return host_grid::wait_for_block(host_grid::Vote::AND, predicate != 0, "__syncthreads_and", place);
}

static inline void __syncwarp(unsigned mask = 0xffffffffu, HOST_GRID_HERE)
{
    (void)host_grid::exchange_in_warp({host_grid::Exchange::SYNC, mask, 0, 0, 0, nullptr}, "__syncwarp", place);
}
static inline unsigned __ballot_sync(unsigned mask, int predicate, HOST_GRID_HERE)
{
    return unsigned(host_grid::exchange_in_warp({host_grid::Exchange::BALLOT, mask, predicate != 0, 0, 0, nullptr},
                                                "__ballot_sync", place));
}
static inline int __any_sync(unsigned mask, int predicate, HOST_GRID_HERE)
{
    return __ballot_sync(mask, predicate, place) != 0;
}
static inline int __all_sync(unsigned mask, int predicate, HOST_GRID_HERE)
{
    return __ballot_sync(mask, !predicate, place) == 0;
}
template <typename T> unsigned __match_any_sync(unsigned mask, T value, HOST_GRID_HERE)
{
    return unsigned(host_grid::exchange_in_warp(
        {host_grid::Exchange::MATCH_ANY, mask, host_grid::to_bits(value), 0, 0, nullptr}, "__match_any_sync", place));
}
template <typename T> T __shfl_sync(unsigned mask, T value, int lane, int width = warpSize, HOST_GRID_HERE)
{
    return host_grid::shuffle(host_grid::Exchange::SHUFFLE, mask, value, unsigned(lane), width, "__shfl_sync", place);
}
template <typename T> T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize, HOST_GRID_HERE)
{
    return host_grid::shuffle(host_grid::Exchange::SHUFFLE_UP, mask, value, delta, width, "__shfl_up_sync", place);
}
template <typename T> T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize, HOST_GRID_HERE)
{
    return host_grid::shuffle(host_grid::Exchange::SHUFFLE_DOWN, mask, value, delta, width, "__shfl_down_sync", place);
}
template <typename T> T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = warpSize, HOST_GRID_HERE)
{
    return host_grid::shuffle(host_grid::Exchange::SHUFFLE_XOR, mask, value, unsigned(lane_mask), width,
                              "__shfl_xor_sync", place);
}
/* The smallest set that the GPU may answer: lanes that happen to run together are nothing to build on. */
static inline unsigned __activemask()
{
    return 1u << ((threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32);
}

/* From compute capability 8.0 on. */
#define HOST_GRID_REDUCE(name, type, expression)                                                                       \
    static inline type name(unsigned mask, type value, HOST_GRID_HERE)                                                 \
    {                                                                                                                  \
        const auto combine = [](uint64_t bits_a, uint64_t bits_b) {                                                    \
            const type a = host_grid::from_bits<type>(bits_a);                                                         \
            const type b = host_grid::from_bits<type>(bits_b);                                                         \
            return host_grid::to_bits<type>(expression);                                                               \
        };                                                                                                             \
        return host_grid::from_bits<type>(host_grid::exchange_in_warp(                                                 \
            {host_grid::Exchange::REDUCE, mask, host_grid::to_bits(value), 0, 0, combine}, #name, place));             \
    }
HOST_GRID_REDUCE(__reduce_add_sync, unsigned, a + b)
HOST_GRID_REDUCE(__reduce_min_sync, unsigned, a < b ? a : b)
HOST_GRID_REDUCE(__reduce_max_sync, unsigned, a > b ? a : b)
HOST_GRID_REDUCE(__reduce_add_sync, int, int(unsigned(a) + unsigned(b)))
HOST_GRID_REDUCE(__reduce_min_sync, int, a < b ? a : b)
HOST_GRID_REDUCE(__reduce_max_sync, int, a > b ? a : b)
HOST_GRID_REDUCE(__reduce_and_sync, unsigned, a &b)
HOST_GRID_REDUCE(__reduce_or_sync, unsigned, a | b)
HOST_GRID_REDUCE(__reduce_xor_sync, unsigned, a ^ b)
#undef HOST_GRID_REDUCE

static inline void __threadfence() {}
static inline void __threadfence_block() {}
static inline void __threadfence_system() {}
[[noreturn]] static inline void __trap()
{
    host_grid::fault("__trap");
}

/* No thread is interrupted, so these are plain. The types are those that CUDA has each for. */
#define HOST_GRID_ATOMIC(name, type, expression)                                                                       \
    static inline type name(type *address, type value)                                                                 \
    {                                                                                                                  \
        const type old = *address;                                                                                     \
        *address = static_cast<type>(expression);                                                                      \
        return old;                                                                                                    \
    }                                                                                                                  \
    static inline type name##_block(type *address, type value)                                                         \
    {                                                                                                                  \
        return name(address, value);                                                                                   \
    }
#define HOST_GRID_ATOMIC_32(name, expression)                                                                          \
    HOST_GRID_ATOMIC(name, int, expression)                                                                            \
    HOST_GRID_ATOMIC(name, unsigned, expression)
#define HOST_GRID_ATOMIC_64(name, expression)                                                                          \
    HOST_GRID_ATOMIC_32(name, expression)                                                                              \
    HOST_GRID_ATOMIC(name, unsigned long long, expression)
HOST_GRID_ATOMIC(atomicAdd, int, unsigned(old) + unsigned(value))
HOST_GRID_ATOMIC(atomicAdd, unsigned, old + value)
HOST_GRID_ATOMIC(atomicAdd, unsigned long long, old + value)
HOST_GRID_ATOMIC(atomicAdd, float, old + value)
HOST_GRID_ATOMIC(atomicAdd, double, old + value)
HOST_GRID_ATOMIC_32(atomicSub, unsigned(old) - unsigned(value))
HOST_GRID_ATOMIC_64(atomicMin, old < value ? old : value)
HOST_GRID_ATOMIC_64(atomicMax, old > value ? old : value)
HOST_GRID_ATOMIC(atomicMin, long long, old < value ? old : value)
HOST_GRID_ATOMIC(atomicMax, long long, old > value ? old : value)
HOST_GRID_ATOMIC_64(atomicAnd, old &value)
HOST_GRID_ATOMIC_64(atomicOr, old | value)
HOST_GRID_ATOMIC_64(atomicXor, old ^ value)
HOST_GRID_ATOMIC_64(atomicExch, value)
HOST_GRID_ATOMIC(atomicExch, float, value)
#undef HOST_GRID_ATOMIC
#undef HOST_GRID_ATOMIC_32
#undef HOST_GRID_ATOMIC_64
#define HOST_GRID_CAS(type)                                                                                            \
    static inline type atomicCAS(type *address, type compare, type value)                                              \
    {                                                                                                                  \
        const type old = *address;                                                                                     \
        if (old == compare) *address = value;                                                                          \
        return old;                                                                                                    \
    }
HOST_GRID_CAS(int)
HOST_GRID_CAS(unsigned)
HOST_GRID_CAS(unsigned short)
HOST_GRID_CAS(unsigned long long)
#undef HOST_GRID_CAS

static inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
static inline int __popcll(unsigned long long x)
{
    return __builtin_popcountll(x);
}
static inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
static inline int __ffsll(long long x)
{
    return __builtin_ffsll(x);
}
static inline int __clz(int x)
{
    return x == 0 ? 32 : __builtin_clz(unsigned(x));
}
static inline int __clzll(long long x)
{
    return x == 0 ? 64 : __builtin_clzll((unsigned long long)x);
}
static inline unsigned __brev(unsigned x)
{
    unsigned reversed = 0;
    for (int i = 0; i < 32; i++) reversed |= (x >> i & 1u) << (31 - i);
    return reversed;
}
static inline unsigned __umulhi(unsigned x, unsigned y)
{
    return unsigned((uint64_t)x * y >> 32);
}
static inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y)
{
    return (unsigned long long)((unsigned __int128)x * y >> 64);
}
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift)
{
    return unsigned((((uint64_t)high << 32 | low) << (shift & 31)) >> 32);
}
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift)
{
    return unsigned(((uint64_t)high << 32 | low) >> (shift & 31));
}
/* Byte i of the result is byte (selector >> 4 * i & 7) of y:x. */
static inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector)
{
    const uint64_t bytes = (uint64_t)y << 32 | x;
    unsigned out = 0;
    for (int i = 0; i < 4; i++) out |= unsigned(bytes >> 8 * (selector >> 4 * i & 7) & 0xff) << 8 * i;
    return out;
}

static inline unsigned __float_as_uint(float x)
{
    return host_grid::from_bits<unsigned>(host_grid::to_bits(x));
}
static inline int __float_as_int(float x)
{
    return host_grid::from_bits<int>(host_grid::to_bits(x));
}
static inline float __uint_as_float(unsigned x)
{
    return host_grid::from_bits<float>(x);
}
static inline float __int_as_float(int x)
{
    return host_grid::from_bits<float>(host_grid::to_bits(x));
}
static inline long long __double_as_longlong(double x)
{
    return host_grid::from_bits<long long>(host_grid::to_bits(x));
}
static inline double __longlong_as_double(long long x)
{
    return host_grid::from_bits<double>(host_grid::to_bits(x));
}

static inline float __fadd_rn(float x, float y)
{
    return x + y;
}
static inline float __fsub_rn(float x, float y)
{
    return x - y;
}
static inline float __fmul_rn(float x, float y)
{
    return x * y;
}
static inline float __fdiv_rn(float x, float y)
{
    return x / y;
}
static inline float __fsqrt_rn(float x)
{
    return sqrtf(x);
}
static inline float __fmaf_rn(float x, float y, float z)
{
    return fmaf(x, y, z);
}
static inline float __saturatef(float x)
{
    return x > 0.0f ? x < 1.0f ? x : 1.0f : 0.0f;
}
/* CUDA: the nearest number of the type where x has none, 0 for NaN. */
static inline int host_grid_to_int(float x)
{
    return x != x ? 0 : x >= 2147483648.0f ? INT32_MAX : x < -2147483648.0f ? INT32_MIN : int(x);
}
static inline int __float2int_rz(float x)
{
    return host_grid_to_int(truncf(x));
}
static inline int __float2int_rn(float x)
{
    return host_grid_to_int(rintf(x));
}
static inline int __float2int_rd(float x)
{
    return host_grid_to_int(floorf(x));
}
static inline int __float2int_ru(float x)
{
    return host_grid_to_int(ceilf(x));
}

template <typename T> T __ldg(const T *address)
{
    return *address;
}
template <typename T> T __ldcs(const T *address)
{
    return *address;
}
template <typename T> T __ldcg(const T *address)
{
    return *address;
}
template <typename T> T __ldca(const T *address)
{
    return *address;
}
template <typename T> void __stcs(T *address, typename host_grid::Same<T>::type value)
{
    *address = value;
}
template <typename T> void __stcg(T *address, typename host_grid::Same<T>::type value)
{
    *address = value;
}

#define HOST_GRID_MIN_MAX(a_type, b_type, type)                                                                        \
    static inline type min(a_type a, b_type b)                                                                         \
    {                                                                                                                  \
        return static_cast<type>(a) < static_cast<type>(b) ? static_cast<type>(a) : static_cast<type>(b);              \
    }                                                                                                                  \
    static inline type max(a_type a, b_type b)                                                                         \
    {                                                                                                                  \
        return static_cast<type>(a) > static_cast<type>(b) ? static_cast<type>(a) : static_cast<type>(b);              \
    }
#define HOST_GRID_MIN_MAX_OF(type)                                                                                     \
    HOST_GRID_MIN_MAX(type, type, type)                                                                                \
    HOST_GRID_MIN_MAX(unsigned type, unsigned type, unsigned type)                                                     \
    HOST_GRID_MIN_MAX(unsigned type, type, unsigned type)                                                              \
    HOST_GRID_MIN_MAX(type, unsigned type, unsigned type)
HOST_GRID_MIN_MAX_OF(int)
HOST_GRID_MIN_MAX_OF(long)
HOST_GRID_MIN_MAX_OF(long long)
HOST_GRID_MIN_MAX(float, double, double)
HOST_GRID_MIN_MAX(double, float, double)
#undef HOST_GRID_MIN_MAX_OF
#undef HOST_GRID_MIN_MAX
static inline float min(float a, float b)
{
    return fminf(a, b);
}
static inline float max(float a, float b)
{
    return fmaxf(a, b);
}
static inline double min(double a, double b)
{
    return fmin(a, b);
}
static inline double max(double a, double b)
{
    return fmax(a, b);
}

// NOLINTEND(bugprone-reserved-identifier)

#endif
