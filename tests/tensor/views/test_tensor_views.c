#include "tensor/views/range_tensor.h"

static void unsqueeze_takes_one_dim_more_and_squeeze_undoes_it(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    static const int64_t expected[3][3] = {{1, 2, 3}, {2, 1, 3}, {2, 3, 1}};
    frcnn_tensor *tensor = make_range(2, shape);
    for (int dim = -3; dim <= 2; dim++) {
        frcnn_tensor *more = NULL;
        frcnn_tensor *back = NULL;
        assert_ok(frcnn_tensor_unsqueeze(&more, tensor, dim));
        assert_shape(more, 3, expected[dim < 0 ? dim + 3 : dim]);
        assert_true(frcnn_tensor_is_contiguous(more));
        assert_ptr_equal(frcnn_tensor_get_data(more), frcnn_tensor_get_data(tensor));
        assert_ok(frcnn_tensor_squeeze(&back, more, dim));
        assert_shape(back, 2, shape);
        frcnn_tensor_destroy(&back);
        frcnn_tensor_destroy(&more);
    }
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_unsqueeze(&out, tensor, 3), FRCNN_ERROR_INVALID, "expected [-3, 2], found 3");
    assert_fails(frcnn_tensor_unsqueeze(&out, tensor, -4), FRCNN_ERROR_INVALID, "expected [-3, 2], found -4");
    assert_fails(frcnn_tensor_squeeze(&out, tensor, 2), FRCNN_ERROR_INVALID, "expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_squeeze(&out, tensor, -3), FRCNN_ERROR_INVALID, "expected [-2, 1], found -3");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);

    const int64_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    tensor = make_range(8, ones);
    assert_fails(frcnn_tensor_unsqueeze(&out, tensor, 0), FRCNN_ERROR_INVALID, "fewer than 8 dimensions");
    assert_ok(frcnn_tensor_squeeze_all(&out, tensor));
    assert_shape(out, 0, NULL);
    frcnn_tensor *row = NULL;
    assert_fails(frcnn_tensor_squeeze(&row, out, 1), FRCNN_ERROR_INVALID, "expected [-1, 0], found 1");
    assert_ok(frcnn_tensor_squeeze(&row, out, -1));
    assert_shape(row, 0, NULL);
    frcnn_tensor_destroy(&row);
    assert_ok(frcnn_tensor_unsqueeze(&row, out, -1));
    assert_shape(row, 1, ones);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void squeeze_drops_only_ones(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 2, 1, 3};
    const int64_t first_gone[] = {2, 1, 3};
    const int64_t all_gone[] = {2, 3};
    frcnn_tensor *tensor = make_range(4, shape);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_squeeze(&out, tensor, 1));
    assert_shape(out, 4, shape);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_squeeze(&out, tensor, -4));
    assert_shape(out, 3, first_gone);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_squeeze_all(&out, tensor));
    assert_shape(out, 2, all_gone);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

/* Shapes and strides that torch 2.14.1 gives for arange(…).reshape(shape).permute(order).narrow(…).view(asked); where it
   refuses, n_strides is 0. */
