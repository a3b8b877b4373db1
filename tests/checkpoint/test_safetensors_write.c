/** Files that are written: the reference writer's bytes, and what was written read back. */
#include "scratch_folder.h"

#include "frcnn/checkpoint.h"
#include "tensor/storage.h"

#define GOLDENS FRCNN_SOURCE_DIR "/tests/golden/safetensors/"

static void assert_same_files(const char *a, const char *b)
{
    size_t n_a = 0, n_b = 0;
    unsigned char *bytes_a = scratch_read(a, &n_a);
    unsigned char *bytes_b = scratch_read(b, &n_b);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(bytes_a, bytes_b, n_a);
    free(bytes_a);
    free(bytes_b);
}

/* Read, handed over in reverse, written: the bytes that the reference wrote. */
static void test_the_reference_writes_the_same_bytes(void **state)
{
    (void)state;
    enum { N = 12 };
    const char *names[N];
    const frcnn_tensor *tensors[N];
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, GOLDENS "all_dtypes.safetensors"));
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), N);
    for (size_t i = 0; i < N; i++) {
        names[i] = frcnn_checkpoint_get_name(checkpoint, N - 1 - i);
        tensors[i] = frcnn_checkpoint_get_tensor(checkpoint, N - 1 - i);
    }
    const char *key = "k\"";
    const char *value = frcnn_checkpoint_get_metadata(checkpoint, key);
    assert_ok(frcnn_safetensors_save(scratch_path, N, names, tensors, 1, &key, &value));
    assert_same_files(scratch_path, GOLDENS "all_dtypes.safetensors");
    frcnn_checkpoint_close(&checkpoint);

    assert_ok(frcnn_safetensors_save(scratch_path, 0, NULL, NULL, 0, NULL, NULL));
    assert_same_files(scratch_path, GOLDENS "empty.safetensors");
}

static void test_the_default_model_is_written_again(void **state)
{
    (void)state;
    enum { N = 281 };
    const char *names[N];
    const frcnn_tensor *tensors[N];
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, FRCNN_SOURCE_DIR "/data/everyday10.safetensors"));
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), N);
    for (size_t i = 0; i < N; i++) {
        names[i] = frcnn_checkpoint_get_name(checkpoint, i);
        tensors[i] = frcnn_checkpoint_get_tensor(checkpoint, i);
    }
    const char *const keys[] = {"frcnn", "format"};
    const char *const values[] = {frcnn_checkpoint_get_metadata(checkpoint, "frcnn"),
                                  frcnn_checkpoint_get_metadata(checkpoint, "format")};
    assert_ok(frcnn_safetensors_save(scratch_path, N, names, tensors, 2, keys, values));
    assert_same_files(scratch_path, FRCNN_SOURCE_DIR "/data/everyday10.safetensors");
    frcnn_checkpoint_close(&checkpoint);
}

static void test_metadata_keeps_its_order(void **state)
{
    (void)state;
    const char *const keys[] = {"z", "a", ""};
    const char *const values[] = {"1", "", "\xe4\xba\xba"};
    assert_ok(frcnn_safetensors_save(scratch_path, 0, NULL, NULL, 3, keys, values));
    size_t n_bytes = 0;
    unsigned char *bytes = scratch_read(scratch_path, &n_bytes);
    assert_non_null(
        strstr((const char *)bytes + 8, "{\"__metadata__\":{\"z\":\"1\",\"a\":\"\",\"\":\"\xe4\xba\xba\"}}"));
    free(bytes);
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, scratch_path));
    for (int i = 0; i < 3; i++) assert_string_equal(frcnn_checkpoint_get_metadata(checkpoint, keys[i]), values[i]);
    frcnn_checkpoint_close(&checkpoint);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* A tensor of random bytes, of up to 4 dimensions, some 0 and some 1; every other one a strided view. */
