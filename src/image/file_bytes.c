#include "image/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"

static frcnn_status read_all(uint8_t *bytes, size_t n_bytes, int descriptor, const char *path)
{
    for (size_t at = 0; at < n_bytes;) {
        const ssize_t n_read = read(descriptor, bytes + at, n_bytes - at);
        if (n_read < 0 && errno == EINTR) continue;
        FRCNN_FAIL_IF(n_read < 0, FRCNN_ERROR_IO, "%s: cannot read: %s", path, strerror(errno));
        FRCNN_FAIL_IF(n_read == 0, FRCNN_ERROR_IO, "%s: expected %zu bytes, found %zu: the file shrank", path, n_bytes,
                      at);
        at += (size_t)n_read;
    }
    return FRCNN_OK;
}

static frcnn_status read_descriptor(uint8_t **bytes, size_t *n_bytes, int descriptor, const char *path)
{
    struct stat info;
    FRCNN_FAIL_IF(fstat(descriptor, &info) != 0, FRCNN_ERROR_IO, "%s: cannot read: %s", path, strerror(errno));
    FRCNN_FAIL_IF(!S_ISREG(info.st_mode), FRCNN_ERROR_IO, "%s: expected a file, found a %s", path,
                  S_ISDIR(info.st_mode) ? "folder" : "device or pipe");
    FRCNN_FAIL_IF(info.st_size == 0, FRCNN_ERROR_FORMAT, "%s: expected content, found an empty file", path);
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)info.st_size, 1, path));
    const frcnn_status status = read_all(block, (size_t)info.st_size, descriptor, path);
    if (status != FRCNN_OK) {
        frcnn_free(block);
        return status;
    }
    *bytes = block;
    *n_bytes = (size_t)info.st_size;
    return FRCNN_OK;
}

frcnn_status frcnn_file_read(uint8_t **bytes, size_t *n_bytes, const char *path)
{
    /* Opening a pipe that nobody writes to would wait for ever without O_NONBLOCK. */
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FRCNN_FAIL_IF(descriptor < 0, FRCNN_ERROR_IO, "%s: cannot open: %s", path, strerror(errno));
    const frcnn_status status = read_descriptor(bytes, n_bytes, descriptor, path);
    close(descriptor);
    return status;
}
