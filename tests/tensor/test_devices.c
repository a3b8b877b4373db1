#include <stdlib.h>

#include "support.h"

#include "frcnn/ops.h"
#include "tensor/devices.h"
#include "tensor/storage.h"

static void names_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        frcnn_device device;
        const char *formatted;
    } rows[] = {
        {"cpu", {FRCNN_CPU, 0}, "cpu"},
        {"cuda", {FRCNN_CUDA, 0}, "cuda:0"},
        {"cuda:0", {FRCNN_CUDA, 0}, "cuda:0"},
        {"cuda:3", {FRCNN_CUDA, 3}, "cuda:3"},
        {"cuda:2147483647", {FRCNN_CUDA, 2147483647}, "cuda:2147483647"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_device device = {FRCNN_CPU, 77};
        char text[FRCNN_DEVICE_TEXT_BYTES];
        assert_ok(frcnn_device_parse(&device, rows[i].name));
        assert_int_equal(device.kind, rows[i].device.kind);
        assert_int_equal(device.index, rows[i].device.index);
        assert_string_equal(frcnn_device_format(text, device), rows[i].formatted);
    }
}

static void other_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",        "CPU",     "gpu",   "cpu:1",           "cuda:", "cuda:-1",  "cuda:+1", "cuda: 1",
        "cuda:01", "cuda:1x", "cuda0", "cuda:2147483648", "auto",  "cuda:0,1", "cpu ",    "cuda:99999999999999999999"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        frcnn_device device = {FRCNN_CPU, 77};
        char found[64];
        snprintf(found, sizeof found, "expected cpu, cuda or cuda:N, found '%s'", names[i]);
        assert_fails(frcnn_device_parse(&device, names[i]), FRCNN_ERROR_INVALID, found);
        assert_int_equal(device.index, 77);
    }
}

/* n_cuda -1: a build without CUDA. */
static void auto_takes_a_gpu_and_says_why_where_it_takes_none(void **state)
{
    (void)state;
    static const struct {
        const char *visible;
        int n_cuda;
        frcnn_device_kind kind;
        const char *note;
    } rows[] = {
        {NULL, -1, FRCNN_CPU, "using the CPU: this build has no CUDA"},
        {"0", -1, FRCNN_CPU, "using the CPU: this build has no CUDA"},
        {"", -1, FRCNN_CPU, "using the CPU: this build has no CUDA, and CUDA_VISIBLE_DEVICES='' hides all GPUs"},
        {"-1", -1, FRCNN_CPU, "using the CPU: this build has no CUDA, and CUDA_VISIBLE_DEVICES='-1' hides all GPUs"},
        {NULL, 0, FRCNN_CPU, "using the CPU: this machine has no GPU"},
        {"-1", 0, FRCNN_CPU, "using the CPU: CUDA_VISIBLE_DEVICES='-1' hides all GPUs"},
        {"", 0, FRCNN_CPU, "using the CPU: CUDA_VISIBLE_DEVICES='' hides all GPUs"},
        {NULL, 2, FRCNN_CUDA, ""},
        {"1", 1, FRCNN_CUDA, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_device device = {FRCNN_CPU, 77};
        char note[FRCNN_DEVICE_NOTE_BYTES] = "?";
        if (rows[i].visible != NULL)
            setenv("CUDA_VISIBLE_DEVICES", rows[i].visible, 1);
        else
            unsetenv("CUDA_VISIBLE_DEVICES");
        assert_ok(frcnn_device_choose_among(&device, note, "auto", rows[i].n_cuda));
        assert_int_equal(device.kind, rows[i].kind);
        assert_int_equal(device.index, 0);
        assert_string_equal(note, rows[i].note);
        assert_ok(frcnn_device_choose_among(&device, note, "cpu", rows[i].n_cuda));
        assert_int_equal(device.kind, FRCNN_CPU);
        assert_string_equal(note, "");
    }
    unsetenv("CUDA_VISIBLE_DEVICES");
}

static void a_gpu_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    frcnn_device device = {FRCNN_CPU, 77};
    unsetenv("CUDA_VISIBLE_DEVICES");
    assert_fails(frcnn_device_choose_among(&device, NULL, "cuda", -1), FRCNN_ERROR_UNSUPPORTED,
                 "device: expected auto or cpu, as this build has no CUDA, found cuda:0");
    assert_fails(frcnn_device_choose_among(&device, NULL, "cuda:1", 0), FRCNN_ERROR_UNSUPPORTED,
                 "expected auto or cpu, as this machine has no GPU, found cuda:1");
    assert_fails(frcnn_device_choose_among(&device, NULL, "cuda:2", 2), FRCNN_ERROR_UNSUPPORTED,
                 "expected auto or cpu or a GPU from cuda:0 to cuda:1, found cuda:2");
    setenv("CUDA_VISIBLE_DEVICES", "-1", 1);
    assert_fails(frcnn_device_choose_among(&device, NULL, "cuda", 0), FRCNN_ERROR_UNSUPPORTED,
                 "as CUDA_VISIBLE_DEVICES='-1' hides all GPUs, found cuda:0");
    unsetenv("CUDA_VISIBLE_DEVICES");
    assert_fails(frcnn_device_choose_among(&device, NULL, "tpu", 2), FRCNN_ERROR_INVALID,
                 "expected auto, cpu, cuda or cuda:N, found 'tpu'");
    assert_int_equal(device.index, 77);
    assert_ok(frcnn_device_choose_among(&device, NULL, "cuda:1", 2));
    assert_int_equal(device.kind, FRCNN_CUDA);
    assert_int_equal(device.index, 1);
}

