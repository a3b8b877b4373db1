/* Tensors that live on a GPU, through the public functions. */
#include "cuda_support.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "frcnn/npy.h"
#include "frcnn/ops.h"
#include "frcnn/print.h"
#include "tensor/storage.h"
#if defined(FRCNN_TEST_HOST_GRID)
#include "fake_cuda.h"
#endif

static const frcnn_device cpu = {FRCNN_CPU, 0};
static const frcnn_device gpu = {FRCNN_CUDA, 0};

/* 0, 1, 2, … of a dtype on the CPU. */
static frcnn_tensor *count_up(frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    frcnn_tensor *line = NULL;
    frcnn_tensor *narrow = NULL;
    frcnn_tensor *result = NULL;
    int64_t n = 1;
    for (int d = 0; d < n_dims; d++) n *= shape[d];
    assert_ok(frcnn_tensor_arange(&line, FRCNN_I32, 0, (double)n, 1));
    assert_ok(frcnn_tensor_cast(&narrow, line, dtype));
    assert_ok(frcnn_tensor_reshape(&result, narrow, n_dims, shape));
    frcnn_tensor_destroy(&line);
    frcnn_tensor_destroy(&narrow);
    return result;
}

static frcnn_tensor *move(const frcnn_tensor *tensor, frcnn_device device)
{
    frcnn_tensor *moved = NULL;
    assert_ok(frcnn_tensor_to_device(&moved, tensor, device));
    assert_int_equal(frcnn_tensor_get_device(moved).kind, device.kind);
    assert_int_equal(frcnn_tensor_get_device(moved).index, device.index);
    return moved;
}

/* The same shape and elements, wherever they are and however they lie. */
static void assert_same(const frcnn_tensor *a, const frcnn_tensor *b)
{
    frcnn_tensor *a_near = move(a, cpu);
    frcnn_tensor *b_near = move(b, cpu);
    frcnn_tensor *a_rows = NULL;
    frcnn_tensor *b_rows = NULL;
    assert_ok(frcnn_tensor_contiguous(&a_rows, a_near));
    assert_ok(frcnn_tensor_contiguous(&b_rows, b_near));
    assert_int_equal(a->dtype, b->dtype);
    assert_int_equal(a->n_dims, b->n_dims);
    if (a->n_dims > 0) assert_memory_equal(a->shape, b->shape, (size_t)a->n_dims * sizeof *a->shape);
    const size_t bytes = (size_t)a->n_elements * frcnn_dtype_get_size(a->dtype);
    if (bytes > 0) assert_memory_equal(frcnn_tensor_get_data(a_rows), frcnn_tensor_get_data(b_rows), bytes);
    frcnn_tensor *all[] = {a_near, b_near, a_rows, b_rows};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) frcnn_tensor_destroy(&all[i]);
}

static void every_dtype_there_and_back(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 5, 7};
    for (int dtype = FRCNN_F32; dtype <= FRCNN_BOOL; dtype++) {
        frcnn_tensor *tensor = count_up((frcnn_dtype)dtype, 3, shape);
        frcnn_tensor *there = move(tensor, gpu);
        frcnn_tensor *again = NULL;
        assert_ok(frcnn_tensor_to_device(&again, there, gpu));
        assert_ptr_equal(frcnn_tensor_get_data(again), frcnn_tensor_get_data(there));
        frcnn_tensor_destroy(&again);
        assert_same(there, tensor);
        frcnn_tensor_destroy(&there);
        frcnn_tensor_destroy(&tensor);
    }
}

static void scalars_and_nothing(void **state)
{
    (void)state;
    const int64_t empty[] = {3, 0, 2};
    frcnn_tensor *scalar = count_up(FRCNN_F64, 0, NULL);
    frcnn_tensor *nothing = count_up(FRCNN_F32, 3, empty);
    frcnn_tensor *scalar_there = move(scalar, gpu);
    frcnn_tensor *nothing_there = move(nothing, gpu);
    assert_same(scalar, scalar_there);
    assert_same(nothing, nothing_there);
    frcnn_tensor *all[] = {scalar, nothing, scalar_there, nothing_there};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) frcnn_tensor_destroy(&all[i]);
}

