#include "support.h"

#include "frcnn/ops.h"

enum { MAX_OUT = 129 };

/* torch 2.14.1: interpolate(arange(in), out, mode="nearest") */
static const struct {
    int64_t in, out;
    int indices[MAX_OUT];
} rows[] = {
    {3, 7, {0, 0, 0, 1, 1, 2, 2}},
    {5, 3, {0, 1, 3}},
    {2, 4, {0, 0, 1, 1}},
    {7, 7, {0, 1, 2, 3, 4, 5, 6}},
    {13, 25, {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12}},
    {59, 129, {0,  0,  0,  1,  1,  2,  2,  3,  3,  4,  4,  5,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9,  10, 10, 10, 11,
               11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 21, 22, 22, 23,
               23, 24, 24, 25, 25, 26, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30, 31, 31, 32, 32, 32, 33, 33, 34, 34, 35,
               35, 36, 36, 37, 37, 37, 38, 38, 39, 39, 40, 40, 41, 41, 42, 42, 42, 43, 43, 44, 44, 45, 45, 46, 46, 47,
               47, 48, 48, 48, 49, 49, 50, 50, 51, 51, 52, 52, 53, 53, 53, 54, 54, 55, 55, 56, 56, 57, 57, 58, 58}},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static void indices_are_those_of_pytorch_along_both_sides(void **state)
{
    (void)state;
    enum { C = 3 };
    for (int i = 0; i < N_ROWS; i++) {
        const int j = (i + 1) % N_ROWS;
        const int64_t shape[] = {2, rows[i].in, rows[j].in, C};
        const int64_t out_shape[] = {2, rows[i].out, rows[j].out, C};
        frcnn_tensor *tensor = NULL;
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *values = frcnn_tensor_get_data(tensor);
        for (int64_t k = 0; k < frcnn_tensor_get_n_elements(tensor); k++) values[k] = (float)k;
        assert_ok(frcnn_tensor_upsample_nearest(&out, tensor, rows[i].out, rows[j].out));
        assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
        const float *results = frcnn_tensor_get_const_data(out);
        for (int64_t n = 0, at = 0; n < 2; n++)
            for (int64_t y = 0; y < rows[i].out; y++)
                for (int64_t x = 0; x < rows[j].out; x++)
                    for (int64_t c = 0; c < C; c++, at++) {
                        const int64_t row = n * rows[i].in + rows[i].indices[y];
                        assert_true(results[at] == (float)((row * rows[j].in + rows[j].indices[x]) * C + c));
                    }
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&tensor);
    }
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 2, 3, 4};
    const int64_t empty[] = {1, 0, 3, 4};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *none = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
    assert_ok(frcnn_tensor_create(&none, FRCNN_F32, 4, empty));
    assert_fails(frcnn_tensor_upsample_nearest(&out, tensor, 0, 6), FRCNN_ERROR_INVALID, "found 2x3 to 0x6");
    assert_fails(frcnn_tensor_upsample_nearest(&out, tensor, 4, -6), FRCNN_ERROR_INVALID, "found 2x3 to 4x-6");
    assert_fails(frcnn_tensor_upsample_nearest(&out, none, 4, 6), FRCNN_ERROR_INVALID, "found 0x3 to 4x6");
    assert_fails(frcnn_tensor_upsample_nearest(&out, tensor, INT64_MAX, 6), FRCNN_ERROR_INVALID, "memory can address");
    assert_null(out);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_those_of_pytorch_along_both_sides),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
