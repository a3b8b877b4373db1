#include "support.h"

#include <math.h>

#include "frcnn/reduce.h"
#include "tensor/parallel.h"

enum { N = 24 };

static const int64_t shape[] = {2, 3, 4};

/* torch 2.14.1: 3 * randn(2, 3, 4), and what its reductions make of it. */
static const float inputs[N] = {-2.46040344f, 1.18689346f,  2.69672537f,  -4.16521168f, -0.500988066f, 0.855449915f,
                                -1.92327452f, -2.68096638f, -2.54672575f, -3.65078831f, -0.243064761f, 4.08445549f,
                                -3.90965009f, 0.262435138f, -4.15488434f, 1.51069164f,  -2.60010481f,  -1.69202006f,
                                -6.16938782f, -1.07016754f, 3.28674126f,  1.44706249f,  4.19675541f,   4.21755886f};

typedef frcnn_status (*reduction)(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims,
                                  int keep_dims);

static frcnn_status var_1(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims, int keep_dims)
{
    return frcnn_tensor_var(out, tensor, dims, n_dims, keep_dims, 1);
}

static frcnn_status var_0(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims, int n_dims, int keep_dims)
{
    return frcnn_tensor_var(out, tensor, dims, n_dims, keep_dims, 0);
}

typedef struct golden {
    reduction run;
    int n_dims;
    int dims[3];
    float values[8];
} golden;

static const golden goldens[] = {
    {frcnn_tensor_sum, 2, {0, 2}, {-9.0334034f, -15.7814589f, 10.7919941f}},
    {frcnn_tensor_sum,
     1,
     {1},
     {-5.5081172f, -1.60844493f, 0.53038609f, -2.76172256f, -3.22301388f, 0.0174775124f, -6.12751675f, 4.65808296f}},
    {frcnn_tensor_sum, 1, {-1}, {-2.74199629f, -4.24977875f, -2.35612345f, -6.29140759f, -11.5316801f, 13.148118f}},
    {frcnn_tensor_sum, 0, {0}, {-14.0228682f}},
    {frcnn_tensor_mean, 2, {2, 0}, {-1.12917542f, -1.97268236f, 1.34899926f}},
    {frcnn_tensor_mean, 3, {0, 1, 2}, {-0.584286153f}},
    {frcnn_tensor_amax, 2, {0, 2}, {2.69672537f, 0.855449915f, 4.21755886f}},
    {frcnn_tensor_amax,
     1,
     {-2},
     {-0.500988066f, 1.18689346f, 2.69672537f, 4.08445549f, 3.28674126f, 1.44706249f, 4.19675541f, 4.21755886f}},
    {frcnn_tensor_amin, 1, {2}, {-4.16521168f, -2.68096638f, -3.65078831f, -4.15488434f, -6.16938782f, 1.44706249f}},
    {frcnn_tensor_amin, 0, {0}, {-6.16938782f}},
    {frcnn_tensor_prod, 2, {0, 2}, {211.245026f, -64.1866608f, -777.056519f}},
    {frcnn_tensor_prod, 0, {0}, {10536197.0f}},
    {var_1, 2, {0, 2}, {8.11182976f, 4.22394609f, 10.0421066f}},
    {var_0, 2, {0, 2}, {7.0978508f, 3.69595289f, 8.7868433f}},
    {var_1,
     1,
     {1},
     {1.33863378f, 7.30320024f, 5.46831179f, 19.3384876f, 14.6929855f, 2.51284599f, 30.2108402f, 6.99133587f}},
    {var_0, 0, {0}, {8.51426315f}},
};

static frcnn_tensor *wrap(frcnn_dtype dtype, int n_dims, const int64_t *dims, const void *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, dtype, n_dims, dims, (void *)(uintptr_t)values, NULL, NULL));
    return tensor;
}

/* PyTorch sums f32 in f32: some of its last digits, more where terms cancel. */
static void assert_near(const frcnn_tensor *out, const float *expected)
{
    const float *found = frcnn_tensor_get_const_data(out);
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F32);
    assert_true(frcnn_tensor_is_contiguous(out));
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(out); i++)
        assert_true(fabsf(found[i] - expected[i]) <= 4e-7f * fabsf(expected[i]) + 1e-6f);
}

