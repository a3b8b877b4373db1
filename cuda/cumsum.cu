/* A line is n values that are n_inner apart. Many lines are a thread each; a long line is cut into chunks, a block each: the
   chunks are summed, their sums are scanned, and then each chunk is scanned from the sum before it. */
#include "kernel.h"

#include "tensor_memory.h"
#include "tensor_reduce.h"

enum {
    THREADS = 256,
    WARPS = THREADS / 32,
    OWN = 4, /* values in a row that a thread takes */
    TILE = THREADS * OWN,
    CHUNK = 4 * TILE,
    SHORT = 64,      /* up to here a line is a thread's */
    MANY = 8192,     /* lines side by side, from which they are threads whatever their length */
    NEIGHBOURS = 32, /* lines that one access reads */
    MOST_BLOCKS = INT32_MAX
};

struct lines {
    int64_t n_lines, n, n_inner;
    int64_t chunk, n_chunks;
};

FRCNN_DEVICE int64_t get_start(const lines &l, int64_t line)
{
    return line / l.n_inner * l.n * l.n_inner + line % l.n_inner;
}

template <typename T, typename Sum> FRCNN_KERNEL(THREADS) scan_lines(lines l, const T *src, T *dst)
{
    const int64_t line = (int64_t)blockIdx.x * THREADS + threadIdx.x;
    if (line >= l.n_lines) return;
    const int64_t start = get_start(l, line);
    Sum sum = 0;
    for (int64_t i = 0; i < l.n; i++) {
        sum += (Sum)src[start + i * l.n_inner];
        dst[start + i * l.n_inner] = (T)sum;
    }
}

/* The sum of the values of all threads before this one, and in total that of all. */
template <typename Sum> FRCNN_DEVICE Sum scan_block(Sum value, Sum *warp_sums, Sum *total)
{
    const int lane = (int)threadIdx.x % 32;
    const int warp = (int)threadIdx.x / 32;
    Sum inclusive = value;
    for (int step = 1; step < 32; step *= 2) {
        const Sum before = __shfl_up_sync(0xffffffffu, inclusive, step);
        if (lane >= step) inclusive += before;
    }
    if (lane == 31) warp_sums[warp] = inclusive;
    __syncthreads();
    Sum sum = 0;
    Sum before_warp = 0;
    for (int i = 0; i < WARPS; i++) {
        if (i == warp) before_warp = sum;
        sum += warp_sums[i];
    }
    __syncthreads();
    *total = sum;
    const Sum before = __shfl_up_sync(0xffffffffu, inclusive, 1);
    return lane == 0 ? before_warp : before_warp + before;
}

/* Values at, … of a chunk as sums from the first of them on; what is beyond the chunk adds nothing. */
template <typename T, typename Sum>
FRCNN_DEVICE void load_sums(const T *src, int64_t stride, int64_t at, int64_t end, Sum *sums)
{
    Sum sum = 0;
    for (int k = 0; k < OWN; k++) {
        if (at + k < end) sum += (Sum)src[(at + k) * stride];
        sums[k] = sum;
    }
}

/* sums [n_lines, n_chunks] */
template <typename T, typename Sum> FRCNN_KERNEL(THREADS) sum_chunks(lines l, const T *src, Sum *sums)
{
    FRCNN_SHARED Sum warp_sums[WARPS];
    const int64_t line = (int64_t)blockIdx.x / l.n_chunks;
    const int64_t first = (int64_t)blockIdx.x % l.n_chunks * l.chunk;
    const int64_t end = first + l.chunk < l.n ? first + l.chunk : l.n;
    Sum sum = 0;
    Sum own[OWN];
    Sum total;
    for (int64_t at = first + threadIdx.x * OWN; at < end; at += TILE) {
        load_sums(src + get_start(l, line), l.n_inner, at, end, own);
        sum += own[OWN - 1];
    }
    (void)scan_block(sum, warp_sums, &total);
    if (threadIdx.x == 0) sums[blockIdx.x] = total;
}

