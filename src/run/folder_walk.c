#include "run/folder_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frcnn/image.h"
#include "frcnn/run.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { SNIFF_BYTES = 512 };

typedef struct walk {
    int is_recursive;
    frcnn_folder_visit visit;
    void *context;
    frcnn_inputs_skipped *skipped;
} walk;

/* The folders that the walk is in, innermost first. */
typedef struct ancestor {
    const struct ancestor *outer;
    dev_t device;
    ino_t inode;
} ancestor;

frcnn_status frcnn_path_join(char **out, const char *folder, const char *name)
{
    const size_t folder_bytes = strlen(folder), name_bytes = strlen(name);
    const int needs_slash = folder_bytes > 0 && folder[folder_bytes - 1] != '/';
    void *path = NULL;
    FRCNN_TRY(frcnn_alloc(&path, folder_bytes + name_bytes + 2, 1, "path"));
    snprintf(path, folder_bytes + name_bytes + 2, "%s%s%s", folder, needs_slash ? "/" : "", name);
    *out = path;
    return FRCNN_OK;
}

/* Reads the first bytes of a file; -1 where it cannot be read. */
static ssize_t read_start(const char *path, unsigned char *bytes, size_t n_bytes)
{
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    const ssize_t n_read = pread(descriptor, bytes, n_bytes, 0);
    close(descriptor);
    return n_read;
}

/* Whether a run wrote this folder: its drawn images are no inputs. */
static frcnn_status holds_run(const char *folder, int *holds)
{
    static const char start[] = "{\"frcnn\":";
    unsigned char bytes[sizeof start - 1];
    char *path = NULL;
    FRCNN_TRY(frcnn_path_join(&path, folder, FRCNN_JOURNAL_NAME));
    const ssize_t n_read = read_start(path, bytes, sizeof bytes);
    frcnn_free(path);
    *holds = n_read == (ssize_t)sizeof bytes && memcmp(bytes, start, sizeof bytes) == 0;
    return FRCNN_OK;
}

static frcnn_status walk_folder(const walk *self, const char *folder, const ancestor *outer);

static frcnn_status walk_entry(const walk *self, char *path, const ancestor *inside)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        /* A link to itself is a loop like any other; what is missing or forbidden shows when it is opened. */
        if (errno != ELOOP) return self->visit(self->context, path, NULL);
    } else if (S_ISDIR(info.st_mode)) {
        int holds = 0;
        frcnn_status status = self->is_recursive ? holds_run(path, &holds) : FRCNN_OK;
        self->skipped->n_runs += (size_t)holds;
        if (status == FRCNN_OK && self->is_recursive && !holds) status = walk_folder(self, path, inside);
        frcnn_free(path);
        return status;
    } else if (S_ISREG(info.st_mode)) {
        unsigned char bytes[SNIFF_BYTES];
        const ssize_t n_read = read_start(path, bytes, sizeof bytes);
        if (n_read < 0 || frcnn_image_is_known(bytes, (size_t)n_read)) return self->visit(self->context, path, NULL);
        self->skipped->n_not_images++;
    } else {
        self->skipped->n_not_images++;
    }
    frcnn_free(path);
    return FRCNN_OK;
}

static frcnn_status report_folder(const walk *self, const char *folder, int reason)
{
    char *path = NULL;
    FRCNN_TRY(frcnn_string_copy(&path, folder[0] == '\0' ? "." : folder));
    const frcnn_status ignored = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot list this folder: %s", path, strerror(reason));
    (void)ignored;
    return self->visit(self->context, path, frcnn_error_message());
}

static frcnn_status walk_folder(const walk *self, const char *folder, const ancestor *outer)
{
    DIR *stream = opendir(folder[0] == '\0' ? "." : folder);
    if (stream == NULL) return report_folder(self, folder, errno);
    frcnn_status status = FRCNN_OK;
    struct stat info;
    if (fstat(dirfd(stream), &info) != 0) {
        status = report_folder(self, folder, errno);
        goto cleanup;
    }
    for (const ancestor *a = outer; a != NULL; a = a->outer)
        if (a->device == info.st_dev && a->inode == info.st_ino) goto cleanup;
    const ancestor here = {outer, info.st_dev, info.st_ino};
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (entry == NULL) {
            if (errno != 0) status = report_folder(self, folder, errno);
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (entry->d_name[0] == '.') {
            self->skipped->n_hidden++;
            continue;
        }
        char *path = NULL;
        FRCNN_TRY_CLEANUP(frcnn_path_join(&path, folder, entry->d_name));
        FRCNN_TRY_CLEANUP(walk_entry(self, path, &here));
    }

cleanup:
    closedir(stream);
    return status;
}

frcnn_status frcnn_folder_walk(const char *folder, int is_recursive, frcnn_folder_visit visit, void *context,
                               frcnn_inputs_skipped *skipped)
{
    const walk self = {is_recursive, visit, context, skipped};
    return walk_folder(&self, folder, NULL);
}
