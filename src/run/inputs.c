#include "frcnn/inputs.h"

#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run/folder_walk.h"
#include "run/input_names.h"
#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_inputs {
    size_t count, capacity;
    frcnn_input *items;
    int is_stream;
    frcnn_inputs_skipped skipped;
};

/* One argument while the list is made: where its paths' names begin, and the lists that grow together. */
typedef struct listing {
    frcnn_inputs *inputs;
    frcnn_listed *listed; /* what naming needs to know of each input */
    size_t capacity;
    size_t argument;
    size_t root_bytes; /* of a path that its name leaves out */
    int is_name_whole; /* the name is the whole path */
    int is_not_recursive;
} listing;

/* For add_named: a folder is its own root, a file's root is its folder. */
static const size_t own_root = SIZE_MAX;

void frcnn_inputs_options_default(frcnn_inputs_options *options)
{
    *options = (frcnn_inputs_options){.struct_size = sizeof *options};
}

static frcnn_status add_path(void *context, char *path, const char *error)
{
    listing *self = context;
    frcnn_inputs *inputs = self->inputs;
    frcnn_status status = FRCNN_OK;
    char *error_copy = NULL;
    if (inputs->count == self->capacity) {
        const size_t capacity = self->capacity < 64 ? 64 : self->capacity * 2;
        void *listed = self->listed;
        status = frcnn_realloc(&listed, self->capacity, capacity, sizeof *self->listed, "list of inputs");
        if (status != FRCNN_OK) goto cleanup;
        self->listed = listed;
        self->capacity = capacity;
    }
    if (error != NULL) FRCNN_TRY_CLEANUP(frcnn_string_copy(&error_copy, error));
    self->listed[inputs->count++] = (frcnn_listed){.path = path,
                                                   .error = error_copy,
                                                   .argument = self->argument,
                                                   .root_bytes = self->root_bytes,
                                                   .is_name_whole = self->is_name_whole};
    return FRCNN_OK;

cleanup:
    frcnn_free(path);
    return status;
}

/* "./a//b/" → "a/b": one spelling for what is one path. "" is the working folder. */
static frcnn_status copy_tidied(char **out, const char *path)
{
    char *tidied = NULL;
    FRCNN_TRY(frcnn_string_copy(&tidied, path));
    char *dst = tidied;
    if (path[0] == '/') *dst++ = '/';
    for (const char *src = path; *src != '\0';) {
        const size_t bytes = strcspn(src, "/");
        if (bytes > 0 && !(bytes == 1 && src[0] == '.')) {
            if (dst > tidied && dst[-1] != '/') *dst++ = '/';
            memmove(dst, src, bytes);
            dst += bytes;
        }
        src += bytes;
        src += strspn(src, "/");
    }
    *dst = '\0';
    *out = tidied;
    return FRCNN_OK;
}

/* A path that exists or was named: a folder is walked, anything else is taken. Names leave root_bytes out. */
static frcnn_status add_named(listing *self, const char *path, size_t root_bytes)
{
    char *tidied = NULL;
    struct stat info;
    const int is_folder = stat(path[0] == '\0' ? "." : path, &info) == 0 && S_ISDIR(info.st_mode);
    FRCNN_TRY(copy_tidied(&tidied, path));
    const char *slash = strrchr(tidied, '/');
    self->root_bytes = root_bytes;
    if (is_folder) {
        if (root_bytes == own_root) self->root_bytes = strlen(tidied);
        const frcnn_status status =
            frcnn_folder_walk(tidied, !self->is_not_recursive, add_path, self, &self->inputs->skipped);
        frcnn_free(tidied);
        return status;
    }
    if (root_bytes == own_root) self->root_bytes = slash == NULL ? 0 : (size_t)(slash - tidied) + 1;
    return add_path(self, tidied, NULL);
}

/* What a pattern matches, named below the last folder that the pattern spells out. */
static frcnn_status add_pattern(listing *self, const char *pattern)
{
    char *tidied = NULL;
    FRCNN_TRY(copy_tidied(&tidied, pattern));
    size_t root_bytes = 0;
    for (size_t i = 0; i < strcspn(tidied, "*?["); i++)
        if (tidied[i] == '/') root_bytes = i + 1;
    glob_t matches;
    const int code = glob(tidied, GLOB_NOSORT, NULL, &matches);
    frcnn_free(tidied);
    if (code == GLOB_NOMATCH) return add_named(self, pattern, own_root);
    FRCNN_FAIL_IF(code != 0, code == GLOB_NOSPACE ? FRCNN_ERROR_NO_MEMORY : FRCNN_ERROR_IO,
                  "%s: cannot list what this pattern matches", pattern);
    frcnn_status status = FRCNN_OK;
    for (size_t i = 0; i < matches.gl_pathc && status == FRCNN_OK; i++)
        status = add_named(self, matches.gl_pathv[i], root_bytes);
    globfree(&matches);
    return status;
}

/* @FILE: one path a line. */
static frcnn_status add_list(listing *self, const char *path)
{
    const int is_standard_input = strcmp(path, "-") == 0;
    FILE *stream = is_standard_input ? stdin : fopen(path, "re");
    FRCNN_FAIL_IF(stream == NULL, FRCNN_ERROR_IO, "%s: cannot read this list of inputs: %s", path, strerror(errno));
    self->is_name_whole = 1;
    frcnn_status status = FRCNN_OK;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n_read = 0;
    errno = 0;
    while (status == FRCNN_OK && (n_read = getline(&line, &capacity, stream)) >= 0) {
        while (n_read > 0 && (line[n_read - 1] == '\n' || line[n_read - 1] == '\r')) line[--n_read] = '\0';
        if (strlen(line) != (size_t)n_read)
            status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected one path a line, found a NUL byte", path);
        else if (n_read > 0)
            status = add_named(self, line, own_root);
    }
    if (status == FRCNN_OK && ferror(stream))
        status = frcnn_fail(FRCNN_ERROR_IO, "%s: cannot read this list of inputs: %s", path, strerror(errno));
    free(line);
    if (!is_standard_input) fclose(stream);
    return status;
}

