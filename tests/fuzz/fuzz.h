/** What fuzz targets share: the entry point, a check that ends the program, and bytes as a file with a path. */
#ifndef FRCNN_TESTS_FUZZ_H
#define FRCNN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/** What libFuzzer, or replay.c, calls with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/** A file in memory; close() of the result ends it. path is what it can be opened as. */
static inline int fuzz_make_file(char path[32], const uint8_t *data, size_t size)
{
    const int file = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(file >= 0);
    for (size_t written = 0; written < size;) {
        const ssize_t n = write(file, data + written, size - written);
        FUZZ_CHECK(n > 0);
        written += (size_t)n;
    }
    snprintf(path, 32, "/proc/self/fd/%d", file);
    return file;
}

#endif
