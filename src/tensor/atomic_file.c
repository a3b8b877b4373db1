#include "tensor/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_atomic_file {
    char *path;
    char *temporary_path;
    FILE *stream;
};

enum { MAX_ATTEMPTS = 1000, TEMPORARY_NAME_BYTES = 64 };

static atomic_uint n_temporary_files;

/* Creates a new file beside path. Its name does not grow with path's, which may already be as long as names can be. */
static frcnn_status create_temporary(frcnn_atomic_file *file, int *descriptor)
{
    const char *slash = strrchr(file->path, '/');
    const size_t folder_bytes = slash == NULL ? 0 : (size_t)(slash - file->path) + 1;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, folder_bytes + TEMPORARY_NAME_BYTES, 1, "path"));
    file->temporary_path = block;
    memcpy(file->temporary_path, file->path, folder_bytes);
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        snprintf(file->temporary_path + folder_bytes, TEMPORARY_NAME_BYTES, ".frcnn-%ld-%u.tmp", (long)getpid(),
                 atomic_fetch_add(&n_temporary_files, 1));
        *descriptor = open(file->temporary_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*descriptor >= 0) return FRCNN_OK;
        if (errno != EEXIST) break;
    }
    return frcnn_fail(FRCNN_ERROR_IO, "%s: cannot create a file in its folder: %s", file->path, strerror(errno));
}

static void destroy(frcnn_atomic_file **file)
{
    frcnn_free((*file)->temporary_path);
    frcnn_free((*file)->path);
    frcnn_free(*file);
    *file = NULL;
}

frcnn_status frcnn_atomic_file_open(frcnn_atomic_file **out, const char *path)
{
    struct stat info;
    FRCNN_FAIL_IF(stat(path, &info) == 0 && !S_ISREG(info.st_mode), FRCNN_ERROR_IO,
                  "%s: expected a file to write, found a %s", path,
                  S_ISDIR(info.st_mode) ? "folder" : "device or pipe");
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_atomic_file), "output file"));
    frcnn_atomic_file *file = block;
    int descriptor = -1;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_string_copy(&file->path, path));
    FRCNN_TRY_CLEANUP(create_temporary(file, &descriptor));
    file->stream = fdopen(descriptor, "wb");
    if (file->stream == NULL) {
        status = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
        close(descriptor);
        unlink(file->temporary_path);
        goto cleanup;
    }
    *out = file;
    return FRCNN_OK;

cleanup:
    destroy(&file);
    return status;
}

FILE *frcnn_atomic_file_get_stream(const frcnn_atomic_file *file)
{
    return file->stream;
}

frcnn_status frcnn_atomic_file_commit(frcnn_atomic_file **handle)
{
    frcnn_atomic_file *file = *handle;
    frcnn_status status = FRCNN_OK;
    errno = 0;
    const int is_flushed = fflush(file->stream) == 0 && !ferror(file->stream);
    const int flush_errno = errno;
    const int is_closed = fclose(file->stream) == 0;
    if (!is_flushed || !is_closed) {
        const int reason = is_flushed ? errno : flush_errno;
        status = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot write all of it: %s", file->path,
                            reason == 0 ? "an earlier write failed" : strerror(reason));
    } else if (rename(file->temporary_path, file->path) != 0) {
        status = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot put the finished file in its place: %s", file->path,
                            strerror(errno));
    }
    if (status != FRCNN_OK) unlink(file->temporary_path);
    destroy(handle);
    return status;
}

void frcnn_atomic_file_abort(frcnn_atomic_file **handle)
{
    if (*handle == NULL) return;
    fclose((*handle)->stream);
    unlink((*handle)->temporary_path);
    destroy(handle);
}

frcnn_status frcnn_atomic_file_write(const char *path, const void *bytes, size_t n_bytes)
{
    frcnn_atomic_file *file = NULL;
    FRCNN_TRY(frcnn_atomic_file_open(&file, path));
    if (n_bytes > 0 && fwrite(bytes, 1, n_bytes, file->stream) != n_bytes) {
        const frcnn_status status =
            frcnn_fail(FRCNN_ERROR_IO, "%s: cannot write %zu bytes: %s", path, n_bytes, strerror(errno));
        frcnn_atomic_file_abort(&file);
        return status;
    }
    return frcnn_atomic_file_commit(&file);
}
