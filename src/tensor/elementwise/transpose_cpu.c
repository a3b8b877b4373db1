#include "tensor/elementwise/transpose.h"

#include <string.h>

#include "tensor/parallel.h"

/* A tile is read along the source's rows and written along the output's: both stay in cache. */
enum { TILE = 32 };

/* The two dimensions that are swapped: rows lie next to each other in the source, columns in the output. */
typedef struct plane {
    int64_t n_rows, n_columns;
    int64_t column_stride; /* in the source */
    int64_t row_stride;    /* in the output */
} plane;

/* Compiled for no wider instruction set: its scattering stores are slower than one store after the other. */
#define DEFINE_TILE(name, type)                                                                                        \
    static void frcnn_transpose_tile_##name(int64_t n_rows, int64_t n_columns, int64_t column_stride,                  \
                                            int64_t row_stride, const unsigned char *src, unsigned char *dst)          \
    {                                                                                                                  \
        type tile[TILE][TILE];                                                                                         \
        for (int64_t x = 0; x < n_columns; x++)                                                                        \
            for (int64_t y = 0; y < n_rows; y++)                                                                       \
                memcpy(&tile[y][x], src + (x * column_stride + y) * (int64_t)sizeof(type), sizeof(type));              \
        for (int64_t y = 0; y < n_rows; y++)                                                                           \
            memcpy(dst + y * row_stride * (int64_t)sizeof(type), tile[y], (size_t)n_columns * sizeof(type));           \
    }

DEFINE_TILE(1, uint8_t)
DEFINE_TILE(2, uint16_t)
DEFINE_TILE(4_any, uint32_t)
DEFINE_TILE(8, uint64_t)

typedef uint32_t quad __attribute__((vector_size(16)));

#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (quad){__VA_ARGS__})
#endif

/* 4 columns of 4 rows each, turned in registers. */
static inline void turn_quads(const unsigned char *src, int64_t column_bytes, uint32_t *tile)
{
    quad columns[4];
    for (int x = 0; x < 4; x++) memcpy(&columns[x], src + x * column_bytes, sizeof columns[x]);
    const quad upper01 = SHUFFLE(columns[0], columns[1], 0, 4, 1, 5);
    const quad upper23 = SHUFFLE(columns[2], columns[3], 0, 4, 1, 5);
    const quad lower01 = SHUFFLE(columns[0], columns[1], 2, 6, 3, 7);
    const quad lower23 = SHUFFLE(columns[2], columns[3], 2, 6, 3, 7);
    const quad rows[4] = {SHUFFLE(upper01, upper23, 0, 1, 4, 5), SHUFFLE(upper01, upper23, 2, 3, 6, 7),
                          SHUFFLE(lower01, lower23, 0, 1, 4, 5), SHUFFLE(lower01, lower23, 2, 3, 6, 7)};
    for (int y = 0; y < 4; y++) memcpy(tile + y * TILE, &rows[y], sizeof rows[y]);
}

static void frcnn_transpose_tile_4(int64_t n_rows, int64_t n_columns, int64_t column_stride, int64_t row_stride,
                                   const unsigned char *src, unsigned char *dst)
{
    if (n_rows < TILE || n_columns < TILE) {
        frcnn_transpose_tile_4_any(n_rows, n_columns, column_stride, row_stride, src, dst);
        return;
    }
    uint32_t tile[TILE][TILE];
    for (int64_t x = 0; x < TILE; x += 4)
        for (int64_t y = 0; y < TILE; y += 4)
            turn_quads(src + (x * column_stride + y) * 4, column_stride * 4, &tile[y][x]);
    for (int64_t y = 0; y < TILE; y++) memcpy(dst + y * row_stride * 4, tile[y], sizeof tile[y]);
}

typedef void (*tile_function)(int64_t n_rows, int64_t n_columns, int64_t column_stride, int64_t row_stride,
                              const unsigned char *src, unsigned char *dst);

/* The dimension whose elements are next to each other in the source; -1 where there is none or it is the last one. */
static int find_row_dim(const frcnn_map *map)
{
    const int inner = map->n_dims - 1;
    if (map->inputs[0].strides[inner] == 1 || map->shape[inner] < TILE / 2) return -1;
    for (int d = 0; d < inner; d++)
        if (map->inputs[0].strides[d] == 1 && map->shape[d] >= TILE / 2) return d;
    return -1;
}

int frcnn_transpose_cpu(const frcnn_map *map)
{
    const frcnn_map_operand *input = &map->inputs[0];
    if (map->function != FRCNN_MAP_COPY || input->data == NULL || input->dtype != map->output.dtype) return 0;
    const int inner = map->n_dims - 1;
    const int row_dim = find_row_dim(map);
    if (row_dim < 0 || map->output.strides[inner] != 1) return 0;
    const size_t size = frcnn_dtype_get_size(input->dtype);
    const tile_function tile = size == 1   ? frcnn_transpose_tile_1
                               : size == 2 ? frcnn_transpose_tile_2
                               : size == 4 ? frcnn_transpose_tile_4
                                           : frcnn_transpose_tile_8;
    const plane p = {map->shape[row_dim], map->shape[inner], input->strides[inner], map->output.strides[row_dim]};
    const int64_t tiles_down = (p.n_rows + TILE - 1) / TILE;
    int64_t n_bands = tiles_down;
    for (int d = 0; d < inner; d++)
        if (d != row_dim) n_bands *= map->shape[d];
    FRCNN_PARALLEL_FOR_IF(n_bands * p.n_columns >= 1024)
    for (int64_t band = 0; band < n_bands; band++) {
        const int64_t first_row = band % tiles_down * TILE;
        const int64_t n_rows = p.n_rows - first_row < TILE ? p.n_rows - first_row : TILE;
        int64_t rest = band / tiles_down;
        int64_t from = first_row;
        int64_t to = first_row * p.row_stride;
        for (int d = inner - 1; d >= 0; d--) {
            if (d == row_dim) continue;
            from += rest % map->shape[d] * input->strides[d];
            to += rest % map->shape[d] * map->output.strides[d];
            rest /= map->shape[d];
        }
        for (int64_t x = 0; x < p.n_columns; x += TILE)
            tile(n_rows, p.n_columns - x < TILE ? p.n_columns - x : TILE, p.column_stride, p.row_stride,
                 (const unsigned char *)input->data + (from + x * p.column_stride) * (int64_t)size,
                 (unsigned char *)map->output.data + (to + x) * (int64_t)size);
    }
    return 1;
}
