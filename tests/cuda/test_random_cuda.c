#include "tensor_tables.h"

enum { GUARD_BYTES = 16, GUARD = 0xa5 };

/* What is drawn, and by which entry. */
typedef struct request {
    enum { UNIFORM, RANDN, RANDINT, RANDPERM } entry;
    frcnn_dtype dtype;
    double low, high;
    int64_t least;
    uint64_t range;
} request;

static frcnn_status draw(const request *r, const frcnn_random_ops *ops, int64_t n, frcnn_generator *generator,
                         void *dst)
{
    const frcnn_uniform uniform = {r->dtype, n, r->low, r->high};
    const frcnn_randint randint = {r->dtype, n, r->least, r->range};
    switch (r->entry) {
    case UNIFORM:
        return ops->uniform(&uniform, generator, dst);
    case RANDN:
        return ops->randn(r->dtype, n, generator, dst);
    case RANDINT:
        return ops->randint(&randint, generator, dst);
    default:
        return ops->randperm(n, generator, dst);
    }
}

static frcnn_generator *make_generator(int n_drawn)
{
    frcnn_generator *generator = NULL;
    assert_ok(frcnn_generator_create(&generator, 42));
    for (int i = 0; i < n_drawn; i++) (void)frcnn_generator_draw_u32(generator);
    return generator;
}

static void assert_same_state(const frcnn_generator *a, const frcnn_generator *b)
{
    frcnn_tensor *a_state = NULL;
    frcnn_tensor *b_state = NULL;
    assert_ok(frcnn_generator_get_state(&a_state, a));
    assert_ok(frcnn_generator_get_state(&b_state, b));
    assert_memory_equal(frcnn_tensor_get_const_data(a_state), frcnn_tensor_get_const_data(b_state),
                        (size_t)frcnn_tensor_get_n_elements(a_state));
    frcnn_tensor_destroy(&a_state);
    frcnn_tensor_destroy(&b_state);
}

/* Logarithm, sine and cosine of f64 are the C library's there and CUDA's here. */
static void assert_same(const request *r, int64_t n, const void *found, const void *expected)
{
    if (r->entry != RANDN || r->dtype != FRCNN_F64) {
        assert_bytes_equal(found, expected, (size_t)n * frcnn_dtype_get_size(r->dtype));
        return;
    }
    double *tolerances = malloc(((size_t)n + 1) * sizeof *tolerances);
    assert_non_null(tolerances);
    for (int64_t i = 0; i < n; i++) tolerances[i] = fabs(((const double *)expected)[i]) * 0x1p-49;
    assert_reals_near(FRCNN_F64, n, found, expected, 0, tolerances);
    free(tolerances);
}

/* The same numbers, nothing behind them, and generators that go on the same way. */
static void compare(const request *r, int64_t n, int n_drawn)
{
    const size_t bytes = (size_t)n * frcnn_dtype_get_size(r->dtype);
    frcnn_generator *expected_generator = make_generator(n_drawn);
    frcnn_generator *generator = make_generator(n_drawn);
    unsigned char *expected = malloc(bytes + GUARD_BYTES);
    assert_non_null(expected);
    memset(expected, GUARD, bytes + GUARD_BYTES);
    void *memory = to_gpu(expected, bytes + GUARD_BYTES);
    assert_ok(draw(r, frcnn_tensor_ops_cpu.random, n, expected_generator, expected));
    assert_ok(draw(r, get_gpu()->random, n, generator, memory));
    unsigned char *found = from_gpu(memory, bytes + GUARD_BYTES);
    assert_same(r, n, found, expected);
    assert_memory_equal(found + bytes, expected + bytes, GUARD_BYTES);
    assert_same_state(generator, expected_generator);
    free(found);
    free(expected);
    frcnn_generator_destroy(&generator);
    frcnn_generator_destroy(&expected_generator);
}

/* Around blocks of 16, a state of 624 words, and a kernel's block. */
static void sweep(const request *r)
{
    const int64_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 255, 257, 623, 624, 625, 5000};
    const int drawn[] = {0, 1, 623};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof drawn / sizeof *drawn; k++) compare(r, sizes[i], drawn[k]);
}

static const frcnn_dtype floats[] = {FRCNN_F32, FRCNN_F64, FRCNN_F16, FRCNN_BF16};
enum { N_FLOATS = sizeof floats / sizeof *floats };

static void uniform_numbers(void **state)
{
    (void)state;
    const double bounds[][2] = {{0, 1}, {-3, 7.5}, {1, 1.001}, {-2, 0}, {0, 0}};
    for (int d = 0; d < N_FLOATS; d++)
        for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
            const request r = {.entry = UNIFORM, .dtype = floats[d], .low = bounds[i][0], .high = bounds[i][1]};
            sweep(&r);
        }
}

static void normal_numbers(void **state)
{
    (void)state;
    for (int d = 0; d < N_FLOATS; d++) {
        const request r = {.entry = RANDN, .dtype = floats[d]};
        sweep(&r);
    }
}

static void whole_numbers(void **state)
{
    (void)state;
    const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_F16, FRCNN_BF16, FRCNN_U8,
                                  FRCNN_I8,  FRCNN_I16, FRCNN_I32, FRCNN_I64,  FRCNN_BOOL};
    for (size_t d = 0; d < sizeof dtypes / sizeof *dtypes; d++) {
        const request narrow = {.entry = RANDINT, .dtype = dtypes[d], .least = 0, .range = 2};
        sweep(&narrow);
    }
    const request signed_numbers = {.entry = RANDINT, .dtype = FRCNN_I8, .least = -128, .range = 256};
    const request wide = {.entry = RANDINT, .dtype = FRCNN_I64, .least = INT64_MIN, .range = UINT64_MAX};
    const request edge = {.entry = RANDINT, .dtype = FRCNN_F32, .least = -5, .range = UINT64_C(1) << 28};
    sweep(&signed_numbers);
    sweep(&wide);
    sweep(&edge);
}

static void orders(void **state)
{
    (void)state;
    const request r = {.entry = RANDPERM, .dtype = FRCNN_I64};
    sweep(&r);
}

/* More words than are brought over at a time: each part goes on where the one before ended. */
static void many_numbers(void **state)
{
    (void)state;
    const int64_t n = (1 << 20) + 2 * 16 + 5;
    const request requests[] = {{.entry = UNIFORM, .dtype = FRCNN_F32, .low = 0, .high = 1},
                                {.entry = RANDN, .dtype = FRCNN_F16},
                                {.entry = RANDINT, .dtype = FRCNN_I64, .least = 0, .range = UINT64_C(1) << 40}};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) compare(&requests[i], n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_numbers), cmocka_unit_test(normal_numbers), cmocka_unit_test(whole_numbers),
        cmocka_unit_test(orders),          cmocka_unit_test(many_numbers),
    };
    return RUN_CUDA_TESTS(tests);
}