/* sums: those of chunks, scanned; NULL where a line is one chunk. */
template <typename T, typename Sum> FRCNN_KERNEL(THREADS) scan_chunks(lines l, const Sum *sums, const T *src, T *dst)
{
    FRCNN_SHARED Sum warp_sums[WARPS];
    const int64_t line = (int64_t)blockIdx.x / l.n_chunks;
    const int64_t chunk = (int64_t)blockIdx.x % l.n_chunks;
    const int64_t first = chunk * l.chunk;
    const int64_t end = first + l.chunk < l.n ? first + l.chunk : l.n;
    const int64_t start = get_start(l, line);
    Sum carry = chunk == 0 ? (Sum)0 : sums[blockIdx.x - 1];
    for (int64_t tile = first; tile < end; tile += TILE) {
        const int64_t at = tile + threadIdx.x * OWN;
        Sum own[OWN];
        Sum total;
        load_sums(src + start, l.n_inner, at, end, own);
        const Sum before = carry + scan_block(own[OWN - 1], warp_sums, &total);
        for (int k = 0; k < OWN; k++)
            if (at + k < end) dst[start + (at + k) * l.n_inner] = (T)(before + own[k]);
        carry += total;
    }
}

template <typename T, typename Sum> static frcnn_status run_chunks(lines l, const T *src, T *dst)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    frcnn_scratch scratch;
    l.chunk = CHUNK;
    l.n_chunks = (l.n + CHUNK - 1) / CHUNK;
    FRCNN_FAIL_IF(l.n_lines > MOST_BLOCKS / l.n_chunks, FRCNN_ERROR_UNSUPPORTED,
                  "cumsum: %lld lines of %lld are more than a grid holds", (long long)l.n_lines, (long long)l.n);
    const unsigned n_blocks = (unsigned)(l.n_lines * l.n_chunks);
    if (l.n_chunks > 1) {
        const lines of_sums = {l.n_lines, l.n_chunks, 1, l.n_chunks, 1};
        FRCNN_TRY(scratch.alloc(n_blocks * sizeof(Sum), "cumsum"));
        Sum *const sums = scratch.get<Sum>();
        FRCNN_TRY(FRCNN_LAUNCH((sum_chunks<T, Sum>), n_blocks, THREADS, 0, stream, l, src, sums));
        FRCNN_TRY(FRCNN_LAUNCH((scan_chunks<Sum, Sum>), (unsigned)l.n_lines, THREADS, 0, stream, of_sums,
                               static_cast<const Sum *>(nullptr), static_cast<const Sum *>(sums), sums));
    }
    return FRCNN_LAUNCH((scan_chunks<T, Sum>), n_blocks, THREADS, 0, stream, l,
                        static_cast<const Sum *>(scratch.get<Sum>()), src, dst);
}

template <typename T, typename Sum> static frcnn_status run_lines(const lines &l, const T *src, T *dst)
{
    const int64_t n_blocks = (l.n_lines + THREADS - 1) / THREADS;
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    FRCNN_FAIL_IF(n_blocks > MOST_BLOCKS, FRCNN_ERROR_UNSUPPORTED, "cumsum: %lld lines are more than a grid holds",
                  (long long)l.n_lines);
    return FRCNN_LAUNCH((scan_lines<T, Sum>), (unsigned)n_blocks, THREADS, 0, stream, l, src, dst);
}

template <typename T, typename Sum> static frcnn_status run(const lines &l, const void *src, void *dst)
{
    const int are_threads = l.n <= SHORT || (l.n_lines >= MANY && l.n_inner >= NEIGHBOURS);
    if (are_threads) return run_lines<T, Sum>(l, static_cast<const T *>(src), static_cast<T *>(dst));
    return run_chunks<T, Sum>(l, static_cast<const T *>(src), static_cast<T *>(dst));
}

frcnn_status frcnn_cumsum_cuda(frcnn_dtype dtype, int64_t n_outer, int64_t n, int64_t n_inner, const void *src,
                               void *dst)
{
    const lines l = {n_outer * n_inner, n, n_inner, n, 1};
    if (l.n_lines == 0 || n == 0) return FRCNN_OK;
    if (dtype == FRCNN_F32) return run<float, double>(l, src, dst);
    if (dtype == FRCNN_F64) return run<double, double>(l, src, dst);
    return run<uint64_t, uint64_t>(l, src, dst);
}
