#include "checkpoint/zip_directory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_EXTENTS = 1 << 16 };

/* libzip reads through this; where it reads is where an entry's bytes are, which it does not tell otherwise. */
typedef struct window {
    const unsigned char *data;
    size_t size, at;
    size_t last_read; /* where the last read began */
    zip_error_t error;
} window;

/* The bytes of an entry that was found. */
typedef struct extent {
    size_t begin, end;
    zip_uint64_t index;
} extent;

struct frcnn_zip_directory {
    const char *source;
    zip_t *zip;
    window window;
    extent *extents;
    size_t n_extents, capacity;
};

static zip_int64_t read_window(window *w, void *data, zip_uint64_t n_bytes)
{
    const size_t left = w->size - w->at, n = n_bytes < left ? (size_t)n_bytes : left;
    memcpy(data, w->data + w->at, n);
    w->last_read = w->at;
    w->at += n;
    return (zip_int64_t)n;
}

static zip_int64_t seek_window(window *w, void *data, zip_uint64_t n_bytes)
{
    const zip_int64_t place = zip_source_seek_compute_offset(w->at, w->size, data, n_bytes, &w->error);
    if (place < 0) return -1;
    w->at = (size_t)place;
    return 0;
}

static zip_int64_t answer(void *context, void *data, zip_uint64_t n_bytes, zip_source_cmd_t command)
{
    window *w = context;
    zip_stat_t *stat = data;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
    case ZIP_SOURCE_OPEN:
        w->at = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return read_window(w, data, n_bytes);
    case ZIP_SOURCE_SEEK:
        return seek_window(w, data, n_bytes);
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)w->at;
    case ZIP_SOURCE_STAT:
        zip_stat_init(stat);
        stat->size = w->size;
        stat->valid |= ZIP_STAT_SIZE;
        return sizeof *stat;
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&w->error, data, n_bytes);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&w->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static frcnn_status refuse_archive(const frcnn_zip_directory *d, zip_error_t *error)
{
    const int is_cut = zip_error_code_zip(error) == ZIP_ER_NOZIP || zip_error_code_zip(error) == ZIP_ER_INCONS;
    const frcnn_status code = zip_error_code_zip(error) == ZIP_ER_MEMORY ? FRCNN_ERROR_NO_MEMORY : FRCNN_ERROR_FORMAT;
    return frcnn_fail(code, "%s: expected a whole zip archive, found %zu bytes without its directory%s (%s)", d->source,
                      d->window.size, is_cut ? ": was the download cut short?" : "", zip_error_strerror(error));
}

static frcnn_status open_zip(frcnn_zip_directory *d)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_function_create(answer, &d->window, &error);
    if (source != NULL) d->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    const frcnn_status status = d->zip == NULL ? refuse_archive(d, &error) : FRCNN_OK;
    if (d->zip == NULL && source != NULL) zip_source_free(source);
    zip_error_fini(&error);
    return status;
}

/* 1 where a name stays within the folder that it would be unpacked to. */
static int is_safe(const char *name)
{
    if (name[0] == '/' || name[0] == '\0' || strchr(name, '\\') != NULL) return 0;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return 0;
    }
    return 1;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static frcnn_status check_names(const frcnn_zip_directory *d)
{
    const zip_int64_t n = zip_get_num_entries(d->zip, 0);
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)n, sizeof(const char *), "an archive's names"));
    const char **names = block;
    for (zip_int64_t i = 0; i < n && status == FRCNN_OK; i++) {
        names[i] = zip_get_name(d->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (names[i] == NULL || !is_safe(names[i]))
            status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected names of places within the archive, found \"%.200s\"",
                                d->source, names[i] != NULL ? names[i] : "");
    }
    if (status == FRCNN_OK) qsort(names, (size_t)n, sizeof *names, compare_names);
    for (zip_int64_t i = 1; i < n && status == FRCNN_OK; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: the archive has \"%.200s\" twice", d->source, names[i]);
    frcnn_free(block);
    return status;
}

frcnn_status frcnn_zip_directory_open(frcnn_zip_directory **out, const unsigned char *data, size_t size,
                                      const char *source)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_zip_directory), "a zip archive"));
    frcnn_zip_directory *d = block;
    d->source = source;
    d->window.data = data;
    d->window.size = size;
    zip_error_init(&d->window.error);
    frcnn_status status = open_zip(d);
    if (status == FRCNN_OK) status = check_names(d);
    if (status != FRCNN_OK)
        frcnn_zip_directory_close(&d);
    else
        *out = d;
    return status;
}

void frcnn_zip_directory_close(frcnn_zip_directory **handle)
{
    if (handle == NULL || *handle == NULL) return;
    if ((*handle)->zip != NULL) zip_discard((*handle)->zip);
    zip_error_fini(&(*handle)->window.error);
    frcnn_free((*handle)->extents);
    frcnn_free(*handle);
    *handle = NULL;
}

const char *frcnn_zip_directory_get_first(const frcnn_zip_directory *directory)
{
    return zip_get_num_entries(directory->zip, 0) > 0 ? zip_get_name(directory->zip, 0, ZIP_FL_ENC_RAW) : NULL;
}

int frcnn_zip_directory_has(const frcnn_zip_directory *directory, const char *name)
{
    return zip_name_locate(directory->zip, name, ZIP_FL_ENC_RAW) >= 0;
}

static int is_known(const frcnn_zip_directory *d, zip_uint64_t index)
{
    for (size_t i = 0; i < d->n_extents; i++)
        if (d->extents[i].index == index) return 1;
    return 0;
}

