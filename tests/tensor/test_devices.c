#include <stdlib.h>

#include "support.h"

#include "frcnn/ops.h"
#include "frcnn/version.h"
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

/* What a build with CUDA says where there is no GPU: tests/cuda/test_cuda_devices.c. */
static void a_build_without_cuda_says_so(void **state)
{
    (void)state;
    static const char *const visible[] = {NULL, "0", "", "-1"};
    frcnn_device device = {FRCNN_CUDA, 77};
    if (frcnn_get_cuda_version() != 0) skip();
    for (size_t i = 0; i < sizeof visible / sizeof visible[0]; i++) {
        char note[FRCNN_DEVICE_NOTE_BYTES] = "?";
        char reason[FRCNN_DEVICE_NOTE_BYTES] = "?";
        if (visible[i] != NULL) setenv("CUDA_VISIBLE_DEVICES", visible[i], 1);
        assert_ok(frcnn_device_choose(&device, note, "auto"));
        assert_int_equal(device.kind, FRCNN_CPU);
        assert_int_equal(device.index, 0);
        assert_string_equal(note, "using the CPU: this build has no CUDA");
        assert_string_equal(frcnn_device_explain(reason), "this build has no CUDA");
        assert_fails(frcnn_device_choose(&device, NULL, "cuda:1"), FRCNN_ERROR_UNSUPPORTED,
                     "device: expected auto or cpu, found cuda:1: this build has no CUDA");
    }
    unsetenv("CUDA_VISIBLE_DEVICES");
}

static void the_cpu_is_always_there(void **state)
{
    (void)state;
    frcnn_device device = {FRCNN_CUDA, 77};
    frcnn_device_info info;
    char note[FRCNN_DEVICE_NOTE_BYTES] = "?";
    assert_ok(frcnn_device_choose(&device, note, "cpu"));
    assert_int_equal(device.kind, FRCNN_CPU);
    assert_string_equal(note, "");
    assert_ok(frcnn_device_choose(&device, NULL, "auto"));
    assert_ok(frcnn_device_get_info((frcnn_device){FRCNN_CPU, 0}, &info));
    assert_string_not_equal(info.name, "");
    assert_string_equal(info.problem, "");
    assert_true(info.n_cores > 0);
    assert_non_null(info.isa);
    assert_int_equal(info.memory_bytes, 0);
    assert_fails(frcnn_device_get_info((frcnn_device){FRCNN_CPU, 1}, &info), FRCNN_ERROR_INVALID,
                 "device: expected a device, found kind 0 with index 1");
    assert_fails(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, frcnn_device_count(FRCNN_CUDA)}, &info),
                 FRCNN_ERROR_UNSUPPORTED, "device: expected cpu");
}

static void other_names_are_not_chosen(void **state)
{
    (void)state;
    frcnn_device device = {FRCNN_CPU, 77};
    assert_fails(frcnn_device_choose(&device, NULL, "tpu"), FRCNN_ERROR_INVALID,
                 "device: expected auto, cpu, cuda or cuda:N, found 'tpu'");
    assert_fails(frcnn_device_choose(&device, NULL, "cuda:0,1"), FRCNN_ERROR_INVALID, "found 'cuda:0,1'");
    assert_int_equal(device.index, 77);
}

static void lists_are_read(void **state)
{
    (void)state;
    static const char *const bad[] = {"cuda:0,",    "cuda:,1",
                                      "cuda:0,,1",  "cuda:0,0",
                                      "cuda:1,2,1", "cuda:0,cuda:1",
                                      "cuda:0,-1",  "cuda:0,01",
                                      "cuda:0, 1",  "cuda:0,99999999999999999999",
                                      "cpu,cuda",   "auto,cpu",
                                      ",",          "cuda:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"};
    frcnn_device_list list = {.count = 77};
    char note[FRCNN_DEVICE_NOTE_BYTES] = "?";
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char message[128];
        snprintf(message, sizeof message, "device: expected cuda:N,N with 2 to 16 numbers, each once, found '%s'",
                 bad[i]);
        assert_fails(frcnn_devices_choose(&list, note, bad[i]), FRCNN_ERROR_INVALID, message);
    }
    assert_fails(frcnn_devices_choose(&list, note, "tpu"), FRCNN_ERROR_INVALID, "found 'tpu'");
    assert_int_equal(list.count, 77);
    assert_ok(frcnn_devices_choose(&list, note, "cpu"));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.devices[0].kind, FRCNN_CPU);
    assert_ok(frcnn_devices_choose(&list, NULL, "auto"));
    assert_int_equal(list.count, 1);
    if (frcnn_device_count(FRCNN_CUDA) == 0)
        assert_fails(frcnn_devices_choose(&list, note, "cuda:0,1"), FRCNN_ERROR_UNSUPPORTED,
                     "device: expected auto or cpu, found cuda:0");
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
        cmocka_unit_test(a_build_without_cuda_says_so),
        cmocka_unit_test(the_cpu_is_always_there),
        cmocka_unit_test(other_names_are_not_chosen),
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(what_can_be_chosen_is_what_is_counted),
        cmocka_unit_test(to_device_shares_what_is_there),
        cmocka_unit_test(mixed_devices_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
