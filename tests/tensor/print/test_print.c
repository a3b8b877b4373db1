/** Texts of tensors. The expected ones are what str() gave in PyTorch 2.14.1. */
#include "support.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "frcnn/print.h"
#include "tensor/storage.h"

static void assert_text_of(const frcnn_tensor *tensor, const frcnn_format_options *options, const char *expected)
{
    char *text = NULL;
    assert_ok(frcnn_tensor_format(&text, tensor, options));
    assert_string_equal(text, expected);
    frcnn_text_destroy(&text);
    assert_null(text);
}

/* A tensor of n f32 values, cast to dtype. */
static frcnn_tensor *make(frcnn_dtype dtype, int n_dims, const int64_t *shape, const float *values)
{
    frcnn_tensor *real = NULL, *tensor = NULL;
    assert_ok(frcnn_tensor_create(&real, FRCNN_F32, n_dims, shape));
    const size_t n = (size_t)frcnn_tensor_get_n_elements(real);
    if (values != NULL) memcpy(frcnn_tensor_get_data(real), values, n * sizeof *values);
    assert_ok(frcnn_tensor_cast(&tensor, real, dtype));
    frcnn_tensor_destroy(&real);
    return tensor;
}

static frcnn_tensor *make_range(frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    static float values[2048];
    for (int i = 0; i < 2048; i++) values[i] = (float)i;
    return make(dtype, n_dims, shape, values);
}

static void assert_row(frcnn_dtype dtype, int64_t n, const float *values, const char *expected)
{
    frcnn_tensor *tensor = make(dtype, 1, &n, values);
    assert_text_of(tensor, NULL, expected);
    frcnn_tensor_destroy(&tensor);
}

static void test_floats_share_one_form(void **state)
{
    (void)state;
    const float inf = (float)INFINITY, nan = (float)NAN;
    assert_row(FRCNN_F32, 3, (const float[]){1, 2, 30}, "tensor([ 1.,  2., 30.])");
    assert_row(FRCNN_F32, 5, (const float[]){1, -2, -nan, inf, -inf}, "tensor([ 1., -2., nan, inf, -inf])");
    assert_row(FRCNN_F32, 5, (const float[]){0.5f, -2, nan, inf, -inf},
               "tensor([ 0.5000, -2.0000,     nan,     inf,    -inf])");
    assert_row(FRCNN_F32, 2, (const float[]){0.0f, -0.0f}, "tensor([0., -0.])");
    assert_row(FRCNN_F32, 2, (const float[]){0.00001f, 1}, "tensor([1.0000e-05, 1.0000e+00])");
    assert_row(FRCNN_F32, 2, (const float[]){1e9f, 1}, "tensor([1.0000e+09, 1.0000e+00])");
    assert_row(FRCNN_F32, 2, (const float[]){9.9e-5f, 9.9e-2f}, "tensor([9.9000e-05, 9.9000e-02])");
    const int64_t shape[] = {3, 4};
    const float rand[] = {0.75763160f, 0.27931088f, 0.40306926f, 0.73468447f, 0.02928156f, 0.79985863f,
                          0.39713734f, 0.75437194f, 0.56950849f, 0.43877792f, 0.63868046f, 0.52466589f};
    frcnn_tensor *tensor = make(FRCNN_F32, 2, shape, rand);
    assert_text_of(tensor, NULL,
                   "tensor([[0.7576, 0.2793, 0.4031, 0.7347],\n"
                   "        [0.0293, 0.7999, 0.3971, 0.7544],\n"
                   "        [0.5695, 0.4388, 0.6387, 0.5247]])");
    frcnn_tensor_destroy(&tensor);
}

static void test_dtypes_are_told_but_the_usual_ones(void **state)
{
    (void)state;
    const float halves[] = {1.5f, -0.25f}, numbers[] = {7, 100}, bits[] = {1, 0};
    assert_row(FRCNN_F64, 2, halves, "tensor([ 1.5000, -0.2500], dtype=torch.float64)");
    assert_row(FRCNN_F16, 2, halves, "tensor([ 1.5000, -0.2500], dtype=torch.float16)");
    assert_row(FRCNN_BF16, 2, halves, "tensor([ 1.5000, -0.2500], dtype=torch.bfloat16)");
    assert_row(FRCNN_U8, 2, numbers, "tensor([  7, 100], dtype=torch.uint8)");
    assert_row(FRCNN_I8, 2, numbers, "tensor([  7, 100], dtype=torch.int8)");
    assert_row(FRCNN_I16, 2, numbers, "tensor([  7, 100], dtype=torch.int16)");
    assert_row(FRCNN_I32, 2, numbers, "tensor([  7, 100], dtype=torch.int32)");
    assert_row(FRCNN_I64, 2, numbers, "tensor([  7, 100])");
    assert_row(FRCNN_BOOL, 2, bits, "tensor([ True, False])");

    int64_t limits[] = {INT64_MIN, INT64_MAX};
    const int64_t two = 2;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_I64, 1, &two, limits, NULL, NULL));
    assert_text_of(tensor, NULL, "tensor([-9223372036854775808,  9223372036854775807])");
    frcnn_tensor_destroy(&tensor);
}