static void reductions_over_any_dimensions_are_those_of_pytorch(void **state)
{
    (void)state;
    frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shape, inputs);
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        const golden *g = &goldens[i];
        frcnn_tensor *out = NULL;
        frcnn_tensor *kept = NULL;
        assert_ok(g->run(&out, tensor, g->dims, g->n_dims, 0));
        assert_near(out, g->values);
        assert_int_equal(frcnn_tensor_get_n_dims(out), g->n_dims == 0 ? 0 : 3 - g->n_dims);
        assert_ok(g->run(&kept, tensor, g->dims, g->n_dims, 1));
        assert_near(kept, g->values);
        assert_int_equal(frcnn_tensor_get_n_dims(kept), 3);
        assert_int_equal(frcnn_tensor_get_n_elements(kept), frcnn_tensor_get_n_elements(out));
        frcnn_tensor_destroy(&kept);
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&tensor);
}

/* Dimension d of the view is dimension order[d] of the tensor, so the golden's dims are looked up in it; its results
   come in the view's order, which for these is that of the tensor. */
static void a_permuted_view_gives_the_same_values(void **state)
{
    (void)state;
    static const int orders[][3] = {{0, 2, 1}, {2, 0, 1}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}};
    frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shape, inputs);
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++)
        for (size_t k = 0; k < sizeof orders / sizeof *orders; k++) {
            const golden *g = &goldens[i];
            const int *order = orders[k];
            int dims[3] = {0};
            int last_kept = -1;
            int is_kept_in_order = 1;
            for (int d = 0; d < 3; d++) {
                int is_reduced = g->n_dims == 0;
                for (int j = 0; j < g->n_dims; j++)
                    if ((g->dims[j] + 3) % 3 == order[d]) {
                        dims[j] = d;
                        is_reduced = 1;
                    }
                if (is_reduced) continue;
                if (order[d] < last_kept) is_kept_in_order = 0;
                last_kept = order[d];
            }
            if (!is_kept_in_order) continue;
            frcnn_tensor *view = NULL;
            frcnn_tensor *out = NULL;
            assert_ok(frcnn_tensor_permute(&view, tensor, order));
            assert_ok(g->run(&out, view, dims, g->n_dims, 0));
            assert_near(out, g->values);
            frcnn_tensor_destroy(&out);
            frcnn_tensor_destroy(&view);
        }
    frcnn_tensor_destroy(&tensor);
}

/* A permuted sum whose results lie in another order in memory than in the tensor that is handed out. */
static void results_are_row_major_in_the_order_of_the_view(void **state)
{
    (void)state;
    const int order[] = {2, 1, 0};
    const int last = 2;
    frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shape, inputs);
    frcnn_tensor *view = NULL;
    frcnn_tensor *out = NULL;
    float expected[12];
    for (int c = 0; c < 4; c++)
        for (int r = 0; r < 3; r++) expected[c * 3 + r] = inputs[r * 4 + c] + inputs[12 + r * 4 + c];
    assert_ok(frcnn_tensor_permute(&view, tensor, order));
    assert_ok(frcnn_tensor_sum(&out, view, &last, 1, 0));
    assert_near(out, expected);
    assert_int_equal(frcnn_tensor_get_shape(out)[0], 4);
    assert_int_equal(frcnn_tensor_get_shape(out)[1], 3);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&tensor);
}