static frcnn_tensor *make_random_tensor(uint32_t *seed)
{
    int64_t shape[4];
    const int n_dims = (int)(next_random(seed) % 5);
    for (int d = 0; d < n_dims; d++) shape[d] = next_random(seed) % 6;
    const frcnn_dtype dtype = (frcnn_dtype)(next_random(seed) % (FRCNN_BOOL + 1));
    frcnn_tensor *whole = NULL;
    assert_ok(frcnn_tensor_create(&whole, dtype, n_dims, shape));
    unsigned char *bytes = frcnn_tensor_get_data(whole);
    const size_t n_bytes = (size_t)frcnn_tensor_get_n_elements(whole) * frcnn_dtype_get_size(dtype);
    for (size_t i = 0; i < n_bytes; i++)
        bytes[i] = (unsigned char)(dtype == FRCNN_BOOL ? next_random(seed) & 1 : next_random(seed) >> 8);
    if (n_dims < 2 || next_random(seed) % 2 == 0) return whole;

    const int order[] = {n_dims - 1, n_dims > 2 ? 1 : 0, n_dims > 3 ? 2 : 0, 0};
    const int64_t start = shape[0] / 2;
    frcnn_tensor *rows = NULL, *view = NULL;
    assert_ok(frcnn_tensor_narrow(&rows, whole, 0, start, shape[0] - start));
    assert_ok(frcnn_tensor_permute(&view, rows, order));
    frcnn_tensor_destroy(&rows);
    frcnn_tensor_destroy(&whole);
    return view;
}

/* The element at a row-major index, found by the strides. */
static const unsigned char *find_element(const frcnn_tensor *tensor, int64_t index)
{
    const size_t size = frcnn_dtype_get_size(frcnn_tensor_get_dtype(tensor));
    int64_t offset = 0;
    for (int d = frcnn_tensor_get_n_dims(tensor); d-- > 0;) {
        offset += index % frcnn_tensor_get_shape(tensor)[d] * frcnn_tensor_get_strides(tensor)[d];
        index /= frcnn_tensor_get_shape(tensor)[d];
    }
    return (const unsigned char *)frcnn_tensor_get_const_data(tensor) + (size_t)offset * size;
}

static void assert_same_tensor(const frcnn_tensor *actual, const frcnn_tensor *expected)
{
    const size_t size = frcnn_dtype_get_size(frcnn_tensor_get_dtype(expected));
    assert_int_equal(frcnn_tensor_get_dtype(actual), frcnn_tensor_get_dtype(expected));
    assert_int_equal(frcnn_tensor_get_n_dims(actual), frcnn_tensor_get_n_dims(expected));
    for (int d = 0; d < frcnn_tensor_get_n_dims(expected); d++)
        assert_int_equal(frcnn_tensor_get_shape(actual)[d], frcnn_tensor_get_shape(expected)[d]);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(expected); i++)
        assert_memory_equal(find_element(actual, i), find_element(expected, i), size);
}

static void test_round_trip(void **state)
{
    (void)state;
    enum { N = 12 };
    for (uint32_t run = 1; run <= 60; run++) {
        uint32_t seed = run * 2654435761u;
        char texts[N][16];
        const char *names[N];
        const frcnn_tensor *tensors[N];
        frcnn_tensor *made[N];
        for (int i = 0; i < N; i++) {
            snprintf(texts[i], sizeof texts[i], "t%u.%d", (unsigned)next_random(&seed) % 1000, i);
            names[i] = texts[i];
            tensors[i] = made[i] = make_random_tensor(&seed);
        }
        assert_ok(frcnn_safetensors_save(scratch_path, N, names, tensors, 0, NULL, NULL));
        frcnn_checkpoint *checkpoint = NULL;
        assert_ok(frcnn_checkpoint_open(&checkpoint, scratch_path));
        assert_int_equal(frcnn_checkpoint_get_count(checkpoint), N);
        for (int i = 0; i < N; i++) {
            assert_same_tensor(frcnn_checkpoint_find(checkpoint, names[i]), tensors[i]);
            frcnn_tensor_destroy(&made[i]);
        }
        frcnn_checkpoint_close(&checkpoint);
    }
}

