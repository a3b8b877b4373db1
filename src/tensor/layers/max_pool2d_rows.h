/* Max pooling of one dtype; max_pool2d_cpu.c includes this once for each, with these defined:
     VALUE      the type of a value
     LOWEST     what a window starts from
     WINS, FIND the functions of max_pool2d_body.h
     NAME(name) the name with the dtype's ending */

#define KEEP(best, value) (WINS((value), (best)) ? (value) : (best))

/* n maxima so far against one, two or three taps: fewer passes over what is in the cache. */
static inline __attribute__((always_inline)) void NAME(keep_1)(int64_t n, VALUE *restrict best, const VALUE *a)
{
    for (int64_t i = 0; i < n; i++) best[i] = KEEP(best[i], a[i]);
}

static inline __attribute__((always_inline)) void NAME(keep_2)(int64_t n, VALUE *restrict best, const VALUE *a,
                                                               const VALUE *b)
{
    for (int64_t i = 0; i < n; i++) {
        const VALUE first = KEEP(best[i], a[i]);
        best[i] = KEEP(first, b[i]);
    }
}

static inline __attribute__((always_inline)) void NAME(keep_3)(int64_t n, VALUE *restrict best, const VALUE *a,
                                                               const VALUE *b, const VALUE *d)
{
    for (int64_t i = 0; i < n; i++) {
        const VALUE first = KEEP(best[i], a[i]);
        const VALUE second = KEEP(first, b[i]);
        best[i] = KEEP(second, d[i]);
    }
}

/* A row of outputs where channels fill vectors: they are the inner loop, and their maxima stay in dst. */
FRCNN_SIMD void NAME(frcnn_max_pool2d_wide)(const frcnn_max_pool2d_run *run, const VALUE *src, int64_t y,
                                            VALUE *restrict dst)
{
    const frcnn_max_pool2d *pool = &run->pool;
    const int64_t c = pool->c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    for (int64_t x = 0; x < pool->x.out; x++) {
        VALUE *restrict best = dst + x * c;
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        const int64_t step = columns.step * c;
        for (int64_t i = 0; i < c; i++) best[i] = LOWEST;
        for (int64_t in_y = rows.first; in_y < rows.end; in_y += rows.step) {
            const VALUE *tap = src + (in_y * pool->x.in + columns.first) * c;
            int64_t left = columns.end > columns.first ? (columns.end - columns.first - 1) / columns.step + 1 : 0;
            for (; left >= 3; left -= 3, tap += 3 * step) NAME(keep_3)(c, best, tap, tap + step, tap + 2 * step);
            if (left == 2) NAME(keep_2)(c, best, tap, tap + step);
            if (left == 1) NAME(keep_1)(c, best, tap);
        }
    }
}

/* One tap of n outputs of c channels each; the taps of neighbours lie step apart. */
static inline __attribute__((always_inline)) void NAME(keep_tap)(int64_t n, int64_t c, int64_t step,
                                                                 VALUE *restrict best, const VALUE *tap)
{
    for (int64_t x = 0; x < n; x++)
        for (int64_t i = 0; i < c; i++) best[x * c + i] = KEEP(best[x * c + i], tap[x * step + i]);
}

