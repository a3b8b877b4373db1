#include <stdlib.h>

#include "cuda_support.h"

#include "frcnn/version.h"

static void gpus_tell_what_they_are(void **state)
{
    (void)state;
    const int n = frcnn_device_count(FRCNN_CUDA);
    assert_true(frcnn_get_cuda_version() >= 11000);
    for (int i = 0; i < n; i++) {
        frcnn_device_info info;
        assert_ok(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, i}, &info));
        assert_string_not_equal(info.name, "");
        assert_true(info.compute_major > 0 && info.n_cores > 0);
        assert_true(info.memory_bytes > 0 && info.free_bytes <= info.memory_bytes);
        assert_true(info.driver_version / 1000 >= frcnn_get_cuda_version() / 1000);
        assert_null(info.isa);
        if (info.problem[0] == '\0') assert_true(10 * info.compute_major + info.compute_minor >= 75);
    }
}

static void a_gpu_is_chosen(void **state)
{
    (void)state;
    frcnn_device device = {FRCNN_CPU, 77};
    frcnn_device_list list = {.count = 0};
    char text[FRCNN_DEVICE_NOTE_BYTES] = "?";
    if (frcnn_device_explain(text)[0] != '\0') skip();
    assert_ok(frcnn_device_choose(&device, text, "auto"));
    assert_int_equal(device.kind, FRCNN_CUDA);
    assert_string_equal(text, "");
    assert_ok(frcnn_devices_choose(&list, text, "auto"));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.devices[0].kind, FRCNN_CUDA);
    assert_int_equal(list.devices[0].index, device.index);
}

#if defined(FRCNN_TEST_HOST_GRID)

#include "fake_cuda.h"

/* CUDA's own numbers for its errors. */
enum { ERROR_BUSY = 46, ERROR_NO_IMAGE = 209, ERROR_ECC = 214, ERROR_UNKNOWN = 999 };

static void test_end(void)
{
    unsetenv("CUDA_VISIBLE_DEVICES");
    fake_cuda_reset();
}

/* auto takes the CPU for this reason, and asking for a GPU fails for it. */
static void assert_no_gpu(const char *reason)
{
    frcnn_device device = {FRCNN_CUDA, 77};
    frcnn_device_info info;
    char text[FRCNN_DEVICE_NOTE_BYTES];
    char expected[2 * FRCNN_DEVICE_NOTE_BYTES];
    assert_int_equal(frcnn_device_count(FRCNN_CUDA), 0);
    assert_string_equal(frcnn_device_explain(text), reason);
    assert_ok(frcnn_device_choose(&device, text, "auto"));
    assert_int_equal(device.kind, FRCNN_CPU);
    assert_int_equal(device.index, 0);
    snprintf(expected, sizeof expected, "using the CPU: %s", reason);
    assert_string_equal(text, expected);
    snprintf(expected, sizeof expected, "device: expected auto or cpu, found cuda:0: %s", reason);
    assert_fails(frcnn_device_choose(&device, text, "cuda"), FRCNN_ERROR_UNSUPPORTED, expected);
    assert_fails(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, 0}, &info), FRCNN_ERROR_UNSUPPORTED, reason);
    assert_ok(frcnn_device_choose(&device, text, "cpu"));
    assert_string_equal(text, "");
}

static void without_a_driver(void **state)
{
    (void)state;
    char reason[FRCNN_DEVICE_NOTE_BYTES];
    const int major = frcnn_get_cuda_version() / 1000;
    fake_cuda_set_driver(0);
    snprintf(reason, sizeof reason, "no NVIDIA driver was found; install one for CUDA %d.0 or newer", major);
    assert_no_gpu(reason);
    fake_cuda_set_driver(1000 * (major - 1) + 20);
    snprintf(reason, sizeof reason,
             "the NVIDIA driver is for CUDA %d.2, this build needs %d.0; update the driver, or build with an older "
             "toolkit",
             major - 1, major);
    assert_no_gpu(reason);
    test_end();
}

