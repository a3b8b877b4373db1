#include "annotations/image_sizes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frcnn/image.h"
#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_image_sizes {
    char *folder;
    char **names; /* sorted, so that those of one stem lie together but for names between */
    size_t n;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void frcnn_list_free(char ***names, size_t n)
{
    if (*names == NULL) return;
    for (size_t i = 0; i < n; i++) frcnn_free((*names)[i]);
    frcnn_free(*names);
    *names = NULL;
}

static frcnn_status read_names(DIR *listing, char ***names, size_t *n)
{
    size_t room = 0;
    for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        if (entry->d_name[0] == '.') continue;
        if (*n == room) {
            const size_t new_room = room == 0 ? 64 : 2 * room;
            void *block = *names;
            FRCNN_TRY(frcnn_realloc(&block, *n, new_room, sizeof **names, "a list of files"));
            *names = block;
            room = new_room;
        }
        FRCNN_TRY(frcnn_string_copy(&(*names)[*n], entry->d_name));
        (*n)++;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_list_files(char ***out, size_t *n_out, const char *folder)
{
    char **names = NULL;
    size_t n = 0;
    DIR *listing = opendir(folder);
    FRCNN_FAIL_IF(listing == NULL, FRCNN_ERROR_IO, "%s: cannot list this folder: %s", folder, strerror(errno));
    const frcnn_status status = read_names(listing, &names, &n);
    closedir(listing);
    if (status != FRCNN_OK) {
        frcnn_list_free(&names, n);
        return status;
    }
    if (n > 0) qsort(names, n, sizeof *names, compare_names);
    *out = names;
    *n_out = n;
    return FRCNN_OK;
}

frcnn_status frcnn_folder_join(char **out, const char *folder, const char *name)
{
    const size_t folder_bytes = strlen(folder);
    const size_t n_bytes = folder_bytes + strlen(name) + 2;
    void *path = NULL;
    FRCNN_TRY(frcnn_alloc(&path, n_bytes, 1, "a path"));
    const int needs_slash = folder_bytes > 0 && folder[folder_bytes - 1] != '/';
    snprintf(path, n_bytes, "%s%s%s", folder, needs_slash ? "/" : "", name);
    *out = path;
    return FRCNN_OK;
}

frcnn_status frcnn_image_sizes_open(frcnn_image_sizes **out, const char *folder)
{
    frcnn_status status = FRCNN_OK;
    frcnn_image_sizes *self = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed((void **)&self, 1, sizeof *self, "a list of images"));
    FRCNN_TRY_CLEANUP(frcnn_string_copy(&self->folder, folder));
    FRCNN_TRY_CLEANUP(frcnn_list_files(&self->names, &self->n, folder));
    *out = self;
    self = NULL;

cleanup:
    frcnn_image_sizes_close(&self);
    return status;
}

void frcnn_image_sizes_close(frcnn_image_sizes **handle)
{
    frcnn_image_sizes *self = *handle;
    if (self == NULL) return;
    frcnn_list_free(&self->names, self->n);
    frcnn_free(self->folder);
    frcnn_free(self);
    *handle = NULL;
}

const char *frcnn_image_sizes_get_folder(const frcnn_image_sizes *sizes)
{
    return sizes->folder;
}

static int is_image(const char *path)
{
    unsigned char bytes[512];
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return 0;
    const ssize_t n_bytes = pread(file, bytes, sizeof bytes, 0);
    close(file);
    return n_bytes > 0 && frcnn_image_is_known(bytes, (size_t)n_bytes);
}

/* The first name that is not before the stem. */
static size_t find_first(const frcnn_image_sizes *self, const char *stem, size_t stem_bytes)
{
    size_t low = 0, high = self->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strncmp(self->names[middle], stem, stem_bytes) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

frcnn_status frcnn_image_sizes_find(const frcnn_image_sizes *self, const char *stem, size_t stem_bytes,
                                    const char **found, int *height, int *width)
{
    *found = NULL;
    for (size_t i = find_first(self, stem, stem_bytes); i < self->n; i++) {
        const char *name = self->names[i];
        if (strncmp(name, stem, stem_bytes) != 0) break;
        const char *point = strrchr(name, '.');
        const size_t name_bytes = point == NULL ? strlen(name) : (size_t)(point - name);
        if (name_bytes != stem_bytes) continue;
        char *path = NULL;
        FRCNN_TRY(frcnn_folder_join(&path, self->folder, name));
        const int is_found = is_image(path);
        const frcnn_status status = is_found ? frcnn_image_read_size(height, width, path, NULL) : FRCNN_OK;
        frcnn_free(path);
        FRCNN_TRY(status);
        if (!is_found) continue;
        *found = name;
        break;
    }
    return FRCNN_OK;
}