static void extremes_know_where_they_are(void **state)
{
    (void)state;
    /* torch 2.14.1 */
    static const int64_t largest[3][12] = {
        {0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1}, {1, 0, 0, 2, 2, 2, 2, 2}, {2, 1, 3, 3, 3, 3}};
    static const int64_t smallest[3][12] = {
        {1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0}, {2, 2, 1, 0, 0, 1, 1, 1}, {3, 3, 1, 2, 2, 1}};
    frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shape, inputs);
    frcnn_tensor *values = NULL;
    frcnn_tensor *indices = NULL;
    frcnn_tensor *extremes = NULL;
    for (int d = -3; d < 3; d++)
        for (int is_max = 0; is_max < 2; is_max++) {
            const int at = (d + 3) % 3;
            const size_t n = (size_t)(N / shape[at]);
            assert_ok((is_max ? frcnn_tensor_max : frcnn_tensor_min)(&values, &indices, tensor, d, d < 0));
            assert_ok((is_max ? frcnn_tensor_amax : frcnn_tensor_amin)(&extremes, tensor, &d, 1, 0));
            assert_int_equal(frcnn_tensor_get_n_dims(values), d < 0 ? 3 : 2);
            assert_memory_equal(frcnn_tensor_get_data(indices), is_max ? largest[at] : smallest[at],
                                n * sizeof(int64_t));
            assert_memory_equal(frcnn_tensor_get_data(values), frcnn_tensor_get_data(extremes), n * sizeof(float));
            frcnn_tensor_destroy(&indices);
            frcnn_tensor_destroy(&extremes);
            frcnn_tensor_destroy(&values);
        }
    assert_ok(frcnn_tensor_argmax(&indices, tensor, FRCNN_ALL_DIMS, 0));
    assert_int_equal(*(int64_t *)frcnn_tensor_get_data(indices), 23);
    assert_int_equal(frcnn_tensor_get_n_dims(indices), 0);
    frcnn_tensor_destroy(&indices);
    assert_ok(frcnn_tensor_argmin(&indices, tensor, FRCNN_ALL_DIMS, 1));
    assert_int_equal(*(int64_t *)frcnn_tensor_get_data(indices), 18);
    assert_int_equal(frcnn_tensor_get_n_dims(indices), 3);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&tensor);
}

/* Long rows are cut into lanes and blocks: the index must not depend on the cut. */
static void the_first_of_equals_and_the_first_nan_win(void **state)
{
    (void)state;
    static float row[70001];
    static const int64_t places[] = {0, 1, 15, 63, 64, 1023, 1024, 32767, 65535, 65536, 69999, 70000};
    enum { N_PLACES = sizeof places / sizeof *places };
    for (int64_t n = 1; n <= 70001; n = n < 70 ? n + 1 : n < 5000 ? n * 2 + 1 : n == 70001 ? n + 1 : 70001)
        for (int i = 0; i < N_PLACES; i++)
            for (int j = i; j < N_PLACES && places[j] < n; j++) {
                const int last = -1;
                const int64_t rows[] = {1, n};
                frcnn_tensor *tensor = wrap(FRCNN_F32, 2, rows, row);
                frcnn_tensor *index = NULL;
                frcnn_tensor *value = NULL;
                row[places[j]] = row[places[i]] = 2;
                assert_ok(frcnn_tensor_argmax(&index, tensor, last, 0));
                assert_int_equal(*(int64_t *)frcnn_tensor_get_data(index), places[i]);
                frcnn_tensor_destroy(&index);
                row[places[j]] = NAN;
                row[places[i]] = i < j ? 3 : NAN;
                assert_ok(frcnn_tensor_min(&value, &index, tensor, last, 0));
                assert_int_equal(*(int64_t *)frcnn_tensor_get_data(index), places[j]);
                assert_true(isnan(*(float *)frcnn_tensor_get_data(value)));
                frcnn_tensor_destroy(&value);
                assert_ok(frcnn_tensor_amax(&value, tensor, &last, 1, 0));
                assert_true(isnan(*(float *)frcnn_tensor_get_data(value)));
                frcnn_tensor_destroy(&value);
                frcnn_tensor_destroy(&index);
                frcnn_tensor_destroy(&tensor);
                row[places[j]] = row[places[i]] = 0;
            }
}