static void without_a_gpu(void **state)
{
    (void)state;
    fake_cuda_set_devices(0);
    assert_no_gpu("this machine has no NVIDIA GPU");
    setenv("CUDA_VISIBLE_DEVICES", "", 1);
    assert_no_gpu("CUDA_VISIBLE_DEVICES='' hides all GPUs");
    setenv("CUDA_VISIBLE_DEVICES", "-1", 1);
    assert_no_gpu("CUDA_VISIBLE_DEVICES='-1' hides all GPUs");
    setenv("CUDA_VISIBLE_DEVICES", "7", 1);
    assert_no_gpu("this machine has no NVIDIA GPU that CUDA_VISIBLE_DEVICES='7' names");
    setenv("CUDA_VISIBLE_DEVICES", "GPU-0123456789012345678901234567890123456789-no-more", 1);
    assert_no_gpu("this machine has no NVIDIA GPU that "
                  "CUDA_VISIBLE_DEVICES='GPU-012345678901234567890123456789012345' names");
    test_end();
}

static void numbers_count_among_the_visible(void **state)
{
    (void)state;
    frcnn_device device;
    setenv("FRCNN_FAKE_CUDA_DEVICES", "4", 1);
    setenv("CUDA_VISIBLE_DEVICES", "3,1", 1);
    fake_cuda_reset();
    assert_int_equal(frcnn_device_count(FRCNN_CUDA), 2);
    assert_ok(frcnn_device_choose(&device, NULL, "cuda:1"));
    assert_fails(frcnn_device_choose(&device, NULL, "cuda:2"), FRCNN_ERROR_UNSUPPORTED,
                 "device: expected auto or cpu or a GPU from cuda:0 to cuda:1, found cuda:2");
    unsetenv("FRCNN_FAKE_CUDA_DEVICES");
    test_end();
}

static void cuda_may_not_start(void **state)
{
    (void)state;
    char text[FRCNN_DEVICE_NOTE_BYTES];
    fake_cuda_fail("cudaGetDeviceCount", 2, ERROR_UNKNOWN);
    assert_int_equal(frcnn_device_count(FRCNN_CUDA), 1);
    assert_int_equal(frcnn_device_count(FRCNN_CUDA), 0);
    /* By now it starts again: there is nothing to explain. */
    assert_string_equal(frcnn_device_explain(text), "");
    test_end();
}

static void old_cards_are_refused(void **state)
{
    (void)state;
    frcnn_device device = {FRCNN_CUDA, 77};
    frcnn_device_list list;
    frcnn_device_info info;
    char text[FRCNN_DEVICE_NOTE_BYTES];
    static const char problem[] =
        "Host grid 0 (compute capability 6.1): this build runs on 7.5 and newer; choose another device";
    fake_cuda_set_capability(6, 1);
    assert_int_equal(frcnn_device_count(FRCNN_CUDA), 1);
    assert_ok(frcnn_device_choose(&device, text, "auto"));
    assert_int_equal(device.kind, FRCNN_CPU);
    assert_string_equal(text, "using the CPU: cuda:0, Host grid 0 (compute capability 6.1): this build runs on 7.5 and "
                              "newer; choose another device");
    assert_fails(frcnn_device_choose(&device, text, "cuda:0"), FRCNN_ERROR_UNSUPPORTED,
                 "device: expected auto or cpu, found cuda:0, Host grid 0 (compute capability 6.1): this build runs on "
                 "7.5 and newer");
    assert_fails(frcnn_devices_choose(&list, text, "cuda:0,1"), FRCNN_ERROR_UNSUPPORTED, "this build runs on 7.5");
    assert_ok(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, 0}, &info));
    assert_string_equal(info.problem, problem);
    assert_int_equal(10 * info.compute_major + info.compute_minor, 61);
    test_end();
}

