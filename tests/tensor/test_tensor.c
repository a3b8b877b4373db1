#include "support.h"

#include <pthread.h>
#include <sys/mman.h>

#include "frcnn/tensor.h"
#include "tensor/memory.h"
#include "tensor/storage.h"

static void dtypes_have_sizes_and_names(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        size_t size;
        const char *name;
    } rows[] = {{FRCNN_F32, 4, "f32"}, {FRCNN_F64, 8, "f64"},  {FRCNN_F16, 2, "f16"}, {FRCNN_BF16, 2, "bf16"},
                {FRCNN_U8, 1, "u8"},   {FRCNN_I8, 1, "i8"},    {FRCNN_I16, 2, "i16"}, {FRCNN_I32, 4, "i32"},
                {FRCNN_I64, 8, "i64"}, {FRCNN_BOOL, 1, "bool"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(frcnn_dtype_get_size(rows[i].dtype), rows[i].size);
        assert_string_equal(frcnn_dtype_get_name(rows[i].dtype), rows[i].name);
    }
    assert_int_equal(frcnn_dtype_get_size((frcnn_dtype)99), 0);
    assert_string_equal(frcnn_dtype_get_name((frcnn_dtype)99), "?");
}

static void created_tensors_are_zeroed_and_row_major(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 4};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 3, shape));
    assert_int_equal(frcnn_tensor_get_dtype(tensor), FRCNN_F32);
    assert_int_equal(frcnn_tensor_get_device(tensor).kind, FRCNN_CPU);
    assert_int_equal(frcnn_tensor_get_device(tensor).index, 0);
    assert_int_equal(frcnn_tensor_get_n_dims(tensor), 3);
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 24);
    assert_true(frcnn_tensor_is_contiguous(tensor));
    const int64_t strides[] = {12, 4, 1};
    assert_memory_equal(frcnn_tensor_get_shape(tensor), shape, sizeof shape);
    assert_memory_equal(frcnn_tensor_get_strides(tensor), strides, sizeof strides);
    const float *values = frcnn_tensor_get_const_data(tensor);
    assert_int_equal((uintptr_t)values % FRCNN_ALIGNMENT, 0);
    for (int i = 0; i < 24; i++) assert_true(values[i] == 0);
    frcnn_tensor_destroy(&tensor);
    assert_null(tensor);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(NULL);
}

static void scalars_and_empty_tensors_exist(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I64, 0, NULL));
    assert_int_equal(frcnn_tensor_get_n_dims(tensor), 0);
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 1);
    assert_true(frcnn_tensor_is_contiguous(tensor));
    frcnn_tensor_destroy(&tensor);

    const int64_t empty[] = {3, 0, 2};
    const int64_t strides[] = {2, 2, 1};
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F64, 3, empty));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 0);
    assert_memory_equal(frcnn_tensor_get_strides(tensor), strides, sizeof strides);
    assert_true(frcnn_tensor_is_contiguous(tensor));
    assert_non_null(frcnn_tensor_get_data(tensor));
    frcnn_tensor_destroy(&tensor);
}

static void shapes_are_checked(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    const int64_t good[] = {2, 3, 1, 1, 1, 1, 1, 1, 1};
    const int64_t negative[] = {2, -1};
    const int64_t huge[] = {INT64_C(1) << 32, INT64_C(1) << 32};
    const int64_t huge_bytes[] = {INT64_C(1) << 61};
    const int64_t huge_empty[] = {0, INT64_C(1) << 40, INT64_C(1) << 40};
    assert_fails(frcnn_tensor_create(&tensor, (frcnn_dtype)10, 2, good), FRCNN_ERROR_INVALID, "no dtype");
    assert_fails(frcnn_tensor_create(&tensor, FRCNN_F32, 9, good), FRCNN_ERROR_INVALID, "0 to 8 dimensions, found 9");
    assert_fails(frcnn_tensor_create(&tensor, FRCNN_F32, -1, good), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_tensor_create(&tensor, FRCNN_F32, 2, negative), FRCNN_ERROR_INVALID, "found [2, -1]");
    assert_fails(frcnn_tensor_create(&tensor, FRCNN_U8, 2, huge), FRCNN_ERROR_INVALID, "[4294967296, 4294967296]");
    assert_fails(frcnn_tensor_create(&tensor, FRCNN_F32, 1, huge_bytes), FRCNN_ERROR_INVALID, "memory can address");
    assert_fails(frcnn_tensor_create(&tensor, FRCNN_U8, 3, huge_empty), FRCNN_ERROR_INVALID, "memory can address");
    assert_fails(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, good, NULL, NULL, NULL), FRCNN_ERROR_INVALID, "NULL");
    assert_null(tensor);
}

static void count_release(void *context)
{
    ++*(int *)context;
}

static void borrowed_memory_is_released_once_after_the_last_view(void **state)
{
    (void)state;
    float values[] = {1, 2, 3, 4, 5, 6};
    const int64_t shape[] = {2, 3};
    int n_releases = 0;
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *row = NULL;
    frcnn_tensor *again = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, values, count_release, &n_releases));
    assert_ptr_equal(frcnn_tensor_get_data(tensor), values);
    assert_ok(frcnn_tensor_narrow(&row, tensor, 0, 1, 1));
    assert_ok(frcnn_tensor_share(&again, row));
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&row);
    assert_int_equal(n_releases, 0);
    assert_true(*(const float *)frcnn_tensor_get_const_data(again) == 4);
    frcnn_tensor_destroy(&again);
    assert_int_equal(n_releases, 1);
}