/* torch 2.14.1: sums and products of integers and bool are i64, extremes keep the dtype, any and all of u8 are u8. */
static void dtypes_are_those_of_pytorch(void **state)
{
    (void)state;
    static const int16_t whole[] = {300, 300, 0};
    static const uint8_t bytes[] = {200, 100, 0};
    static const uint8_t truths[] = {1, 1, 0};
    static const uint16_t halves[] = {0x6800, 0x3c00, 0x3c00, 0x3c00}; /* 2048, 1, 1, 1 */
    const int64_t n = 3;
    const int64_t n_halves = 4;
    frcnn_tensor *i16 = wrap(FRCNN_I16, 1, &n, whole);
    frcnn_tensor *u8 = wrap(FRCNN_U8, 1, &n, bytes);
    frcnn_tensor *truth = wrap(FRCNN_BOOL, 1, &n, truths);
    frcnn_tensor *f16 = wrap(FRCNN_F16, 1, &n_halves, halves);
    frcnn_tensor *out = NULL;
    frcnn_tensor *where = NULL;
    const struct {
        reduction run;
        const frcnn_tensor *tensor;
        frcnn_dtype dtype;
        int64_t value;
    } cases[] = {
        {frcnn_tensor_sum, i16, FRCNN_I64, 600},   {frcnn_tensor_prod, i16, FRCNN_I64, 0},
        {frcnn_tensor_amax, i16, FRCNN_I16, 300},  {frcnn_tensor_any, i16, FRCNN_BOOL, 1},
        {frcnn_tensor_sum, u8, FRCNN_I64, 300},    {frcnn_tensor_amin, u8, FRCNN_U8, 0},
        {frcnn_tensor_any, u8, FRCNN_U8, 1},       {frcnn_tensor_all, u8, FRCNN_U8, 0},
        {frcnn_tensor_sum, truth, FRCNN_I64, 2},   {frcnn_tensor_amax, truth, FRCNN_BOOL, 1},
        {frcnn_tensor_amin, truth, FRCNN_BOOL, 0}, {frcnn_tensor_all, truth, FRCNN_BOOL, 0},
        {frcnn_tensor_sum, f16, FRCNN_F16, 2052},  {frcnn_tensor_mean, f16, FRCNN_F16, 513},
        {frcnn_tensor_all, f16, FRCNN_BOOL, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        frcnn_tensor *as_i64 = NULL;
        assert_ok(cases[i].run(&out, cases[i].tensor, NULL, 0, 0));
        assert_int_equal(frcnn_tensor_get_dtype(out), cases[i].dtype);
        assert_ok(frcnn_tensor_cast(&as_i64, out, FRCNN_I64));
        assert_int_equal(*(int64_t *)frcnn_tensor_get_data(as_i64), cases[i].value);
        frcnn_tensor_destroy(&as_i64);
        frcnn_tensor_destroy(&out);
    }
    assert_ok(frcnn_tensor_max(&out, &where, u8, 0, 0));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_U8);
    assert_int_equal(*(uint8_t *)frcnn_tensor_get_data(out), 200);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&where);
    assert_fails(frcnn_tensor_mean(&out, i16, NULL, 0, 0), FRCNN_ERROR_INVALID,
                 "mean: expected f32, f64, f16 or bf16, found i16");
    assert_fails(frcnn_tensor_var(&out, truth, NULL, 0, 0, 1), FRCNN_ERROR_INVALID,
                 "var: expected f32, f64, f16 or bf16, found bool");
    assert_fails(frcnn_tensor_argmax(&out, truth, 0, 0), FRCNN_ERROR_INVALID, "argmax: expected numbers, found bool");
    assert_null(out);
    frcnn_tensor_destroy(&f16);
    frcnn_tensor_destroy(&truth);
    frcnn_tensor_destroy(&u8);
    frcnn_tensor_destroy(&i16);
}

static void scalars_count_as_one_value(void **state)
{
    (void)state;
    const float value = 5;
    const int dims[] = {0, -1, 1};
    frcnn_tensor *scalar = wrap(FRCNN_F32, 0, NULL, &value);
    frcnn_tensor *out = NULL;
    frcnn_tensor *where = NULL;
    for (int i = 0; i < 2; i++) {
        assert_ok(frcnn_tensor_sum(&out, scalar, &dims[i], 1, i));
        assert_int_equal(frcnn_tensor_get_n_dims(out), 0);
        assert_near(out, &value);
        frcnn_tensor_destroy(&out);
        assert_ok(frcnn_tensor_max(&out, &where, scalar, dims[i], i));
        assert_near(out, &value);
        assert_int_equal(*(int64_t *)frcnn_tensor_get_data(where), 0);
        frcnn_tensor_destroy(&where);
        frcnn_tensor_destroy(&out);
    }
    assert_ok(frcnn_tensor_var(&out, scalar, NULL, 0, 0, 1));
    assert_true(isnan(*(float *)frcnn_tensor_get_data(out)));
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_sum(&out, scalar, &dims[2], 1, 0), FRCNN_ERROR_INVALID, "expected [-1, 0], found 1");
    assert_fails(frcnn_tensor_sum(&out, scalar, dims, 2, 0), FRCNN_ERROR_INVALID, "at most once, found 0 twice");
    frcnn_tensor_destroy(&scalar);
}

