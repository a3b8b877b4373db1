#include <pthread.h>
#include <stdlib.h>

#include "cuda_support.h"

#if defined(FRCNN_TEST_HOST_GRID)
#include "fake_cuda.h"

/* CUDA's own numbers for its errors. */
enum { ERROR_MEMORY = 2, ERROR_BUSY = 46, ERROR_ILLEGAL_ADDRESS = 700, ERROR_NOT_SUPPORTED = 801 };
#endif

static const frcnn_stream_ops *const ops = &frcnn_stream_ops_cuda;

static unsigned char make_byte(size_t i, unsigned seed)
{
    return (unsigned char)((i * 2654435761u + seed * 40503u) >> 11);
}

static void fill(unsigned char *bytes, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++) bytes[i] = make_byte(i, seed);
}

static void assert_filled(const unsigned char *bytes, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != make_byte(i, seed)) fail_msg("byte %zu of %zu with seed %u is %u", i, n, seed, bytes[i]);
}

static frcnn_stream *open_stream(int index)
{
    frcnn_stream *stream = NULL;
    assert_ok(ops->create(&stream, index));
    assert_non_null(stream);
    return stream;
}

static void *take(frcnn_stream *stream, size_t bytes)
{
    void *memory = NULL;
    assert_ok(ops->alloc(stream, &memory, bytes, "buffers"));
    assert_int_equal((uintptr_t)memory % 256, 0);
    return memory;
}

static void *take_staging(frcnn_stream *stream, size_t bytes)
{
    void *memory = NULL;
    assert_ok(ops->alloc_staging(stream, &memory, bytes));
    return memory;
}

static void bytes_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 255, 257, 4099, 1 << 20, (3 << 20) + 13};
    frcnn_stream *stream = open_stream(0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t n = sizes[i];
        void *memory = take(stream, n);
        unsigned char *from = take_staging(stream, n + 1);
        unsigned char *to = take_staging(stream, n + 1);
        fill(from, n, (unsigned)i);
        to[n] = 99;
        assert_ok(ops->upload(stream, memory, from, n));
        assert_ok(ops->download(stream, to, memory, n));
        assert_ok(ops->wait(stream));
        assert_filled(to, n, (unsigned)i);
        assert_int_equal(to[n], 99);
        ops->free_staging(stream, from);
        ops->free_staging(stream, to);
        ops->free(stream, memory);
    }
    ops->free(stream, NULL);
    ops->free_staging(stream, NULL);
    ops->destroy(&stream);
    assert_null(stream);
    ops->destroy(&stream);
}

/* Memory that is not for staging may be written to as soon as upload returns, and read as soon as download does. */
static void plain_memory_is_free_at_once(void **state)
{
    (void)state;
    enum { BYTES = (5 << 20) + 7 };
    unsigned char *from = malloc(BYTES);
    unsigned char *to = malloc(BYTES);
    assert_true(from != NULL && to != NULL);
    frcnn_stream *stream = open_stream(0);
    void *memory = take(stream, BYTES);
    for (unsigned seed = 1; seed <= 3; seed++) {
        fill(from, BYTES, seed);
        assert_ok(ops->upload(stream, memory, from, BYTES));
        memset(from, 0xee, BYTES);
        assert_ok(ops->download(stream, to, memory, BYTES));
        assert_ok(ops->wait(stream));
        assert_filled(to, BYTES, seed);
    }
    ops->free(stream, memory);
    ops->destroy(&stream);
    free(from);
    free(to);
}