/* A view of each kind; those of a tensor on the GPU share its memory. */
static frcnn_tensor *look(const frcnn_tensor *tensor, int kind)
{
    const int order[] = {2, 0, 1};
    const int64_t wide[] = {4, 3, 5, 7};
    frcnn_tensor *view = NULL;
    if (kind == 0) assert_ok(frcnn_tensor_permute(&view, tensor, order));
    if (kind == 1) assert_ok(frcnn_tensor_narrow(&view, tensor, 1, 1, 3));
    if (kind == 2) assert_ok(frcnn_tensor_select(&view, tensor, 0, 2));
    if (kind == 3) assert_ok(frcnn_tensor_expand(&view, tensor, 4, wide));
    return view;
}

static void views_of_any_layout_are_copied(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 5, 7};
    frcnn_tensor *tensor = count_up(FRCNN_I16, 3, shape);
    frcnn_tensor *there = move(tensor, gpu);
    for (int kind = 0; kind < 4; kind++) {
        frcnn_tensor *view = look(tensor, kind);
        frcnn_tensor *view_there = look(there, kind);
        frcnn_tensor *moved = move(view, gpu);
        assert_same(view_there, view);
        assert_same(moved, view);
        frcnn_tensor_destroy(&view);
        frcnn_tensor_destroy(&moved);
        frcnn_tensor_destroy(&view_there);
    }
    frcnn_tensor *last = look(there, 0);
    frcnn_tensor *expected = look(tensor, 0);
    frcnn_tensor_destroy(&there);
    assert_same(last, expected);
    frcnn_tensor_destroy(&last);
    frcnn_tensor_destroy(&expected);
    frcnn_tensor_destroy(&tensor);
}

static void results_are_where_the_inputs_are(void **state)
{
    (void)state;
    const int64_t shape[] = {4, 6};
    frcnn_tensor *a = count_up(FRCNN_F32, 2, shape);
    frcnn_tensor *a_there = move(a, gpu);
    frcnn_tensor *sum = NULL;
    frcnn_tensor *sum_there = NULL;
    frcnn_tensor *mixed = NULL;
    assert_ok(frcnn_tensor_add(&sum, a, a));
    assert_ok(frcnn_tensor_add(&sum_there, a_there, a_there));
    assert_int_equal(frcnn_tensor_get_device(sum_there).kind, FRCNN_CUDA);
    assert_same(sum, sum_there);
    assert_ok(frcnn_tensor_add_scalar_in_place(a_there, frcnn_scalar_f64(0.5)));
    assert_ok(frcnn_tensor_add_scalar_in_place(a, frcnn_scalar_f64(0.5)));
    assert_same(a, a_there);
    assert_fails(frcnn_tensor_add(&mixed, a, a_there), FRCNN_ERROR_INVALID,
                 "add: expected tensors on one device, found cpu and cuda:0");
    assert_null(mixed);
    frcnn_tensor *all[] = {a, a_there, sum, sum_there};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) frcnn_tensor_destroy(&all[i]);
}

static void tensors_are_printed(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 2};
    const int64_t empty[] = {0, 3};
    char *text = NULL;
    frcnn_tensor *tensor = count_up(FRCNN_F16, 2, shape);
    frcnn_tensor *nothing = count_up(FRCNN_F32, 2, empty);
    frcnn_tensor *there = move(tensor, gpu);
    frcnn_tensor *nothing_there = move(nothing, gpu);
    assert_ok(frcnn_tensor_format(&text, there, NULL));
    assert_string_equal(text, "tensor([[0., 1.],\n        [2., 3.]], device='cuda:0', dtype=torch.float16)");
    frcnn_text_destroy(&text);
    assert_ok(frcnn_tensor_format(&text, nothing_there, NULL));
    assert_string_equal(text, "tensor([], device='cuda:0', size=(0, 3))");
    frcnn_text_destroy(&text);
    frcnn_tensor *all[] = {tensor, nothing, there, nothing_there};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) frcnn_tensor_destroy(&all[i]);
}