/* A row of outputs where channels are few: one tap after the other goes over a stretch of outputs. Sliding windows. */
FRCNN_SIMD void NAME(frcnn_max_pool2d_narrow)(const frcnn_max_pool2d_run *run, const VALUE *src, int64_t y,
                                              VALUE *restrict dst)
{
    const frcnn_max_pool2d *pool = &run->pool;
    const int64_t c = pool->c;
    const frcnn_window *window = &pool->x;
    const int64_t step = window->stride * c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    for (int64_t start = 0; start < window->out; start += STRETCH) {
        const int64_t stop = start + STRETCH < window->out ? start + STRETCH : window->out;
        for (int64_t i = start * c; i < stop * c; i++) dst[i] = LOWEST;
        for (int64_t in_y = rows.first; in_y < rows.end; in_y += rows.step)
            for (int64_t k = 0; k < window->kernel; k++) {
                const int64_t first_out = frcnn_window_get_first_out(window, k);
                const int64_t end_out = frcnn_window_get_end_out(window, k);
                const int64_t first = first_out > start ? first_out : start;
                const int64_t n = (end_out < stop ? end_out : stop) - first;
                if (n <= 0) continue;
                const int64_t in_x = first * window->stride - window->padding + k * window->dilation;
                const VALUE *tap = src + (in_y * window->in + in_x) * c;
                VALUE *restrict best = dst + first * c;
                if (step == c)
                    NAME(keep_tap)(n * c, 1, 1, best, tap);
                else if (c == 1 && step == 2)
                    NAME(keep_tap)(n, 1, 2, best, tap);
                else if (c == 3)
                    NAME(keep_tap)(n, 3, step, best, tap);
                else
                    NAME(keep_tap)(n, c, step, best, tap);
            }
    }
}

/* A row of outputs one by one: few channels of adaptive windows, or with indices. */
static void NAME(single)(const frcnn_max_pool2d_run *run, const VALUE *src, int64_t y, VALUE *restrict dst,
                         int64_t *restrict indices)
{
    const frcnn_max_pool2d *pool = &run->pool;
    const int64_t c = pool->c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    for (int64_t x = 0; x < pool->x.out; x++) {
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        for (int64_t i = 0; i < c; i++) {
            int64_t at;
            dst[x * c + i] = FIND(rows, columns, pool->x.in, c, src + i, LOWEST, &at);
            if (indices != NULL) indices[x * c + i] = at;
        }
    }
}

/* With indices where channels fill vectors. */
FRCNN_SIMD void NAME(frcnn_max_pool2d_wide_indices)(const frcnn_max_pool2d_run *run, const VALUE *src, int64_t y,
                                                    VALUE *restrict dst, int64_t *restrict indices)
{
    const frcnn_max_pool2d *pool = &run->pool;
    const int64_t c = pool->c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    for (int64_t x = 0; x < pool->x.out; x++) {
        VALUE *restrict best = dst + x * c;
        int64_t *restrict at = indices + x * c;
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        const int64_t nowhere = rows.first * pool->x.in + columns.first;
        for (int64_t i = 0; i < c; i++) best[i] = LOWEST;
        for (int64_t i = 0; i < c; i++) at[i] = nowhere;
        for (int64_t in_y = rows.first; in_y < rows.end; in_y += rows.step)
            for (int64_t in_x = columns.first; in_x < columns.end; in_x += columns.step) {
                const int64_t position = in_y * pool->x.in + in_x;
                const VALUE *tap = src + position * c;
                for (int64_t i = 0; i < c; i++) {
                    at[i] = WINS(tap[i], best[i]) ? position : at[i];
                    best[i] = KEEP(best[i], tap[i]);
                }
            }
    }
}

static void NAME(pool_row)(const frcnn_max_pool2d_run *run, int64_t row)
{
    const frcnn_max_pool2d *pool = &run->pool;
    const int64_t out_row = pool->x.out * pool->c;
    const int64_t y = row % pool->y.out;
    const VALUE *src = (const VALUE *)run->src + row / pool->y.out * pool->y.in * pool->x.in * pool->c;
    VALUE *dst = (VALUE *)run->dst + row * out_row;
    int64_t *indices = run->indices != NULL ? run->indices + row * out_row : NULL;
    if (pool->c >= WIDE && indices == NULL)
        NAME(frcnn_max_pool2d_wide)(run, src, y, dst);
    else if (pool->c >= WIDE)
        NAME(frcnn_max_pool2d_wide_indices)(run, src, y, dst, indices);
    else if (indices == NULL && pool->x.kernel > 0)
        NAME(frcnn_max_pool2d_narrow)(run, src, y, dst);
    else
        NAME(single)(run, src, y, dst, indices);
}

#undef KEEP
#undef VALUE
#undef LOWEST
#undef WINS
#undef FIND
#undef NAME