static void the_order_of_work_is_kept(void **state)
{
    (void)state;
    enum { N = 50, BYTES = 10007 };
    frcnn_stream *stream = open_stream(0);
    void *memory = take(stream, BYTES);
    unsigned char *from = take_staging(stream, (size_t)N * BYTES);
    unsigned char *to = take_staging(stream, (size_t)N * BYTES);
    for (unsigned i = 0; i < N; i++) fill(from + (size_t)i * BYTES, BYTES, i);
    for (size_t i = 0; i < N; i++) {
        assert_ok(ops->upload(stream, memory, from + i * BYTES, BYTES));
        assert_ok(ops->download(stream, to + i * BYTES, memory, BYTES));
    }
    assert_ok(ops->wait(stream));
    for (unsigned i = 0; i < N; i++) assert_filled(to + (size_t)i * BYTES, BYTES, i);
    ops->free_staging(stream, from);
    ops->free_staging(stream, to);
    ops->free(stream, memory);
    ops->destroy(&stream);
}

/* A wish that no GPU grants is told with its size, and the stream goes on. */
static void too_much_memory_is_an_error(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream(0);
    void *memory = NULL;
    assert_fails(ops->alloc(stream, &memory, (size_t)1 << 42, "buffers"), FRCNN_ERROR_NO_MEMORY,
                 "buffers: 4194304.0 MiB are needed on cuda:0, ");
    assert_non_null(strstr(frcnn_error_message(), " MiB are free"));
    assert_null(memory);
    memory = take(stream, 1 << 20);
    unsigned char *bytes = take_staging(stream, 1000);
    fill(bytes, 1000, 5);
    assert_ok(ops->upload(stream, memory, bytes, 1000));
    assert_ok(ops->wait(stream));
    memset(bytes, 0, 1000);
    assert_ok(ops->download(stream, bytes, memory, 1000));
    assert_ok(ops->wait(stream));
    assert_filled(bytes, 1000, 5);
    ops->free_staging(stream, bytes);
    ops->free(stream, memory);
    ops->destroy(&stream);
}

static void memory_is_given_back_and_taken_again(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream(0);
    for (int i = 0; i < 20; i++) {
        void *a = take(stream, ((size_t)1 << 20) * (size_t)(1 + i));
        void *b = take(stream, (size_t)777 * (size_t)(1 + i));
        assert_ptr_not_equal(a, b);
        ops->free(stream, a);
        if (i % 5 == 0) ops->trim(stream);
        ops->free(stream, b);
    }
    ops->trim(stream);
    assert_ok(ops->wait(stream));
    ops->destroy(&stream);
}

/* What staging holds at a replay counts, not what it held when the work was recorded. */
static void recordings_are_replayed(void **state)
{
    (void)state;
    enum { BYTES = 70001 };
    frcnn_stream *stream = open_stream(0);
    frcnn_recording *recording = NULL;
    void *memory = take(stream, BYTES);
    unsigned char *from = take_staging(stream, BYTES);
    unsigned char *to = take_staging(stream, BYTES);
    fill(from, BYTES, 1);
    memset(to, 77, BYTES);
    assert_ok(ops->begin_recording(stream));
    assert_ok(ops->mark(stream, 0));
    assert_ok(ops->upload(stream, memory, from, BYTES));
    assert_ok(ops->mark(stream, 1));
    assert_ok(ops->download(stream, to, memory, BYTES));
    assert_ok(ops->mark(stream, 2));
    assert_ok(ops->end_recording(stream, &recording));
    assert_ok(ops->wait(stream));
    assert_non_null(recording);
    for (size_t i = 0; i < BYTES; i++) assert_int_equal(to[i], 77);
    for (unsigned seed = 1; seed <= 4; seed++) {
        fill(from, BYTES, seed);
        assert_ok(ops->replay(stream, recording));
        assert_ok(ops->wait(stream));
        assert_filled(to, BYTES, seed);
        assert_true(ops->get_elapsed(stream, 0, 1) >= 0 && ops->get_elapsed(stream, 1, 2) >= 0);
        assert_true(ops->get_elapsed(stream, 0, 2) >= ops->get_elapsed(stream, 0, 1));
    }
    ops->destroy_recording(&recording);
    assert_null(recording);
    ops->destroy_recording(&recording);
    ops->free_staging(stream, from);
    ops->free_staging(stream, to);
    ops->free(stream, memory);
    ops->destroy(&stream);
}

