/** A folder that a test works in, made anew and removed with everything in it. */
#ifndef FRCNN_TESTS_SCRATCH_H
#define FRCNN_TESTS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static char scratch_folder[64];

/* The smallest file that is an image by its content: a PPM of one pixel. */
static const char scratch_image[] = "P6\n1 1\n255\nabc";
enum { SCRATCH_IMAGE_BYTES = sizeof scratch_image - 1 };

/** Makes the folder and works in it. */
static inline void scratch_open(void)
{
    snprintf(scratch_folder, sizeof scratch_folder, "/tmp/frcnn-test-XXXXXX");
    assert_non_null(mkdtemp(scratch_folder));
    assert_int_equal(chdir(scratch_folder), 0);
}

static inline int scratch_remove_one(const char *path, const struct stat *info, int kind, struct FTW *state)
{
    (void)info, (void)kind, (void)state;
    return remove(path);
}

static inline void scratch_close(void)
{
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(scratch_folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline int scratch_setup(void **state)
{
    (void)state;
    scratch_open();
    return 0;
}

static inline int scratch_teardown(void **state)
{
    (void)state;
    scratch_close();
    return 0;
}

static inline void scratch_make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0777), 0);
}

static inline void scratch_write(const char *path, const void *bytes, size_t n_bytes)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, n_bytes, stream), n_bytes);
    assert_int_equal(fclose(stream), 0);
}

static inline void scratch_write_text(const char *path, const char *text)
{
    scratch_write(path, text, strlen(text));
}

static inline void scratch_write_image(const char *path)
{
    scratch_write(path, scratch_image, SCRATCH_IMAGE_BYTES);
}

/** The whole file, with a NUL behind it; the caller frees it. */
static inline char *scratch_read(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) fail_msg("%s cannot be read", path);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    const size_t n_bytes = (size_t)ftell(stream);
    rewind(stream);
    char *text = malloc(n_bytes + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, n_bytes, stream), n_bytes);
    text[n_bytes] = '\0';
    fclose(stream);
    return text;
}

static inline void assert_file_is(const char *path, const char *text)
{
    char *found = scratch_read(path);
    assert_string_equal(found, text);
    free(found);
}

#endif