static void tensors_are_saved_and_loaded(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 5, 7};
    char path[] = "/tmp/frcnn_cuda_XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    frcnn_tensor *tensor = count_up(FRCNN_I32, 3, shape);
    frcnn_tensor *there = move(tensor, gpu);
    frcnn_tensor *turned = look(there, 0);
    frcnn_tensor *loaded = NULL;
    assert_ok(frcnn_npy_save(turned, path));
    assert_ok(frcnn_npy_load(&loaded, path, gpu));
    assert_int_equal(frcnn_tensor_get_device(loaded).kind, FRCNN_CUDA);
    assert_same(loaded, turned);
    unlink(path);
    frcnn_tensor *all[] = {tensor, there, turned, loaded};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) frcnn_tensor_destroy(&all[i]);
}

static void too_much_memory_is_an_error(void **state)
{
    (void)state;
    const int64_t much[] = {INT64_C(1) << 20, INT64_C(1) << 20};
    const int64_t little[] = {1000};
    frcnn_tensor *tensor = NULL;
    assert_fails(frcnn_tensor_empty_on(&tensor, gpu, FRCNN_F64, 2, much), FRCNN_ERROR_NO_MEMORY,
                 "tensor: 8388608.0 MiB are needed on cuda:0");
    assert_null(tensor);
    assert_ok(frcnn_tensor_create_on(&tensor, gpu, FRCNN_F64, 1, little));
    frcnn_tensor *zeros = NULL;
    assert_ok(frcnn_tensor_create(&zeros, FRCNN_F64, 1, little));
    assert_same(tensor, zeros);
    frcnn_tensor_destroy(&zeros);
    frcnn_tensor_destroy(&tensor);
}

static void a_gpu_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    const frcnn_device far = {FRCNN_CUDA, frcnn_device_count(FRCNN_CUDA)};
    frcnn_tensor *tensor = NULL;
    assert_fails(frcnn_tensor_create_on(&tensor, far, FRCNN_F32, 0, NULL), FRCNN_ERROR_UNSUPPORTED,
                 "tensor: expected the device cpu or a GPU from cuda:0 to cuda:");
    assert_null(tensor);
}

/* All threads share a GPU's stream. */
static void *use_gpu(void *context)
{
    const int64_t shape[] = {50, 20};
    int *n_wrong = context;
    for (int i = 0; i < 10; i++) {
        frcnn_tensor *near = NULL, *there = NULL, *sum = NULL, *back = NULL;
        int is_right = frcnn_tensor_full(&near, FRCNN_I64, 2, shape, frcnn_scalar_i64(i)) == FRCNN_OK &&
                       frcnn_tensor_to_device(&there, near, gpu) == FRCNN_OK &&
                       frcnn_tensor_add(&sum, there, there) == FRCNN_OK;
        frcnn_tensor_destroy(&there);
        is_right = is_right && frcnn_tensor_to_device(&back, sum, cpu) == FRCNN_OK;
        for (int64_t k = 0; is_right && k < back->n_elements; k++)
            is_right = ((const int64_t *)frcnn_tensor_get_const_data(back))[k] == 2 * i;
        *n_wrong += !is_right;
        frcnn_tensor_destroy(&near);
        frcnn_tensor_destroy(&sum);
        frcnn_tensor_destroy(&back);
    }
    return NULL;
}

static void threads_share_a_gpu(void **state)
{
    enum { N_THREADS = 4 };
    pthread_t threads[N_THREADS];
    int n_wrong[N_THREADS] = {0};
    (void)state;
    for (int i = 0; i < N_THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, use_gpu, &n_wrong[i]), 0);
    for (int i = 0; i < N_THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < N_THREADS; i++) assert_int_equal(n_wrong[i], 0);
}

