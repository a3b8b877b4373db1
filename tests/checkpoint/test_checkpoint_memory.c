/** Every allocation of the module fails once: a clean status, outputs untouched, nothing leaked (the sanitizers see
 *  that), and the next call works. */
#include "scratch_folder.h"

#include "checkpoint/labels.h"
#include "checkpoint/settings.h"
#include "frcnn/checkpoint.h"
#include "tensor/memory.h"

#define GOLDEN FRCNN_SOURCE_DIR "/tests/golden/safetensors/all_dtypes.safetensors"

typedef frcnn_status (*step)(void);

/* Runs a step with its 1st, 2nd, … allocation failing, until none does. */
static void assert_clean_failures(step run)
{
    assert_ok(run());
    for (int64_t nth = 1;; nth++) {
        frcnn_memory_fail_at(nth);
        const int64_t before = frcnn_memory_get_count();
        const frcnn_status status = run();
        const int is_past = frcnn_memory_get_count() - before < nth;
        frcnn_memory_fail_at(0);
        if (is_past) {
            assert_int_equal(status, FRCNN_OK);
            assert_true(nth > 1);
            break;
        }
        assert_int_equal(status, FRCNN_ERROR_NO_MEMORY);
    }
    assert_ok(run());
}

static frcnn_status open_and_close(void)
{
    frcnn_checkpoint *checkpoint = NULL;
    const frcnn_status status = frcnn_checkpoint_open(&checkpoint, scratch_path);
    assert_true((status == FRCNN_OK) == (checkpoint != NULL));
    frcnn_checkpoint_close(&checkpoint);
    return status;
}

static void test_open(void **state)
{
    (void)state;
    size_t n_bytes = 0;
    unsigned char *bytes = scratch_read(GOLDEN, &n_bytes);
    scratch_write(bytes, n_bytes);
    free(bytes);
    assert_clean_failures(open_and_close);

    const char unaligned[] = "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                             "\"f\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[1,17]}}";
    scratch_write_safetensors(unaligned, strlen(unaligned), 17);
    assert_clean_failures(open_and_close);
}

static frcnn_tensor *saved[2];

static frcnn_status save(void)
{
    const char *const names[] = {"a", "b"};
    const frcnn_tensor *const tensors[] = {saved[0], saved[1]};
    const char *const keys[] = {"k"}, *const values[] = {"v"};
    return frcnn_safetensors_save(scratch_path, 2, names, tensors, 1, keys, values);
}

static void test_save(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int order[] = {1, 0};
    assert_ok(frcnn_tensor_create(&saved[0], FRCNN_F32, 2, shape));
    assert_ok(frcnn_tensor_permute(&saved[1], saved[0], order));
    assert_clean_failures(save);
    frcnn_tensor_destroy(&saved[0]);
    frcnn_tensor_destroy(&saved[1]);
}

static frcnn_status parse_settings(void)
{
    char **classes = NULL;
    size_t n_classes = 0;
    frcnn_settings settings;
    frcnn_settings_default_torchvision(&settings);
    const frcnn_status status = frcnn_settings_parse(
        &settings, &classes, &n_classes, "{\"min_size\":300,\"classes\":[\"a\",\"b\"],\"order\":\"bgr\"}", "test");
    assert_int_equal(settings.min_size, status == FRCNN_OK ? 300 : 800);
    assert_true((status == FRCNN_OK) == (classes != NULL));
    frcnn_labels_destroy(&classes, n_classes);
    return status;
}

static frcnn_status print_settings(void)
{
    char *json = NULL;
    frcnn_settings settings;
    frcnn_settings_default_torchvision(&settings);
    const frcnn_status status = frcnn_settings_print(&json, &settings, NULL, 0);
    assert_true((status == FRCNN_OK) == (json != NULL));
    frcnn_free(json);
    return status;
}

static frcnn_status read_labels(void)
{
    char **names = NULL;
    size_t n = 0;
    const frcnn_status status = frcnn_labels_read(&names, &n, scratch_path);
    assert_true((status == FRCNN_OK) == (names != NULL));
    frcnn_labels_destroy(&names, n);
    return status;
}

static void test_settings_and_labels(void **state)
{
    (void)state;
    assert_clean_failures(parse_settings);
    assert_clean_failures(print_settings);
    scratch_write_text("cat\ndog\n");
    assert_clean_failures(read_labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_save),
        cmocka_unit_test(test_settings_and_labels),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
