#include "device_arrays.h"

#include "golden/seeded.h"
#include "list_stages.h"
#include "stream_handle.h"

/* tests/thrust has Thrust's stages against plain loops. Here they are CUB's oracle, which takes a GPU to matter. */

static const int64_t sizes[] = {1, 2, 31, 257, 1000, 4097, 30011};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

static uint64_t *make_keys(int64_t n, int n_bits)
{
    uint64_t *keys = malloc((size_t)n * sizeof *keys);
    uint32_t seed = (uint32_t)n;
    assert_non_null(keys);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t high = seeded_next(&seed), middle = seeded_next(&seed), low = seeded_next(&seed);
        keys[i] = (high << 40 | middle << 20 | low) >> (64 - n_bits);
        if (i > 0 && low % 3 == 0) keys[i] = keys[middle % (uint64_t)i];
    }
    return keys;
}

typedef struct sorted {
    uint64_t *keys;
    int64_t *values;
} sorted;

static sorted sort(const uint64_t *keys, int64_t n, int n_bits, int with_values, int by_thrust, frcnn_stream *stream,
                   void *handle)
{
    const size_t bytes = (size_t)n * sizeof *keys, workspace_bytes = frcnn_cuda_sort_get_workspace(n);
    int64_t *values = malloc(bytes);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = 3 * i - 1;
    uint64_t *const device_keys = device_copy(stream, keys, bytes);
    int64_t *const device_values = device_copy(stream, values, bytes);
    void *const workspace = device_output(stream, workspace_bytes);
    sorted out = {device_output(stream, bytes), device_output(stream, bytes)};
    const int64_t *const src = with_values ? device_values : NULL;
    int64_t *const dst = with_values ? out.values : NULL;
    if (by_thrust)
        assert_ok(frcnn_thrust_sort_keys(device_keys, src, n, out.keys, dst, workspace, workspace_bytes, handle));
    else
        assert_ok(frcnn_cuda_sort_keys(device_keys, src, n, n_bits, out.keys, dst, workspace, workspace_bytes, handle));
    out.keys = take_output(stream, out.keys, bytes);
    out.values = take_output(stream, out.values, bytes);
    free(take_output(stream, workspace, workspace_bytes));
    device_free(stream, device_keys);
    device_free(stream, device_values);
    free(values);
    return out;
}

static void test_sort(void **state)
{
    (void)state;
    static const int bits[] = {64, 33, 16, 1};
    frcnn_stream *stream = open_stream();
    for (int s = 0; s < N_SIZES; s++)
        for (int b = 0; b < 4; b++)
            for (int with_values = 0; with_values < 2; with_values++) {
                uint64_t *const keys = make_keys(sizes[s], bits[b]);
                const size_t bytes = (size_t)sizes[s] * sizeof *keys;
                sorted expected = sort(keys, sizes[s], bits[b], with_values, 1, stream, get_handle(stream));
                sorted actual = sort(keys, sizes[s], bits[b], with_values, 0, stream, get_handle(stream));
                for (int64_t i = 1; i < sizes[s]; i++) assert_true(expected.keys[i - 1] <= expected.keys[i]);
                assert_memory_equal(actual.keys, expected.keys, bytes);
                if (with_values) assert_memory_equal(actual.values, expected.values, bytes);
                free(expected.keys);
                free(expected.values);
                free(actual.keys);
                free(actual.values);
                free(keys);
            }
    close_stream(stream);
}

/* every: one flag in so many is set; 0: none is. */
static void check_select(int64_t n, int64_t every, frcnn_stream *stream)
{
    const size_t bytes = (size_t)n * sizeof(int64_t), workspace_bytes = frcnn_cuda_select_get_workspace(n);
    uint8_t *const flags = calloc((size_t)n, 1);
    assert_non_null(flags);
    for (int64_t i = 0; i < n && every > 0; i++) flags[i] = (uint8_t)(i % every == 0 ? 1 + i % 255 : 0);
    uint8_t *const device_flags = device_copy(stream, flags, (size_t)n);
    for (int by_thrust = 0; by_thrust < 2; by_thrust++) {
        void *const workspace = device_output(stream, workspace_bytes);
        int64_t *indices = device_output(stream, bytes), *count = device_output(stream, sizeof *count);
        if (by_thrust)
            assert_ok(frcnn_thrust_select_i64(device_flags, n, indices, count, workspace, workspace_bytes,
                                              get_handle(stream)));
        else
            assert_ok(
                frcnn_cuda_select_i64(device_flags, n, indices, count, workspace, workspace_bytes, get_handle(stream)));
        indices = take_output(stream, indices, bytes);
        count = take_output(stream, count, sizeof *count);
        free(take_output(stream, workspace, workspace_bytes));
        int64_t n_set = 0;
        for (int64_t i = 0; i < n; i++)
            if (flags[i] != 0) assert_true(indices[n_set++] == i);
        assert_true(*count == n_set);
        free(indices);
        free(count);
    }
    device_free(stream, device_flags);
    free(flags);
}

static void test_select(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    for (int s = 0; s < N_SIZES; s++)
        for (int64_t every = 0; every < 40; every = every * 3 + 1) check_select(sizes[s], every, stream);
    close_stream(stream);
}

static void test_scan_and_range(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    for (int s = 0; s < N_SIZES; s++) {
        const int64_t n = sizes[s];
        const size_t bytes = (size_t)n * sizeof(int64_t);
        const size_t scan_bytes = frcnn_cuda_scan_get_workspace(n), range_bytes = frcnn_cuda_range_get_workspace();
        int64_t *const values = (int64_t *)make_keys(n, 40), sum = 0, least = 0, most = 0;
        int64_t found_least = 0, found_most = 0;
        int64_t *const device_values = device_copy(stream, values, bytes);
        int64_t *sums = device_output(stream, bytes + sizeof *sums);
        void *const scan_workspace = device_output(stream, scan_bytes);
        void *const range_workspace = device_output(stream, range_bytes);
        assert_ok(frcnn_cuda_scan_i64(device_values, n, sums, scan_workspace, scan_bytes, get_handle(stream)));
        assert_ok(frcnn_cuda_range_i64(device_values, n, &found_least, &found_most, range_workspace, range_bytes,
                                       get_handle(stream)));
        sums = take_output(stream, sums, bytes + sizeof *sums);
        least = most = values[0];
        for (int64_t i = 0; i <= n; i++) {
            assert_true(sums[i] == sum);
            if (i == n) break;
            sum += values[i];
            least = values[i] < least ? values[i] : least;
            most = values[i] > most ? values[i] : most;
        }
        assert_true(found_least == least && found_most == most);
        free(take_output(stream, scan_workspace, scan_bytes));
        free(take_output(stream, range_workspace, range_bytes));
        device_free(stream, device_values);
        free(sums);
        free(values);
    }
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_scan_and_range),
    };
    return RUN_CUDA_TESTS(tests);
}