/* torch 2.14.1: [2, 0, 3] over dimension 1 and over all; extremes have nothing to choose from. */
static void reductions_of_nothing_are_those_of_pytorch(void **state)
{
    (void)state;
    const int64_t dims[] = {2, 0, 3};
    const int empty = 1;
    const int full = 0;
    frcnn_tensor *none = wrap(FRCNN_F32, 3, dims, NULL);
    frcnn_tensor *out = NULL;
    frcnn_tensor *where = NULL;
    const struct {
        reduction run;
        double value;
    } cases[] = {{frcnn_tensor_sum, 0}, {frcnn_tensor_prod, 1}, {frcnn_tensor_mean, (double)NAN},
                 {var_1, (double)NAN},  {var_0, (double)NAN},   {frcnn_tensor_any, 0},
                 {frcnn_tensor_all, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int is_all = 0; is_all < 2; is_all++) {
            frcnn_tensor *real = NULL;
            assert_ok(cases[i].run(&out, none, &empty, is_all ? 0 : 1, 0));
            assert_int_equal(frcnn_tensor_get_n_elements(out), is_all ? 1 : 6);
            assert_ok(frcnn_tensor_cast(&real, out, FRCNN_F64));
            const double *values = frcnn_tensor_get_const_data(real);
            for (int64_t k = 0; k < frcnn_tensor_get_n_elements(out); k++)
                assert_true(values[k] == cases[i].value || (isnan(values[k]) && isnan(cases[i].value)));
            frcnn_tensor_destroy(&real);
            frcnn_tensor_destroy(&out);
        }
        assert_ok(cases[i].run(&out, none, &full, 1, 1));
        assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
        frcnn_tensor_destroy(&out);
    }
    assert_fails(frcnn_tensor_amax(&out, none, &empty, 1, 0), FRCNN_ERROR_INVALID,
                 "amax: expected a value to choose from along the reduced dimensions, found [2, 0, 3]");
    assert_fails(frcnn_tensor_amin(&out, none, NULL, 0, 0), FRCNN_ERROR_INVALID, "amin: expected a value");
    assert_fails(frcnn_tensor_max(&out, &where, none, 1, 0), FRCNN_ERROR_INVALID, "max: expected a value");
    assert_fails(frcnn_tensor_argmin(&out, none, FRCNN_ALL_DIMS, 0), FRCNN_ERROR_INVALID, "argmin: expected a value");
    assert_null(out);
    assert_ok(frcnn_tensor_max(&out, &where, none, 0, 0));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 2);
    assert_int_equal(frcnn_tensor_get_n_elements(where), 0);
    frcnn_tensor_destroy(&where);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&none);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int dims[] = {0, 3, -3};
    frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shape, inputs);
    frcnn_tensor *out = NULL;
    frcnn_tensor *where = NULL;
    assert_fails(frcnn_tensor_sum(&out, tensor, dims, 2, 0), FRCNN_ERROR_INVALID, "sum: dimension out of range");
    assert_fails(frcnn_tensor_prod(&out, tensor, &dims[1], 1, 0), FRCNN_ERROR_INVALID, "expected [-3, 2], found 3");
    assert_fails(frcnn_tensor_any(&out, tensor, (int[]){0, -3}, 2, 0), FRCNN_ERROR_INVALID,
                 "any: expected every dimension at most once, found 0 twice");
    assert_fails(frcnn_tensor_all(&out, tensor, dims, -1, 0), FRCNN_ERROR_INVALID, "all: expected 0 or more");
    assert_fails(frcnn_tensor_min(&out, &where, tensor, -4, 0), FRCNN_ERROR_INVALID, "min: dimension out of range");
    assert_null(out);
    assert_null(where);
    frcnn_tensor_destroy(&tensor);
}

/* Against a mean that hides the variance from f32 sums, and a first value that lies far out. n values i % 1000 of a
   whole number of thousands have the variance (1000^2 - 1) / 12. */
