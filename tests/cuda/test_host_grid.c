#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cuda_runtime_api.h>

#include "host_grid/fake_cuda.h"
#include "host_grid/grid_order.h"
#include "host_grid/sample_kernels.h"
#include "host_grid/with_asan.h"

enum { N_ORDERS = 4 };

static void use_order(int i)
{
    grid_order_set(i == 0 ? GRID_FORWARD : i == 1 ? GRID_REVERSED : GRID_SHUFFLED, (unsigned)i);
}

static void *device_memory(size_t bytes)
{
    void *memory = NULL;
    assert_int_equal(cudaMalloc(&memory, bytes), cudaSuccess);
    return memory;
}

static void download(void *dst, const void *src, size_t bytes)
{
    assert_int_equal(cudaMemcpy(dst, src, bytes, cudaMemcpyDeviceToHost), cudaSuccess);
}

static void *uploaded(const void *src, size_t bytes)
{
    void *memory = device_memory(bytes);
    assert_int_equal(cudaMemcpy(memory, src, bytes, cudaMemcpyHostToDevice), cudaSuccess);
    return memory;
}

static void release(void *memory)
{
    assert_int_equal(cudaFree(memory), cudaSuccess);
}

static void sums_meet_in_shared_memory(void **state)
{
    enum { N_BLOCKS = 5 };
    int32_t values[128 * N_BLOCKS], sums[N_BLOCKS], scaled[N_BLOCKS], expected[N_BLOCKS] = {0};
    (void)state;
    for (int i = 0; i < 128 * N_BLOCKS; i++) {
        values[i] = (i * 7919) % 1000;
        expected[i / 128] += values[i];
    }
    int32_t *device_values = uploaded(values, sizeof values);
    int32_t *device_sums = device_memory(sizeof sums);
    for (int order = 0; order < N_ORDERS; order++) {
        use_order(order);
        assert_ok(sample_block_sums(N_BLOCKS, device_values, device_sums));
        download(sums, device_sums, sizeof sums);
        assert_ok(sample_scaled_sums(N_BLOCKS, device_values, device_sums));
        download(scaled, device_sums, sizeof scaled);
        for (int i = 0; i < N_BLOCKS; i++) {
            assert_int_equal(sums[i], expected[i]);
            assert_int_equal(scaled[i], 3 * expected[i]);
        }
    }
    release(device_values);
    release(device_sums);
}

/* n lanes of a whole warp and of a part of one. A lane that is not there gives no value to compare. */
static void shuffles_read_lanes(void **state)
{
    enum { N = 48 };
    int32_t out[SAMPLE_SHUFFLES][N];
    int32_t *device = device_memory(sizeof out);
    (void)state;
    for (int order = 0; order < N_ORDERS; order++) {
        use_order(order);
        assert_ok(sample_shuffles(N, device));
        download(out, device, sizeof out);
        for (int i = 0; i < N; i++) {
            const int lane = i % 32, warp = i - lane;
            assert_int_equal(out[0][i], warp + 5);
            assert_int_equal(out[1][i], i / 8 * 8 + (i + 1) % 8);
            assert_int_equal(out[2][i], lane < 3 ? i : i - 3);
            if (i / 16 * 16 + 15 < N) assert_int_equal(out[3][i], i % 16 + 3 < 16 ? i + 3 : i);
            assert_int_equal(out[4][i], i ^ 1);
            assert_int_equal(out[5][i], lane >= 16 ? i - 16 : i);
            assert_int_equal(out[6][i], (lane == 0 ? i : i - 1) + 1000);
        }
    }
    release(device);
}

