/* A block makes a tile of a product: strips of a and b that are DEPTH deep go through shared memory, and each thread sums OWN x
   OWN results in registers. */
#include "kernel.h"

#include "tensor_layers.h"
#include "tensor_memory.h"

enum { THREADS = 256, TILE = 64, DEPTH = 16, OWN = 4, THREADS_A_SIDE = TILE / OWN };

/* Tiles of all matrices of the batch. */
typedef struct tiling {
    int64_t n_rows, n_columns;
} tiling;

/* The matrices that the batch's matrix i is the product of. */
typedef struct operands {
    int64_t a, b;
} operands;

FRCNN_DEVICE operands find_operands(const frcnn_matmul &matmul, int64_t i)
{
    operands at = {0, 0};
    for (int d = matmul.n_batch_dims - 1; d >= 0; d--) {
        at.a += i % matmul.batch_shape[d] * matmul.a_strides[d];
        at.b += i % matmul.batch_shape[d] * matmul.b_strides[d];
        i /= matmul.batch_shape[d];
    }
    return at;
}

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
    const int64_t block = (int64_t)blockIdx.x;
    const int64_t matrix = block / tiles.n_columns / tiles.n_rows;
    const int64_t row = block / tiles.n_columns % tiles.n_rows * TILE;
    const int64_t column = block % tiles.n_columns * TILE;
    const operands at = find_operands(matmul, matrix);
    const T *a = static_cast<const T *>(matmul.a) + at.a * matmul.m * matmul.k;
    const T *b = static_cast<const T *>(matmul.b) + at.b * matmul.k * matmul.n;
    T *dst = static_cast<T *>(matmul.dst) + matrix * matmul.m * matmul.n;
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

template <typename T> static frcnn_status launch(const frcnn_matmul *matmul)
{
    const tiling tiles = {(matmul->m + TILE - 1) / TILE, (matmul->n + TILE - 1) / TILE};
    int64_t n_blocks = tiles.n_rows * tiles.n_columns;
    for (int d = 0; d < matmul->n_batch_dims; d++) n_blocks *= matmul->batch_shape[d];
    FRCNN_FAIL_IF(n_blocks > INT32_MAX, FRCNN_ERROR_UNSUPPORTED, "matmul: %lld tiles are more than a grid holds",
                  (long long)n_blocks);
    return FRCNN_LAUNCH((multiply_tiles<T>), (unsigned)n_blocks, THREADS, 0, frcnn_tensor_stream_get()->handle, *matmul,
                        tiles);
}

/* i64 is unsigned here: it wraps. */
frcnn_status frcnn_matmul_cuda(const frcnn_matmul *matmul)
{
    if (matmul->dtype == FRCNN_F32) return launch<float>(matmul);
    if (matmul->dtype == FRCNN_F64) return launch<double>(matmul);
    return launch<uint64_t>(matmul);
}
