/* The loops of softmax for one type, included by softmax_cpu.c once for each: REAL is the type, NAME(x) the name of x for it.
 *
 * Whatever vectorises here does so over lanes that are written out, so that every instruction set adds in the same order. */

typedef REAL NAME(lanes) __attribute__((vector_size(LANES * sizeof(REAL))));
typedef MASK NAME(masks) __attribute__((vector_size(LANES * sizeof(REAL))));

/* The largest value; NaN is passed over: it makes the sum NaN. */
FRCNN_HD REAL NAME(find_largest)(int64_t n, const REAL *src)
{
    REAL largest = -(REAL)INFINITY;
    int64_t i = 0;
    if (n >= LANES) {
        NAME(lanes) top = (NAME(lanes)){0} - (REAL)INFINITY;
        REAL each[LANES];
        for (; i + LANES <= n; i += LANES) {
            NAME(lanes) values;
            memcpy(&values, src + i, sizeof values);
            const NAME(masks) above = values > top;
            top = (NAME(lanes))((above & (NAME(masks))values) | (~above & (NAME(masks))top));
        }
        memcpy(each, &top, sizeof each);
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int l = 0; l < half; l++) each[l] = each[l + half] > each[l] ? each[l + half] : each[l];
        largest = each[0];
    }
    for (; i < n; i++) largest = src[i] > largest ? src[i] : largest;
    return largest;
}

/* One run whose values are next to each other. */
FRCNN_SIMD void NAME(frcnn_softmax_row)(int64_t n, int is_log, const REAL *restrict src, REAL *restrict dst)
{
    const REAL largest = NAME(find_largest)(n, src);
    double sum = 0.0;
    for (int64_t i = 0; i < n; i += STRETCH) {
        const int64_t n_stretch = n - i < STRETCH ? n - i : STRETCH;
        for (int64_t k = i; k < i + n_stretch; k++) dst[k] = NAME(frcnn_softmax_power)(src[k], largest);
        sum += NAME(frcnn_short_sum)(n_stretch, dst + i);
    }
    if (is_log) {
        const REAL log_sum = (REAL)log(sum);
        for (int64_t i = 0; i < n; i++) dst[i] = src[i] - largest - log_sum;
    } else {
        const REAL divisor = (REAL)sum;
        for (int64_t i = 0; i < n; i++) dst[i] /= divisor;
    }
}

/* width runs side by side; a run's values lie stride apart. */
FRCNN_SIMD void NAME(frcnn_softmax_columns)(int64_t n, int64_t stride, int64_t width, int is_log,
                                            const REAL *restrict src, REAL *restrict dst)
{
    REAL largest[COLUMNS];
    REAL part[COLUMNS];
    double sum[COLUMNS];
    for (int64_t k = 0; k < width; k++) {
        largest[k] = -(REAL)INFINITY;
        sum[k] = 0.0;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < width; k++)
            largest[k] = src[i * stride + k] > largest[k] ? src[i * stride + k] : largest[k];
    for (int64_t first = 0; first < n; first += SHORT_SUM) {
        const int64_t end = n - first < SHORT_SUM ? n : first + SHORT_SUM;
        for (int64_t k = 0; k < width; k++) part[k] = 0;
        for (int64_t i = first; i < end; i++)
            for (int64_t k = 0; k < width; k++) {
                const REAL power = NAME(frcnn_softmax_power)(src[i * stride + k], largest[k]);
                dst[i * stride + k] = power;
                part[k] += power;
            }
        for (int64_t k = 0; k < width; k++) sum[k] += (double)part[k];
    }
    for (int64_t k = 0; k < width; k++) part[k] = (REAL)(is_log ? log(sum[k]) : sum[k]);
    for (int64_t i = 0; i < n; i++) {
        REAL *to = dst + i * stride;
        const REAL *from = src + i * stride;
        if (is_log)
            for (int64_t k = 0; k < width; k++) to[k] = from[k] - largest[k] - part[k];
        else
            for (int64_t k = 0; k < width; k++) to[k] /= part[k];
    }
}

static void NAME(run_task)(const frcnn_softmax *softmax, int64_t task)
{
    const REAL *src = softmax->src;
    REAL *dst = softmax->dst;
    const int64_t n_tasks = count_tasks(softmax);
    if (softmax->n_inner == 1) {
        NAME(frcnn_softmax_row)(softmax->n, softmax->is_log, src + task * softmax->n, dst + task * softmax->n);
        return;
    }
    const int64_t n_tiles = n_tasks / softmax->n_outer;
    const int64_t column = task % n_tiles * COLUMNS;
    const int64_t first = task / n_tiles * softmax->n * softmax->n_inner + column;
    const int64_t left = softmax->n_inner - column;
    NAME(frcnn_softmax_columns)
    (softmax->n, softmax->n_inner, left < COLUMNS ? left : COLUMNS, softmax->is_log, src + first, dst + first);
}