static void variance_is_exact_where_the_mean_is_large(void **state)
{
    (void)state;
    static float values[300000];
    const int64_t n = 300000;
    frcnn_tensor *tensor = wrap(FRCNN_F32, 1, &n, values);
    frcnn_tensor *out = NULL;
    for (int i = 0; i < 300000; i++) values[i] = (float)(8000000 + i % 1000);
    assert_ok(frcnn_tensor_var(&out, tensor, NULL, 0, 0, 0));
    assert_true(*(float *)frcnn_tensor_get_data(out) == (float)(999999.0 / 12));
    frcnn_tensor_destroy(&out);
    values[0] = 1e10f;
    double mean = 0;
    double sum = 0;
    for (int i = 0; i < 300000; i++) mean += (double)values[i] / 300000;
    for (int i = 0; i < 300000; i++) sum += ((double)values[i] - mean) * ((double)values[i] - mean);
    assert_ok(frcnn_tensor_var(&out, tensor, NULL, 0, 0, 1));
    assert_true(fabs(*(float *)frcnn_tensor_get_data(out) / (sum / 299999) - 1) < 1e-7);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void every_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    static float values[200 * 1100];
    static const int64_t shapes[][3] = {{1, 1, 220000}, {1, 220000, 1}, {200, 1, 1100}, {1, 73333, 3}, {3, 660, 111}};
    uint32_t random = 1;
    for (int i = 0; i < 200 * 1100; i++) {
        random = random * 1664525u + 1013904223u;
        values[i] = (float)(random >> 8) * 0x1p-20f - 5;
    }
    const int n_threads = frcnn_parallel_get_threads();
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int dim = 0; dim < 3; dim++)
            for (size_t r = 0; r < sizeof goldens / sizeof *goldens; r++) {
                frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shapes[s], values);
                frcnn_tensor *one = NULL;
                frcnn_tensor *three = NULL;
                frcnn_parallel_set_threads(1);
                assert_ok(goldens[r].run(&one, tensor, &dim, 1, 0));
                frcnn_parallel_set_threads(3);
                assert_ok(goldens[r].run(&three, tensor, &dim, 1, 0));
                assert_memory_equal(frcnn_tensor_get_data(one), frcnn_tensor_get_data(three),
                                    (size_t)frcnn_tensor_get_n_elements(one) * sizeof(float));
                frcnn_tensor_destroy(&three);
                frcnn_tensor_destroy(&one);
                frcnn_tensor_destroy(&tensor);
            }
    frcnn_parallel_set_threads(n_threads);
}

/* [repeats, outer, n, inner]: the parts of each repeat are merged, of which the last is shorter. */
static void dimensions_apart_are_reduced_together(void **state)
{
    (void)state;
    static float values[3 * 2 * 40000 * 3];
    static const int64_t shapes[][4] = {{3, 2, 64, 1},    {3, 2, 40000, 3},  {5, 3, 70, 4},
                                        {2, 2, 30000, 1}, {2, 1, 130, 1100}, {7, 5, 3, 2}};
    const int apart[] = {2, 0};
    for (int i = 0; i < 3 * 2 * 40000 * 3; i++) values[i] = (float)((int)(((uint32_t)i * 2654435761u) >> 24) - 100);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t *dims = shapes[s];
        frcnn_tensor *tensor = wrap(FRCNN_F32, 4, dims, values);
        frcnn_tensor *sum = NULL;
        frcnn_tensor *least = NULL;
        frcnn_tensor *variance = NULL;
        assert_ok(frcnn_tensor_sum(&sum, tensor, apart, 2, 0));
        assert_ok(frcnn_tensor_amin(&least, tensor, apart, 2, 1));
        assert_ok(frcnn_tensor_var(&variance, tensor, apart, 2, 0, 0));
        for (int64_t o = 0; o < dims[1]; o++)
            for (int64_t c = 0; c < dims[3]; c++) {
                double expected = 0;
                double squares = 0;
                float smallest = INFINITY;
                for (int64_t k = 0; k < dims[0]; k++)
                    for (int64_t r = 0; r < dims[2]; r++) {
                        const float x = values[((k * dims[1] + o) * dims[2] + r) * dims[3] + c];
                        expected += (double)x;
                        squares += (double)x * (double)x;
                        if (x < smallest) smallest = x;
                    }
                const int64_t at = o * dims[3] + c;
                const double n = (double)(dims[0] * dims[2]);
                const double spread = squares / n - expected / n * (expected / n);
                assert_true(((float *)frcnn_tensor_get_data(sum))[at] == (float)expected);
                assert_true(((float *)frcnn_tensor_get_data(least))[at] == smallest);
                assert_true(fabs((double)((float *)frcnn_tensor_get_data(variance))[at] - spread) <= 1e-6 * spread);
            }
        frcnn_tensor_destroy(&variance);
        frcnn_tensor_destroy(&least);
        frcnn_tensor_destroy(&sum);
        frcnn_tensor_destroy(&tensor);
    }
}

