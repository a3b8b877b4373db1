// cuDNN and cuBLASLt on a machine that may have neither, nor a GPU: nothing does harm, and cuDNN takes the graphs of our
// convolutions for GPUs that are only described to it. FRCNN_CUDA_LIBRARIES chooses among the libraries, as for a user.
extern "C" {
#include "support.h"

#include "tensor/cuda_devices.h"
#include "tensor/layers/conv2d.h"
}

#include <cctype>
#include <cstdlib>
#include <dlfcn.h>
#include <initializer_list>

#include "conv_cudnn.h"
#include "conv_engine.h"

struct gpu {
    const char *name;
    int compute_capability; // times 100
    int n_multiprocessors, shared_memory, blocks, threads;
    long long memory, cache;
};

static const gpu T4 = {"Tesla T4", 750, 40, 65536, 16, 1024, 15828320256, 4194304};
static const gpu A100 = {"NVIDIA A100-SXM4-40GB", 800, 108, 166912, 32, 2048, 42297786368, 41943040};
static const gpu H100 = {"NVIDIA H100 80GB HBM3", 900, 132, 232448, 32, 2048, 84942979072, 52428800};
static const gpu B200 = {"NVIDIA B200", 1000, 148, 232448, 32, 2048, 191501430784, 132644864};

// As cuDNN writes the properties of a GPU that is there.
static void describe(char text[1024], const gpu *gpu)
{
    snprintf(text, 1024,
             "{\"deviceVer\":%d,\"multiProcessorCount\":%d,\"warpSize\":32,\"maxSharedMemoryPerBlock\":49152,"
             "\"maxSharedMemoryPerBlockOptin\":%d,\"oversizedSharedMemoryPerBlock\":0,"
             "\"reservedSharedMemoryPerBlock\":1024,\"maxRegistersPerSM\":65536,\"maxCtasPerSM\":%d,"
             "\"maxThreadsPerBlock\":1024,\"maxThreadsPerSM\":%d,\"regsPerBlock\":65536,\"totalGlobalMem\":%lld,"
             "\"smClockRateKHz\":1590000,\"l2CacheSize\":%lld,\"maxBlockSize\":[1024,1024,64],"
             "\"memClockRateKHz\":1215000,\"maxGridSize\":[2147483647,65535,65535],\"supportCoopLaunch\":1,"
             "\"pciDeviceId\":0,\"isTccDriver\":0,\"cudaDeviceId\":0,\"driverVer\":13000,\"deviceName\":\"%s\"}",
             gpu->compute_capability, gpu->n_multiprocessors, gpu->shared_memory, gpu->blocks, gpu->threads,
             gpu->memory, gpu->cache, gpu->name);
}

static frcnn_conv2d make_conv(int64_t h, int64_t w, int64_t in_c, int64_t out_c, int kernel, int stride, int groups)
{
    frcnn_conv2d conv;
    memset(&conv, 0, sizeof conv);
    conv.n = 1;
    conv.in_h = h;
    conv.in_w = w;
    conv.in_c = in_c;
    conv.out_c = out_c;
    conv.kernel_h = conv.kernel_w = kernel;
    conv.stride_h = conv.stride_w = stride;
    conv.padding_h = conv.padding_w = kernel / 2;
    conv.dilation_h = conv.dilation_w = 1;
    conv.groups = groups;
    assert_ok(frcnn_conv2d_set_output(&conv));
    return conv;
}

// Of ResNet-50-FPN, and others.
static const int SHAPES[][7] = {
    {800, 1344, 3, 64, 7, 2, 1},   {200, 336, 64, 64, 3, 1, 1}, {200, 336, 256, 128, 1, 2, 1},
    {100, 168, 128, 128, 3, 1, 1}, {25, 42, 512, 512, 3, 1, 1}, {13, 21, 256, 256, 3, 1, 1},
    {50, 84, 256, 256, 3, 2, 32},  {7, 11, 17, 19, 3, 1, 1},    {1, 1, 96, 24, 1, 1, 1}};
static const int N_SHAPES = sizeof SHAPES / sizeof *SHAPES;

static frcnn_conv2d get_shape(int i)
{
    const int *shape = SHAPES[i];
    return make_conv(shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6]);
}

// 1 where a GPU is there, as the driver says: the runtime that this program has may be one without.
static int has_gpu(void)
{
    int n = 0;
    void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (driver == nullptr) return 0;
    const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
    const auto count = reinterpret_cast<int (*)(int *)>(dlsym(driver, "cuDeviceGetCount"));
    return init != nullptr && count != nullptr && init(0) == 0 && count(&n) == 0 && n > 0;
}

// Those that cuDNN has for conv on the GPU; skips the test where there is no cuDNN, or a GPU: with an H200 there, cuDNN 9.14
// crashed in the tests whose first described GPU is a T4, most likely on kernels that an H200 can't load.
static int count_variants(const frcnn_conv2d *conv, const gpu *gpu)
{
    char properties[1024];
    int n = 0;
    if (has_gpu()) {
        puts("SKIPPED: cuDNN has a GPU to look at, and needs none described");
        skip();
    }
    describe(properties, gpu);
    assert_ok(frcnn_conv_cudnn_count(&n, conv, properties));
    if (n < 0) {
        puts("SKIPPED: no cuDNN of 9.8 or newer is found");
        skip();
    }
    return n;
}

