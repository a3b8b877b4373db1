#include "tensor_tables.h"

static const frcnn_loss_ops *cpu(void)
{
    return frcnn_tensor_ops_cpu.loss;
}

static const frcnn_loss_ops *gpu(void)
{
    return get_gpu()->loss;
}

/* One of both NaN, or near each other. */
static void assert_sums_near(frcnn_loss_sums found, frcnn_loss_sums expected, double tolerance)
{
    const double a[] = {found.loss, found.weight};
    const double b[] = {expected.loss, expected.weight};
    const double allowed[] = {tolerance, 1e-12 * fabs(expected.weight)};
    assert_reals_near(FRCNN_F64, 2, a, b, 0.0, allowed);
}

typedef struct class_case {
    int64_t n_outer, n_classes, n_inner;
    int has_probs, has_weight, has_losses;
    double smoothing;
} class_case;

static void compare_class_loss(frcnn_dtype dtype, const class_case *c, fill_kind kind)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    const int64_t n = c->n_outer * c->n_inner;
    const int64_t n_values = n * c->n_classes;
    void *log_probs = make_values(dtype, n_values, kind, 41);
    void *probs = c->has_probs ? make_values(dtype, n_values, FILL_PLAIN, 42) : NULL;
    void *weight = c->has_weight ? make_values(dtype, c->n_classes, FILL_PLAIN, 43) : NULL;
    int64_t *classes = c->has_probs ? NULL : make_values(FRCNN_I64, n, FILL_PLAIN, 44);
    void *losses = c->has_losses ? malloc((size_t)n * size + 1) : NULL;
    frcnn_loss_sums expected = {-1, -1};
    frcnn_loss_sums found = {-2, -2};
    for (int64_t i = 0; classes != NULL && i < n; i++) {
        classes[i] = (int64_t)((uint64_t)classes[i] % (uint64_t)(c->n_classes + 1));
        if (classes[i] == c->n_classes) classes[i] = -100;
    }
    frcnn_class_loss loss = {.dtype = dtype,
                             .n_outer = c->n_outer,
                             .n_classes = c->n_classes,
                             .n_inner = c->n_inner,
                             .log_probs = log_probs,
                             .classes = classes,
                             .probs = probs,
                             .weight = weight,
                             .ignore_index = -100,
                             .label_smoothing = c->smoothing,
                             .losses = losses};
    assert_ok(cpu()->class_loss(&loss, &expected));
    loss.log_probs = to_gpu(log_probs, (size_t)n_values * size);
    loss.probs = to_gpu(probs, (size_t)n_values * size);
    loss.weight = to_gpu(weight, (size_t)c->n_classes * size);
    loss.classes = to_gpu(classes, (size_t)n * sizeof *classes);
    loss.losses = c->has_losses ? gpu_alloc((size_t)n * size) : NULL;
    assert_ok(gpu()->class_loss(&loss, &found));
    assert_sums_near(found, expected, 1e-12 * 100.0 * (double)n_values);
    if (c->has_losses) {
        void *copy = from_gpu(loss.losses, (size_t)n * size);
        assert_values_equal(dtype, n, copy, losses);
        free(copy);
    }
    const void *const inputs[] = {loss.log_probs, loss.probs, loss.weight, loss.classes};
    for (int k = 0; k < 4; k++) gpu_free(inputs[k]);
    free(log_probs);
    free(probs);
    free(weight);
    free(classes);
    free(losses);
}

static void test_class_loss(void **state)
{
    const int64_t sizes[][3] = {{1, 1, 1}, {7, 5, 1}, {2, 3, 40}, {1500, 2, 1}, {0, 4, 1}, {3, 91, 5}};
    (void)state;
    for (int i = 0; i < 6; i++)
        for (int mode = 0; mode < 16; mode++) {
            const class_case c = {
                sizes[i][0], sizes[i][1], sizes[i][2], mode % 2, mode / 2 % 2, mode / 4 % 2, mode / 8 == 0 ? 0.0 : 0.1};
            compare_class_loss(FRCNN_F32, &c, FILL_PLAIN);
            compare_class_loss(FRCNN_F64, &c, FILL_PLAIN);
            compare_class_loss(FRCNN_F32, &c, FILL_SPECIAL);
        }
}

