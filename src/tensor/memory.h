/** The one allocator pair of the library, and checked sizes. */
#ifndef FRCNN_MEMORY_H
#define FRCNN_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"

enum { FRCNN_ALIGNMENT = 64 };

/** count * size bytes, aligned to FRCNN_ALIGNMENT, uninitialised; *out is untouched on failure. what names the thing in
 *  the message. Errors: NO_MEMORY, also where the product overflows. 0 bytes give a valid pointer. */
FRCNN_NODISCARD frcnn_status frcnn_alloc(void **out, size_t count, size_t size, const char *what);
/** The same, zeroed. */
FRCNN_NODISCARD frcnn_status frcnn_alloc_zeroed(void **out, size_t count, size_t size, const char *what);
/** Makes room for new_count elements; the first old_count are kept. *block may be NULL where old_count is 0. */
FRCNN_NODISCARD frcnn_status frcnn_realloc(void **block, size_t old_count, size_t new_count, size_t size,
                                           const char *what);
/** A copy of a string. */
FRCNN_NODISCARD frcnn_status frcnn_string_copy(char **out, const char *text);
/** Takes NULL. */
void frcnn_free(void *block);

/** Lets a test make the nth allocation from now fail (1 is the next); 0 ends that. Counts calls either way. */
void frcnn_memory_fail_at(int64_t nth);
int64_t frcnn_memory_get_count(void);

/** *out = a * b; 0 where it overflows or a factor is negative, else 1. */
int frcnn_mul_int64(int64_t a, int64_t b, int64_t *out);
/** *out = a + b; 0 where it overflows, else 1. */
int frcnn_add_int64(int64_t a, int64_t b, int64_t *out);
int frcnn_mul_size(size_t a, size_t b, size_t *out);

#endif