static void test_versions(void **)
{
    const char *allowed = getenv("FRCNN_CUDA_LIBRARIES");
    frcnn_cuda_libraries libraries;
    memset(&libraries, 'x', sizeof libraries);
    frcnn_cuda_get_libraries(&libraries);
    printf("cuDNN '%s', cuBLASLt '%s'\n", libraries.cudnn, libraries.cublaslt);
    for (const char *version : {libraries.cudnn, libraries.cublaslt})
        assert_true(version[0] == '\0' || (isdigit(version[0]) && strchr(version, '.') != nullptr));
    if (allowed != nullptr && strstr(allowed, "cudnn") == nullptr) assert_string_equal(libraries.cudnn, "");
    if (allowed != nullptr && strstr(allowed, "cublaslt") == nullptr) assert_string_equal(libraries.cublaslt, "");
}

// A library that is not there, or finds no driver, has nothing to offer.
static void check_open(const frcnn_conv_engine *engine, const frcnn_conv2d *conv)
{
    void *state = &state;
    int n_variants = -1;
    assert_ok(engine->open(&state, &n_variants, conv, 0));
    assert_int_equal(state != nullptr, n_variants > 0);
    for (int i = 0; i < n_variants; i++) {
        assert_true(engine->get_name(state, i)[0] != '\0');
        assert_true(engine->get_scratchpad(state, i) <= FRCNN_CONV_SCRATCHPAD_LIMIT);
    }
    engine->close(&state);
    assert_null(state);
    engine->close(&state);
}

static void test_open(void **)
{
    for (int i = 0; i < N_SHAPES * FRCNN_N_PRECISIONS * 12; i++) {
        frcnn_conv2d conv = get_shape(i % N_SHAPES);
        const int options = i / N_SHAPES / FRCNN_N_PRECISIONS;
        conv.precision = frcnn_precision(i / N_SHAPES % FRCNN_N_PRECISIONS);
        conv.activation = frcnn_activation(options % 3);
        conv.has_residual = options / 3 % 2;
        conv.dst_is_f32 = options / 6;
        check_open(&frcnn_conv_engine_cudnn, &conv);
        check_open(&frcnn_conv_engine_cublaslt, &conv);
    }
}

static void test_bad_properties(void **)
{
    const frcnn_conv2d conv = get_shape(0);
    int n = count_variants(&conv, &H100);
    assert_fails(frcnn_conv_cudnn_count(&n, &conv, "not a GPU"), FRCNN_ERROR_BACKEND, "cuDNN");
}

static void test_graphs_are_taken(void **)
{
    for (const gpu *gpu : {&T4, &A100, &H100, &B200})
        for (int i = 0; i < N_SHAPES * FRCNN_N_PRECISIONS * 2; i++) {
            frcnn_conv2d conv = get_shape(i % N_SHAPES);
            conv.precision = frcnn_precision(i / N_SHAPES % FRCNN_N_PRECISIONS);
            conv.activation = i / N_SHAPES / FRCNN_N_PRECISIONS ? FRCNN_RELU : FRCNN_LINEAR;
            const int is_too_old = gpu == &T4 && conv.precision == FRCNN_PRECISION_BF16;
            if ((count_variants(&conv, gpu) > 0) == is_too_old)
                fail_msg("%s, shape %d, precision %d: expected %s", gpu->name, i % N_SHAPES, conv.precision,
                         is_too_old ? "nothing" : "something to run it");
        }
}

static void test_residual(void **)
{
    frcnn_conv2d conv = get_shape(1);
    conv.has_residual = 1;
    conv.activation = FRCNN_RELU;
    conv.precision = FRCNN_PRECISION_F16;
    for (const gpu *gpu : {&T4, &A100, &H100, &B200}) assert_true(count_variants(&conv, gpu) > 0);
    conv.residual_h = conv.out_h / 2;
    conv.residual_w = conv.out_w / 2;
    assert_int_equal(count_variants(&conv, &H100), 0);
}

static void test_left_to_others(void **)
{
    frcnn_conv2d conv = get_shape(1);
    for (frcnn_activation activation : {FRCNN_RELU6, FRCNN_HARDSWISH}) {
        conv.activation = activation;
        assert_int_equal(count_variants(&conv, &H100), 0);
    }
    conv.activation = FRCNN_RELU;
    conv.dst_is_f32 = 1;
    assert_true(count_variants(&conv, &H100) > 0);
    conv.precision = FRCNN_PRECISION_F16;
    assert_int_equal(count_variants(&conv, &H100), 0);
}

int main(void)
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_versions), cmocka_unit_test(test_open),           cmocka_unit_test(test_bad_properties),
        cmocka_unit_test(test_residual), cmocka_unit_test(test_left_to_others), cmocka_unit_test(test_graphs_are_taken),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
