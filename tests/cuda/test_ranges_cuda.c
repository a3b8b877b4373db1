/* arange, linspace and copies between layouts: the same bytes as the CPU's. */
#include "tensor_tables.h"

enum { GUARD = 0xa5 };

static const frcnn_dtype numbers[] = {FRCNN_F32, FRCNN_F64, FRCNN_F16, FRCNN_BF16, FRCNN_U8,
                                      FRCNN_I8,  FRCNN_I16, FRCNN_I32, FRCNN_I64};
enum { N_NUMBERS = sizeof numbers / sizeof *numbers };

static void compare_range(int is_linspace, frcnn_range range)
{
    const size_t bytes = (size_t)(range.n + 1) * frcnn_dtype_get_size(range.dtype);
    unsigned char *expected = malloc(bytes);
    assert_non_null(expected);
    memset(expected, GUARD, bytes);
    void *memory = to_gpu(expected, bytes);
    range.dst = expected;
    const frcnn_creation_ops *cpu = frcnn_tensor_ops_cpu.creation;
    assert_ok(is_linspace ? cpu->linspace(&range) : cpu->arange(&range));
    range.dst = memory;
    const frcnn_creation_ops *gpu = get_gpu()->creation;
    assert_ok(is_linspace ? gpu->linspace(&range) : gpu->arange(&range));
    unsigned char *found = from_gpu(memory, bytes);
    assert_memory_equal(found, expected, bytes);
    free(found);
    free(expected);
}

static void counted_values(void **state)
{
    (void)state;
    const int64_t sizes[] = {0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 255, 256, 257, 1000};
    const double steps[][2] = {{0, 1}, {-3, 0.1}, {7, -3}, {1.5, 1.0 / 3}};
    for (int d = 0; d < N_NUMBERS; d++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
                compare_range(0, (frcnn_range){NULL, numbers[d], sizes[i], steps[k][0], steps[k][1], 0});
}

static void evenly_spaced_values(void **state)
{
    (void)state;
    const int64_t sizes[] = {2, 3, 5, 16, 255, 256, 257, 1000};
    const double ends[][2] = {{0, 1}, {100, 3}, {0.7, 0.7}, {1, 101.25}};
    for (int d = 0; d < N_NUMBERS; d++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
                compare_range(1, (frcnn_range){NULL, numbers[d], sizes[i], ends[k][0], 0, ends[k][1]});
}

enum { MAX_DIMS = 4, N_COPIES = 400, SPARE = 8 };

/* Strides in some order of the dimensions, with gaps or without. Returns the elements that are reached. */
static int64_t set_strides(int64_t *strides, int n_dims, const int64_t *shape, uint64_t *random)
{
    int order[MAX_DIMS] = {0, 1, 2, 3};
    const int64_t gap = random_below(random, 2) * random_below(random, 4);
    int64_t step = 1;
    int64_t reach = 1;
    for (int i = n_dims - 1; i > 0 && gap != 0; i--) {
        const int other = (int)random_below(random, i + 1);
        const int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (int i = n_dims - 1; i >= 0; i--) {
        strides[order[i]] = step;
        reach += (shape[order[i]] - 1) * step;
        step = step * shape[order[i]] + gap;
    }
    return reach;
}

static void copies_between_layouts(void **state)
{
    (void)state;
    uint64_t random = 4;
    for (int i = 0; i < N_COPIES; i++) {
        frcnn_strided_copy copy = {.element_bytes = (size_t)1 << random_below(&random, 4),
                                   .n_dims = (int)random_below(&random, MAX_DIMS + 1)};
        for (int d = 0; d < copy.n_dims; d++)
            copy.shape[d] = 1 + random_below(&random, random_below(&random, 3) == 0 ? 40 : 5);
        const int64_t n_src = set_strides(copy.src_strides, copy.n_dims, copy.shape, &random) + SPARE;
        const int64_t n_dst = set_strides(copy.dst_strides, copy.n_dims, copy.shape, &random) + SPARE;
        const size_t src_at = (size_t)random_below(&random, SPARE) * copy.element_bytes;
        const size_t dst_at = (size_t)random_below(&random, SPARE) * copy.element_bytes;
        const size_t src_bytes = (size_t)n_src * copy.element_bytes;
        const size_t dst_bytes = (size_t)n_dst * copy.element_bytes;
        unsigned char *src = make_values(FRCNN_U8, (int64_t)src_bytes, FILL_PLAIN, (uint64_t)i);
        unsigned char *expected = make_values(FRCNN_U8, (int64_t)dst_bytes, FILL_PLAIN, 2 * (uint64_t)i);
        unsigned char *src_memory = to_gpu(src, src_bytes);
        unsigned char *dst_memory = to_gpu(expected, dst_bytes);
        copy.src = src + src_at;
        copy.dst = expected + dst_at;
        assert_ok(frcnn_tensor_ops_cpu.join->strided_copy(&copy));
        copy.src = src_memory + src_at;
        copy.dst = dst_memory + dst_at;
        assert_ok(get_gpu()->join->strided_copy(&copy));
        gpu_free(src_memory);
        unsigned char *found = from_gpu(dst_memory, dst_bytes);
        assert_memory_equal(found, expected, dst_bytes);
        free(found);
        free(expected);
        free(src);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_values),
        cmocka_unit_test(evenly_spaced_values),
        cmocka_unit_test(copies_between_layouts),
    };
    return RUN_CUDA_TESTS(tests);
}