static void test_scalars_and_empty_tensors(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        int n_dims;
        int64_t shape[2];
        float value;
        const char *text;
    } cases[] = {
        {FRCNN_I8, 0, {0}, -128, "tensor(-128, dtype=torch.int8)"},
        {FRCNN_F32, 0, {0}, 2.5f, "tensor(2.5000)"},
        {FRCNN_F32, 0, {0}, 3, "tensor(3.)"},
        {FRCNN_BOOL, 0, {0}, 1, "tensor(True)"},
        {FRCNN_F32, 1, {0}, 0, "tensor([])"},
        {FRCNN_F32, 2, {0, 3}, 0, "tensor([], size=(0, 3))"},
        {FRCNN_I64, 2, {2, 0}, 0, "tensor([], size=(2, 0), dtype=torch.int64)"},
        {FRCNN_BOOL, 1, {0}, 0, "tensor([], dtype=torch.bool)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        frcnn_tensor *tensor = make(cases[i].dtype, cases[i].n_dims, cases[i].shape, &cases[i].value);
        assert_text_of(tensor, NULL, cases[i].text);
        frcnn_tensor_destroy(&tensor);
    }
}

static void test_dimensions_and_lines(void **state)
{
    (void)state;
    const int64_t cube[] = {2, 2, 2}, matrix[] = {2, 3}, row[] = {25};
    const int order[] = {1, 0};
    frcnn_tensor *tensor = make_range(FRCNN_I64, 3, cube), *view = NULL;
    assert_text_of(tensor, NULL, "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]])");
    frcnn_tensor_destroy(&tensor);

    tensor = make_range(FRCNN_I64, 2, matrix);
    assert_text_of(tensor, NULL, "tensor([[0, 1, 2],\n        [3, 4, 5]])");
    assert_ok(frcnn_tensor_permute(&view, tensor, order));
    assert_text_of(view, NULL, "tensor([[0, 3],\n        [1, 4],\n        [2, 5]])");
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&tensor);

    tensor = make_range(FRCNN_I64, 1, row);
    assert_text_of(tensor, NULL,
                   "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
                   "        18, 19, 20, 21, 22, 23, 24])");
    frcnn_tensor_destroy(&tensor);
}

static void test_more_than_1000_elements_are_summarised(void **state)
{
    (void)state;
    const int64_t matrix[] = {30, 40}, row[] = {1001};
    frcnn_tensor *tensor = make_range(FRCNN_I64, 1, row);
    assert_text_of(tensor, NULL, "tensor([   0,    1,    2,  ...,  998,  999, 1000])");
    frcnn_tensor_destroy(&tensor);

    tensor = make_range(FRCNN_F32, 2, matrix);
    assert_text_of(tensor, NULL,
                   "tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 3.7000e+01, 3.8000e+01,\n"
                   "         3.9000e+01],\n"
                   "        [4.0000e+01, 4.1000e+01, 4.2000e+01,  ..., 7.7000e+01, 7.8000e+01,\n"
                   "         7.9000e+01],\n"
                   "        [8.0000e+01, 8.1000e+01, 8.2000e+01,  ..., 1.1700e+02, 1.1800e+02,\n"
                   "         1.1900e+02],\n"
                   "        ...,\n"
                   "        [1.0800e+03, 1.0810e+03, 1.0820e+03,  ..., 1.1170e+03, 1.1180e+03,\n"
                   "         1.1190e+03],\n"
                   "        [1.1200e+03, 1.1210e+03, 1.1220e+03,  ..., 1.1570e+03, 1.1580e+03,\n"
                   "         1.1590e+03],\n"
                   "        [1.1600e+03, 1.1610e+03, 1.1620e+03,  ..., 1.1970e+03, 1.1980e+03,\n"
                   "         1.1990e+03]])");
    frcnn_tensor_destroy(&tensor);
}

static void test_options_are_those_of_set_printoptions(void **state)
{
    (void)state;
    const int64_t six[] = {6}, five[] = {5}, matrix[] = {2, 3}, two[] = {2};
    frcnn_format_options options;
    frcnn_format_options_default(&options);
    options.precision = 2;
    options.threshold = 5;
    options.edgeitems = 1;
    options.linewidth = 20;
    options.sci_mode = FRCNN_SCI_ON;
    frcnn_tensor *tensor = make_range(FRCNN_F32, 1, six);
    assert_text_of(tensor, &options, "tensor([0.00e+00,\n         ...,\n        5.00e+00])");
    frcnn_tensor *doubles = make(FRCNN_F64, 1, five, (const float[]){1.25f, 2, 3, 4, 5});
    assert_text_of(doubles, &options,
                   "tensor([1.25e+00,\n        2.00e+00,\n        3.00e+00,\n        4.00e+00,\n        5.00e+00],\n"
                   "       dtype=torch.float64)");
    frcnn_tensor_destroy(&doubles);

    options.edgeitems = 0;
    options.linewidth = 80;
    options.sci_mode = FRCNN_SCI_OFF;
    assert_text_of(tensor, &options, "tensor([...], size=(6,))");
    frcnn_tensor_destroy(&tensor);
    tensor = make(FRCNN_F32, 1, two, (const float[]){1.25f, 2e9f});
    assert_text_of(tensor, &options, "tensor([         1.25, 2000000000.00], size=(2,))");
    frcnn_tensor_destroy(&tensor);
    tensor = make_range(FRCNN_I64, 2, matrix);
    assert_text_of(tensor, &options, "tensor([...], size=(2, 3))");
    frcnn_tensor_destroy(&tensor);
}