static void test_no_elements_need_no_memory(void **state)
{
    (void)state;
    const int64_t shape[] = {0, 3};
    const char *name = "none";
    frcnn_tensor *tensor = NULL;
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, NULL, NULL, NULL));
    const frcnn_tensor *tensors[] = {tensor};
    assert_ok(frcnn_safetensors_save(scratch_path, 1, &name, tensors, 0, NULL, NULL));
    assert_ok(frcnn_checkpoint_open(&checkpoint, scratch_path));
    assert_same_tensor(frcnn_checkpoint_find(checkpoint, name), tensor);
    frcnn_checkpoint_close(&checkpoint);
    frcnn_tensor_destroy(&tensor);
}

static void test_what_cannot_be_written(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 0, NULL));
    const frcnn_tensor *const tensors[] = {tensor, tensor};
    const char *const twice[] = {"a", "a"};
    const char *const bad_name[] = {"a\xff"};
    const char *const reserved[] = {"__metadata__"};
    const char *const good[] = {"a", "b"};
    const char *const bad_values[] = {"1", "\xc3"};
    assert_fails(frcnn_safetensors_save(scratch_path, 2, twice, tensors, 0, NULL, NULL), FRCNN_ERROR_INVALID,
                 "two tensors are named \"a\"");
    assert_fails(frcnn_safetensors_save(scratch_path, 1, bad_name, tensors, 0, NULL, NULL), FRCNN_ERROR_INVALID,
                 "the tensor name \"a\xff\" is no UTF-8");
    assert_fails(frcnn_safetensors_save(scratch_path, 1, reserved, tensors, 0, NULL, NULL), FRCNN_ERROR_INVALID,
                 "no tensor can be named __metadata__");
    assert_fails(frcnn_safetensors_save(scratch_path, 0, NULL, NULL, 2, twice, good), FRCNN_ERROR_INVALID,
                 "two metadata keys are named \"a\"");
    assert_fails(frcnn_safetensors_save(scratch_path, 0, NULL, NULL, 1, bad_name, good), FRCNN_ERROR_INVALID,
                 "the metadata key");
    assert_fails(frcnn_safetensors_save(scratch_path, 0, NULL, NULL, 2, good, bad_values), FRCNN_ERROR_INVALID,
                 "the metadata value");
    tensor->device = (frcnn_device){FRCNN_CUDA, 1000};
    assert_fails(frcnn_safetensors_save(scratch_path, 2, good, tensors, 0, NULL, NULL), FRCNN_ERROR_UNSUPPORTED,
                 "found cuda:1000");
    tensor->device = (frcnn_device){FRCNN_CPU, 0};
    assert_int_equal(access(scratch_path, F_OK), -1);
    assert_fails(frcnn_safetensors_save("/nowhere/a.safetensors", 2, good, tensors, 0, NULL, NULL), FRCNN_ERROR_IO,
                 "/nowhere/a.safetensors");
    assert_fails(frcnn_safetensors_save("/dev/full", 2, good, tensors, 0, NULL, NULL), FRCNN_ERROR_IO, "/dev/full");
    frcnn_tensor_destroy(&tensor);
}

/* The format's readers refuse such a header, so it is not written. */
static void test_a_header_that_nobody_would_read(void **state)
{
    (void)state;
    enum { N_BYTES = 100000000 };
    char *text = malloc(N_BYTES + 1);
    assert_non_null(text);
    memset(text, 'x', N_BYTES);
    text[N_BYTES] = '\0';
    const char *const key = "k", *const value = text;
    assert_fails(frcnn_safetensors_save(scratch_path, 0, NULL, NULL, 1, &key, &value), FRCNN_ERROR_INVALID,
                 "more than the format's 100000000");
    assert_int_equal(access(scratch_path, F_OK), -1);
    free(text);
}

static int remove_file(void **state)
{
    (void)state;
    unlink(scratch_path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_reference_writes_the_same_bytes),
        cmocka_unit_test(test_the_default_model_is_written_again),
        cmocka_unit_test(test_metadata_keeps_its_order),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_no_elements_need_no_memory),
        cmocka_unit_test_setup(test_what_cannot_be_written, remove_file),
        cmocka_unit_test(test_a_header_that_nobody_would_read),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
