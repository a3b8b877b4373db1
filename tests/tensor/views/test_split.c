#include "tensor/views/range_tensor.h"

enum { ROOM = 8 };

static void destroy_all(frcnn_tensor **parts, int n)
{
    for (int i = 0; i < n; i++) frcnn_tensor_destroy(&parts[i]);
}

static void parts_are_views_of_the_size_and_of_what_is_left(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 5};
    const int32_t last[] = {4, 9};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *parts[ROOM] = {NULL};
    int n = 0;
    assert_ok(frcnn_tensor_split(NULL, 0, &n, tensor, 2, 1));
    assert_int_equal(n, 3);
    assert_ok(frcnn_tensor_split(parts, n, &n, tensor, 2, -1));
    assert_int_equal(n, 3);
    assert_int_equal(frcnn_tensor_get_shape(parts[0])[1], 2);
    assert_ptr_equal(frcnn_tensor_get_data(parts[0]), frcnn_tensor_get_data(tensor));
    assert_values(parts[2], 2, last);
    frcnn_tensor_destroy(&tensor);
    assert_values(parts[2], 2, last);
    destroy_all(parts, n);
}

static void chunks_are_as_even_as_pytorchs(void **state)
{
    (void)state;
    static const struct {
        int64_t size, n_chunks;
        int n_parts;
        int64_t first, last;
    } rows[] = {{10, 3, 3, 4, 2}, {4, 3, 2, 2, 2}, {5, 8, 5, 1, 1}, {7, 1, 1, 7, 7}, {0, 3, 3, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *tensor = make_range(1, &rows[i].size);
        frcnn_tensor *parts[ROOM] = {NULL};
        int n = 0;
        assert_ok(frcnn_tensor_chunk(parts, ROOM, &n, tensor, rows[i].n_chunks, 0));
        assert_int_equal(n, rows[i].n_parts);
        assert_int_equal(frcnn_tensor_get_shape(parts[0])[0], rows[i].first);
        assert_int_equal(frcnn_tensor_get_shape(parts[n - 1])[0], rows[i].last);
        destroy_all(parts, n);
        frcnn_tensor_destroy(&tensor);
    }
}

static void sizes_fill_the_dimension(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 5};
    const int64_t sizes[] = {1, 0, 4};
    const int32_t first[] = {0, 5};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *parts[ROOM] = {NULL};
    assert_ok(frcnn_tensor_split_sizes(parts, tensor, sizes, 3, 1));
    assert_values(parts[0], 2, first);
    assert_int_equal(frcnn_tensor_get_n_elements(parts[1]), 0);
    assert_int_equal(frcnn_tensor_get_n_elements(parts[2]), 8);
    destroy_all(parts, 3);
    frcnn_tensor_destroy(&tensor);
}

static void nothing_is_made_where_something_is_wrong(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 5};
    const int64_t too_few[] = {1, 3};
    const int64_t too_many[] = {1, 3, 2};
    const int64_t negative[] = {6, -1};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *scalar = make_range(0, NULL);
    frcnn_tensor *parts[ROOM] = {NULL};
    int n = 77;
    assert_fails(frcnn_tensor_split(parts, 2, &n, tensor, 2, 1), FRCNN_ERROR_INVALID, "room for 3 parts, found 2");
    assert_fails(frcnn_tensor_split(parts, ROOM, &n, tensor, 0, 1), FRCNN_ERROR_INVALID, "dimension of 5, found 0");
    assert_fails(frcnn_tensor_split(parts, ROOM, &n, tensor, -1, 1), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_tensor_split(parts, ROOM, &n, tensor, 1, 2), FRCNN_ERROR_INVALID, "expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_split(parts, ROOM, &n, scalar, 1, 0), FRCNN_ERROR_INVALID, "found a scalar");
    assert_fails(frcnn_tensor_chunk(parts, ROOM, &n, tensor, 0, 1), FRCNN_ERROR_INVALID, "found 0");
    assert_fails(frcnn_tensor_split_sizes(parts, tensor, too_few, 2, 1), FRCNN_ERROR_INVALID, "add up to 5, found 4");
    assert_fails(frcnn_tensor_split_sizes(parts, tensor, too_many, 3, 1), FRCNN_ERROR_INVALID,
                 "found 2 where 1 are left");
    assert_fails(frcnn_tensor_split_sizes(parts, tensor, negative, 2, 1), FRCNN_ERROR_INVALID, "found 6");
    assert_int_equal(n, 77);
    for (int i = 0; i < ROOM; i++) assert_null(parts[i]);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_views_of_the_size_and_of_what_is_left),
        cmocka_unit_test(chunks_are_as_even_as_pytorchs),
        cmocka_unit_test(sizes_fill_the_dimension),
        cmocka_unit_test(nothing_is_made_where_something_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