static void view_takes_what_strides_allow_as_pytorch(void **state)
{
    (void)state;
    static const struct {
        int n_dims;
        int64_t shape[3];
        int order[3];
        int narrow_dim; /* -1: none; else [1, 3) */
        int n_asked;
        int64_t asked[5];
        int n_strides;
        int64_t strides[5];
    } rows[] = {
        {3, {2, 3, 4}, {0, 1, 2}, -1, 2, {6, 4}, 2, {4, 1}},
        {3, {2, 3, 4}, {0, 1, 2}, -1, 2, {4, -1}, 2, {6, 1}},
        {3, {2, 3, 4}, {0, 1, 2}, -1, 5, {2, 1, 3, 2, 2}, 5, {12, 12, 4, 2, 1}},
        {3, {2, 3, 4}, {0, 2, 1}, -1, 2, {2, 12}, 0, {0}},
        {3, {2, 3, 4}, {0, 2, 1}, -1, 4, {2, 2, 2, 3}, 4, {12, 2, 1, 4}},
        {3, {2, 3, 4}, {1, 2, 0}, -1, 2, {12, 2}, 2, {1, 12}},
        {3, {2, 3, 4}, {1, 2, 0}, -1, 4, {3, 2, 2, 2}, 4, {4, 2, 1, 12}},
        {3, {2, 3, 4}, {1, 2, 0}, -1, 2, {3, 8}, 0, {0}},
        {3, {2, 3, 4}, {2, 0, 1}, -1, 2, {4, 6}, 2, {1, 4}},
        {3, {2, 3, 4}, {0, 1, 2}, 2, 2, {6, 2}, 2, {4, 1}},
        {3, {2, 3, 4}, {0, 1, 2}, 2, 4, {2, 3, 2, 1}, 4, {12, 4, 1, 1}},
        {3, {2, 3, 4}, {0, 1, 2}, 2, 1, {12}, 0, {0}},
        {3, {2, 3, 4}, {0, 1, 2}, 1, 2, {2, 8}, 2, {12, 1}},
        {3, {2, 3, 4}, {0, 1, 2}, 1, 2, {4, 4}, 0, {0}},
        {3, {4, 1, 6}, {2, 1, 0}, -1, 3, {2, 3, 4}, 3, {3, 1, 6}},
        {3, {4, 1, 6}, {2, 1, 0}, -1, 2, {3, 8}, 0, {0}},
        {2, {1, 6}, {1, 0}, -1, 2, {2, 3}, 2, {3, 1}},
        {2, {0, 3}, {0, 1}, -1, 2, {3, 0}, 2, {1, 1}},
        {1, {0}, {0}, -1, 3, {2, 0, 5}, 3, {5, 5, 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *base = make_range(rows[i].n_dims, rows[i].shape);
        frcnn_tensor *tensor = NULL;
        frcnn_tensor *view = NULL;
        assert_ok(frcnn_tensor_permute(&tensor, base, rows[i].order));
        if (rows[i].narrow_dim >= 0) {
            frcnn_tensor *part = NULL;
            assert_ok(frcnn_tensor_narrow(&part, tensor, rows[i].narrow_dim, 1, 2));
            frcnn_tensor_destroy(&tensor);
            tensor = part;
        }
        if (rows[i].n_strides == 0) {
            assert_fails(frcnn_tensor_view(&view, tensor, rows[i].n_asked, rows[i].asked), FRCNN_ERROR_INVALID,
                         "allow no view");
            assert_null(view);
        } else {
            assert_ok(frcnn_tensor_view(&view, tensor, rows[i].n_asked, rows[i].asked));
            for (int d = 0; d < rows[i].n_strides; d++)
                if (frcnn_tensor_get_shape(view)[d] != 1)
                    assert_int_equal(frcnn_tensor_get_strides(view)[d], rows[i].strides[d]);
        }
        frcnn_tensor_destroy(&view);
        frcnn_tensor_destroy(&tensor);
        frcnn_tensor_destroy(&base);
    }
}

static void view_checks_the_shape(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int64_t two_open[] = {-1, -1};
    const int64_t negative[] = {-2, 3};
    const int64_t other[] = {7};
    const int64_t indivisible[] = {-1, 4};
    const int64_t open_beside_zero[] = {0, -1};
    const int64_t huge[] = {INT64_C(1) << 40, INT64_C(1) << 40};
    const int64_t nine[] = {2, 3, 1, 1, 1, 1, 1, 1, 1};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_view(&out, tensor, 2, two_open), FRCNN_ERROR_INVALID, "at most one -1, found [-1, -1]");
    assert_fails(frcnn_tensor_view(&out, tensor, 2, negative), FRCNN_ERROR_INVALID, "found [-2, 3]");
    assert_fails(frcnn_tensor_view(&out, tensor, 1, other), FRCNN_ERROR_INVALID, "6 elements as [2, 3], found [7]");
    assert_fails(frcnn_tensor_view(&out, tensor, 2, indivisible), FRCNN_ERROR_INVALID, "found [-1, 4]");
    assert_fails(frcnn_tensor_view(&out, tensor, 2, open_beside_zero), FRCNN_ERROR_INVALID, "any size in [0, -1]");
    assert_fails(frcnn_tensor_view(&out, tensor, 2, huge), FRCNN_ERROR_INVALID, "memory can address");
    assert_fails(frcnn_tensor_view(&out, tensor, 9, nine), FRCNN_ERROR_INVALID, "0 to 8 dimensions");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);
}

