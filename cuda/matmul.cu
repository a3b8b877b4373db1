/* Large products of f32 are convolutions: those kernels are tuned. Of others a block makes a tile: strips of a and b that are
   DEPTH deep go through shared memory, and each thread sums OWN x OWN results in registers. */
#include "kernel.h"

#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/matmul_body.h"
}

enum { THREADS = 256, TILE = 64, DEPTH = 16, OWN = 4, THREADS_A_SIDE = TILE / OWN };

/* Tiles of all matrices of the batch. */
typedef struct tiling {
    unsigned n_rows, n_columns;
} tiling;

/* Rows row, … of a at depth k, … as [DEPTH, TILE]; what is outside is 0. Neighbouring threads read neighbours of a row. */
template <typename T>
FRCNN_DEVICE void load_a(const frcnn_matmul &matmul, const T *a, int64_t row, int64_t k, T (*strip)[TILE + 1])
{
    for (int i = (int)threadIdx.x; i < TILE * DEPTH; i += THREADS) {
        const int r = i / DEPTH;
        const int d = i % DEPTH;
        strip[d][r] = row + r < matmul.m && k + d < matmul.k ? a[(row + r) * matmul.k + k + d] : (T)0;
    }
}

template <typename T>
FRCNN_DEVICE void load_b(const frcnn_matmul &matmul, const T *b, int64_t column, int64_t k, T (*strip)[TILE + 1])
{
    for (int i = (int)threadIdx.x; i < TILE * DEPTH; i += THREADS) {
        const int d = matmul.b_is_transposed ? i % DEPTH : i / TILE;
        const int c = matmul.b_is_transposed ? i / DEPTH : i % TILE;
        const int64_t at = matmul.b_is_transposed ? (column + c) * matmul.k + k + d : (k + d) * matmul.n + column + c;
        strip[d][c] = column + c < matmul.n && k + d < matmul.k ? b[at] : (T)0;
    }
}

/* A thread's results lie THREADS_A_SIDE apart. */
template <typename T>
FRCNN_DEVICE void multiply(const T (*a)[TILE + 1], const T (*b)[TILE + 1], int y, int x, T (*sums)[OWN])
{
    for (int d = 0; d < DEPTH; d++) {
        T left[OWN];
        T right[OWN];
        for (int i = 0; i < OWN; i++) {
            left[i] = a[d][y + i * THREADS_A_SIDE];
            right[i] = b[d][x + i * THREADS_A_SIDE];
        }
        for (int r = 0; r < OWN; r++)
            for (int c = 0; c < OWN; c++) sums[r][c] += left[r] * right[c];
    }
}

template <typename T> FRCNN_KERNEL(THREADS) multiply_tiles(frcnn_matmul matmul, tiling tiles)
{
    FRCNN_SHARED T a_strip[DEPTH][TILE + 1];
    FRCNN_SHARED T b_strip[DEPTH][TILE + 1];
    const int64_t matrix = (int64_t)(blockIdx.x / tiles.n_columns / tiles.n_rows);
    const frcnn_matmul_operands at = frcnn_matmul_find_operands(&matmul, matrix);
    const T *a = static_cast<const T *>(matmul.a) + at.a * matmul.m * matmul.k;
    const T *b = static_cast<const T *>(matmul.b) + at.b * matmul.k * matmul.n;
    T *dst = static_cast<T *>(matmul.dst) + matrix * matmul.m * matmul.n;
    const int64_t row = (int64_t)(blockIdx.x / tiles.n_columns % tiles.n_rows) * TILE;
    const int64_t column = (int64_t)(blockIdx.x % tiles.n_columns) * TILE;
    const int y = (int)threadIdx.x / THREADS_A_SIDE;
    const int x = (int)threadIdx.x % THREADS_A_SIDE;
    T sums[OWN][OWN] = {};
    for (int64_t k = 0; k < matmul.k; k += DEPTH) {
        load_a(matmul, a, row, k, a_strip);
        load_b(matmul, b, column, k, b_strip);
        __syncthreads();
        multiply<T>(a_strip, b_strip, y, x, sums);
        __syncthreads();
    }
    for (int r = 0; r < OWN; r++)
        for (int c = 0; c < OWN; c++) {
            const int64_t dst_row = row + y + r * THREADS_A_SIDE;
            const int64_t dst_column = column + x + c * THREADS_A_SIDE;
            if (dst_row < matmul.m && dst_column < matmul.n) dst[dst_row * matmul.n + dst_column] = sums[r][c];
        }
}

