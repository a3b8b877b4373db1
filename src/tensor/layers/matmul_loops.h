/* The loops of products of matrices for one type, included by matmul_cpu.c once for each: REAL is the type, SUM the type that
 * its short sums are added in, COLS the columns of a tile, NAME(x) the name of x for the type.
 *
 * A tile of ROWS x COLS results is summed in registers over DEPTH values of k at a time, from a strip of b that has been
 * copied together. Each result is thus a sum of sums in the order of k, wherever in a tile it lies. */

/* b's rows first … first + depth - 1, columns column … column + n - 1, as [depth, COLS]; what is beyond n is 0. */
static void NAME(pack_strip)(const frcnn_matmul *matmul, const REAL *b, int64_t first, int64_t depth, int64_t column,
                             int64_t n, REAL *restrict strip)
{
    if (n < COLS) memset(strip, 0, (size_t)(depth * COLS) * sizeof(REAL));
    if (matmul->b_is_transposed)
        for (int64_t c = 0; c < n; c++)
            for (int64_t i = 0; i < depth; i++) strip[i * COLS + c] = b[(column + c) * matmul->k + first + i];
    else
        for (int64_t i = 0; i < depth; i++)
            memcpy(strip + i * COLS, b + (first + i) * matmul->n + column, (size_t)n * sizeof(REAL));
}

/* Half a row of a tile: an array would be kept in memory, not in registers. */
typedef REAL NAME(half_row) __attribute__((vector_size(TILE_BYTES / 2)));

FRCNN_SIMD void NAME(frcnn_matmul_tile)(int64_t depth, const REAL *const a[ROWS], const REAL *restrict strip,
                                        REAL *restrict sums)
{
    NAME(half_row) tile[ROWS][2] = {{{0}}};
    const REAL *rows[ROWS];
    for (int r = 0; r < ROWS; r++) rows[r] = a[r];
    for (int64_t i = 0; i < depth; i++) {
        NAME(half_row) left;
        NAME(half_row) right;
        memcpy(&left, strip + i * COLS, sizeof left);
        memcpy(&right, strip + i * COLS + COLS / 2, sizeof right);
        for (int r = 0; r < ROWS; r++) {
            tile[r][0] += rows[r][i] * left;
            tile[r][1] += rows[r][i] * right;
        }
    }
    memcpy(sums, tile, sizeof tile);
}

/* Rows row … row + m - 1 of dst in columns column … column + n - 1. */
static void NAME(run_block)(const frcnn_matmul *matmul, const REAL *a, const REAL *b, REAL *dst, int64_t row, int64_t m,
                            int64_t column, int64_t n)
{
    REAL strip[DEPTH * COLS];
    REAL sums[ROWS * COLS];
    for (int64_t first = 0; first < matmul->k; first += DEPTH) {
        const int64_t depth = matmul->k - first < DEPTH ? matmul->k - first : DEPTH;
        NAME(pack_strip)(matmul, b, first, depth, column, n, strip);
        for (int64_t y = row; y < row + m; y += ROWS) {
            const int64_t n_rows = row + m - y < ROWS ? row + m - y : ROWS;
            const REAL *rows[ROWS];
            /* A row that is missing is the last one again, and not stored. */
            for (int64_t r = 0; r < ROWS; r++) rows[r] = a + (y + (r < n_rows ? r : n_rows - 1)) * matmul->k + first;
            NAME(frcnn_matmul_tile)(depth, rows, strip, sums);
            for (int64_t r = 0; r < n_rows; r++) {
                REAL *to = dst + (y + r) * matmul->n + column;
                for (int64_t c = 0; c < n; c++) to[c] = first == 0 ? sums[r * COLS + c] : to[c] + sums[r * COLS + c];
            }
        }
    }
}

/* One result where b is a single column. */
FRCNN_SIMD REAL NAME(frcnn_matmul_dot)(int64_t k, const REAL *restrict a, const REAL *restrict b)
{
    SUM sum = 0;
    for (int64_t first = 0; first < k; first += DEPTH) {
        const int64_t end = k - first < DEPTH ? k : first + DEPTH;
        REAL lanes[COLS] = {0};
        int64_t i = first;
        for (; i + COLS <= end; i += COLS)
            for (int l = 0; l < COLS; l++) lanes[l] += a[i + l] * b[i + l];
        for (; i < end; i++) lanes[i % COLS] += a[i] * b[i];
        for (int l = 0; l < COLS; l++) sum += (SUM)lanes[l];
    }
    return (REAL)sum;
}

static void NAME(run_task)(const frcnn_matmul *matmul, const tasks *plan, int64_t task)
{
    const int64_t per_matrix = plan->n_row_blocks * plan->n_column_tiles;
    const frcnn_matmul_operands at = frcnn_matmul_find_operands(matmul, task / per_matrix);
    const REAL *a = (const REAL *)matmul->a + at.a * matmul->m * matmul->k;
    const REAL *b = (const REAL *)matmul->b + at.b * matmul->k * matmul->n;
    REAL *dst = (REAL *)matmul->dst + task / per_matrix * matmul->m * matmul->n;
    const int64_t row = task % per_matrix / plan->n_column_tiles * ROW_BLOCK;
    const int64_t column = task % plan->n_column_tiles * plan->tile_columns;
    const int64_t m = matmul->m - row < ROW_BLOCK ? matmul->m - row : ROW_BLOCK;
    const int64_t n = matmul->n - column < plan->tile_columns ? matmul->n - column : plan->tile_columns;
    if (matmul->n == 1)
        for (int64_t y = row; y < row + m; y++) dst[y] = NAME(frcnn_matmul_dot)(matmul->k, a + y * matmul->k, b);
    else
        NAME(run_block)(matmul, a, b, dst, row, m, column, n);
}
