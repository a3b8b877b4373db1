#include "support.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "run/pnm_stream.h"
#include "tensor/memory.h"

/* A stream over these bytes, which fit into a pipe. */
static frcnn_pnm_stream *open_stream(const void *bytes, size_t n_bytes, int *end)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, n_bytes), n_bytes);
    close(ends[1]);
    frcnn_pnm_stream *stream = NULL;
    assert_ok(frcnn_pnm_stream_create(&stream, ends[0], -1, 100));
    *end = ends[0];
    return stream;
}

static void expect_image(frcnn_pnm_stream *stream, const void *bytes, size_t n_bytes)
{
    void *found = NULL;
    size_t n_found = 0;
    assert_ok(frcnn_pnm_stream_read(stream, "1", &found, &n_found));
    assert_non_null(found);
    assert_int_equal(n_found, n_bytes);
    assert_memory_equal(found, bytes, n_bytes);
    frcnn_free(found);
}

static void expect_end(frcnn_pnm_stream *stream)
{
    void *found = NULL;
    size_t n_found = 0;
    assert_ok(frcnn_pnm_stream_read(stream, "1", &found, &n_found));
    assert_null(found);
}

static void test_images(void **state)
{
    (void)state;
    static const char one[] = "P6\n2 1\n255\nabcdef", two[] = "P5 # a note 9\n#\n3\t1 15 xyz",
                      three[] = "P6 1 1 256 012345";
    char all[sizeof one + sizeof two + sizeof three];
    const int n = snprintf(all, sizeof all, "%s%s%s", one, two, three);
    int end = -1;
    frcnn_pnm_stream *stream = open_stream(all, (size_t)n, &end);
    expect_image(stream, one, sizeof one - 1);
    expect_image(stream, two, sizeof two - 1);
    expect_image(stream, three, sizeof three - 1);
    expect_end(stream);
    expect_end(stream);
    frcnn_pnm_stream_destroy(&stream);
    assert_null(stream);
    close(end);
}

static void test_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        frcnn_status status;
        const char *message;
    } cases[] = {
        {"\xff\xd8\xff\xe0", FRCNN_ERROR_FORMAT, "1: expected a binary PPM or PGM"},
        {"P3 1 1 255 0 0 0", FRCNN_ERROR_FORMAT, "1: expected a binary PPM or PGM"},
        {"P", FRCNN_ERROR_FORMAT, "found the end of the stream"},
        {"P6 1", FRCNN_ERROR_FORMAT, "expected a whole header"},
        {"P6 1 1 255", FRCNN_ERROR_FORMAT, "expected a whole header"},
        {"P6 0 1 255 ", FRCNN_ERROR_FORMAT, "expected a header with"},
        {"P6 -1 1 255 ", FRCNN_ERROR_FORMAT, "expected a header with"},
        {"P6 99999999999 1 255 ", FRCNN_ERROR_FORMAT, "expected a header with"},
        {"P6 1 1 65536 ", FRCNN_ERROR_FORMAT, "expected a header with"},
        {"P6 1 1 255abc", FRCNN_ERROR_FORMAT, "expected a header with"},
        {"P6 2 1 255 abcde", FRCNN_ERROR_FORMAT, "expected all pixels of the image"},
        {"P6 11 10 255 ", FRCNN_ERROR_INVALID, "found 10x11"},
        {"P6 65536 1 255 ", FRCNN_ERROR_INVALID, "found 1x65536"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int end = -1;
        frcnn_pnm_stream *stream = open_stream(cases[i].bytes, strlen(cases[i].bytes), &end);
        void *found = NULL;
        size_t n_found = 0;
        assert_fails(frcnn_pnm_stream_read(stream, "1", &found, &n_found), cases[i].status, cases[i].message);
        assert_null(found);
        expect_end(stream);
        frcnn_pnm_stream_destroy(&stream);
        close(end);
    }
    frcnn_pnm_stream *stream = NULL;
    void *found = NULL;
    size_t n_found = 0;
    const int folder = open("/", O_RDONLY | O_DIRECTORY);
    assert_ok(frcnn_pnm_stream_create(&stream, folder, -1, 100));
    assert_fails(frcnn_pnm_stream_read(stream, "1", &found, &n_found), FRCNN_ERROR_IO, "1: cannot read");
    frcnn_pnm_stream_destroy(&stream);
    close(folder);
}

/* A stop ends a read that would wait for ever. */
static void test_stop(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "P6 2 1 255 ab", 13), 13);
    const int stop = eventfd(1, 0);
    frcnn_pnm_stream *stream = NULL;
    assert_ok(frcnn_pnm_stream_create(&stream, ends[0], stop, 100));
    expect_end(stream);
    frcnn_pnm_stream_destroy(&stream);
    close(stop);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