static frcnn_status add_argument(listing *self, const char *argument)
{
    struct stat info;
    self->is_name_whole = 0;
    FRCNN_FAIL_IF(argument[0] == '\0', FRCNN_ERROR_INVALID, "expected an input, found an empty argument");
    if (argument[0] == '@') return add_list(self, argument + 1);
    if (strpbrk(argument, "*?[") != NULL && lstat(argument, &info) != 0) return add_pattern(self, argument);
    return add_named(self, argument, own_root);
}

static int compare_paths(const void *a, const void *b)
{
    const frcnn_listed *x = a, *y = b;
    const int order = strcmp(x->path, y->path);
    if (order != 0) return order;
    /* An error beside a listing that succeeded must stay, as must the name that the first argument gives. */
    if ((x->error == NULL) != (y->error == NULL)) return x->error == NULL ? 1 : -1;
    return x->argument < y->argument ? -1 : x->argument > y->argument;
}

static void sort_and_drop_doubled(listing *self)
{
    frcnn_inputs *inputs = self->inputs;
    if (inputs->count == 0) return;
    qsort(self->listed, inputs->count, sizeof *self->listed, compare_paths);
    size_t kept = 1;
    for (size_t i = 1; i < inputs->count; i++) {
        if (strcmp(self->listed[kept - 1].path, self->listed[i].path) == 0) {
            frcnn_free(self->listed[i].path);
            frcnn_free(self->listed[i].error);
            inputs->skipped.n_doubled++;
        } else {
            self->listed[kept++] = self->listed[i];
        }
    }
    inputs->count = kept;
}

/* Hands the listing's strings over to the items. */
static frcnn_status make_items(listing *self)
{
    frcnn_inputs *inputs = self->inputs;
    void *items = NULL;
    FRCNN_TRY(frcnn_alloc(&items, inputs->count, sizeof *inputs->items, "list of inputs"));
    inputs->items = items;
    for (size_t i = 0; i < inputs->count; i++)
        inputs->items[i] = (frcnn_input){self->listed[i].path, self->listed[i].name, self->listed[i].error};
    return FRCNN_OK;
}

static void free_listed(listing *self, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        frcnn_free(self->listed[i].path);
        frcnn_free(self->listed[i].name);
        frcnn_free(self->listed[i].error);
    }
}

frcnn_status frcnn_inputs_create(frcnn_inputs **out, const char *const *arguments, size_t n_arguments,
                                 const frcnn_inputs_options *options)
{
    FRCNN_CHECK_OPTIONS("inputs", options);
    FRCNN_FAIL_IF(n_arguments == 0, FRCNN_ERROR_INVALID, "expected an input: an image, a folder, @LIST or -");
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_inputs), "list of inputs"));
    listing self = {.inputs = block, .is_not_recursive = options != NULL && options->is_not_recursive};
    frcnn_status status = FRCNN_OK;
    for (size_t i = 0; i < n_arguments; i++) {
        if (strcmp(arguments[i], "-") == 0) {
            self.inputs->is_stream = 1;
            if (n_arguments > 1)
                FRCNN_TRY_CLEANUP(frcnn_fail(FRCNN_ERROR_INVALID,
                                             "-: expected no other input beside standard input, found %zu inputs",
                                             n_arguments));
        } else {
            self.argument = i;
            FRCNN_TRY_CLEANUP(add_argument(&self, arguments[i]));
        }
    }
    sort_and_drop_doubled(&self);
    FRCNN_TRY_CLEANUP(frcnn_inputs_name(self.listed, self.inputs->count, n_arguments));
    FRCNN_TRY_CLEANUP(make_items(&self));
    frcnn_free(self.listed);
    *out = self.inputs;
    return FRCNN_OK;

cleanup:
    free_listed(&self, self.inputs->count);
    frcnn_free(self.listed);
    frcnn_free(self.inputs);
    return status;
}

void frcnn_inputs_destroy(frcnn_inputs **handle)
{
    frcnn_inputs *inputs = *handle;
    if (inputs == NULL) return;
    for (size_t i = 0; i < inputs->count; i++) {
        frcnn_free((char *)(uintptr_t)inputs->items[i].path);
        frcnn_free((char *)(uintptr_t)inputs->items[i].name);
        frcnn_free((char *)(uintptr_t)inputs->items[i].error);
    }
    frcnn_free(inputs->items);
    frcnn_free(inputs);
    *handle = NULL;
}

int frcnn_inputs_is_stream(const frcnn_inputs *inputs)
{
    return inputs->is_stream;
}

size_t frcnn_inputs_get_count(const frcnn_inputs *inputs)
{
    return inputs->count;
}

const frcnn_input *frcnn_inputs_get(const frcnn_inputs *inputs, size_t index)
{
    return &inputs->items[index];
}

const frcnn_inputs_skipped *frcnn_inputs_get_skipped(const frcnn_inputs *inputs)
{
    return &inputs->skipped;
}
