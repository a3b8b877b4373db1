#include "tensor_tables.h"

static const frcnn_index_ops *cpu(void)
{
    return frcnn_tensor_ops_cpu.index;
}

static const frcnn_index_ops *gpu(void)
{
    return get_gpu()->index;
}

static int64_t *make_indices(int64_t n, int64_t below, uint64_t seed)
{
    int64_t *indices = malloc((size_t)n * sizeof *indices + 1);
    uint64_t state = seed;
    assert_non_null(indices);
    for (int64_t i = 0; i < n; i++) indices[i] = random_below(&state, below);
    return indices;
}

/* dst as both tables made it; frees the CPU's and gives the GPU's back. */
static void assert_same_and_free(void *found, void *expected, size_t bytes)
{
    void *copy = from_gpu(found, bytes);
    assert_bytes_equal(copy, expected, bytes);
    free(copy);
    free(expected);
}

/* src is a view of what has `outside` further elements in its last dimension, and two dimensions swapped where that is asked
   for. */
static void compare_gather(frcnn_dtype dtype, int n_dims, const int64_t *in, const int64_t *shape, int dim,
                           int is_swapped)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    frcnn_gather gather = {.n_dims = n_dims, .dim = dim, .element_bytes = size};
    int64_t n_in = 1;
    int64_t n = 1;
    for (int d = n_dims - 1; d >= 0; d--) {
        gather.strides[d] = n_in;
        gather.shape[d] = shape[d];
        n_in *= in[d];
        n *= shape[d];
    }
    if (is_swapped) {
        gather.strides[0] = 1;
        for (int d = 1; d < n_dims; d++) gather.strides[d] = d == 1 ? in[0] : gather.strides[d];
        gather.strides[1] = in[0];
    }
    void *src = make_values(dtype, n_in, FILL_PLAIN, 3);
    int64_t *indices = make_indices(n, in[dim], 4);
    void *expected = malloc((size_t)n * size + 1);
    gather.src = src;
    gather.indices = indices;
    gather.dst = expected;
    assert_ok(cpu()->gather(&gather));
    gather.src = to_gpu(src, (size_t)n_in * size);
    gather.indices = to_gpu(indices, (size_t)n * sizeof *indices);
    gather.dst = gpu_alloc((size_t)n * size);
    assert_ok(gpu()->gather(&gather));
    gpu_free(gather.src);
    gpu_free(gather.indices);
    assert_same_and_free(gather.dst, expected, (size_t)n * size);
    free(indices);
    free(src);
}

static void test_gather(void **state)
{
    const int64_t one[] = {1};
    const int64_t wide[] = {600};
    const int64_t line[] = {7};
    const int64_t flat_in[] = {5, 9};
    const int64_t flat[] = {4, 11};
    const int64_t deep_in[] = {3, 4, 5, 2};
    const int64_t deep[] = {3, 6, 4, 2};
    const int64_t none[] = {4, 0};
    (void)state;
    for (frcnn_dtype dtype = 0; dtype <= FRCNN_BOOL; dtype++) {
        compare_gather(dtype, 1, one, one, 0, 0);
        compare_gather(dtype, 1, line, wide, 0, 0);
        compare_gather(dtype, 2, flat_in, flat, 1, 0);
        compare_gather(dtype, 2, flat_in, flat, 1, 1);
        compare_gather(dtype, 2, flat_in, (const int64_t[]){30, 9}, 0, 1);
        compare_gather(dtype, 4, deep_in, deep, 1, 0);
        compare_gather(dtype, 2, flat_in, none, 1, 0);
    }
}

