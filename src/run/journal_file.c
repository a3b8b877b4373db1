#include "run/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_journal_file {
    char *path;
    int descriptor;
    int is_own; /* opened here, not the caller's */
    int64_t n_bytes;
};

static frcnn_status create(frcnn_journal_file **out, const char *path, int descriptor, int is_own)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_journal_file), "journal"));
    frcnn_journal_file *file = block;
    const frcnn_status status = frcnn_string_copy(&file->path, path);
    if (status != FRCNN_OK) {
        frcnn_free(file);
        return status;
    }
    file->descriptor = descriptor;
    file->is_own = is_own;
    *out = file;
    return FRCNN_OK;
}

frcnn_status frcnn_journal_file_open(frcnn_journal_file **out, const char *path)
{
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
    FRCNN_FAIL_IF(descriptor < 0, FRCNN_ERROR_IO, "%s: cannot write this file: %s", path, strerror(errno));
    frcnn_status status = FRCNN_OK;
    /* Some network file systems have no locks: they go without. */
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        status = frcnn_fail(FRCNN_ERROR_EXISTS, "%s: another process writes this run", path);
    if (status == FRCNN_OK) status = create(out, path, descriptor, 1);
    if (status != FRCNN_OK) close(descriptor);
    return status;
}

frcnn_status frcnn_journal_file_attach(frcnn_journal_file **out, int descriptor)
{
    return create(out, descriptor == STDOUT_FILENO ? "standard output" : "journal", descriptor, 0);
}

void frcnn_journal_file_close(frcnn_journal_file **handle)
{
    frcnn_journal_file *file = *handle;
    if (file == NULL) return;
    if (file->is_own) close(file->descriptor);
    frcnn_free(file->path);
    frcnn_free(file);
    *handle = NULL;
}

frcnn_status frcnn_journal_file_cut(frcnn_journal_file *file, int64_t n_bytes)
{
    FRCNN_FAIL_IF(ftruncate(file->descriptor, n_bytes) != 0, FRCNN_ERROR_IO, "%s: cannot cut this file: %s", file->path,
                  strerror(errno));
    file->n_bytes = n_bytes;
    return FRCNN_OK;
}

frcnn_status frcnn_journal_file_append(frcnn_journal_file *file, const char *line)
{
    const size_t n_bytes = strlen(line);
    size_t n_done = 0;
    while (n_done < n_bytes) {
        const ssize_t n_written = write(file->descriptor, line + n_done, n_bytes - n_done);
        if (n_written < 0 && errno == EINTR) continue;
        if (n_written < 0) {
            const frcnn_status status = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot write: %s", file->path, strerror(errno));
            /* A part that could not be cut off is a torn last line, which readers drop. */
            if (file->is_own && n_done > 0 && ftruncate(file->descriptor, file->n_bytes) != 0) return status;
            return status;
        }
        n_done += (size_t)n_written;
    }
    file->n_bytes += (int64_t)n_bytes;
    return FRCNN_OK;
}
