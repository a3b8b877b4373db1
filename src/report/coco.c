#include "report/coco.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "frcnn/journal.h"
#include "frcnn/report.h"
#include "run/json_build.h"
#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* A file while it is written: objects of a JSON list, one a line. */
typedef struct writer {
    FILE *stream;
    int64_t n_objects; /* in the list that is open */
    int64_t n_annotations;
} writer;

/* Adds an object to the open list and ends it, whole or not: is_whole is 0 where memory ran out while it was made. */
static frcnn_status add_object(writer *self, cJSON *object, int is_whole)
{
    char *line = NULL;
    const frcnn_status status = frcnn_json_print_line(&line, is_whole ? object : NULL);
    cJSON_Delete(object);
    FRCNN_TRY(status);
    line[strlen(line) - 1] = '\0';
    fprintf(self->stream, "%s%s", self->n_objects++ == 0 ? "\n" : ",\n", line);
    frcnn_free(line);
    return FRCNN_OK;
}

static void open_list(writer *self, const char *start)
{
    fputs(start, self->stream);
    self->n_objects = 0;
}

static void close_list(const writer *self, const char *end)
{
    fprintf(self->stream, "%s%s", self->n_objects == 0 ? "" : "\n", end);
}

static int add_detection(cJSON *object, int64_t image_id, const frcnn_journal_detection *detection)
{
    const float box[] = {detection->x, detection->y, detection->width, detection->height};
    return frcnn_json_add_int(object, "image_id", image_id) &&
           frcnn_json_add_int(object, "category_id", detection->category_id) &&
           frcnn_json_add_floats(object, "bbox", box, 4);
}

static frcnn_status write_results(writer *self, const frcnn_journal_entry *entry)
{
    for (size_t i = 0; i < entry->n_detections; i++) {
        const frcnn_journal_detection *detection = &entry->detections[i];
        cJSON *object = cJSON_CreateObject();
        const int is_whole = object != NULL && add_detection(object, entry->image_id, detection) &&
                             frcnn_json_add_float(object, "score", detection->score);
        FRCNN_TRY(add_object(self, object, is_whole));
    }
    return FRCNN_OK;
}

static frcnn_status write_annotations(writer *self, const frcnn_journal_entry *entry)
{
    for (size_t i = 0; i < entry->n_detections; i++) {
        const frcnn_journal_detection *detection = &entry->detections[i];
        cJSON *object = cJSON_CreateObject();
        const int is_whole = object != NULL && frcnn_json_add_int(object, "id", ++self->n_annotations) &&
                             add_detection(object, entry->image_id, detection) &&
                             frcnn_json_add_float(object, "area", detection->width * detection->height) &&
                             frcnn_json_add_int(object, "iscrowd", 0) &&
                             frcnn_json_add_float(object, "score", detection->score);
        FRCNN_TRY(add_object(self, object, is_whole));
    }
    return FRCNN_OK;
}

static frcnn_status write_image(writer *self, const frcnn_journal_entry *entry)
{
    cJSON *object = cJSON_CreateObject();
    const int is_whole = object != NULL && frcnn_json_add_int(object, "id", entry->image_id) &&
                         frcnn_json_add_path(object, "file_name", entry->file) &&
                         frcnn_json_add_int(object, "width", entry->width) &&
                         frcnn_json_add_int(object, "height", entry->height);
    return add_object(self, object, is_whole);
}

static frcnn_status write_categories(writer *self, const frcnn_journal_header *header)
{
    for (size_t i = 0; i < header->n_categories; i++) {
        cJSON *object = cJSON_CreateObject();
        const int is_whole = object != NULL && frcnn_json_add_int(object, "id", header->categories[i].id) &&
                             frcnn_json_add_text(object, "name", header->categories[i].name);
        FRCNN_TRY(add_object(self, object, is_whole));
    }
    return FRCNN_OK;
}

/* Writes something of each input that did not fail. */
static frcnn_status write_entries(writer *self, const char *path,
                                  frcnn_status (*write)(writer *self, const frcnn_journal_entry *entry))
{
    frcnn_journal *journal = NULL;
    const frcnn_journal_entry *entry = NULL;
    FRCNN_TRY(frcnn_journal_open(&journal, path));
    frcnn_status status = FRCNN_OK;
    while ((status = frcnn_journal_read(journal, &entry)) == FRCNN_OK && entry != NULL) {
        if (entry->error != NULL) continue;
        status = write(self, entry);
        if (status != FRCNN_OK) break;
    }
    frcnn_journal_close(&journal);
    return status;
}

static frcnn_status write_results_file(writer *self, const char *journal)
{
    open_list(self, "[");
    FRCNN_TRY(write_entries(self, journal, write_results));
    close_list(self, "]\n");
    return FRCNN_OK;
}

static frcnn_status write_coco_file(writer *self, const char *path)
{
    frcnn_journal *journal = NULL;
    open_list(self, "{\"images\":[");
    FRCNN_TRY(write_entries(self, path, write_image));
    close_list(self, "],\n");
    open_list(self, "\"annotations\":[");
    FRCNN_TRY(write_entries(self, path, write_annotations));
    close_list(self, "],\n");
    open_list(self, "\"categories\":[");
    FRCNN_TRY(frcnn_journal_open(&journal, path));
    const frcnn_status status = write_categories(self, frcnn_journal_get_header(journal));
    frcnn_journal_close(&journal);
    FRCNN_TRY(status);
    close_list(self, "]}\n");
    return FRCNN_OK;
}

static frcnn_status save(const char *folder, const char *name, const char *journal,
                         frcnn_status (*write)(writer *self, const char *journal))
{
    const size_t bytes = strlen(folder) + strlen(name) + 2;
    void *path = NULL;
    frcnn_atomic_file *file = NULL;
    FRCNN_TRY(frcnn_alloc(&path, bytes, 1, "path"));
    snprintf(path, bytes, "%s/%s", folder, name);
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_atomic_file_open(&file, path));
    writer self = {.stream = frcnn_atomic_file_get_stream(file)};
    FRCNN_TRY_CLEANUP(write(&self, journal));
    status = frcnn_atomic_file_commit(&file);

cleanup:
    frcnn_atomic_file_abort(&file);
    frcnn_free(path);
    return status;
}

frcnn_status frcnn_coco_save_results(const char *folder, const char *journal)
{
    return save(folder, FRCNN_COCO_RESULTS_NAME, journal, write_results_file);
}

frcnn_status frcnn_coco_save(const char *folder, const char *journal)
{
    return save(folder, FRCNN_COCO_NAME, journal, write_coco_file);
}