/* Reads what is left of an entry: libzip compares its checksum at the end. */
static frcnn_status check_sum(const frcnn_zip_directory *d, zip_file_t *file, const char *name)
{
    unsigned char piece[1 << 14];
    zip_int64_t n = 0;
    do {
        n = zip_fread(file, piece, sizeof piece);
    } while (n > 0);
    FRCNN_FAIL_IF(n < 0, FRCNN_ERROR_FORMAT,
                  "%s: %.200s: the file is damaged: the entry's bytes are not those of its checksum", d->source, name);
    return FRCNN_OK;
}

/* Where the entry's first byte is, by reading it; the first time all of it, unless it was written without a checksum. */
static frcnn_status find_begin(frcnn_zip_directory *d, const zip_stat_t *stat, zip_uint64_t index, const char *name,
                               size_t *begin)
{
    zip_file_t *file = zip_fopen_index(d->zip, index, 0);
    unsigned char first = 0;
    FRCNN_FAIL_IF(file == NULL, FRCNN_ERROR_FORMAT, "%s: %.200s: expected an entry within the archive (%s)", d->source,
                  name, zip_strerror(d->zip));
    const zip_int64_t n = zip_fread(file, &first, 1);
    *begin = d->window.last_read;
    const int has_sum = (stat->valid & ZIP_STAT_CRC) != 0 && stat->crc != 0;
    const frcnn_status status = n == 1 && has_sum && !is_known(d, index) ? check_sum(d, file, name) : FRCNN_OK;
    (void)zip_fclose(file);
    FRCNN_TRY(status);
    FRCNN_FAIL_IF(n != 1 || *begin >= d->window.size || d->window.data[*begin] != first, FRCNN_ERROR_FORMAT,
                  "%s: %.200s: expected an entry within the archive", d->source, name);
    return FRCNN_OK;
}

/* Two entries never have the same bytes. All are compared with all: there are some hundred storages in a model. */
static frcnn_status add_extent(frcnn_zip_directory *d, const extent *added, const char *name)
{
    FRCNN_FAIL_IF(d->n_extents == MAX_EXTENTS, FRCNN_ERROR_UNSUPPORTED, "%s: expected at most %d storages", d->source,
                  MAX_EXTENTS);
    for (size_t i = 0; i < d->n_extents; i++) {
        const extent *other = &d->extents[i];
        if (other->index == added->index) return FRCNN_OK;
        FRCNN_FAIL_IF(other->begin < added->end && added->begin < other->end, FRCNN_ERROR_FORMAT,
                      "%s: %.200s: the entry lies in the bytes of another", d->source, name);
    }
    if (d->n_extents == d->capacity) {
        void *extents = d->extents;
        const size_t capacity = d->capacity == 0 ? 64 : 2 * d->capacity;
        FRCNN_TRY(frcnn_realloc(&extents, d->capacity, capacity, sizeof *d->extents, "a zip archive"));
        d->extents = extents;
        d->capacity = capacity;
    }
    d->extents[d->n_extents++] = *added;
    return FRCNN_OK;
}

static frcnn_status check_entry(const frcnn_zip_directory *d, const zip_stat_t *stat, const char *name)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    FRCNN_FAIL_IF((stat->valid & needed) != needed, FRCNN_ERROR_FORMAT, "%s: %.200s: expected an entry with its sizes",
                  d->source, name);
    FRCNN_FAIL_IF(stat->encryption_method != ZIP_EM_NONE, FRCNN_ERROR_UNSUPPORTED,
                  "%s: %.200s: encrypted entries are not read", d->source, name);
    FRCNN_FAIL_IF(stat->comp_method != ZIP_CM_STORE, FRCNN_ERROR_UNSUPPORTED,
                  "%s: %.200s: compressed entries are not read: PyTorch stores them as they are (was the file packed "
                  "again?)",
                  d->source, name);
    FRCNN_FAIL_IF(stat->size != stat->comp_size || stat->size > d->window.size, FRCNN_ERROR_FORMAT,
                  "%s: %.200s: expected an entry within an archive of %zu bytes, found one of %llu", d->source, name,
                  d->window.size, (unsigned long long)stat->size);
    return FRCNN_OK;
}

frcnn_status frcnn_zip_directory_find(frcnn_zip_directory *directory, const char *name, const unsigned char **bytes,
                                      size_t *n_bytes)
{
    zip_stat_t stat;
    const zip_int64_t index = zip_name_locate(directory->zip, name, ZIP_FL_ENC_RAW);
    FRCNN_FAIL_IF(index < 0, FRCNN_ERROR_FORMAT, "%s: expected an entry %.200s in the archive, found none",
                  directory->source, name);
    FRCNN_FAIL_IF(zip_stat_index(directory->zip, (zip_uint64_t)index, 0, &stat) != 0, FRCNN_ERROR_FORMAT,
                  "%s: %.200s: %s", directory->source, name, zip_strerror(directory->zip));
    FRCNN_TRY(check_entry(directory, &stat, name));
    extent found = {0, 0, (zip_uint64_t)index};
    if (stat.size > 0) {
        FRCNN_TRY(find_begin(directory, &stat, found.index, name, &found.begin));
        FRCNN_FAIL_IF(stat.size > directory->window.size - found.begin, FRCNN_ERROR_FORMAT,
                      "%s: %.200s: the archive is cut short: an entry of %llu bytes begins at byte %zu of %zu",
                      directory->source, name, (unsigned long long)stat.size, found.begin, directory->window.size);
        found.end = found.begin + (size_t)stat.size;
        FRCNN_TRY(add_extent(directory, &found, name));
    }
    *bytes = directory->window.data + found.begin;
    *n_bytes = (size_t)stat.size;
    return FRCNN_OK;
}