static void lanes_vote(void **state)
{
    enum { N = 64 };
    uint32_t out[SAMPLE_VOTES][N];
    uint32_t *device = device_memory(sizeof out);
    (void)state;
    for (int order = 0; order < N_ORDERS; order++) {
        use_order(order);
        assert_ok(sample_votes(N, device));
        download(out, device, sizeof out);
        for (uint32_t i = 0; i < N; i++) {
            const uint32_t lane = i % 32, warp = i / 32;
            assert_int_equal(out[0][i], 0xaaaaaaaau);
            assert_int_equal(out[1][i], warp == 0);
            assert_int_equal(out[2][i], warp == 0);
            for (uint32_t other = 0; other < 32; other++)
                assert_int_equal(out[3][i] >> other & 1, other % 3 == lane % 3);
            assert_int_equal(out[4][i], 32 * 32 * warp + 31 * 16);
            assert_int_equal(out[5][i], 32 * warp);
            assert_int_equal(out[6][i], 32 * warp + 31);
            assert_int_equal(out[7][i], lane / 8 == 1 ? 0xaa00u : 0);
        }
    }
    release(device);
}

static void atomics_lose_nothing(void **state)
{
    enum { N = 1000 };
    int32_t values[N], counts[5] = {0}, zeros[5] = {0}, expected[5] = {0}, greatest = 0, lock = 0;
    float sum = 0;
    (void)state;
    for (int i = 0; i < N; i++) {
        values[i] = (i * 38) % 999;
        expected[values[i] % 5]++;
    }
    int32_t *device_values = uploaded(values, sizeof values);
    int32_t *device_counts = uploaded(zeros, sizeof zeros);
    int32_t *device_greatest = uploaded(zeros, sizeof greatest);
    float *device_sum = uploaded(zeros, sizeof sum);
    int32_t *device_lock = uploaded(zeros, sizeof lock);
    assert_ok(sample_atomics(N, device_values, device_counts, device_greatest, device_sum, device_lock));
    download(counts, device_counts, sizeof counts);
    download(&greatest, device_greatest, sizeof greatest);
    download(&sum, device_sum, sizeof sum);
    download(&lock, device_lock, sizeof lock);
    assert_memory_equal(counts, expected, sizeof expected);
    assert_int_equal(greatest, 998);
    assert_true(sum == 998 * 999 / 2 + 0.0f);
    assert_int_equal(lock, -1);
    void *all[] = {device_values, device_counts, device_greatest, device_sum, device_lock};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) release(all[i]);
}

static void every_thread_has_its_place(void **state)
{
    enum { N_BLOCKS = 12, N_THREADS = 24 };
    int32_t out[N_BLOCKS * N_THREADS];
    int32_t *device = device_memory(sizeof out);
    (void)state;
    for (int order = 0; order < N_ORDERS; order++) {
        use_order(order);
        assert_int_equal(cudaMemset(device, 0, sizeof out), cudaSuccess);
        assert_ok(sample_indices(device));
        download(out, device, sizeof out);
        for (int i = 0; i < N_BLOCKS * N_THREADS; i++) assert_int_equal(out[i], 1000 * (i / N_THREADS) + i % N_THREADS);
    }
    release(device);
}

static void barriers_hold_in_loops(void **state)
{
    enum { N_ROUNDS = 37 };
    const int sizes[] = {1, 31, 32, 33, 256, 1024};
    int32_t values[1024], out[1024];
    (void)state;
    for (int i = 0; i < 1024; i++) values[i] = i;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int order = 0; order < N_ORDERS; order++) {
            int32_t *device = uploaded(values, sizeof values);
            use_order(order);
            assert_ok(sample_rotation(sizes[s], N_ROUNDS, device));
            download(out, device, sizeof out);
            for (int i = 0; i < sizes[s]; i++) assert_int_equal(out[i], (i + N_ROUNDS) % sizes[s]);
            release(device);
        }
}

static void blocks_vote(void **state)
{
    int32_t out[4];
    int32_t *device = device_memory(sizeof out);
    const int32_t expected[4] = {35, 1, 0, 1};
    (void)state;
    assert_ok(sample_block_votes(70, device));
    download(out, device, sizeof out);
    assert_memory_equal(out, expected, sizeof expected);
    release(device);
}