static void compare_pair_loss(const frcnn_pair_loss *kind, fill_kind fill, int has_weights, int has_losses)
{
    const size_t size = frcnn_dtype_get_size(kind->dtype);
    const int64_t n = kind->n;
    void *const arrays[] = {make_values(kind->dtype, n, fill, 45), make_values(kind->dtype, n, FILL_NEAR_ONE, 46),
                            has_weights ? make_values(kind->dtype, n, FILL_NEAR_ONE, 47) : NULL,
                            has_weights ? make_values(kind->dtype, n, FILL_NEAR_ONE, 48) : NULL};
    void *losses = has_losses ? malloc((size_t)n * size + 1) : NULL;
    frcnn_pair_loss loss = *kind;
    frcnn_loss_sums expected = {-1, -1};
    frcnn_loss_sums found = {-2, -2};
    loss.input = arrays[0];
    loss.target = arrays[1];
    loss.weight = arrays[2];
    loss.pos_weight = arrays[3];
    loss.losses = losses;
    assert_ok(cpu()->pair_loss(&loss, &expected));
    loss.input = to_gpu(arrays[0], (size_t)n * size);
    loss.target = to_gpu(arrays[1], (size_t)n * size);
    loss.weight = to_gpu(arrays[2], (size_t)n * size);
    loss.pos_weight = to_gpu(arrays[3], (size_t)n * size);
    loss.losses = has_losses ? gpu_alloc((size_t)n * size) : NULL;
    assert_ok(gpu()->pair_loss(&loss, &found));
    /* On the CPU up to 32 f32 go one after the other before they are a double; no loss is above 40. */
    assert_sums_near(found, expected, (kind->dtype == FRCNN_F32 ? 0x1p-20 : 0x1p-40) * fmax(fabs(expected.loss), 1.0));
    if (has_losses) {
        void *copy = from_gpu(loss.losses, (size_t)n * size);
        /* exp and log1p of f64 are each library's own. */
        assert_reals_near(kind->dtype, n, copy, losses,
                          kind->dtype == FRCNN_F64 && kind->kind == FRCNN_PAIR_LOSS_BCE ? 1e-14 : 0.0, NULL);
        free(copy);
    }
    const void *const inputs[] = {loss.input, loss.target, loss.weight, loss.pos_weight};
    for (int k = 0; k < 4; k++) gpu_free(inputs[k]);
    for (int k = 0; k < 4; k++) free(arrays[k]);
    free(losses);
}

static void test_pair_loss(void **state)
{
    const int64_t sizes[] = {0, 1, 255, 1024, 1025, 9000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (frcnn_pair_loss_kind kind = FRCNN_PAIR_LOSS_MSE; kind <= FRCNN_PAIR_LOSS_BCE; kind++)
            for (int mode = 0; mode < 4; mode++) {
                const frcnn_pair_loss loss = {.kind = kind,
                                              .dtype = mode % 2 == 0 ? FRCNN_F32 : FRCNN_F64,
                                              .n = sizes[i],
                                              .beta = mode / 2 == 0 ? 1.0 : 0.5};
                compare_pair_loss(&loss, FILL_PLAIN, mode / 2 && kind == FRCNN_PAIR_LOSS_BCE, mode / 2);
                compare_pair_loss(&loss, FILL_SPECIAL, 0, 1);
            }
}

static void test_same_bytes(void **state)
{
    float *values = make_values(FRCNN_F32, 5000, FILL_PLAIN, 49);
    const float *on_gpu = to_gpu(values, 5000 * sizeof *values);
    const frcnn_pair_loss loss = {
        .kind = FRCNN_PAIR_LOSS_MSE, .dtype = FRCNN_F32, .n = 4990, .input = on_gpu, .target = on_gpu + 7};
    frcnn_loss_sums first = {0, 0};
    (void)state;
    for (int i = 0; i < N_RUNS; i++) {
        frcnn_loss_sums next = {0, 0};
        begin_run(i);
        assert_ok(gpu()->pair_loss(&loss, &next));
        if (i == 0) first = next;
        assert_memory_equal(&next, &first, sizeof next);
    }
    begin_run(0);
    gpu_free(on_gpu);
    free(values);
}

static void test_wrong_class(void **state)
{
    int64_t classes[700];
    int64_t at = -1;
    int64_t found = -1;
    (void)state;
    for (int i = 0; i < 700; i++) classes[i] = i % 5 == 0 ? -100 : i % 4;
    for (int n = 0; n <= 700; n += 350) {
        int64_t *on_gpu = to_gpu(classes, sizeof classes);
        const frcnn_class_range range = {on_gpu, n, 4, -100};
        assert_ok(gpu()->find_wrong_class(&range, &at, &found));
        assert_int_equal(at, n);
        gpu_free(on_gpu);
    }
    classes[699] = -1;
    classes[401] = 4;
    int64_t *on_gpu = to_gpu(classes, sizeof classes);
    const frcnn_class_range range = {on_gpu, 700, 4, -100};
    assert_ok(gpu()->find_wrong_class(&range, &at, &found));
    assert_int_equal(at, 401);
    assert_int_equal(found, 4);
    gpu_free(on_gpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_loss),
        cmocka_unit_test(test_pair_loss),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_wrong_class),
    };
    return RUN_CUDA_TESTS(tests);
}