/* A wait is no work: the recording is lost, and nothing else. */
static void a_recording_with_a_wait_is_lost(void **state)
{
    (void)state;
    enum { BYTES = 3000 };
    frcnn_stream *stream = open_stream(0);
    frcnn_recording *recording = NULL;
    void *memory = take(stream, BYTES);
    unsigned char *bytes = take_staging(stream, 2 * BYTES);
    fill(bytes, BYTES, 3);
    assert_ok(ops->begin_recording(stream));
    assert_ok(ops->upload(stream, memory, bytes, BYTES));
    assert_fails(ops->wait(stream), FRCNN_ERROR_BACKEND, "wait: CUDA: ");
    assert_fails(ops->end_recording(stream, &recording), FRCNN_ERROR_BACKEND, "recording: CUDA: ");
    assert_null(recording);
    assert_ok(ops->upload(stream, memory, bytes, BYTES));
    assert_ok(ops->download(stream, bytes + BYTES, memory, BYTES));
    assert_ok(ops->wait(stream));
    assert_filled(bytes + BYTES, BYTES, 3);
    ops->free_staging(stream, bytes);
    ops->free(stream, memory);
    ops->destroy(&stream);
}

static void marks_tell_times(void **state)
{
    (void)state;
    enum { BYTES = 8 << 20 };
    frcnn_stream *stream = open_stream(0);
    void *memory = take(stream, BYTES);
    unsigned char *from = take_staging(stream, BYTES);
    memset(from, 1, BYTES);
    assert_true(ops->get_elapsed(stream, 0, 1) == 0);
    for (int i = 0; i < FRCNN_STREAM_MARKS; i++) {
        assert_ok(ops->mark(stream, i));
        assert_ok(ops->upload(stream, memory, from, BYTES));
    }
    assert_ok(ops->wait(stream));
    for (int i = 1; i < FRCNN_STREAM_MARKS; i++) assert_true(ops->get_elapsed(stream, i - 1, i) > 0);
    ops->free_staging(stream, from);
    ops->free(stream, memory);
    ops->destroy(&stream);
}

static void a_gpu_that_is_not_there_has_no_stream(void **state)
{
    (void)state;
    frcnn_stream *stream = NULL;
    assert_fails(ops->create(&stream, frcnn_device_count(FRCNN_CUDA)), FRCNN_ERROR_UNSUPPORTED,
                 "stream: expected the device cpu or a GPU from cuda:0 to cuda:");
    assert_fails(ops->create(&stream, -1), FRCNN_ERROR_INVALID, "stream: expected a device");
    assert_null(stream);
}

/* A thread with streams of its own: each records, takes memory and copies, on one GPU or several, beside the others. */
typedef struct worker {
    int device;
    unsigned seed;
    int is_right;
} worker;

static frcnn_status work(frcnn_stream *stream, unsigned seed, int *is_right)
{
    enum { BYTES = 30011 };
    void *memory = NULL, *from = NULL, *to = NULL;
    frcnn_recording *recording = NULL;
    frcnn_status status = ops->alloc(stream, &memory, BYTES, "buffers");
    if (status == FRCNN_OK) status = ops->alloc_staging(stream, &from, BYTES);
    if (status == FRCNN_OK) status = ops->alloc_staging(stream, &to, BYTES);
    if (status == FRCNN_OK) status = ops->begin_recording(stream);
    if (status == FRCNN_OK) {
        status = ops->upload(stream, memory, from, BYTES);
        if (status == FRCNN_OK) status = ops->download(stream, to, memory, BYTES);
        const frcnn_status ended = ops->end_recording(stream, &recording);
        if (status == FRCNN_OK) status = ended;
    }
    if (status == FRCNN_OK) {
        fill(from, BYTES, seed);
        status = ops->replay(stream, recording);
        if (status == FRCNN_OK) status = ops->wait(stream);
        for (size_t i = 0; i < BYTES; i++)
            if (((unsigned char *)to)[i] != make_byte(i, seed)) *is_right = 0;
    }
    ops->destroy_recording(&recording);
    ops->free_staging(stream, to);
    ops->free_staging(stream, from);
    ops->free(stream, memory);
    return status;
}