/* offset: elements that src begins after an aligned address. */
static void compare_select(size_t size, frcnn_rows rows, int64_t n_indices, int64_t offset)
{
    const frcnn_dtype dtype = size == 1 ? FRCNN_U8 : size == 2 ? FRCNN_I16 : size == 4 ? FRCNN_I32 : FRCNN_I64;
    const int64_t n_src = rows.n_outer * rows.n * rows.n_inner + offset;
    const size_t dst_bytes = (size_t)(rows.n_outer * n_indices * rows.n_inner) * size;
    void *src = make_values(dtype, n_src, FILL_PLAIN, 5);
    int64_t *indices = make_indices(n_indices, rows.n > 0 ? rows.n : 1, 6);
    void *expected = malloc(dst_bytes + 1);
    frcnn_index_select select = {rows, size, n_indices, indices, (const char *)src + (size_t)offset * size, expected};
    assert_ok(cpu()->index_select(&select));
    void *src_on_gpu = to_gpu(src, (size_t)n_src * size);
    select.src = (const char *)src_on_gpu + (size_t)offset * size;
    select.indices = to_gpu(indices, (size_t)n_indices * sizeof *indices);
    select.dst = gpu_alloc(dst_bytes);
    assert_ok(gpu()->index_select(&select));
    gpu_free(src_on_gpu);
    gpu_free(select.indices);
    assert_same_and_free(select.dst, expected, dst_bytes);
    free(indices);
    free(src);
}

static void test_index_select(void **state)
{
    const frcnn_rows rows[] = {{1, 1, 1},  {1, 7, 1},   {3, 5, 1}, {2, 4, 3},
                               {2, 3, 16}, {1, 300, 4}, {2, 5, 0}, {0, 5, 2}};
    (void)state;
    for (size_t size = 1; size <= 8; size *= 2)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            for (int64_t offset = 0; offset < 3; offset++) {
                compare_select(size, rows[i], 9, offset);
                compare_select(size, rows[i], 0, offset);
            }
}

static void compare_hits(frcnn_dtype dtype, int64_t n, fill_kind kind)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    const int64_t n_blocks = frcnn_hits_get_n_blocks(n);
    const size_t starts_bytes = (size_t)(n_blocks + 1) * sizeof(int64_t);
    void *src = make_values(dtype, n, kind, (uint64_t)n);
    int64_t *starts = malloc(starts_bytes);
    int64_t n_hits = -1;
    int64_t n_found = -1;
    frcnn_nonzero nonzero = {.dtype = dtype, .n_dims = 1, .shape = {n}, .n_elements = n, .src = src, .starts = starts};
    if (n % 15 == 0) {
        nonzero.n_dims = 3;
        nonzero.shape[0] = n / 15;
        nonzero.shape[1] = 3;
        nonzero.shape[2] = 5;
    }
    assert_ok(cpu()->count_hits(dtype, n, src, starts, &n_hits));
    void *src_on_gpu = to_gpu(src, (size_t)n * size);
    void *starts_on_gpu = gpu_alloc(starts_bytes);
    assert_ok(gpu()->count_hits(dtype, n, src_on_gpu, starts_on_gpu, &n_found));
    assert_int_equal(n_found, n_hits);

    const size_t dst_bytes = (size_t)(n_hits * nonzero.n_dims) * sizeof(int64_t);
    int64_t *expected = malloc(dst_bytes + 1);
    nonzero.dst = expected;
    assert_ok(cpu()->nonzero(&nonzero));
    nonzero.src = src_on_gpu;
    nonzero.starts = starts_on_gpu;
    nonzero.dst = gpu_alloc(dst_bytes);
    assert_ok(gpu()->nonzero(&nonzero));
    assert_same_and_free(nonzero.dst, expected, dst_bytes);
    assert_same_and_free(starts_on_gpu, starts, starts_bytes);
    gpu_free(src_on_gpu);
    free(src);
}