/* The largest text that an element can have: 309 digits, the point and 1074 zeros. */
static void test_the_longest_number_fits(void **state)
{
    (void)state;
    double value = -1.7976931348623157e308;
    frcnn_format_options options;
    frcnn_format_options_default(&options);
    options.precision = 1074;
    options.sci_mode = FRCNN_SCI_OFF;
    double values[] = {value, 0.5};
    const int64_t two = 2;
    frcnn_tensor *tensor = NULL;
    char *text = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F64, 1, &two, values, NULL, NULL));
    assert_ok(frcnn_tensor_format(&text, tensor, &options));
    const char *point = strchr(text, '.');
    assert_non_null(point);
    assert_int_equal(point - strchr(text, '-'), 310);
    assert_int_equal(strspn(point + 1, "0"), 1074);
    frcnn_text_destroy(&text);
    frcnn_tensor_destroy(&tensor);
}

static void assert_refused(const frcnn_tensor *tensor, frcnn_format_options options, const char *message)
{
    char *text = NULL;
    assert_fails(frcnn_tensor_format(&text, tensor, &options), FRCNN_ERROR_INVALID, message);
    assert_null(text);
}

static void test_options_out_of_range_are_refused(void **state)
{
    (void)state;
    frcnn_tensor *tensor = make(FRCNN_F32, 0, NULL, NULL);
    frcnn_format_options good, options;
    frcnn_format_options_default(&good);
    options = good, options.struct_size = 8;
    assert_refused(tensor, options, "found 8");
    options = good, options.precision = -1;
    assert_refused(tensor, options, "expected a precision from 0 to 1074, found -1");
    options = good, options.precision = 1075;
    assert_refused(tensor, options, "found 1075");
    options = good, options.threshold = -1;
    assert_refused(tensor, options, "expected a threshold of 0 or more, found -1");
    options = good, options.edgeitems = -1;
    assert_refused(tensor, options, "expected edgeitems of 0 or more, found -1");
    options = good, options.linewidth = -1;
    assert_refused(tensor, options, "expected a linewidth of 0 or more, found -1");
    options = good, options.sci_mode = (frcnn_sci_mode)3;
    assert_refused(tensor, options, "3 is no sci_mode");

    char *text = NULL;
    tensor->device = (frcnn_device){FRCNN_CUDA, 1000};
    assert_fails(frcnn_tensor_format(&text, tensor, NULL), FRCNN_ERROR_UNSUPPORTED, "found cuda:1000");
    assert_null(text);
    frcnn_tensor_destroy(&tensor);
    frcnn_text_destroy(&text);
    frcnn_text_destroy(NULL);
}

static void test_the_locale_plays_no_part(void **state)
{
    (void)state;
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL) skip();
    assert_row(FRCNN_F32, 2, (const float[]){1.5f, -0.25f}, "tensor([ 1.5000, -0.2500])");
    setlocale(LC_NUMERIC, "C");
}

static void test_printing_ends_the_line(void **state)
{
    (void)state;
    const int64_t two = 2;
    frcnn_tensor *tensor = make_range(FRCNN_I64, 1, &two);
    char *bytes = NULL;
    size_t n_bytes = 0;
    FILE *stream = open_memstream(&bytes, &n_bytes);
    assert_non_null(stream);
    assert_ok(frcnn_tensor_print(stream, tensor, NULL));
    fclose(stream);
    assert_string_equal(bytes, "tensor([0, 1])\n");
    free(bytes);

    stream = fopen("/dev/null", "r");
    assert_non_null(stream);
    assert_fails(frcnn_tensor_print(stream, tensor, NULL), FRCNN_ERROR_IO, "cannot be printed");
    fclose(stream);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats_share_one_form),
        cmocka_unit_test(test_dtypes_are_told_but_the_usual_ones),
        cmocka_unit_test(test_scalars_and_empty_tensors),
        cmocka_unit_test(test_dimensions_and_lines),
        cmocka_unit_test(test_more_than_1000_elements_are_summarised),
        cmocka_unit_test(test_options_are_those_of_set_printoptions),
        cmocka_unit_test(test_the_longest_number_fits),
        cmocka_unit_test(test_options_out_of_range_are_refused),
        cmocka_unit_test(test_the_locale_plays_no_part),
        cmocka_unit_test(test_printing_ends_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