static void *run_worker(void *argument)
{
    worker *self = argument;
    for (unsigned i = 0; i < 10; i++) {
        frcnn_stream *stream = NULL;
        frcnn_status status = ops->create(&stream, self->device);
        if (status == FRCNN_OK) status = work(stream, self->seed + i, &self->is_right);
        if (status != FRCNN_OK) {
            fprintf(stderr, "%s\n", frcnn_error_message());
            self->is_right = 0;
        }
        ops->destroy(&stream);
    }
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    enum { N = 4 };
    worker workers[N];
    pthread_t threads[N];
    for (int i = 0; i < N; i++) {
        workers[i] = (worker){i % frcnn_device_count(FRCNN_CUDA), 100u * (unsigned)i, 1};
        assert_int_equal(pthread_create(&threads[i], NULL, run_worker, &workers[i]), 0);
    }
    for (int i = 0; i < N; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < N; i++) assert_int_equal(workers[i].is_right, 1);
}

#if defined(FRCNN_TEST_HOST_GRID)

static void free_memory_is_told(void **state)
{
    (void)state;
    fake_cuda_set_devices(2);
    frcnn_stream *stream = open_stream(1);
    void *memory = take(stream, 100 << 20);
    void *more = NULL;
    fake_cuda_set_bytes((size_t)(100 << 20) + (1 << 19));
    assert_fails(ops->alloc(stream, &more, (size_t)812 << 20, "buffers"), FRCNN_ERROR_NO_MEMORY,
                 "buffers: 812.0 MiB are needed on cuda:1, 0.5 MiB are free");
    ops->free(stream, memory);
    memory = take(stream, 50 << 20);
    ops->free(stream, memory);
    ops->destroy(&stream);
    fake_cuda_reset();
}

/* What the pool keeps in pieces is given back before an error is. */
static void memory_is_asked_for_twice(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream(0);
    const long n_trims = fake_cuda_count_calls("cudaMemPoolTrimTo");
    fake_cuda_fail("cudaMallocFromPoolAsync", 1, ERROR_MEMORY);
    void *memory = take(stream, 1000);
    assert_int_equal(fake_cuda_count_calls("cudaMemPoolTrimTo"), n_trims + 1);
    ops->free(stream, memory);
    ops->destroy(&stream);
    fake_cuda_reset();
}

/* Only a copy to or from memory that is not pinned keeps the host waiting. */
static void waits_are_counted(void **state)
{
    (void)state;
    unsigned char pageable[64] = {0};
    frcnn_stream *stream = open_stream(0);
    const long n_allocations = fake_cuda_count_allocations();
    void *memory = take(stream, 64), *staging = take_staging(stream, 64);
    assert_int_equal(fake_cuda_count_allocations() - n_allocations, 2);
    const long n_waits = fake_cuda_count_waits();
    assert_ok(ops->upload(stream, memory, staging, 64));
    assert_ok(ops->download(stream, staging, memory, 64));
    assert_int_equal(fake_cuda_count_waits() - n_waits, 0);
    assert_ok(ops->wait(stream));
    assert_int_equal(fake_cuda_count_waits() - n_waits, 1);
    assert_ok(ops->download(stream, pageable, memory, 64));
    assert_int_equal(fake_cuda_count_waits() - n_waits, 2);
    ops->free(stream, memory);
    ops->free_staging(stream, staging);
    ops->destroy(&stream);
}