static int64_t count_matrices(const frcnn_matmul *matmul)
{
    int64_t n = 1;
    for (int d = 0; d < matmul->n_batch_dims; d++) n *= matmul->batch_shape[d];
    return n;
}

template <typename T> static frcnn_status launch(const frcnn_matmul *matmul)
{
    const int64_t n_rows = (matmul->m + TILE - 1) / TILE;
    const int64_t n_columns = (matmul->n + TILE - 1) / TILE;
    const int64_t n_blocks = n_rows * n_columns * count_matrices(matmul);
    const tiling tiles = {(unsigned)n_rows, (unsigned)n_columns};
    FRCNN_FAIL_IF(n_blocks > INT32_MAX, FRCNN_ERROR_UNSUPPORTED, "matmul: %lld tiles are more than a grid holds",
                  (long long)n_blocks);
    return FRCNN_LAUNCH((multiply_tiles<T>), (unsigned)n_blocks, THREADS, 0, frcnn_tensor_stream_get()->handle, *matmul,
                        tiles);
}

/* From that many multiply-adds on setting up a convolution pays; it counts in 32 bits, and each product begins at 16 bytes. */
static bool is_convolution(const frcnn_matmul *matmul)
{
    const double least = 1 << 20;
    const double most = INT32_MAX;
    const double m = (double)matmul->m;
    const double k = (double)matmul->k;
    const double n = (double)matmul->n;
    const bool is_aligned = matmul->m * matmul->n % 4 == 0 || count_matrices(matmul) == 1;
    return matmul->dtype == FRCNN_F32 && is_aligned && m * k * n >= least && m >= 8 && n >= 8 && m * k <= most &&
           k * n <= most && m * n <= most;
}

static frcnn_status run_as_convolution(const frcnn_matmul *matmul)
{
    const size_t bias_bytes = (size_t)matmul->n * sizeof(float);
    frcnn_conv2d conv = frcnn_conv2d_on_rows(matmul->m, matmul->k, matmul->n);
    frcnn_scratch zeros;
    conv.weight_is_transposed = !matmul->b_is_transposed;
    FRCNN_TRY(zeros.alloc(bias_bytes, "matmul"));
    FRCNN_TRY(frcnn_cuda_check(cudaMemsetAsync(zeros.get<void>(), 0, bias_bytes, frcnn_tensor_stream_get()->handle),
                               "matmul"));
    for (int64_t i = 0; i < count_matrices(matmul); i++) {
        const frcnn_matmul_operands at = frcnn_matmul_find_operands(matmul, i);
        FRCNN_TRY(frcnn_conv2d_cuda(&conv, static_cast<const float *>(matmul->a) + at.a * matmul->m * matmul->k,
                                    static_cast<const float *>(matmul->b) + at.b * matmul->k * matmul->n,
                                    zeros.get<float>(), static_cast<float *>(matmul->dst) + i * matmul->m * matmul->n));
    }
    return FRCNN_OK;
}

/* i64 is unsigned here: it wraps. */
frcnn_status frcnn_matmul_cuda(const frcnn_matmul *matmul)
{
    if (is_convolution(matmul)) return run_as_convolution(matmul);
    if (matmul->dtype == FRCNN_F32) return launch<float>(matmul);
    if (matmul->dtype == FRCNN_F64) return launch<double>(matmul);
    return launch<uint64_t>(matmul);
}