static void test_hits_and_nonzero(void **state)
{
    const int64_t sizes[] = {0, 1, 31, 45, 511, 4095, 4096, 4097, 12300};
    (void)state;
    for (frcnn_dtype dtype = 0; dtype <= FRCNN_BOOL; dtype++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (fill_kind kind = FILL_PLAIN; kind <= FILL_SPECIAL; kind++) compare_hits(dtype, sizes[i], kind);
}

static void compare_masked(size_t size, int64_t n)
{
    const frcnn_dtype dtype = size == 1 ? FRCNN_U8 : size == 2 ? FRCNN_I16 : size == 4 ? FRCNN_I32 : FRCNN_I64;
    const size_t starts_bytes = (size_t)(frcnn_hits_get_n_blocks(n) + 1) * sizeof(int64_t);
    void *src = make_values(dtype, n, FILL_PLAIN, 7);
    uint8_t *mask = make_values(FRCNN_BOOL, n, FILL_TIES, 8);
    int64_t *starts = malloc(starts_bytes);
    int64_t n_hits = 0;
    assert_ok(cpu()->count_hits(FRCNN_BOOL, n, mask, starts, &n_hits));
    void *expected = malloc((size_t)n_hits * size + 1);
    frcnn_masked_select select = {size, n, src, mask, starts, expected};
    assert_ok(cpu()->masked_select(&select));
    select.src = to_gpu(src, (size_t)n * size);
    select.mask = to_gpu(mask, (size_t)n);
    select.starts = to_gpu(starts, starts_bytes);
    select.dst = gpu_alloc((size_t)n_hits * size);
    assert_ok(gpu()->masked_select(&select));
    gpu_free(select.src);
    gpu_free(select.mask);
    gpu_free(select.starts);
    assert_same_and_free(select.dst, expected, (size_t)n_hits * size);
    free(starts);
    free(mask);
    free(src);
}

static void test_masked_select(void **state)
{
    const int64_t sizes[] = {0, 1, 33, 4096, 9001};
    (void)state;
    for (size_t size = 1; size <= 8; size *= 2)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) compare_masked(size, sizes[i]);
}

static void test_index_range(void **state)
{
    const int64_t sizes[] = {1, 2, 255, 257, 9000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (fill_kind kind = FILL_PLAIN; kind <= FILL_SPECIAL; kind++) {
            int64_t *values = make_values(FRCNN_I64, sizes[i], kind, 9);
            int64_t expected[2];
            int64_t found[2];
            void *on_gpu = to_gpu(values, (size_t)sizes[i] * sizeof *values);
            assert_ok(cpu()->index_range(sizes[i], values, &expected[0], &expected[1]));
            assert_ok(gpu()->index_range(sizes[i], on_gpu, &found[0], &found[1]));
            assert_memory_equal(found, expected, sizeof found);
            gpu_free(on_gpu);
            free(values);
        }
}

static void test_one_hot(void **state)
{
    const int64_t sizes[] = {0, 1, 300};
    (void)state;
    for (int i = 0; i < 3; i++) {
        const int64_t n = sizes[i];
        const int64_t n_classes = 7;
        const size_t bytes = (size_t)(n * n_classes) * sizeof(int64_t);
        int64_t *classes = make_indices(n, n_classes, 10);
        int64_t *expected = calloc(bytes + 1, 1);
        void *classes_on_gpu = to_gpu(classes, (size_t)n * sizeof *classes);
        void *found = to_gpu(expected, bytes);
        assert_ok(cpu()->one_hot(n, n_classes, classes, expected));
        assert_ok(gpu()->one_hot(n, n_classes, classes_on_gpu, found));
        gpu_free(classes_on_gpu);
        assert_same_and_free(found, expected, bytes);
        free(classes);
    }
}

static void compare_sort(frcnn_dtype dtype, frcnn_rows rows, int64_t k, int is_descending, fill_kind kind)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    const size_t src_bytes = (size_t)(rows.n_outer * rows.n * rows.n_inner) * size;
    const int64_t n = rows.n_outer * k * rows.n_inner;
    void *src = make_values(dtype, rows.n_outer * rows.n * rows.n_inner, kind, 11);
    void *values = malloc((size_t)n * size + 1);
    int64_t *indices = malloc((size_t)n * sizeof *indices + 1);
    frcnn_sort sort = {rows, k, dtype, is_descending, src, values, indices};
    assert_ok(cpu()->sort(&sort));
    sort.src = to_gpu(src, src_bytes);
    sort.values = gpu_alloc((size_t)n * size);
    sort.indices = gpu_alloc((size_t)n * sizeof *indices);
    assert_ok(gpu()->sort(&sort));
    gpu_free(sort.src);
    assert_same_and_free(sort.indices, indices, (size_t)n * sizeof *indices);
    assert_same_and_free(sort.values, values, (size_t)n * size);
    free(src);
}