static void failures_are_told_and_leave_nothing(void **state)
{
    (void)state;
    static const char *const functions[] = {"cudaSetDevice", "cudaStreamCreateWithFlags", "cudaEventCreate"};
    const size_t before = fake_cuda_get_allocated();
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        frcnn_stream *stream = NULL;
        /* A GPU is asked whether this build runs on it before, with one cudaSetDevice. */
        fake_cuda_fail(functions[i], i == 0 ? 2 : 1, ERROR_BUSY);
        assert_fails(ops->create(&stream, 0), FRCNN_ERROR_BACKEND, "CUDA: CUDA-capable device(s) is/are busy");
        assert_null(stream);
        fake_cuda_reset();
    }
    frcnn_stream *stream = open_stream(0);
    void *memory = take(stream, 1000);
    char bytes[1000] = {0};
    void *staging = NULL;
    fake_cuda_fail("cudaMemcpyAsync", 1, ERROR_ILLEGAL_ADDRESS);
    assert_fails(ops->upload(stream, memory, bytes, 1000), FRCNN_ERROR_BACKEND,
                 "upload: CUDA: an illegal memory access");
    fake_cuda_fail("cudaMemcpyAsync", 1, ERROR_ILLEGAL_ADDRESS);
    assert_fails(ops->download(stream, bytes, memory, 1000), FRCNN_ERROR_BACKEND, "download: CUDA: ");
    fake_cuda_fail("cudaStreamSynchronize", 1, ERROR_ILLEGAL_ADDRESS);
    assert_fails(ops->wait(stream), FRCNN_ERROR_BACKEND, "wait: CUDA: ");
    fake_cuda_fail("cudaEventRecordWithFlags", 1, ERROR_ILLEGAL_ADDRESS);
    assert_fails(ops->mark(stream, 3), FRCNN_ERROR_BACKEND, "mark: CUDA: ");
    fake_cuda_fail("cudaHostAlloc", 1, ERROR_MEMORY);
    assert_fails(ops->alloc_staging(stream, &staging, 3 << 20), FRCNN_ERROR_NO_MEMORY,
                 "staging: 3.0 MiB of pinned memory are needed");
    assert_null(staging);
    assert_ok(ops->upload(stream, memory, bytes, 1000));
    assert_ok(ops->wait(stream));
    ops->free(stream, memory);
    ops->destroy(&stream);
    assert_int_equal(fake_cuda_get_allocated(), before);
    fake_cuda_reset();
}

static void recordings_that_fail_are_told(void **state)
{
    (void)state;
    static const char *const functions[] = {"cudaStreamBeginCapture", "cudaGraphInstantiateWithFlags",
                                            "cudaGraphLaunch"};
    frcnn_stream *stream = open_stream(0);
    void *memory = take(stream, 1000);
    void *staging = take_staging(stream, 1000);
    memset(staging, 1, 1000);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        frcnn_recording *recording = NULL;
        fake_cuda_fail(functions[i], 1, ERROR_ILLEGAL_ADDRESS);
        frcnn_status status = ops->begin_recording(stream);
        if (status == FRCNN_OK) {
            assert_ok(ops->upload(stream, memory, staging, 1000));
            status = ops->end_recording(stream, &recording);
        }
        if (status == FRCNN_OK) status = ops->replay(stream, recording);
        assert_int_equal(status, FRCNN_ERROR_BACKEND);
        ops->destroy_recording(&recording);
        assert_ok(ops->wait(stream));
        fake_cuda_reset();
    }
    ops->free_staging(stream, staging);
    ops->free(stream, memory);
    ops->destroy(&stream);
}