static void what_can_be_chosen_is_what_is_counted(void **state)
{
    (void)state;
    frcnn_device device = {FRCNN_CPU, 77};
    char note[FRCNN_DEVICE_NOTE_BYTES];
    assert_int_equal(frcnn_device_count(FRCNN_CPU), 1);
    assert_ok(frcnn_device_choose(&device, note, "auto"));
    assert_int_equal(device.kind == FRCNN_CUDA, frcnn_device_count(FRCNN_CUDA) > 0);
    assert_int_equal(strlen(note) == 0, device.kind == FRCNN_CUDA);
    if (frcnn_device_count(FRCNN_CUDA) == 0)
        assert_fails(frcnn_device_choose(&device, note, "cuda"), FRCNN_ERROR_UNSUPPORTED, "auto or cpu");
}

static void to_device_shares_what_is_there(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const frcnn_device unknown = {FRCNN_CPU, 1};
    const frcnn_device missing = {FRCNN_CUDA, frcnn_device_count(FRCNN_CUDA)};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *same = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 2, shape));
    assert_ok(frcnn_tensor_to_device(&same, tensor, cpu));
    assert_ptr_equal(frcnn_tensor_get_data(same), frcnn_tensor_get_data(tensor));
    assert_fails(frcnn_tensor_to_device(&out, tensor, unknown), FRCNN_ERROR_INVALID, "found kind 0 with index 1");
    assert_fails(frcnn_tensor_to_device(&out, tensor, missing), FRCNN_ERROR_UNSUPPORTED,
                 "to_device: expected the device cpu");
    assert_null(out);
    frcnn_tensor_destroy(&same);
    frcnn_tensor_destroy(&tensor);
}

static void mixed_devices_are_named(void **state)
{
    (void)state;
    frcnn_tensor *on_cpu = NULL;
    frcnn_tensor *on_gpu = NULL;
    assert_ok(frcnn_tensor_create(&on_cpu, FRCNN_F32, 0, NULL));
    assert_ok(frcnn_tensor_share(&on_gpu, on_cpu));
    on_gpu->device = (frcnn_device){FRCNN_CUDA, 1};
    const frcnn_tensor *mixed[] = {on_cpu, on_cpu, on_gpu};
    assert_ok(frcnn_devices_check("add", mixed, 2));
    assert_fails(frcnn_devices_check("add", mixed, 3), FRCNN_ERROR_INVALID,
                 "add: expected tensors on one device, found cpu and cuda:1");
    frcnn_tensor_destroy(&on_gpu);
    frcnn_tensor_destroy(&on_cpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_and_written),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(auto_takes_a_gpu_and_says_why_where_it_takes_none),
        cmocka_unit_test(a_gpu_that_is_not_there_is_an_error),
        cmocka_unit_test(what_can_be_chosen_is_what_is_counted),
        cmocka_unit_test(to_device_shares_what_is_there),
        cmocka_unit_test(mixed_devices_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
