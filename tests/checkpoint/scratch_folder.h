/** A folder of a test's own, and files of given bytes in it. */
#ifndef FRCNN_TESTS_SCRATCH_FOLDER_H
#define FRCNN_TESTS_SCRATCH_FOLDER_H

#include "support.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[64];
static char scratch_path[128]; /**< of the file that scratch_write writes */

static int scratch_set_up(void **state)
{
    (void)state;
    snprintf(scratch_folder, sizeof scratch_folder, "/tmp/frcnn-test-XXXXXX");
    if (mkdtemp(scratch_folder) == NULL) return -1;
    snprintf(scratch_path, sizeof scratch_path, "%s/file", scratch_folder);
    return 0;
}

static int scratch_tear_down(void **state)
{
    (void)state;
    unlink(scratch_path);
    return rmdir(scratch_folder); /* fails where a test left another file behind */
}

static inline void scratch_write(const void *bytes, size_t n_bytes)
{
    FILE *stream = fopen(scratch_path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, n_bytes, stream), n_bytes);
    assert_int_equal(fclose(stream), 0);
}

static inline void scratch_write_text(const char *text)
{
    scratch_write(text, strlen(text));
}

/** A .safetensors file with this header and n_data bytes of data: 0, 1, 2, … */
static inline void scratch_write_safetensors(const void *header, size_t n_header, size_t n_data)
{
    FILE *stream = fopen(scratch_path, "wb");
    assert_non_null(stream);
    for (int i = 0; i < 8; i++) putc((int)((uint64_t)n_header >> (8 * i) & 0xff), stream);
    assert_int_equal(fwrite(header, 1, n_header, stream), n_header);
    for (size_t i = 0; i < n_data; i++) putc((int)(i & 0xff), stream);
    assert_int_equal(fclose(stream), 0);
}

/** Reads a whole file; the caller frees it. */
static inline unsigned char *scratch_read(const char *path, size_t *n_bytes)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    *n_bytes = (size_t)ftell(stream);
    rewind(stream);
    unsigned char *bytes = malloc(*n_bytes + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n_bytes, stream), *n_bytes);
    fclose(stream);
    bytes[*n_bytes] = '\0';
    return bytes;
}

#endif