/* Whole numbers have exact sums, so a plain loop is the reference for every way to cut a shape up. */
static void every_cut_of_a_shape_reduces_all_of_it(void **state)
{
    (void)state;
    static float values[2 * 140000];
    static const int64_t shapes[][3] = {{1, 1, 1},      {7, 5, 1},     {1, 33, 1},   {3, 513, 1},  {2, 70000, 1},
                                        {1, 140000, 2}, {2, 40, 1025}, {2, 11, 6},   {5, 9, 100},  {1, 129, 1024},
                                        {2, 257, 500},  {1, 300, 900}, {900, 2, 3},  {40, 17, 31}, {2, 3, 4000},
                                        {1, 65537, 3},  {300, 127, 1}, {1, 1, 5000}, {2, 2, 513},  {1, 128, 2048}};
    for (int i = 0; i < 2 * 140000; i++) values[i] = (float)((int)(((uint32_t)i * 2654435761u) >> 24) - 100);
    const int middle = 1;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t *dims = shapes[s];
        frcnn_tensor *tensor = wrap(FRCNN_F32, 3, dims, values);
        frcnn_tensor *sum = NULL;
        frcnn_tensor *largest = NULL;
        frcnn_tensor *where = NULL;
        frcnn_tensor *all = NULL;
        frcnn_tensor *variance = NULL;
        assert_ok(frcnn_tensor_sum(&sum, tensor, &middle, 1, 0));
        assert_ok(frcnn_tensor_max(&largest, &where, tensor, middle, 0));
        assert_ok(frcnn_tensor_all(&all, tensor, &middle, 1, 0));
        assert_ok(frcnn_tensor_var(&variance, tensor, &middle, 1, 0, 0));
        for (int64_t o = 0; o < dims[0]; o++)
            for (int64_t c = 0; c < dims[2]; c++) {
                const float *column = values + o * dims[1] * dims[2] + c;
                double expected = 0;
                double squares = 0;
                int64_t best = 0;
                int is_all = 1;
                for (int64_t r = 0; r < dims[1]; r++) {
                    const float x = column[r * dims[2]];
                    expected += (double)x;
                    squares += (double)x * (double)x;
                    if (x > column[best * dims[2]]) best = r;
                    is_all &= x != 0;
                }
                const int64_t at = o * dims[2] + c;
                const double n = (double)dims[1];
                const double spread = squares / n - expected / n * (expected / n);
                assert_true(((float *)frcnn_tensor_get_data(sum))[at] == (float)expected);
                assert_int_equal(((int64_t *)frcnn_tensor_get_data(where))[at], best);
                assert_true(((float *)frcnn_tensor_get_data(largest))[at] == column[best * dims[2]]);
                assert_int_equal(((uint8_t *)frcnn_tensor_get_data(all))[at], is_all);
                assert_true(fabs((double)((float *)frcnn_tensor_get_data(variance))[at] - spread) <=
                            1e-6 * spread + 1e-9);
            }
        frcnn_tensor_destroy(&variance);
        frcnn_tensor_destroy(&all);
        frcnn_tensor_destroy(&where);
        frcnn_tensor_destroy(&largest);
        frcnn_tensor_destroy(&sum);
        frcnn_tensor_destroy(&tensor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reductions_over_any_dimensions_are_those_of_pytorch),
        cmocka_unit_test(a_permuted_view_gives_the_same_values),
        cmocka_unit_test(results_are_row_major_in_the_order_of_the_view),
        cmocka_unit_test(extremes_know_where_they_are),
        cmocka_unit_test(the_first_of_equals_and_the_first_nan_win),
        cmocka_unit_test(dtypes_are_those_of_pytorch),
        cmocka_unit_test(scalars_count_as_one_value),
        cmocka_unit_test(reductions_of_nothing_are_those_of_pytorch),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(variance_is_exact_where_the_mean_is_large),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(dimensions_apart_are_reduced_together),
        cmocka_unit_test(every_cut_of_a_shape_reduces_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