/* Takes and drops views of a tensor that other threads view too; the last handle it keeps is its own. */
static void *churn_views(void *context)
{
    frcnn_tensor **own = context;
    for (int i = 0; i < 2000; i++) {
        frcnn_tensor *view = NULL;
        if (frcnn_tensor_share(&view, *own) != FRCNN_OK) return NULL;
        frcnn_tensor_destroy(own);
        *own = view;
    }
    frcnn_tensor_destroy(own);
    return NULL;
}

static void views_on_several_threads_release_once(void **state)
{
    (void)state;
    enum { N_THREADS = 3 };
    float value = 1;
    int n_releases = 0;
    pthread_t threads[N_THREADS];
    frcnn_tensor *handles[N_THREADS] = {NULL};
    assert_ok(frcnn_tensor_from_memory(&handles[0], FRCNN_F32, 0, NULL, &value, count_release, &n_releases));
    for (int i = 1; i < N_THREADS; i++) assert_ok(frcnn_tensor_share(&handles[i], handles[0]));
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, churn_views, &handles[i]), 0);
    for (int i = 0; i < N_THREADS; i++) pthread_join(threads[i], NULL);
    assert_int_equal(n_releases, 1);
}

static void storage_beyond_two_gibibytes_is_reached(void **state)
{
    (void)state;
    const int64_t shape[] = {3, INT64_C(1) << 30};
    const size_t bytes = (size_t)3 << 30;
    void *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED) {
        print_message("no 3 GiB of address space\n");
        skip();
    }
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *row = NULL;
    frcnn_tensor *tail = NULL;
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_I8, 2, shape, region, NULL, NULL));
    assert_ok(frcnn_tensor_narrow(&row, tensor, 0, 2, 1));
    assert_ok(frcnn_tensor_narrow(&tail, row, 1, shape[1] - 3, 3));
    memcpy(frcnn_tensor_get_data(tail), "\x01\xfe\x03", 3);
    assert_int_equal(((const signed char *)region)[bytes - 2], -2);
    assert_ok(frcnn_tensor_cast(&wide, tail, FRCNN_I32));
    const int32_t expected[] = {1, -2, 3};
    assert_memory_equal(frcnn_tensor_get_const_data(wide), expected, sizeof expected);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&tail);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&tensor);
    munmap(region, bytes);
}

/* Create, borrow, every kind of view, cast: what the fault test runs over and over. */
static frcnn_status use_tensors(int *n_releases)
{
    const int64_t shape[] = {2, 3};
    const int64_t flat[] = {-1};
    const int64_t strides[] = {1, 2};
    const int order[] = {1, 0};
    float values[6] = {0};
    frcnn_tensor *t[10] = {NULL};
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F32, 2, shape);
    if (status == FRCNN_OK)
        status = frcnn_tensor_from_memory(&t[1], FRCNN_F32, 2, shape, values, count_release, n_releases);
    if (status == FRCNN_OK) status = frcnn_tensor_share(&t[2], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_unsqueeze(&t[3], t[1], 0);
    if (status == FRCNN_OK) status = frcnn_tensor_squeeze(&t[4], t[3], 0);
    if (status == FRCNN_OK) status = frcnn_tensor_view(&t[5], t[0], 1, flat);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[6], t[0], order);
    if (status == FRCNN_OK) status = frcnn_tensor_narrow(&t[7], t[0], 1, 1, 2);
    if (status == FRCNN_OK) status = frcnn_tensor_as_strided(&t[8], t[0], 2, shape, strides, 0);
    if (status == FRCNN_OK) status = frcnn_tensor_cast(&t[9], t[6], FRCNN_F16);
    for (int i = 0; i < 10; i++) frcnn_tensor_destroy(&t[i]);
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    int n_releases = 0;
    const int64_t before = frcnn_memory_get_count();
    assert_ok(use_tensors(&n_releases));
    const int64_t n_allocations = frcnn_memory_get_count() - before;
    assert_int_equal(n_releases, 1);
    assert_true(n_allocations >= 15);
    for (int64_t nth = 1; nth <= n_allocations; nth++) {
        n_releases = 0;
        frcnn_memory_fail_at(nth);
        assert_int_equal(use_tensors(&n_releases), FRCNN_ERROR_NO_MEMORY);
        frcnn_memory_fail_at(0);
        assert_int_equal(n_releases, nth > 5 ? 1 : 0);
    }
    assert_ok(use_tensors(&n_releases));
}

static void no_elements_need_no_memory_and_have_an_address(void **state)
{
    (void)state;
    const int64_t shape[] = {0, 3}, three = 3;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, NULL, NULL, NULL));
    assert_non_null(frcnn_tensor_get_const_data(tensor));
    frcnn_tensor_destroy(&tensor);
    assert_fails(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 1, &three, NULL, NULL, NULL), FRCNN_ERROR_INVALID,
                 "3 elements, found NULL");
    assert_null(tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dtypes_have_sizes_and_names),
        cmocka_unit_test(created_tensors_are_zeroed_and_row_major),
        cmocka_unit_test(scalars_and_empty_tensors_exist),
        cmocka_unit_test(shapes_are_checked),
        cmocka_unit_test(borrowed_memory_is_released_once_after_the_last_view),
        cmocka_unit_test(views_on_several_threads_release_once),
        cmocka_unit_test(storage_beyond_two_gibibytes_is_reached),
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
        cmocka_unit_test(no_elements_need_no_memory_and_have_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