static void test_sort(void **state)
{
    const frcnn_rows rows[] = {{1, 1, 1},  {1, 2, 1},  {1, 300, 1}, {5, 3, 1},
                               {3, 17, 2}, {2, 40, 9}, {300, 2, 1}, {0, 3, 2}};
    (void)state;
    for (frcnn_dtype dtype = 0; dtype <= FRCNN_BOOL; dtype++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            for (fill_kind kind = FILL_PLAIN; kind <= FILL_SPECIAL; kind++) {
                compare_sort(dtype, rows[i], rows[i].n, 0, kind);
                compare_sort(dtype, rows[i], rows[i].n / 2, 1, kind);
            }
}

static void compare_unique(frcnn_dtype dtype, int64_t n, fill_kind kind, int has_all)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    const size_t order_bytes = (size_t)n * sizeof(int64_t);
    void *src = make_values(dtype, n, kind, 12);
    frcnn_unique a = {dtype, n, src, malloc(order_bytes + 1), malloc(order_bytes + sizeof(int64_t)), -1};
    frcnn_unique b = {
        dtype, n, to_gpu(src, (size_t)n * size), gpu_alloc(order_bytes), gpu_alloc(order_bytes + sizeof(int64_t)), -1};
    assert_ok(cpu()->unique_find(&a));
    assert_ok(gpu()->unique_find(&b));
    assert_int_equal(b.n_groups, a.n_groups);
    const size_t group_bytes = (size_t)a.n_groups * sizeof(int64_t);
    void *values = malloc((size_t)a.n_groups * size + 1);
    void *found = gpu_alloc((size_t)a.n_groups * size);
    int64_t *inverse = has_all ? malloc(order_bytes + 1) : NULL;
    int64_t *counts = has_all ? malloc(group_bytes + 1) : NULL;
    int64_t *found_inverse = has_all ? gpu_alloc(order_bytes) : NULL;
    int64_t *found_counts = has_all ? gpu_alloc(group_bytes) : NULL;
    assert_ok(cpu()->unique_write(&a, values, inverse, counts));
    assert_ok(gpu()->unique_write(&b, found, found_inverse, found_counts));
    gpu_free(b.src);
    assert_same_and_free(b.order, a.order, order_bytes);
    assert_same_and_free(b.starts, a.starts, group_bytes + sizeof(int64_t));
    assert_same_and_free(found, values, (size_t)a.n_groups * size);
    if (has_all) {
        assert_same_and_free(found_inverse, inverse, order_bytes);
        assert_same_and_free(found_counts, counts, group_bytes);
    }
    free(src);
}

static void test_unique(void **state)
{
    const int64_t sizes[] = {0, 1, 2, 257, 5000};
    (void)state;
    for (frcnn_dtype dtype = 0; dtype <= FRCNN_BOOL; dtype++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (fill_kind kind = FILL_PLAIN; kind <= FILL_SPECIAL; kind++)
                compare_unique(dtype, sizes[i], kind, i % 2 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gather),
        cmocka_unit_test(test_index_select),
        cmocka_unit_test(test_hits_and_nonzero),
        cmocka_unit_test(test_masked_select),
        cmocka_unit_test(test_index_range),
        cmocka_unit_test(test_one_hot),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_unique),
    };
    return RUN_CUDA_TESTS(tests);
}