/* A race shows in one of the orders, and a kernel without one never. */
static void orders_show_a_race(void **state)
{
    enum { N = 100 };
    int32_t out[N_ORDERS][N];
    int32_t *device = device_memory(sizeof out[0]);
    (void)state;
    for (int order = 0; order < N_ORDERS; order++) {
        use_order(order);
        assert_ok(sample_race(N, device));
        download(out[order], device, sizeof out[order]);
    }
    for (int order = 1; order < N_ORDERS; order++) assert_memory_not_equal(out[0], out[order], sizeof out[0]);
    release(device);
}

static void unwritten_memory_is_nan(void **state)
{
    enum { N = 64 };
    float out[N];
    float *device = device_memory(sizeof out);
    (void)state;
    download(out, device, sizeof out);
    for (int i = 0; i < N; i++) assert_true(isnan(out[i]));
    assert_ok(sample_unwritten(N, device));
    download(out, device, sizeof out);
    for (int i = 0; i < N; i++) assert_true(isnan(out[i]));
    release(device);
}

/* The launch ends the program with that text on stderr. */
static void assert_ends(frcnn_status (*launch)(int n), const char *text)
{
    char message[4096];
    size_t n = 0;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(pipe_ends[1], STDERR_FILENO);
        (void)!launch(64);
        _exit(0);
    }
    close(pipe_ends[1]);
    for (ssize_t part; n + 1 < sizeof message && (part = read(pipe_ends[0], message + n, sizeof message - 1 - n)) > 0;)
        n += (size_t)part;
    message[n] = '\0';
    close(pipe_ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (strstr(message, text) == NULL) fail_msg("\"%s\" is not in: %s", text, message);
}

#if defined(WITH_ASAN)
static frcnn_status read_on_the_host(int n)
{
    const volatile char *memory = device_memory((size_t)n);
    return memory[n - 1] == 0 ? FRCNN_OK : FRCNN_ERROR_BACKEND;
}
#endif

static void faults_end_the_program(void **state)
{
    (void)state;
    use_order(0);
    assert_ends(sample_deadlock, "kernel deadlock, block (0, 0, 0) of (1, 1, 1): 32 threads wait for ever, 32 have "
                                 "returned; thread (0, 0, 0) waits in __syncthreads of ");
    assert_ends(sample_two_barriers, "thread (32, 0, 0) meets __syncthreads of line ");
    assert_ends(sample_wrong_mask, "mask 0x7fffffff is without lane 31");
#if defined(WITH_ASAN)
    assert_ends(sample_overrun, "AddressSanitizer");
    assert_ends(read_on_the_host, "AddressSanitizer");
#else
    assert_ends(sample_overrun, "byte 64 of 64 bytes of dynamic shared memory was written");
#endif
}

static void launches_are_checked(void **state)
{
    (void)state;
    assert_ok(sample_launch(1, 1024, 48 * 1024, 0));
    assert_fails(sample_launch(0, 32, 0, 0), FRCNN_ERROR_BACKEND, "nothing: CUDA: invalid configuration argument");
    assert_fails(sample_launch(1, 1025, 0, 0), FRCNN_ERROR_BACKEND, "invalid configuration argument");
    assert_fails(sample_launch(1, 32, 48 * 1024 + 1, 0), FRCNN_ERROR_BACKEND, "invalid argument");
    assert_fails(sample_launch(1, 32, 0, 1 << 20), FRCNN_ERROR_BACKEND, "shared memory of a kernel: CUDA: invalid");
    assert_ok(sample_launch(1, 32, 64 * 1024, 64 * 1024));
    assert_int_equal(cudaPeekAtLastError(), cudaSuccess);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_meet_in_shared_memory),
        cmocka_unit_test(shuffles_read_lanes),
        cmocka_unit_test(lanes_vote),
        cmocka_unit_test(atomics_lose_nothing),
        cmocka_unit_test(every_thread_has_its_place),
        cmocka_unit_test(barriers_hold_in_loops),
        cmocka_unit_test(blocks_vote),
        cmocka_unit_test(orders_show_a_race),
        cmocka_unit_test(unwritten_memory_is_nan),
        cmocka_unit_test(faults_end_the_program),
        cmocka_unit_test(launches_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
