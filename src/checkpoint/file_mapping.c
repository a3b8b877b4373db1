#include "checkpoint/file_mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_file_mapping {
    atomic_int n_holders;
    unsigned char *data;
    size_t size;
};

frcnn_status frcnn_file_mapping_open(frcnn_file_mapping **out, const char *path)
{
    frcnn_status status = FRCNN_OK;
    frcnn_file_mapping *mapping = NULL;
    /* Without O_NONBLOCK a named pipe would wait for its writer. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FRCNN_FAIL_IF(file < 0, FRCNN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));

    struct stat about;
    if (fstat(file, &about) != 0) {
        status = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot be examined: %s", path, strerror(errno));
        goto cleanup;
    }
    if (!S_ISREG(about.st_mode)) {
        status = frcnn_fail(FRCNN_ERROR_IO, "%s: expected a file, found %s", path,
                            S_ISDIR(about.st_mode) ? "a folder" : "a device or pipe");
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed((void **)&mapping, 1, sizeof *mapping, "a mapped file"));
    atomic_init(&mapping->n_holders, 1);
    mapping->size = (size_t)about.st_size;
    if (mapping->size > 0) {
        void *data = mmap(NULL, mapping->size, PROT_READ, MAP_PRIVATE, file, 0);
        if (data == MAP_FAILED) {
            status = frcnn_fail(errno == ENOMEM ? FRCNN_ERROR_NO_MEMORY : FRCNN_ERROR_IO,
                                "%s: %zu bytes cannot be mapped into memory: %s", path, mapping->size, strerror(errno));
            goto cleanup;
        }
        mapping->data = data;
    }
    *out = mapping;
    mapping = NULL;

cleanup:
    frcnn_free(mapping);
    close(file);
    return status;
}

void frcnn_file_mapping_hold(frcnn_file_mapping *mapping)
{
    atomic_fetch_add_explicit(&mapping->n_holders, 1, memory_order_relaxed);
}

void frcnn_file_mapping_release(void *held)
{
    frcnn_file_mapping *mapping = held;
    if (mapping == NULL || atomic_fetch_sub_explicit(&mapping->n_holders, 1, memory_order_acq_rel) > 1) return;
    if (mapping->data != NULL) munmap(mapping->data, mapping->size);
    frcnn_free(mapping);
}

unsigned char *frcnn_file_mapping_get_data(const frcnn_file_mapping *mapping)
{
    return mapping->data;
}

size_t frcnn_file_mapping_get_size(const frcnn_file_mapping *mapping)
{
    return mapping->size;
}

void frcnn_file_mapping_drop_pages(const frcnn_file_mapping *mapping)
{
    /* A refusal costs memory, nothing else. */
    if (mapping->data != NULL) (void)madvise(mapping->data, mapping->size, MADV_DONTNEED);
}
