#include "run/run_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frcnn/journal.h"
#include "frcnn/report.h"
#include "run/folder_walk.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { SUFFIX_BYTES = 4, HASH_BYTES = 17 };

static const char *const suffixes[] = {[FRCNN_IMAGE_JPEG] = ".jpg", [FRCNN_IMAGE_PNG] = ".png"};

static frcnn_status make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return FRCNN_OK;
    return frcnn_fail(FRCNN_ERROR_IO, "%s: cannot make this folder: %s", path, strerror(errno));
}

frcnn_status frcnn_run_folder_make_parents(const char *path)
{
    char *parent = NULL;
    FRCNN_TRY(frcnn_string_copy(&parent, path));
    frcnn_status status = FRCNN_OK;
    for (char *slash = strchr(parent + 1, '/'); slash != NULL && status == FRCNN_OK; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = make_folder(parent);
        *slash = '/';
    }
    frcnn_free(parent);
    return status;
}

/* 1 where folder/name is there; a link counts, wherever it leads. */
static frcnn_status has_name(const char *folder, const char *name, int *has)
{
    char *path = NULL;
    struct stat info;
    FRCNN_TRY(frcnn_path_join(&path, folder, name));
    *has = lstat(path, &info) == 0;
    frcnn_free(path);
    return FRCNN_OK;
}

/* A file named like a journal is a run's where its header reads so, or where it ends before its first line does. */
static frcnn_status check_journal(const char *folder)
{
    char *path = NULL;
    FRCNN_TRY(frcnn_path_join(&path, folder, FRCNN_JOURNAL_NAME));
    frcnn_journal *journal = NULL;
    frcnn_status status = frcnn_journal_open(&journal, path);
    struct stat info;
    if (status == FRCNN_ERROR_FORMAT) {
        FILE *stream = fopen(path, "re");
        int byte = stream == NULL ? '\n' : fgetc(stream);
        while (byte != EOF && byte != '\n') byte = fgetc(stream);
        if (stream != NULL) fclose(stream);
        status = byte == EOF
                     ? FRCNN_OK
                     : frcnn_fail(FRCNN_ERROR_EXISTS, "%s: expected the journal of a run, found another file", path);
    } else if (status == FRCNN_OK && (lstat(path, &info) != 0 || !S_ISREG(info.st_mode))) {
        status = frcnn_fail(FRCNN_ERROR_EXISTS, "%s: expected a file, found a link", path);
    }
    frcnn_journal_close(&journal);
    frcnn_free(path);
    return status;
}

frcnn_status frcnn_run_folder_open(const char *folder, frcnn_run_existing existing, int *has_run)
{
    struct stat info;
    FRCNN_TRY(frcnn_run_folder_make_parents(folder));
    FRCNN_TRY(make_folder(folder));
    FRCNN_FAIL_IF(stat(folder, &info) != 0 || !S_ISDIR(info.st_mode), FRCNN_ERROR_IO,
                  "%s: expected a folder for the results, found a file", folder);
    FRCNN_FAIL_IF(access(folder, W_OK | X_OK) != 0, FRCNN_ERROR_IO, "%s: cannot write to this folder: %s", folder,
                  strerror(errno));
    FRCNN_TRY(has_name(folder, FRCNN_JOURNAL_NAME, has_run));
    if (*has_run) {
        FRCNN_TRY(check_journal(folder));
        FRCNN_FAIL_IF(existing == FRCNN_RUN_REFUSE, FRCNN_ERROR_EXISTS,
                      "%s: expected a folder without a run, found %s in it", folder, FRCNN_JOURNAL_NAME);
        return FRCNN_OK;
    }
    static const char *const names[] = {FRCNN_IMAGES_NAME, FRCNN_COCO_NAME, FRCNN_COCO_RESULTS_NAME};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int has = 0;
        FRCNN_TRY(has_name(folder, names[i], &has));
        FRCNN_FAIL_IF(has, FRCNN_ERROR_EXISTS,
                      "%s: expected an empty folder or one with a run, found %s, which no run here wrote", folder,
                      names[i]);
    }
    return FRCNN_OK;
}

frcnn_status frcnn_run_folder_image_path(char **out, const char *folder, const char *name, frcnn_image_format format)
{
    const char *slash = strrchr(name, '/');
    const char *last = slash == NULL ? name : slash + 1;
    size_t name_bytes = strlen(name);
    char hash_text[HASH_BYTES + 1] = "";
    if (strlen(last) + SUFFIX_BYTES > NAME_MAX) {
        uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
        for (const char *c = last; *c != '\0'; c++) hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
        snprintf(hash_text, sizeof hash_text, "~%016" PRIx64, hash);
        name_bytes = (size_t)(last - name) + NAME_MAX - SUFFIX_BYTES - HASH_BYTES;
    }
    const size_t bytes = strlen(folder) + sizeof FRCNN_IMAGES_NAME + name_bytes + HASH_BYTES + SUFFIX_BYTES + 3;
    void *path = NULL;
    FRCNN_TRY(frcnn_alloc(&path, bytes, 1, "path"));
    snprintf(path, bytes, "%s/%s/%.*s%s%s", folder, FRCNN_IMAGES_NAME, (int)name_bytes, name, hash_text,
             suffixes[format]);
    *out = path;
    return FRCNN_OK;
}

/* Removes a file where it is there. */
static frcnn_status remove_file(const char *path)
{
    if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR) return FRCNN_OK;
    return frcnn_fail(FRCNN_ERROR_IO, "%s: cannot remove this file of the run before: %s", path, strerror(errno));
}

/* Removes the folders above path, down to and with images/, as far as they are empty. */
static void remove_empty_parents(char *path, size_t folder_bytes)
{
    for (char *slash = strrchr(path, '/'); slash > path + folder_bytes; slash = strrchr(path, '/')) {
        *slash = '\0';
        if (rmdir(path) != 0) break;
    }
}

static frcnn_status remove_drawn(const char *folder, const char *name)
{
    for (size_t format = 0; format < sizeof suffixes / sizeof *suffixes; format++) {
        char *path = NULL;
        FRCNN_TRY(frcnn_run_folder_image_path(&path, folder, name, (frcnn_image_format)format));
        const frcnn_status status = remove_file(path);
        remove_empty_parents(path, strlen(folder));
        frcnn_free(path);
        FRCNN_TRY(status);
    }
    return FRCNN_OK;
}

frcnn_status frcnn_run_folder_clear(const char *folder)
{
    frcnn_status status = FRCNN_OK;
    frcnn_journal *journal = NULL;
    char *path = NULL;
    static const char *const reports[] = {FRCNN_COCO_NAME, FRCNN_COCO_RESULTS_NAME};
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        FRCNN_TRY(frcnn_path_join(&path, folder, reports[i]));
        status = remove_file(path);
        frcnn_free(path);
        FRCNN_TRY(status);
    }
    FRCNN_TRY(frcnn_path_join(&path, folder, FRCNN_JOURNAL_NAME));
    status = frcnn_journal_open(&journal, path);
    frcnn_free(path);
    /* A journal without a whole header, or damaged further down, names no more images that could be removed. */
    if (status == FRCNN_ERROR_FORMAT) return FRCNN_OK;
    FRCNN_TRY(status);
    const frcnn_journal_entry *entry = NULL;
    while ((status = frcnn_journal_read(journal, &entry)) == FRCNN_OK && entry != NULL)
        FRCNN_TRY_CLEANUP(remove_drawn(folder, entry->file));
    if (status == FRCNN_ERROR_FORMAT) status = FRCNN_OK;

cleanup:
    frcnn_journal_close(&journal);
    return status;
}
