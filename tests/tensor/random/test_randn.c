#include "tensor/random/random_values.h"

#include "tensor/parallel.h"
#include "tensor/random/randn_body.h"

static frcnn_tensor *draw(frcnn_generator *generator, frcnn_dtype dtype, int64_t n)
{
    frcnn_tensor *values = NULL;
    assert_ok(frcnn_tensor_randn(&values, generator, dtype, 1, &n));
    assert_int_equal(frcnn_tensor_get_dtype(values), dtype);
    return values;
}

static void sums_and_first_values_are_those_of_pytorch(void **state)
{
    (void)state;
    for (int i = 0; i < N_SEEDED_ROWS; i++) {
        frcnn_generator *generator = create_generator(seeded_rows[i].seed);
        frcnn_tensor *values = draw(generator, FRCNN_F32, seeded_rows[i].n);
        assert_first(values, 4, seeded_rows[i].randn_first);
        assert_sum(get_sum(values, 0), seeded_rows[i].randn_sum);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

/* torch 2.14.1 after manual_seed(1): the first and the last values of n. Few are pairs, 16 a block, 20 a block and the last
   16 again. f64 is by the C library, whose functions differ in the last place from one release to another. */
static void every_float_has_its_own_numbers(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        int64_t n;
        double first[6];
        double last;
    } rows[] = {
        {FRCNN_F32, 5, {0.661352158, 0.266924113, 0.0616772585, 0.621317327, -0.451905966}, -0.451905966},
        {FRCNN_F16, 5, {0.661132812, 0.266845703, 0.0616760254, 0.62109375, -0.451904297}, -0.451904297},
        {FRCNN_BF16, 5, {0.66015625, 0.267578125, 0.0617675781, 0.62109375, -0.451171875}, -0.451171875},
        {FRCNN_F64,
         5,
         {0.66135217157045223, 0.26692409829251879, 0.061677258237348306, 0.62131732868542155, -0.45190596470388295},
         -0.45190596470388295},
        {FRCNN_F32, 16, {-1.5255959, -0.750231802, -0.653980911, -1.60948479, -0.100167178, -0.609188914}, 0.467635512},
        {FRCNN_F16, 16, {-1.52539062, -0.75, -0.653808594, -1.609375, -0.100158691, -0.609375}, 0.467529297},
        {FRCNN_BF16, 16, {-1.5234375, -0.75, -0.65234375, -1.609375, -0.100097656, -0.609375}, 0.466796875},
        {FRCNN_F64,
         16,
         {-0.31128955419003207, -0.71303027684011244, -0.72906815289537596, -0.29920233004408114, -0.25289846946006805,
          -0.36018000135378847},
         1.0562236505127134},
        {FRCNN_F32, 20, {-1.5255959, -0.750231802, -0.653980911, -1.60948479, 0.865692377, 0.244403899}, 1.71630263},
        {FRCNN_F16, 20, {-1.52539062, -0.75, -0.653808594, -1.609375, -0.696777344, -1.16113281}, -0.131591797},
        {FRCNN_BF16, 20, {-1.5234375, -0.75, -0.65234375, -1.609375, -0.6953125, -1.1640625}, -0.131835938},
        {FRCNN_F64,
         20,
         {-0.31128955419003207, -0.71303027684011244, -0.72906815289537596, -0.29920233004408114, 0.87344558494267721,
          -3.7046638002074288},
         2.574546178223919},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_generator *generator = create_generator(1);
        frcnn_tensor *values = draw(generator, rows[i].dtype, rows[i].n);
        frcnn_tensor *wide = NULL;
        assert_ok(frcnn_tensor_cast(&wide, values, FRCNN_F64));
        const double *found = frcnn_tensor_get_const_data(wide);
        const int64_t n_first = rows[i].n < 6 ? rows[i].n : 6;
        if (rows[i].dtype == FRCNN_F64) {
            for (int64_t j = 0; j < n_first; j++) assert_true(fabs(found[j] - rows[i].first[j]) <= 1e-15);
            assert_true(fabs(found[rows[i].n - 1] - rows[i].last) <= 1e-15);
        } else {
            assert_first(values, n_first, rows[i].first);
            assert_true((float)found[rows[i].n - 1] == (float)rows[i].last);
        }
        frcnn_tensor_destroy(&wide);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

/* torch 2.14.1, seed 1: randn(3), rand(5), randn(16), randn(2): the last begins with the second of the pair of which the
   first call took one. Its dtype may be another. */
static void the_kept_second_value_survives_other_calls(void **state)
{
    (void)state;
    const double expected[] = {0.621317327, -1.76370776};
    const double expected_half = 0.266845703;
    const int64_t n = 5;
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *t[4] = {NULL};
    t[0] = draw(generator, FRCNN_F32, 3);
    assert_ok(frcnn_tensor_rand(&t[1], generator, FRCNN_F32, 1, &n));
    t[2] = draw(generator, FRCNN_F32, 16);
    t[3] = draw(generator, FRCNN_F32, 2);
    assert_first(t[3], 2, expected);
    for (int i = 0; i < 4; i++) frcnn_tensor_destroy(&t[i]);
    frcnn_generator_manual_seed(generator, 1);
    t[0] = draw(generator, FRCNN_F64, 1);
    t[1] = draw(generator, FRCNN_F16, 1);
    assert_first(t[1], 1, &expected_half);
    for (int i = 0; i < 2; i++) frcnn_tensor_destroy(&t[i]);
    frcnn_generator_destroy(&generator);
}

/* Blocks in vectors and in parallel give what one pair at a time gives. */
static void every_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    enum { N = 200003 };
    const int n_threads = frcnn_parallel_get_threads();
    const int64_t n = N;
    frcnn_generator *generator = create_generator(9);
    frcnn_tensor *uniforms = NULL;
    assert_ok(frcnn_tensor_rand(&uniforms, generator, FRCNN_F32, 1, &n));
    float *values = frcnn_tensor_get_data(uniforms);
    for (int i = 0; i < N / 16; i++)
        for (int j = 0; j < 8; j++) frcnn_randn_pair_f32(values + 16 * i + j, values + 16 * i + 8 + j);
    for (int threads = 1; threads <= 3; threads++) {
        frcnn_parallel_set_threads(threads);
        frcnn_generator_manual_seed(generator, 9);
        frcnn_tensor *found = draw(generator, FRCNN_F32, N);
        assert_memory_equal(frcnn_tensor_get_const_data(found), values, (N - 16) * sizeof *values);
        frcnn_tensor_destroy(&found);
    }
    frcnn_parallel_set_threads(n_threads);
    frcnn_tensor_destroy(&uniforms);
    frcnn_generator_destroy(&generator);
}

/* Against the C library in f64, over what uniform numbers can be; 4.8e-7 is 2 ulp of the largest, 5.77. */
static void a_pair_is_that_of_box_and_muller(void **state)
{
    (void)state;
    const float edges[] = {0, 0x1p-24f, 0.25f, 0.29289323f, 0.5f, 0.75f, 0.875f, 1 - 0x1p-24f};
    for (int i = 0; i < 8 * 4096; i++) {
        float u = i < 4096 ? edges[i % 8] : (float)(i / 8) * 0x1p-12f;
        float v = i < 4096 ? (float)i * 0x1p-12f : (float)(i * 37 % 4096) * 0x1p-12f;
        const double radius = sqrt(-2 * log1p(-(double)u));
        const double angle = 6.283185307179586 * (double)v;
        frcnn_randn_pair_f32(&u, &v);
        assert_true(fabs((double)u - radius * cos(angle)) <= 4.8e-7 * 5.8);
        assert_true(fabs((double)v - radius * sin(angle)) <= 4.8e-7 * 5.8);
        assert_true(radius > 0 || (!signbit(u) && !signbit(v)));
    }
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t n = 3;
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_randn(&out, generator, FRCNN_U8, 1, &n), FRCNN_ERROR_INVALID,
                 "randn: expected f32, f64, f16 or bf16, found u8");
    assert_int_equal(frcnn_tensor_randn(&out, generator, FRCNN_F32, 9, &n), FRCNN_ERROR_INVALID);
    assert_null(out);
    frcnn_generator_destroy(&generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_first_values_are_those_of_pytorch),
        cmocka_unit_test(every_float_has_its_own_numbers),
        cmocka_unit_test(the_kept_second_value_survives_other_calls),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(a_pair_is_that_of_box_and_muller),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