static void permute_checks_the_order(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 4};
    const int twice[] = {0, 1, 1};
    const int outside[] = {0, 1, 3};
    const int negative[] = {-1, 0, 1};
    const int64_t permuted[] = {4, 2, 3};
    frcnn_tensor *tensor = make_range(3, shape);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_permute(&out, tensor, twice), FRCNN_ERROR_INVALID, "found 1 twice");
    assert_fails(frcnn_tensor_permute(&out, tensor, outside), FRCNN_ERROR_INVALID, "expected [-3, 2], found 3");
    assert_ok(frcnn_tensor_permute(&out, tensor, negative));
    assert_shape(out, 3, permuted);
    assert_false(frcnn_tensor_is_contiguous(out));
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void transpose_swaps_two_dimensions(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 4};
    const int64_t swapped[] = {4, 3, 2};
    frcnn_tensor *tensor = make_range(3, shape);
    frcnn_tensor *out = NULL;
    frcnn_tensor *scalar = make_range(0, NULL);
    assert_ok(frcnn_tensor_transpose(&out, tensor, 0, -1));
    assert_shape(out, 3, swapped);
    const int64_t index[] = {3, 1, 1};
    assert_int_equal(read_at(out, index), 1 * 12 + 1 * 4 + 3);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_transpose(&out, tensor, 1, 1));
    assert_shape(out, 3, shape);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_transpose(&out, scalar, 0, -1));
    assert_shape(out, 0, NULL);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_transpose(&out, tensor, 0, 3), FRCNN_ERROR_INVALID, "expected [-3, 2], found 3");
    assert_fails(frcnn_tensor_transpose(&out, scalar, 1, 0), FRCNN_ERROR_INVALID, "expected [-1, 0], found 1");
    assert_null(out);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&tensor);
}

static void as_strided_stays_inside_the_storage(void **state)
{
    (void)state;
    const int64_t shape[] = {10};
    const int64_t windows[] = {3, 4};
    const int64_t strides[] = {3, 1};
    const int64_t repeated[] = {0, 1};
    const int64_t negative[] = {-1, 1};
    const int64_t huge[] = {INT64_MAX, 1};
    frcnn_tensor *tensor = make_range(1, shape);
    frcnn_tensor *out = NULL;
    int32_t values[MAX_ELEMENTS];
    assert_ok(frcnn_tensor_as_strided(&out, tensor, 2, windows, strides, 0));
    assert_int_equal(read_all(out, values), 12);
    const int32_t expected[] = {0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9};
    assert_memory_equal(values, expected, sizeof expected);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_as_strided(&out, tensor, 2, windows, repeated, 6));
    read_all(out, values);
    const int32_t rows[] = {6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9};
    assert_memory_equal(values, rows, sizeof rows);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_as_strided(&out, tensor, 2, windows, strides, 1), FRCNN_ERROR_INVALID,
                 "storage of 10, found shape [3, 4] with strides [3, 1] from 1 on");
    assert_fails(frcnn_tensor_as_strided(&out, tensor, 2, windows, huge, 0), FRCNN_ERROR_INVALID, "storage of 10");
    assert_fails(frcnn_tensor_as_strided(&out, tensor, 2, windows, negative, 0), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_tensor_as_strided(&out, tensor, 2, windows, strides, -1), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_tensor_as_strided(&out, tensor, -1, windows, strides, 0), FRCNN_ERROR_INVALID, "found -1");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* Any chain of views shows the elements that the same steps on a plain list of values and indices give; undoing a
   permutation or an unsqueeze gives the tensor back. */
