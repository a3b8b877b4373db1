/* Average pooling of one dtype; avg_pool2d_cpu.c includes this once for each, with these defined:
     VALUE      the type of a value
     ADD, DIVIDE, AVERAGE  the operations of avg_pool2d_body.h
     NAME(name) the name with the dtype's ending */

/* A row of outputs where channels fill vectors: they are the inner loop, and their sums stay in dst. */
FRCNN_SIMD void NAME(frcnn_avg_pool2d_wide)(const frcnn_avg_pool2d *pool, const VALUE *src, int64_t y,
                                            VALUE *restrict dst)
{
    const int64_t c = pool->c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    for (int64_t x = 0; x < pool->x.out; x++) {
        VALUE *restrict sum = dst + x * c;
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        const VALUE *tap = src + (rows.first * pool->x.in + columns.first) * c;
        for (int64_t i = 0; i < c; i++) sum[i] = 0;
        for (int64_t in_y = rows.first; in_y < rows.end; in_y++, tap += pool->x.in * c) {
            const VALUE *a = tap;
            int64_t left = columns.end - columns.first;
            for (; left >= 3; left -= 3, a += 3 * c)
                for (int64_t i = 0; i < c; i++) sum[i] = ADD(ADD(ADD(sum[i], a[i]), a[c + i]), a[2 * c + i]);
            for (; left > 0; left--, a += c)
                for (int64_t i = 0; i < c; i++) sum[i] = ADD(sum[i], a[i]);
        }
        const frcnn_avg_divisors by = frcnn_avg_pool2d_get_divisors(pool, y, x);
        const VALUE first = (VALUE)by.first, second = (VALUE)by.second;
        if (by.second == 1)
            for (int64_t i = 0; i < c; i++) sum[i] = DIVIDE(sum[i], first);
        else
            for (int64_t i = 0; i < c; i++) sum[i] = DIVIDE(DIVIDE(sum[i], first), second);
    }
}

/* One tap of n outputs of c channels each; the taps of neighbours lie step apart. */
static inline __attribute__((always_inline)) void NAME(add_tap)(int64_t n, int64_t c, int64_t step, VALUE *restrict sum,
                                                                const VALUE *tap)
{
    for (int64_t x = 0; x < n; x++)
        for (int64_t i = 0; i < c; i++) sum[x * c + i] = ADD(sum[x * c + i], tap[x * step + i]);
}

/* A row of outputs where channels are few: one tap after the other goes over a stretch of outputs. Sliding windows. */
FRCNN_SIMD void NAME(frcnn_avg_pool2d_narrow)(const frcnn_avg_pool2d *pool, const VALUE *src, int64_t y,
                                              VALUE *restrict dst)
{
    const int64_t c = pool->c;
    const frcnn_window *window = &pool->x;
    const int64_t step = window->stride * c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    /* Windows in between touch no padding, and have one divisor. */
    const int64_t first_inner = frcnn_window_get_first_out(window, 0);
    const int64_t end_inner = frcnn_window_get_end_out(window, window->kernel - 1);
    for (int64_t start = 0; start < window->out; start += STRETCH) {
        const int64_t stop = start + STRETCH < window->out ? start + STRETCH : window->out;
        for (int64_t i = start * c; i < stop * c; i++) dst[i] = 0;
        for (int64_t in_y = rows.first; in_y < rows.end; in_y++)
            for (int64_t k = 0; k < window->kernel; k++) {
                const int64_t first_out = frcnn_window_get_first_out(window, k);
                const int64_t end_out = frcnn_window_get_end_out(window, k);
                const int64_t first = first_out > start ? first_out : start;
                const int64_t n = (end_out < stop ? end_out : stop) - first;
                if (n <= 0) continue;
                const VALUE *tap = src + (in_y * window->in + first * window->stride - window->padding + k) * c;
                VALUE *restrict sum = dst + first * c;
                if (step == c)
                    NAME(add_tap)(n * c, 1, 1, sum, tap);
                else if (c == 1 && step == 2)
                    NAME(add_tap)(n, 1, 2, sum, tap);
                else if (c == 3)
                    NAME(add_tap)(n, 3, step, sum, tap);
                else
                    NAME(add_tap)(n, c, step, sum, tap);
            }
        for (int64_t x = start; x < stop;) {
            const frcnn_avg_divisors by = frcnn_avg_pool2d_get_divisors(pool, y, x);
            const VALUE first = (VALUE)by.first, second = (VALUE)by.second;
            int64_t next = x + 1;
            if (x >= first_inner && x < end_inner) next = end_inner < stop ? end_inner : stop;
            if (by.second == 1)
                for (int64_t i = x * c; i < next * c; i++) dst[i] = DIVIDE(dst[i], first);
            else
                for (int64_t i = x * c; i < next * c; i++) dst[i] = DIVIDE(DIVIDE(dst[i], first), second);
            x = next;
        }
    }
}

/* A row of outputs one by one: few channels of adaptive windows. */
static void NAME(single)(const frcnn_avg_pool2d *pool, const VALUE *src, int64_t y, VALUE *restrict dst)
{
    const int64_t c = pool->c;
    const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
    for (int64_t x = 0; x < pool->x.out; x++) {
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        const frcnn_avg_divisors by = frcnn_avg_pool2d_get_divisors(pool, y, x);
        for (int64_t i = 0; i < c; i++) {
            dst[x * c + i] = AVERAGE(rows, columns, pool->x.in, c, src + i, by);
        }
    }
}

static void NAME(pool_row)(const frcnn_avg_pool2d_run *run, int64_t row)
{
    const frcnn_avg_pool2d *pool = &run->pool;
    const int64_t y = row % pool->y.out;
    const VALUE *src = (const VALUE *)run->src + row / pool->y.out * pool->y.in * pool->x.in * pool->c;
    VALUE *dst = (VALUE *)run->dst + row * pool->x.out * pool->c;
    if (pool->c >= WIDE)
        NAME(frcnn_avg_pool2d_wide)(pool, src, y, dst);
    else if (pool->x.kernel > 0)
        NAME(frcnn_avg_pool2d_narrow)(pool, src, y, dst);
    else
        NAME(single)(pool, src, y, dst);
}

#undef ADD
#undef DIVIDE
#undef AVERAGE
#undef VALUE
#undef NAME