/* Such a device does the work at once. */
static void a_device_may_record_nothing(void **state)
{
    (void)state;
    enum { BYTES = 1000 };
    frcnn_stream *stream = open_stream(0);
    frcnn_recording *recording = NULL;
    void *memory = take(stream, BYTES);
    unsigned char *bytes = take_staging(stream, 2 * BYTES);
    fill(bytes, BYTES, 9);
    fake_cuda_fail("cudaStreamBeginCapture", 1, ERROR_NOT_SUPPORTED);
    assert_ok(ops->begin_recording(stream));
    assert_ok(ops->mark(stream, 0));
    assert_ok(ops->upload(stream, memory, bytes, BYTES));
    assert_ok(ops->download(stream, bytes + BYTES, memory, BYTES));
    assert_ok(ops->mark(stream, 1));
    assert_ok(ops->end_recording(stream, &recording));
    assert_null(recording);
    assert_ok(ops->wait(stream));
    assert_filled(bytes + BYTES, BYTES, 9);
    assert_true(ops->get_elapsed(stream, 0, 1) >= 0);
    ops->free_staging(stream, bytes);
    ops->free(stream, memory);
    ops->destroy(&stream);
    fake_cuda_reset();
}

/* What is asked for on a GPU comes from it, whatever GPU this thread used last. */
static void each_call_uses_its_own_gpu(void **state)
{
    (void)state;
    enum { BYTES = 5000 };
    fake_cuda_set_devices(3);
    frcnn_stream *streams[3];
    void *memory[3];
    unsigned char *bytes[3];
    for (int i = 0; i < 3; i++) streams[i] = open_stream(i);
    for (int i = 0; i < 3; i++) memory[i] = take(streams[i], BYTES);
    for (int i = 2; i >= 0; i--) bytes[i] = take_staging(streams[i], BYTES);
    for (int i = 0; i < 3; i++) {
        frcnn_recording *recording = NULL;
        fill(bytes[i], BYTES, (unsigned)i);
        assert_ok(ops->begin_recording(streams[i]));
        assert_ok(ops->upload(streams[i], memory[i], bytes[i], BYTES));
        assert_ok(ops->mark(streams[(i + 1) % 3], 0));
        assert_ok(ops->end_recording(streams[i], &recording));
        assert_ok(ops->mark(streams[(i + 2) % 3], 0));
        assert_ok(ops->replay(streams[i], recording));
        assert_ok(ops->wait(streams[i]));
        ops->destroy_recording(&recording);
    }
    for (int i = 0; i < 3; i++) {
        memset(bytes[i], 0, BYTES);
        assert_ok(ops->download(streams[i], bytes[i], memory[i], BYTES));
        assert_ok(ops->wait(streams[i]));
        assert_filled(bytes[i], BYTES, (unsigned)i);
    }
    for (int i = 0; i < 3; i++) {
        ops->free(streams[i], memory[i]);
        ops->free_staging(streams[i], bytes[i]);
    }
    for (int i = 2; i >= 0; i--) ops->destroy(&streams[i]);
    fake_cuda_reset();
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(plain_memory_is_free_at_once),
        cmocka_unit_test(the_order_of_work_is_kept),
        cmocka_unit_test(too_much_memory_is_an_error),
        cmocka_unit_test(memory_is_given_back_and_taken_again),
        cmocka_unit_test(recordings_are_replayed),
        cmocka_unit_test(a_recording_with_a_wait_is_lost),
        cmocka_unit_test(marks_tell_times),
        cmocka_unit_test(a_gpu_that_is_not_there_has_no_stream),
        cmocka_unit_test(threads_do_not_disturb_each_other),
#if defined(FRCNN_TEST_HOST_GRID)
        cmocka_unit_test(free_memory_is_told),
        cmocka_unit_test(memory_is_asked_for_twice),
        cmocka_unit_test(waits_are_counted),
        cmocka_unit_test(failures_are_told_and_leave_nothing),
        cmocka_unit_test(recordings_that_fail_are_told),
        cmocka_unit_test(a_device_may_record_nothing),
        cmocka_unit_test(each_call_uses_its_own_gpu),
#endif
    };
    return RUN_CUDA_TESTS(tests);
}
