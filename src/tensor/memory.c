#include "tensor/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tensor/error.h"

static atomic_int_fast64_t n_allocations;
static atomic_int_fast64_t failing_allocation;

/* The kernel zeroes the pages of a large block at their first touch. Huge ones are several times as
   fast; a kernel that has none refuses, and nothing is lost. */
static const size_t huge_block_bytes = (size_t)16 << 20;
static const uintptr_t page_bytes = 4096;

void frcnn_memory_fail_at(int64_t nth)
{
    atomic_store(&failing_allocation, nth == 0 ? 0 : atomic_load(&n_allocations) + nth);
}

int64_t frcnn_memory_get_count(void)
{
    return atomic_load(&n_allocations);
}

frcnn_status frcnn_alloc(void **out, size_t count, size_t size, const char *what)
{
    size_t bytes = 0;
    if (!frcnn_mul_size(count, size, &bytes) || bytes > (size_t)PTRDIFF_MAX - FRCNN_ALIGNMENT)
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: %zu elements of %zu bytes are more than memory can hold", what,
                          count, size);
    const int64_t nth = atomic_fetch_add(&n_allocations, 1) + 1;
    const size_t rounded =
        bytes == 0 ? FRCNN_ALIGNMENT : (bytes + FRCNN_ALIGNMENT - 1) / FRCNN_ALIGNMENT * FRCNN_ALIGNMENT;
    void *block = nth == atomic_load(&failing_allocation) ? NULL : aligned_alloc(FRCNN_ALIGNMENT, rounded);
    FRCNN_FAIL_IF(block == NULL, FRCNN_ERROR_NO_MEMORY, "%s: out of memory for %zu bytes", what, bytes);
    if (bytes >= huge_block_bytes) {
        const uintptr_t first = ((uintptr_t)block + page_bytes - 1) / page_bytes * page_bytes;
        (void)madvise((void *)first, (uintptr_t)block + bytes - first, MADV_HUGEPAGE);
    }
    *out = block;
    return FRCNN_OK;
}

frcnn_status frcnn_alloc_zeroed(void **out, size_t count, size_t size, const char *what)
{
    FRCNN_TRY(frcnn_alloc(out, count, size, what));
    memset(*out, 0, count * size);
    return FRCNN_OK;
}

frcnn_status frcnn_realloc(void **block, size_t old_count, size_t new_count, size_t size, const char *what)
{
    void *grown = NULL;
    FRCNN_TRY(frcnn_alloc(&grown, new_count, size, what));
    const size_t kept = old_count < new_count ? old_count : new_count;
    if (kept > 0) memcpy(grown, *block, kept * size);
    frcnn_free(*block);
    *block = grown;
    return FRCNN_OK;
}

frcnn_status frcnn_string_copy(char **out, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    void *copy = NULL;
    FRCNN_TRY(frcnn_alloc(&copy, bytes, 1, "text"));
    memcpy(copy, text, bytes);
    *out = copy;
    return FRCNN_OK;
}

void frcnn_free(void *block)
{
    free(block);
}

int frcnn_mul_int64(int64_t a, int64_t b, int64_t *out)
{
    return a >= 0 && b >= 0 && !__builtin_mul_overflow(a, b, out);
}

int frcnn_add_int64(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

int frcnn_mul_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}