static void tensors_go_from_one_gpu_to_another(void **state)
{
    (void)state;
#if defined(FRCNN_TEST_HOST_GRID)
    fake_cuda_set_devices(2);
#endif
    if (frcnn_device_count(FRCNN_CUDA) < 2) {
        print_message("there is one GPU only\n");
        skip();
    }
    const frcnn_device other = {FRCNN_CUDA, 1};
    const int64_t shape[] = {3, 5, 7};
    frcnn_tensor *tensor = count_up(FRCNN_F32, 3, shape);
    frcnn_tensor *here = move(tensor, gpu);
    frcnn_tensor *turned = look(here, 0);
    frcnn_tensor *there = move(turned, other);
    frcnn_tensor *sum = NULL;
    frcnn_tensor *mixed = NULL;
    assert_same(there, turned);
    assert_fails(frcnn_tensor_add(&mixed, there, turned), FRCNN_ERROR_INVALID, "found cuda:1 and cuda:0");
    assert_ok(frcnn_tensor_neg(&sum, there));
    assert_ok(frcnn_tensor_add_in_place(sum, there));
    assert_ok(frcnn_tensor_add_in_place(sum, there));
    assert_same(sum, turned);
    frcnn_tensor *all[] = {tensor, here, turned, there, sum};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) frcnn_tensor_destroy(&all[i]);
}

#if defined(FRCNN_TEST_HOST_GRID)
static void what_fails_on_the_way_is_told_where_it_is_waited_for(void **state)
{
    (void)state;
    const int cuda_error = 719; /* cudaErrorLaunchFailure */
    const int64_t shape[] = {5};
    frcnn_tensor *tensor = count_up(FRCNN_F32, 1, shape);
    frcnn_tensor *there = move(tensor, gpu);
    frcnn_tensor *out = NULL;
    fake_cuda_fail("launch", 1, cuda_error);
    assert_fails(frcnn_tensor_neg(&out, there), FRCNN_ERROR_BACKEND, "neg: ");
    fake_cuda_fail("cudaStreamSynchronize", 1, cuda_error);
    assert_fails(frcnn_tensor_to_device(&out, there, cpu), FRCNN_ERROR_BACKEND, "wait: CUDA:");
    assert_null(out);
    assert_same(tensor, there);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&there);
}

static void all_memory_is_given_back(void **state)
{
    (void)state;
    const int64_t shape[] = {100, 100};
    frcnn_tensor *tensor = count_up(FRCNN_F32, 2, shape);
    const size_t before = fake_cuda_get_allocated();
    frcnn_tensor *there = move(tensor, gpu);
    frcnn_tensor *turned = NULL;
    assert_ok(frcnn_tensor_transpose(&turned, there, 0, 1));
    assert_true(fake_cuda_get_allocated() > before);
    frcnn_tensor_destroy(&there);
    frcnn_tensor_destroy(&turned);
    assert_int_equal(fake_cuda_get_allocated(), before);
    frcnn_tensor_destroy(&tensor);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dtype_there_and_back),
        cmocka_unit_test(scalars_and_nothing),
        cmocka_unit_test(views_of_any_layout_are_copied),
        cmocka_unit_test(results_are_where_the_inputs_are),
        cmocka_unit_test(tensors_are_printed),
        cmocka_unit_test(tensors_are_saved_and_loaded),
        cmocka_unit_test(too_much_memory_is_an_error),
        cmocka_unit_test(a_gpu_that_is_not_there_is_an_error),
        cmocka_unit_test(threads_share_a_gpu),
#if defined(FRCNN_TEST_HOST_GRID)
        cmocka_unit_test(what_fails_on_the_way_is_told_where_it_is_waited_for),
        cmocka_unit_test(all_memory_is_given_back),
#endif
        cmocka_unit_test(tensors_go_from_one_gpu_to_another),
    };
    return RUN_CUDA_TESTS(tests);
}
