#include "fault/every_allocation.h"

#include "frcnn/ops.h"

/* Every view once, on a tensor that has to be copied where it may be. */
static frcnn_status run_views(void)
{
    enum { N = 32 };
    const int64_t shape[] = {4, 1, 6};
    const int64_t flat[] = {-1};
    const int64_t wide[] = {2, 6, 3, 4};
    const int64_t sizes[] = {1, 5};
    const int order[] = {2, 1, 0};
    frcnn_tensor *t[N] = {NULL};
    int n = 2;
    int n_parts = 0;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F32, 3, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], order);
    if (status == FRCNN_OK) status = frcnn_tensor_unsqueeze(&t[n++], t[1], 0);
    if (status == FRCNN_OK) status = frcnn_tensor_squeeze(&t[n++], t[1], 1);
    if (status == FRCNN_OK) status = frcnn_tensor_squeeze_all(&t[n++], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_view(&t[n++], t[0], 1, flat);
    if (status == FRCNN_OK) status = frcnn_tensor_reshape(&t[n++], t[1], 1, flat);
    if (status == FRCNN_OK) status = frcnn_tensor_flatten(&t[n++], t[1], 0, -1);
    if (status == FRCNN_OK) status = frcnn_tensor_contiguous(&t[n++], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_to_device(&t[n++], t[1], frcnn_tensor_get_device(t[0]));
    if (status == FRCNN_OK) status = frcnn_tensor_transpose(&t[n++], t[1], 0, 2);
    if (status == FRCNN_OK) status = frcnn_tensor_narrow(&t[n++], t[1], 0, 1, 2);
    if (status == FRCNN_OK) status = frcnn_tensor_select(&t[n++], t[1], 0, 1);
    if (status == FRCNN_OK) status = frcnn_tensor_expand(&t[n++], t[1], 4, wide);
    if (status == FRCNN_OK) {
        status = frcnn_tensor_split(&t[n], N - n, &n_parts, t[1], 4, 0);
        n += n_parts;
    }
    if (status == FRCNN_OK) {
        status = frcnn_tensor_chunk(&t[n], N - n, &n_parts, t[1], 3, 0);
        n += n_parts;
    }
    if (status == FRCNN_OK) {
        status = frcnn_tensor_split_sizes(&t[n], t[1], sizes, 2, 0);
        n += 2;
    }
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

/* Tensors of two dtypes, so that one is converted. */
static frcnn_status run_joins(void)
{
    const int64_t shape[] = {2, 3};
    frcnn_tensor *whole = NULL;
    frcnn_tensor *real = NULL;
    frcnn_tensor *joined = NULL;
    frcnn_tensor *stacked = NULL;
    frcnn_status status = frcnn_tensor_create(&whole, FRCNN_I64, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&real, FRCNN_F32, 2, shape);
    const frcnn_tensor *both[] = {whole, real};
    if (status == FRCNN_OK) status = frcnn_tensor_cat(&joined, both, 2, 1);
    if (status == FRCNN_OK) status = frcnn_tensor_stack(&stacked, both, 2, 2);
    assert_int_equal(stacked != NULL, status == FRCNN_OK);
    frcnn_tensor_destroy(&stacked);
    frcnn_tensor_destroy(&joined);
    frcnn_tensor_destroy(&real);
    frcnn_tensor_destroy(&whole);
    return status;
}

static void joins_leak_nothing_where_an_allocation_fails(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_joins) >= 12);
}

static frcnn_status run_creation(void)
{
    enum { N = 16 };
    const int64_t shape[] = {2, 3};
    const float values[6] = {0};
    frcnn_tensor *t[N] = {NULL};
    int n = 0;
    frcnn_status status = frcnn_tensor_empty(&t[n++], FRCNN_F32, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_full(&t[n++], FRCNN_U8, 2, shape, frcnn_scalar_i64(3));
    if (status == FRCNN_OK) status = frcnn_tensor_from_data(&t[n++], FRCNN_F32, 2, shape, values);
    if (status == FRCNN_OK) status = frcnn_tensor_eye(&t[n++], FRCNN_F32, 2, 3);
    if (status == FRCNN_OK) status = frcnn_tensor_linspace(&t[n++], FRCNN_F64, 0, 1, 5);
    if (status == FRCNN_OK) status = frcnn_tensor_linspace(&t[n++], FRCNN_F64, 0, 1, 1);
    if (status == FRCNN_OK) status = frcnn_tensor_arange(&t[n++], FRCNN_I64, 0, 5, 1);
    if (status == FRCNN_OK) {
        const frcnn_tensor *lines[] = {t[n - 1], t[n - 1], t[n - 1]};
        status = frcnn_tensor_meshgrid(&t[n], lines, 3, FRCNN_MESHGRID_XY);
        n += 3;
    }
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

static void creation_leaks_nothing_where_an_allocation_fails(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_creation) >= 24);
}

static void views_leak_nothing_where_an_allocation_fails(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_views) >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creation_leaks_nothing_where_an_allocation_fails),
        cmocka_unit_test(joins_leak_nothing_where_an_allocation_fails),
        cmocka_unit_test(views_leak_nothing_where_an_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