static void cards_without_code_are_refused(void **state)
{
    (void)state;
    frcnn_device device;
    char text[FRCNN_DEVICE_NOTE_BYTES];
    fake_cuda_set_capability(11, 0);
    fake_cuda_fail("cudaFuncGetAttributes", 1, ERROR_NO_IMAGE);
    assert_string_equal(frcnn_device_explain(text),
                        "cuda:0, Host grid 0 (compute capability 11.0): this build has no code for it; build with "
                        "-DCMAKE_CUDA_ARCHITECTURES=110");
    fake_cuda_fail("cudaSetDevice", 1, ERROR_BUSY);
    assert_fails(frcnn_device_choose(&device, text, "cuda"), FRCNN_ERROR_UNSUPPORTED,
                 "found cuda:0, Host grid 0 (compute capability 11.0): CUDA: CUDA-capable device(s) is/are busy or "
                 "unavailable");
    test_end();
}

static void auto_takes_the_first_gpu_that_works(void **state)
{
    (void)state;
    frcnn_device device;
    char text[FRCNN_DEVICE_NOTE_BYTES];
    fake_cuda_set_devices(3);
    fake_cuda_fail("cudaFuncGetAttributes", 1, ERROR_ECC);
    assert_ok(frcnn_device_choose(&device, text, "auto"));
    assert_int_equal(device.kind, FRCNN_CUDA);
    assert_int_equal(device.index, 1);
    assert_string_equal(text, "");
    test_end();
}

static void lists_of_gpus_are_chosen(void **state)
{
    (void)state;
    frcnn_device_list list = {.count = 0};
    char note[FRCNN_DEVICE_NOTE_BYTES] = "?";
    fake_cuda_set_devices(16);
    assert_ok(frcnn_devices_choose(&list, note, "cuda:2,0,1"));
    assert_int_equal(list.count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(list.devices[i].kind, FRCNN_CUDA);
        assert_int_equal(list.devices[i].index, (i + 2) % 3);
    }
    assert_string_equal(note, "");
    assert_ok(frcnn_devices_choose(&list, note, "cuda:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"));
    assert_int_equal(list.count, FRCNN_MAX_DEVICES);
    assert_ok(frcnn_devices_choose(&list, note, "cuda:5"));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.devices[0].index, 5);
    fake_cuda_set_devices(2);
    list.count = 77;
    assert_fails(frcnn_devices_choose(&list, note, "cuda:0,2"), FRCNN_ERROR_UNSUPPORTED,
                 "device: expected auto or cpu or a GPU from cuda:0 to cuda:1, found cuda:2");
    assert_fails(frcnn_devices_choose(&list, note, "cuda:1,1"), FRCNN_ERROR_INVALID, "each once, found 'cuda:1,1'");
    assert_int_equal(list.count, 77);
    test_end();
}

static void memory_of_a_gpu_is_told(void **state)
{
    (void)state;
    frcnn_device_info info;
    frcnn_stream *stream = NULL;
    void *memory = NULL;
    fake_cuda_set_devices(2);
    fake_cuda_set_bytes(64 << 20);
    assert_ok(frcnn_stream_ops_cuda.create(&stream, 1));
    assert_ok(frcnn_stream_ops_cuda.alloc(stream, &memory, 16 << 20, "buffers"));
    assert_ok(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, 1}, &info));
    assert_string_equal(info.name, "Host grid 1");
    assert_int_equal(info.memory_bytes, 64 << 20);
    assert_int_equal(info.free_bytes, 48 << 20);
    assert_ok(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, 0}, &info));
    assert_int_equal(info.free_bytes, 64 << 20);
    frcnn_stream_ops_cuda.free(stream, memory);
    frcnn_stream_ops_cuda.destroy(&stream);
    test_end();
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gpus_tell_what_they_are),
        cmocka_unit_test(a_gpu_is_chosen),
#if defined(FRCNN_TEST_HOST_GRID)
        cmocka_unit_test(without_a_driver),
        cmocka_unit_test(without_a_gpu),
        cmocka_unit_test(numbers_count_among_the_visible),
        cmocka_unit_test(cuda_may_not_start),
        cmocka_unit_test(old_cards_are_refused),
        cmocka_unit_test(cards_without_code_are_refused),
        cmocka_unit_test(auto_takes_the_first_gpu_that_works),
        cmocka_unit_test(lists_of_gpus_are_chosen),
        cmocka_unit_test(memory_of_a_gpu_is_told),
#endif
    };
    return RUN_CUDA_TESTS(tests);
}
