/** Output files: whole or not there, and the old one kept where the new one fails. */
#include "support.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/atomic_file.h"
#include "tensor/memory.h"

static char folder[64];
static char path[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/frcnn-atomic-XXXXXX");
    if (mkdtemp(folder) == NULL) return -1;
    snprintf(path, sizeof path, "%s/out.json", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static int count_files(void)
{
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    int n_files = 0;
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing))
        n_files += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return n_files;
}

static void assert_content(const char *expected)
{
    char text[64] = {0};
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    const size_t n_bytes = fread(text, 1, sizeof text - 1, stream);
    fclose(stream);
    assert_int_equal(n_bytes, strlen(expected));
    assert_string_equal(text, expected);
}

static void test_write_replaces_the_file(void **state)
{
    (void)state;
    assert_ok(frcnn_atomic_file_write(path, "one", 3));
    assert_content("one");
    assert_ok(frcnn_atomic_file_write(path, "", 0));
    assert_content("");
    assert_int_equal(count_files(), 1);
}

static void test_nothing_shows_before_commit(void **state)
{
    (void)state;
    assert_ok(frcnn_atomic_file_write(path, "old", 3));
    frcnn_atomic_file *file = NULL;
    assert_ok(frcnn_atomic_file_open(&file, path));
    fputs("new", frcnn_atomic_file_get_stream(file));
    fflush(frcnn_atomic_file_get_stream(file));
    assert_content("old");
    assert_ok(frcnn_atomic_file_commit(&file));
    assert_null(file);
    assert_content("new");
    assert_int_equal(count_files(), 1);
}

static void test_abort_keeps_the_old_file(void **state)
{
    (void)state;
    assert_ok(frcnn_atomic_file_write(path, "old", 3));
    frcnn_atomic_file *file = NULL;
    assert_ok(frcnn_atomic_file_open(&file, path));
    fputs("new", frcnn_atomic_file_get_stream(file));
    frcnn_atomic_file_abort(&file);
    assert_null(file);
    frcnn_atomic_file_abort(&file);
    assert_content("old");
    assert_int_equal(count_files(), 1);
}

static void test_two_files_of_one_path(void **state)
{
    (void)state;
    frcnn_atomic_file *first = NULL;
    frcnn_atomic_file *second = NULL;
    assert_ok(frcnn_atomic_file_open(&first, path));
    assert_ok(frcnn_atomic_file_open(&second, path));
    fputs("first", frcnn_atomic_file_get_stream(first));
    fputs("second", frcnn_atomic_file_get_stream(second));
    assert_ok(frcnn_atomic_file_commit(&second));
    assert_ok(frcnn_atomic_file_commit(&first));
    assert_content("first");
}

static void test_permissions_follow_the_umask(void **state)
{
    (void)state;
    const mode_t old_mask = umask(027);
    assert_ok(frcnn_atomic_file_write(path, "x", 1));
    umask(old_mask);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void test_a_long_name(void **state)
{
    (void)state;
    char long_path[512];
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    snprintf(long_path, sizeof long_path, "%s/%s", folder, name);
    assert_ok(frcnn_atomic_file_write(long_path, "x", 1));
    assert_int_equal(unlink(long_path), 0);
}

static void test_bad_places(void **state)
{
    (void)state;
    char missing[160];
    snprintf(missing, sizeof missing, "%s/no/out.json", folder);
    assert_fails(frcnn_atomic_file_write(missing, "x", 1), FRCNN_ERROR_IO, missing);
    assert_fails(frcnn_atomic_file_write(folder, "x", 1), FRCNN_ERROR_IO, "found a folder");
    assert_fails(frcnn_atomic_file_write("/dev/full", "x", 1), FRCNN_ERROR_IO, "found a device");
    assert_int_equal(count_files(), 0);
}

/* A limit on file size stands for a full disk: writes fail in the same place. */
static void test_a_write_that_fails(void **state)
{
    (void)state;
    assert_ok(frcnn_atomic_file_write(path, "old", 3));
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old_limit;
    getrlimit(RLIMIT_FSIZE, &old_limit);
    const struct rlimit limit = {.rlim_cur = 10, .rlim_max = old_limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);

    frcnn_atomic_file *file = NULL;
    const frcnn_status opened = frcnn_atomic_file_open(&file, path);
    fputs("more than ten bytes", frcnn_atomic_file_get_stream(file));
    const frcnn_status buffered = frcnn_atomic_file_commit(&file);
    char large[10000] = {0};
    const frcnn_status direct = frcnn_atomic_file_write(path, large, sizeof large);

    setrlimit(RLIMIT_FSIZE, &old_limit);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(opened, FRCNN_OK);
    assert_int_equal(buffered, FRCNN_ERROR_IO);
    assert_fails(direct, FRCNN_ERROR_IO, "File too large");
    assert_null(file);
    assert_content("old");
    assert_int_equal(count_files(), 1);
}

static void test_no_memory(void **state)
{
    (void)state;
    for (int nth = 1; nth <= 3; nth++) {
        frcnn_memory_fail_at(nth);
        assert_fails(frcnn_atomic_file_write(path, "x", 1), FRCNN_ERROR_NO_MEMORY, "out of memory");
        assert_int_equal(count_files(), 0);
    }
    frcnn_memory_fail_at(0);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_write_replaces_the_file),
        WITH_FOLDER(test_nothing_shows_before_commit),
        WITH_FOLDER(test_abort_keeps_the_old_file),
        WITH_FOLDER(test_two_files_of_one_path),
        WITH_FOLDER(test_permissions_follow_the_umask),
        WITH_FOLDER(test_a_long_name),
        WITH_FOLDER(test_bad_places),
        WITH_FOLDER(test_a_write_that_fails),
        WITH_FOLDER(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