static void chains_of_views_show_the_elements_of_the_naive_copy(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        uint32_t random = seed;
        int64_t shape[4];
        const int n_dims = 1 + (int)draw(&random, 4);
        for (int d = 0; d < n_dims; d++) shape[d] = 1 + draw(&random, 5);
        frcnn_tensor *tensor = make_range(n_dims, shape);
        int32_t expected[MAX_ELEMENTS];
        read_all(tensor, expected);
        for (int step = 0; step < 5; step++) {
            frcnn_tensor *next = NULL;
            const int n = frcnn_tensor_get_n_dims(tensor);
            const int64_t *now = frcnn_tensor_get_shape(tensor);
            const int64_t n_elements = frcnn_tensor_get_n_elements(tensor);
            const uint32_t kind = draw(&random, 3);
            int32_t result[MAX_ELEMENTS];
            if (kind == 0 && n > 0) {
                int order[FRCNN_MAX_DIMS];
                int inverse[FRCNN_MAX_DIMS];
                int64_t permuted[FRCNN_MAX_DIMS];
                for (int d = 0; d < n; d++) order[d] = d;
                for (int d = n - 1; d > 0; d--) {
                    const int other = (int)draw(&random, (uint32_t)d + 1);
                    const int swapped = order[d];
                    order[d] = order[other];
                    order[other] = swapped;
                }
                for (int d = 0; d < n; d++) {
                    permuted[d] = now[order[d]];
                    inverse[order[d]] = d;
                }
                for (int64_t i = 0; i < n_elements; i++) {
                    int64_t index[FRCNN_MAX_DIMS] = {0};
                    int64_t flat = 0;
                    int64_t source[FRCNN_MAX_DIMS];
                    unravel(index, i, n, permuted);
                    for (int d = 0; d < n; d++) source[order[d]] = index[d];
                    for (int d = 0; d < n; d++) flat = flat * now[d] + source[d];
                    result[i] = expected[flat];
                }
                assert_ok(frcnn_tensor_permute(&next, tensor, order));
                frcnn_tensor *back = NULL;
                assert_ok(frcnn_tensor_permute(&back, next, inverse));
                assert_shape(back, n, now);
                int32_t again[MAX_ELEMENTS];
                read_all(back, again);
                assert_memory_equal(again, expected, (size_t)n_elements * sizeof *again);
                frcnn_tensor_destroy(&back);
            } else if (kind == 1 && n > 0) {
                const int dim = (int)draw(&random, (uint32_t)n);
                const int64_t start = draw(&random, (uint32_t)now[dim]);
                const int64_t length = 1 + draw(&random, (uint32_t)(now[dim] - start));
                int64_t kept = 0;
                for (int64_t i = 0; i < n_elements; i++) {
                    int64_t index[FRCNN_MAX_DIMS] = {0};
                    unravel(index, i, n, now);
                    if (index[dim] >= start && index[dim] < start + length) result[kept++] = expected[i];
                }
                assert_ok(frcnn_tensor_narrow(&next, tensor, dim, start, length));
            } else {
                /* Split one dimension in two where it is even, else put a 1 in front of one. */
                const int dim = n > 0 ? (int)draw(&random, (uint32_t)n) : 0;
                memcpy(result, expected, sizeof result);
                if (n == FRCNN_MAX_DIMS) {
                    assert_ok(frcnn_tensor_share(&next, tensor));
                } else if (n > 0 && now[dim] % 2 == 0) {
                    int64_t split[FRCNN_MAX_DIMS];
                    for (int d = 0; d < n; d++) split[d < dim ? d : d + 1] = now[d];
                    split[dim] = 2;
                    split[dim + 1] = now[dim] / 2;
                    assert_ok(frcnn_tensor_view(&next, tensor, n + 1, split));
                    frcnn_tensor *back = NULL;
                    assert_ok(frcnn_tensor_view(&back, next, n, now));
                    frcnn_tensor_destroy(&back);
                } else {
                    assert_ok(frcnn_tensor_unsqueeze(&next, tensor, dim));
                }
            }
            frcnn_tensor_destroy(&tensor);
            tensor = next;
            memcpy(expected, result, sizeof expected);
            int32_t found[MAX_ELEMENTS];
            const int64_t n_found = read_all(tensor, found);
            assert_memory_equal(found, expected, (size_t)n_found * sizeof *found);
        }
        frcnn_tensor *copy = NULL;
        assert_ok(frcnn_tensor_cast(&copy, tensor, FRCNN_I32));
        assert_true(frcnn_tensor_is_contiguous(copy));
        assert_memory_equal(frcnn_tensor_get_const_data(copy), expected,
                            (size_t)frcnn_tensor_get_n_elements(copy) * sizeof *expected);
        frcnn_tensor_destroy(&copy);
        frcnn_tensor_destroy(&tensor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsqueeze_takes_one_dim_more_and_squeeze_undoes_it),
        cmocka_unit_test(squeeze_drops_only_ones),
        cmocka_unit_test(view_takes_what_strides_allow_as_pytorch),
        cmocka_unit_test(view_checks_the_shape),
        cmocka_unit_test(permute_checks_the_order),
        cmocka_unit_test(transpose_swaps_two_dimensions),
        cmocka_unit_test(as_strided_stays_inside_the_storage),
        cmocka_unit_test(chains_of_views_show_the_elements_of_the_naive_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
