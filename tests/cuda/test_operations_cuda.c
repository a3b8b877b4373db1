/* Operations on tensors of a GPU, from the public headers: what they make is on that GPU, and is what they make of the same
   tensors on the CPU. */
#include "tensor_tables.h"

#include "frcnn/frcnn.h"

enum { MAX_RESULTS = 1024, N_KINDS = 6 };

/* In the order in which they were made; NULL where the operation doesn't take the dtype. */
typedef struct results {
    int n;
    const char *names[MAX_RESULTS];
    frcnn_tensor *each[MAX_RESULTS];
} results;

typedef struct inputs {
    frcnn_tensor *maps[N_KINDS]; /* [2, 7, 9, 16] of several dtypes, below them zero too */
    frcnn_tensor *positive;      /* f32 of that shape */
    frcnn_tensor *mask;          /* bool */
    frcnn_tensor *rows[2];       /* [16], f32 and f64 */
    frcnn_tensor *matrices[2];   /* [16, 24] */
    frcnn_tensor *kernels[2];    /* [24, 16, 3, 3] */
    frcnn_tensor *classes;       /* i64 [126], 0 … 15 */
    frcnn_tensor *indices;       /* i64 of the maps' shape, 0 … 6 */
} inputs;

/* All tensors of a struct that holds nothing else. */
enum { N_INPUTS = sizeof(inputs) / sizeof(frcnn_tensor *) };

static frcnn_tensor **get_all(inputs *in)
{
    return in->maps;
}

static const frcnn_dtype kinds[N_KINDS] = {FRCNN_F32, FRCNN_F64, FRCNN_BF16, FRCNN_I64, FRCNN_I16, FRCNN_U8};
static const int64_t map_shape[] = {2, 7, 9, 16};

static void keep(results *r, const char *name, frcnn_status status, frcnn_tensor **tensor)
{
    assert_true(r->n < MAX_RESULTS);
    if (status != FRCNN_OK && status != FRCNN_ERROR_INVALID) fail_msg("%s: %s", name, frcnn_error_message());
    assert_true((status == FRCNN_OK) == (*tensor != NULL));
    r->names[r->n] = name;
    r->each[r->n++] = *tensor;
    *tensor = NULL;
}

