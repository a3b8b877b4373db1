#include "run/input_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { OUTPUT_SUFFIX_BYTES = 4 };

static int compare_names(const void *a, const void *b)
{
    const frcnn_listed *x = *(frcnn_listed *const *)a, *y = *(frcnn_listed *const *)b;
    const int order = strcmp(x->name, y->name);
    if (order != 0) return order;
    return x < y ? -1 : x > y;
}

/* path without its root, as a place below a folder. */
static frcnn_status copy_as_name(char **out, const char *path, size_t root_bytes)
{
    char *name = NULL;
    const char *slash = strrchr(path, '/');
    const char *start = path + root_bytes;
    start += strspn(start, "/");
    /* A root that could not be listed stands for itself. */
    if (start[0] == '\0') start = slash == NULL || slash[1] == '\0' ? path : slash + 1;
    start += strspn(start, "/");
    FRCNN_TRY(frcnn_string_copy(&name, start[0] == '\0' ? "." : start));
    for (char *part = name; part != NULL; part = strchr(part, '/')) {
        part += part[0] == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) memcpy(part, "__", 2);
    }
    *out = name;
    return FRCNN_OK;
}

static frcnn_status set_name(frcnn_listed *one)
{
    char *name = NULL;
    FRCNN_TRY(copy_as_name(&name, one->path, one->is_name_whole ? 0 : one->root_bytes));
    frcnn_free(one->name);
    one->name = name;
    return FRCNN_OK;
}

static frcnn_status append_number(frcnn_listed *one, size_t number)
{
    const size_t bytes = strlen(one->name) + 24;
    void *name = NULL;
    FRCNN_TRY(frcnn_alloc(&name, bytes, 1, "name"));
    snprintf(name, bytes, "%s~%zu", one->name, number);
    frcnn_free(one->name);
    one->name = name;
    return FRCNN_OK;
}

/* Marks the arguments whose inputs share names; returns 1 where one was not marked before. */
static int mark_arguments(frcnn_listed *const *by_name, size_t count, char *is_marked)
{
    int has_new = 0;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(by_name[i - 1]->name, by_name[i]->name) != 0) continue;
        for (size_t k = i - 1; k <= i; k++) {
            if (by_name[k]->is_name_whole || is_marked[by_name[k]->argument]) continue;
            is_marked[by_name[k]->argument] = 1;
            has_new = 1;
        }
    }
    return has_new;
}

/* Numbers names that are still shared; returns through *has_shared whether there were any. */
static frcnn_status number_shared(frcnn_listed **by_name, size_t count, int *has_shared)
{
    *has_shared = 0;
    size_t number = 1;
    const char *first = count > 0 ? by_name[0]->name : NULL;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(first, by_name[i]->name) == 0) {
            *has_shared = 1;
            FRCNN_TRY(append_number(by_name[i], ++number));
        } else {
            first = by_name[i]->name;
            number = 1;
        }
    }
    return FRCNN_OK;
}

/* Compares a name with the first n_bytes of text. */
static int compare_start(const char *name, const char *text, size_t n_bytes)
{
    const int order = strncmp(name, text, n_bytes);
    return order != 0 ? order : name[n_bytes] != '\0';
}

static frcnn_listed *find_name(frcnn_listed *const *by_name, size_t count, const char *text, size_t n_bytes)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_start(by_name[middle]->name, text, n_bytes);
        if (order == 0) return by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* An image "a" and a folder "a.jpg" would meet in the outputs "a.jpg" and "a.jpg/…": numbers the image. */
static frcnn_status number_folders(frcnn_listed *const *by_name, size_t count, int *has_met)
{
    *has_met = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = by_name[i]->name;
        for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            if (slash - name <= OUTPUT_SUFFIX_BYTES) continue;
            const char *suffix = slash - OUTPUT_SUFFIX_BYTES;
            if (memcmp(suffix, ".jpg", OUTPUT_SUFFIX_BYTES) != 0 && memcmp(suffix, ".png", OUTPUT_SUFFIX_BYTES) != 0)
                continue;
            frcnn_listed *met = find_name(by_name, count, name, (size_t)(suffix - name));
            if (met == NULL) continue;
            *has_met = 1;
            return append_number(met, 2);
        }
    }
    return FRCNN_OK;
}

frcnn_status frcnn_inputs_name(frcnn_listed *listed, size_t count, size_t n_arguments)
{
    frcnn_status status = FRCNN_OK;
    void *by_name_block = NULL, *is_marked_block = NULL;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&by_name_block, count, sizeof(frcnn_listed *), "names"));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&is_marked_block, n_arguments, 1, "names"));
    frcnn_listed **by_name = by_name_block;
    char *is_marked = is_marked_block;
    for (size_t i = 0; i < count; i++) {
        by_name[i] = &listed[i];
        FRCNN_TRY_CLEANUP(set_name(&listed[i]));
    }
    qsort(by_name, count, sizeof *by_name, compare_names);
    while (mark_arguments(by_name, count, is_marked)) {
        for (size_t i = 0; i < count; i++) {
            if (!is_marked[listed[i].argument] || listed[i].is_name_whole) continue;
            listed[i].is_name_whole = 1;
            FRCNN_TRY_CLEANUP(set_name(&listed[i]));
        }
        qsort(by_name, count, sizeof *by_name, compare_names);
    }
    for (int is_changed = 1; is_changed;) {
        FRCNN_TRY_CLEANUP(number_shared(by_name, count, &is_changed));
        if (!is_changed) FRCNN_TRY_CLEANUP(number_folders(by_name, count, &is_changed));
        if (is_changed) qsort(by_name, count, sizeof *by_name, compare_names);
    }

cleanup:
    frcnn_free(by_name_block);
    frcnn_free(is_marked_block);
    return status;
}