#define KEEP(call) keep(r, #call, call, &out)
#define KEEP_TWO(call)                                                                                                 \
    do {                                                                                                               \
        const frcnn_status two_status = call;                                                                          \
        keep(r, #call, two_status, &out);                                                                              \
        keep(r, #call, two_status, &other);                                                                            \
    } while (0)

static void run_reductions(results *r, const frcnn_tensor *map)
{
    static const struct {
        int n;
        int dims[3];
    } over[] = {{1, {3}}, {2, {0, 1}}, {1, {1}}, {2, {0, 2}}, {0, {0}}};
    frcnn_tensor *out = NULL;
    frcnn_tensor *other = NULL;
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        const int *dims = over[i].dims;
        const int n = over[i].n;
        KEEP(frcnn_tensor_sum(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_mean(&out, map, dims, n, 1));
        KEEP(frcnn_tensor_var(&out, map, dims, n, 0, 1));
        KEEP(frcnn_tensor_amax(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_amin(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_any(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_all(&out, map, dims, n, 0));
    }
    KEEP(frcnn_tensor_prod(&out, map, over[0].dims, 1, 0));
    for (int dim = 0; dim < 4; dim++) {
        KEEP_TWO(frcnn_tensor_max(&out, &other, map, dim, 0));
        KEEP_TWO(frcnn_tensor_min(&out, &other, map, dim, 1));
        KEEP(frcnn_tensor_cumsum(&out, map, dim));
        KEEP(frcnn_tensor_softmax(&out, map, dim));
        KEEP(frcnn_tensor_log_softmax(&out, map, dim));
    }
    KEEP(frcnn_tensor_argmax(&out, map, FRCNN_ALL_DIMS, 0));
    KEEP(frcnn_tensor_argmin(&out, map, FRCNN_ALL_DIMS, 0));
}

static void run_indexing(results *r, const inputs *in, const frcnn_tensor *map)
{
    frcnn_tensor *out = NULL;
    frcnn_tensor *other = NULL;
    frcnn_tensor *third = NULL;
    KEEP_TWO(frcnn_tensor_sort(&out, &other, map, 1, 0));
    KEEP(frcnn_tensor_argsort(&out, map, 2, 0));
    KEEP_TWO(frcnn_tensor_topk(&out, &other, map, 7, 3, 1));
    KEEP(frcnn_tensor_nonzero(&out, map));
    const frcnn_status status = frcnn_tensor_unique(&out, &other, &third, map);
    keep(r, "unique", status, &out);
    keep(r, "unique", status, &other);
    keep(r, "unique", status, &third);
    KEEP(frcnn_tensor_index_select(&out, map, 3, in->classes));
    KEEP(frcnn_tensor_gather(&out, map, 1, in->indices));
    KEEP(frcnn_tensor_gather(&out, map, 3, in->indices));
    KEEP(frcnn_tensor_masked_select(&out, map, in->mask));
    KEEP(frcnn_tensor_one_hot(&out, in->classes, -1));
    KEEP(frcnn_tensor_index_select(&out, map, 0, in->classes)); /* an index is out of range */
}

static void run_pools(results *r, const frcnn_tensor *map)
{
    static const int64_t pads[] = {0, 0, 2, 3, 4, -1};
    frcnn_max_pool2d_options max;
    frcnn_avg_pool2d_options avg;
    frcnn_interpolate_options size;
    frcnn_tensor *out = NULL;
    frcnn_tensor *other = NULL;
    frcnn_max_pool2d_options_default(&max);
    frcnn_avg_pool2d_options_default(&avg);
    max.kernel_h = max.kernel_w = avg.kernel_h = avg.kernel_w = 3;
    max.padding_h = max.padding_w = avg.padding_h = avg.padding_w = 1;
    KEEP_TWO(frcnn_tensor_max_pool2d(&out, &other, map, &max));
    KEEP(frcnn_tensor_max_pool2d(&out, NULL, map, &max));
    KEEP(frcnn_tensor_avg_pool2d(&out, map, &avg));
    KEEP(frcnn_tensor_adaptive_avg_pool2d(&out, map, 1, 1));
    KEEP(frcnn_tensor_adaptive_avg_pool2d(&out, map, 3, 4));
    KEEP_TWO(frcnn_tensor_adaptive_max_pool2d(&out, &other, map, 3, 4));
    for (int mode = 0; mode < 3; mode++) {
        frcnn_interpolate_options_default(&size);
        size.mode = mode == 0 ? FRCNN_INTERPOLATE_NEAREST : FRCNN_INTERPOLATE_BILINEAR;
        size.antialias = mode == 2;
        size.out_h = 5;
        size.out_w = 13;
        KEEP(frcnn_tensor_interpolate(&out, map, &size));
    }
    KEEP(frcnn_tensor_pad(&out, map, pads, 6, FRCNN_PAD_REFLECT, frcnn_scalar_i64(0)));
    KEEP(frcnn_tensor_pad(&out, map, pads, 6, FRCNN_PAD_CONSTANT, frcnn_scalar_i64(1)));
}

static void run_products(results *r, const inputs *in, const frcnn_tensor *map)
{
    const int is_wide = frcnn_tensor_get_dtype(map) == FRCNN_F64;
    const frcnn_tensor *row = in->rows[is_wide];
    const frcnn_tensor *matrix = in->matrices[is_wide];
    frcnn_generator *generator = NULL;
    frcnn_tensor *out = NULL;
    frcnn_tensor *view = NULL;
    KEEP(frcnn_tensor_conv2d(&out, map, in->kernels[is_wide], NULL, NULL));
    KEEP(frcnn_tensor_batch_norm(&out, map, row, row, row, row, 1e-5));
    KEEP(frcnn_tensor_matmul(&out, map, matrix));
    KEEP(frcnn_tensor_matmul(&out, map, row));
    assert_ok(frcnn_tensor_transpose(&view, matrix, 0, 1));
    KEEP(frcnn_tensor_linear(&out, map, view, NULL));
    frcnn_tensor_destroy(&view);
    assert_ok(frcnn_tensor_transpose(&view, map, 2, 3));
    KEEP(frcnn_tensor_matmul(&out, map, view));
    frcnn_tensor_destroy(&view);
    /* One image and one row less: the view begins at an odd place. */
    assert_ok(frcnn_tensor_narrow(&view, map, 3, 1, 15));
    KEEP(frcnn_tensor_softmax(&out, view, 3));
    frcnn_tensor_destroy(&view);
    assert_ok(frcnn_generator_create(&generator, 1));
    KEEP(frcnn_tensor_dropout(&out, generator, map, 0.5, 1));
    frcnn_generator_destroy(&generator);
}

static void run_losses(results *r, const inputs *in, const frcnn_tensor *map)
{
    frcnn_nll_loss_options options;
    frcnn_tensor *out = NULL;
    frcnn_tensor *rows = NULL;
    frcnn_tensor *few = NULL;
    frcnn_tensor *probs = NULL;
    assert_ok(frcnn_tensor_flatten(&rows, map, 0, 2));
    assert_ok(frcnn_tensor_flatten(&probs, in->positive, 0, 2));
    KEEP(frcnn_tensor_cross_entropy(&out, rows, in->classes, NULL));
    KEEP(frcnn_tensor_cross_entropy(&out, rows, probs, NULL));
    KEEP(frcnn_tensor_nll_loss(&out, rows, in->classes, NULL));
    frcnn_nll_loss_options_default(&options);
    options.reduction = FRCNN_LOSS_NONE;
    options.ignore_index = 3;
    KEEP(frcnn_tensor_nll_loss(&out, rows, in->classes, &options));
    assert_ok(frcnn_tensor_narrow(&few, rows, 1, 0, 9));
    KEEP(frcnn_tensor_nll_loss(&out, few, in->classes, NULL)); /* a class is out of range */
    for (int reduction = FRCNN_LOSS_NONE; reduction <= FRCNN_LOSS_SUM; reduction++) {
        const frcnn_loss_reduction by = (frcnn_loss_reduction)reduction;
        KEEP(frcnn_tensor_mse_loss(&out, map, in->rows[0], by));
        KEEP(frcnn_tensor_l1_loss(&out, map, in->positive, by));
        KEEP(frcnn_tensor_smooth_l1_loss(&out, map, in->positive, 0.5, by));
    }
    KEEP(frcnn_tensor_binary_cross_entropy_with_logits(&out, map, in->positive, NULL));
    frcnn_tensor_destroy(&few);
    frcnn_tensor_destroy(&rows);
    frcnn_tensor_destroy(&probs);
}

static frcnn_tensor *make(frcnn_dtype dtype, int n_dims, const int64_t *shape, fill_kind kind)
{
    frcnn_tensor *tensor = NULL;
    int64_t n = 1;
    for (int d = 0; d < n_dims; d++) n *= shape[d];
    void *values = make_values(dtype, n, kind, (uint64_t)(50 + n));
    assert_ok(frcnn_tensor_from_data(&tensor, dtype, n_dims, shape, values));
    free(values);
    return tensor;
}

static frcnn_tensor *make_indices(int n_dims, const int64_t *shape, int64_t below)
{
    frcnn_tensor *tensor = make(FRCNN_I64, n_dims, shape, FILL_PLAIN);
    int64_t *values = frcnn_tensor_get_data(tensor);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(tensor); i++)
        values[i] = (int64_t)((uint64_t)values[i] % (uint64_t)below);
    return tensor;
}

static void make_inputs(inputs *in)
{
    static const int64_t matrix[] = {16, 24}, kernel[] = {24, 16, 3, 3}, n_channels = 16, n_rows = 126;
    for (int i = 0; i < N_KINDS; i++) in->maps[i] = make(kinds[i], 4, map_shape, FILL_TIES);
    in->positive = make(FRCNN_F32, 4, map_shape, FILL_NEAR_ONE);
    in->mask = make(FRCNN_BOOL, 4, map_shape, FILL_TIES);
    for (int i = 0; i < 2; i++) {
        in->rows[i] = make(kinds[i], 1, &n_channels, FILL_NEAR_ONE);
        in->matrices[i] = make(kinds[i], 2, matrix, FILL_PLAIN);
        in->kernels[i] = make(kinds[i], 4, kernel, FILL_PLAIN);
    }
    in->classes = make_indices(1, &n_rows, 16);
    in->indices = make_indices(4, map_shape, 7);
}

static void run_all(results *r, const inputs *in)
{
    r->n = 0;
    for (int i = 0; i < N_KINDS; i++) {
        run_reductions(r, in->maps[i]);
        run_indexing(r, in, in->maps[i]);
        run_pools(r, in->maps[i]);
        run_products(r, in, in->maps[i]);
        run_losses(r, in, in->maps[i]);
    }
}

/* As f64 in the CPU's memory. */
static frcnn_tensor *get_numbers(const frcnn_tensor *tensor)
{
    const frcnn_device cpu = {FRCNN_CPU, 0};
    frcnn_tensor *here = NULL;
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_to_device(&here, tensor, cpu));
    assert_ok(frcnn_tensor_cast(&wide, here, FRCNN_F64));
    frcnn_tensor_destroy(&here);
    return wide;
}

/* Sums of some hundred products of at most 16 are rounded in another order; what is 16 bits wide, last of all. */
static double get_tolerance(frcnn_dtype dtype, double value)
{
    switch (dtype) {
    case FRCNN_F64:
        return 1e-11 * (1.0 + fabs(value));
    case FRCNN_F32:
        return 1e-5 * (4.0 + fabs(value));
    case FRCNN_BF16:
        return 0x1p-7 * fabs(value) + 1e-5;
    default:
        return 0.0;
    }
}

static void compare(const char *name, const frcnn_tensor *found, const frcnn_tensor *expected)
{
    if (expected == NULL && found == NULL) return;
    if (expected == NULL || found == NULL) fail_msg("%s: on one device only", name);
    const frcnn_dtype dtype = frcnn_tensor_get_dtype(expected);
    const int n_dims = frcnn_tensor_get_n_dims(expected);
    const int64_t n = frcnn_tensor_get_n_elements(expected);
    if (frcnn_tensor_get_device(found).kind != FRCNN_CUDA) fail_msg("%s: the result is not on the GPU", name);
    if (frcnn_tensor_get_dtype(found) != dtype || frcnn_tensor_get_n_dims(found) != n_dims ||
        memcmp(frcnn_tensor_get_shape(found), frcnn_tensor_get_shape(expected), (size_t)n_dims * sizeof(int64_t)) != 0)
        fail_msg("%s: another dtype or shape", name);
    frcnn_tensor *a = get_numbers(found);
    frcnn_tensor *b = get_numbers(expected);
    const double *x = frcnn_tensor_get_const_data(a);
    const double *y = frcnn_tensor_get_const_data(b);
    for (int64_t i = 0; i < n; i++)
        if (x[i] != y[i] && !(x[i] != x[i] && y[i] != y[i]) && !(fabs(x[i] - y[i]) <= get_tolerance(dtype, y[i])))
            fail_msg("%s: element %lld: expected %.17g, found %.17g", name, (long long)i, y[i], x[i]);
    frcnn_tensor_destroy(&a);
    frcnn_tensor_destroy(&b);
}

static void test_operations(void **state)
{
    static results expected;
    static results found;
    const frcnn_device device = {FRCNN_CUDA, 0};
    inputs here;
    inputs there;
    int n_made = 0;
    (void)state;
    make_inputs(&here);
    for (int i = 0; i < N_INPUTS; i++)
        assert_ok(frcnn_tensor_to_device(get_all(&there) + i, get_all(&here)[i], device));
    run_all(&expected, &here);
    run_all(&found, &there);
    assert_int_equal(found.n, expected.n);
    for (int i = 0; i < expected.n; i++) {
        compare(expected.names[i], found.each[i], expected.each[i]);
        n_made += expected.each[i] != NULL;
        frcnn_tensor_destroy(&expected.each[i]);
        frcnn_tensor_destroy(&found.each[i]);
    }
    assert_true(n_made > 400);
    for (int i = 0; i < N_INPUTS; i++) {
        frcnn_tensor_destroy(get_all(&here) + i);
        frcnn_tensor_destroy(get_all(&there) + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
    };
    return RUN_CUDA_TESTS(tests);
}
