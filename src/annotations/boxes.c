#include "frcnn/boxes.h"

#include <string.h>
#include <sys/stat.h>

#include "annotations/boxes_build.h"
#include "annotations/boxes_coco.h"
#include "annotations/boxes_voc.h"
#include "annotations/boxes_yolo.h"
#include "annotations/image_sizes.h"
#include "checkpoint/file_mapping.h"
#include "tensor/ends_with.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* What the files of one folder share. */
typedef struct reader {
    frcnn_boxes *boxes;
    frcnn_image_sizes *images;
    frcnn_yolo_classes classes;
} reader;

void frcnn_boxes_options_default(frcnn_boxes_options *options)
{
    *options = (frcnn_boxes_options){.struct_size = sizeof *options};
}

/* What the first byte, after a byte order mark and white space, makes of a file. */
static frcnn_boxes_format find_format(const char *text, size_t n_bytes)
{
    size_t at = n_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < n_bytes && text[at] != '\0' && strchr(" \t\r\n", text[at]) != NULL) at++;
    if (at < n_bytes && text[at] == '<') return FRCNN_BOXES_VOC;
    if (at < n_bytes && (text[at] == '{' || text[at] == '[')) return FRCNN_BOXES_COCO;
    return FRCNN_BOXES_YOLO;
}

static frcnn_status open_reader(reader *self, frcnn_boxes_format format, const char *folder,
                                const frcnn_boxes_options *options)
{
    const char *images = options->images == NULL ? folder : options->images;
    FRCNN_TRY(frcnn_boxes_create(&self->boxes, format));
    if (format == FRCNN_BOXES_COCO) return FRCNN_OK;
    FRCNN_TRY(frcnn_image_sizes_open(&self->images, images));
    return format == FRCNN_BOXES_YOLO ? frcnn_yolo_classes_init(&self->classes, self->boxes, folder) : FRCNN_OK;
}

static frcnn_status read_text(reader *self, const char *text, size_t n_bytes, const char *path)
{
    const frcnn_boxes_format format = frcnn_boxes_get_format(self->boxes);
    FRCNN_FAIL_IF(format != FRCNN_BOXES_YOLO && find_format(text, n_bytes) != format, FRCNN_ERROR_FORMAT,
                  "%s: line 1: expected XML as in the files beside it, found none", path);
    if (format == FRCNN_BOXES_COCO) return frcnn_boxes_read_coco(self->boxes, text, n_bytes, path);
    if (format == FRCNN_BOXES_VOC) return frcnn_boxes_read_voc(self->boxes, text, n_bytes, path, self->images);
    return frcnn_boxes_read_yolo(self->boxes, text, n_bytes, path, self->images, &self->classes);
}

static frcnn_status read_member(reader *self, const char *folder, const char *name)
{
    frcnn_status status = FRCNN_OK;
    frcnn_file_mapping *file = NULL;
    char *path = NULL;
    FRCNN_TRY(frcnn_folder_join(&path, folder, name));
    FRCNN_TRY_CLEANUP(frcnn_file_mapping_open(&file, path));
    FRCNN_TRY_CLEANUP(
        read_text(self, (const char *)frcnn_file_mapping_get_data(file), frcnn_file_mapping_get_size(file), path));

cleanup:
    frcnn_file_mapping_release(file);
    frcnn_free(path);
    return status;
}

static int is_label(const char *name, int is_xml)
{
    if (is_xml) return frcnn_ends_with(name, ".xml");
    return frcnn_ends_with(name, ".txt") && strcmp(name, "classes.txt") != 0;
}

static frcnn_status read_folder(reader *self, const char *path, const frcnn_boxes_options *options)
{
    frcnn_status status = FRCNN_OK;
    char **names = NULL;
    size_t n = 0, n_xml = 0, n_text = 0;
    FRCNN_TRY(frcnn_list_files(&names, &n, path));
    for (size_t i = 0; i < n; i++) {
        n_xml += (size_t)is_label(names[i], 1);
        n_text += (size_t)is_label(names[i], 0);
    }
    if (n_xml + n_text == 0) {
        status = frcnn_fail(FRCNN_ERROR_FORMAT,
                            "%s: expected .xml files (VOC) or .txt files (YOLO) in this folder, found none", path);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(open_reader(self, n_xml > 0 ? FRCNN_BOXES_VOC : FRCNN_BOXES_YOLO, path, options));
    for (size_t i = 0; i < n; i++)
        if (is_label(names[i], n_xml > 0)) FRCNN_TRY_CLEANUP(read_member(self, path, names[i]));

cleanup:
    frcnn_list_free(&names, n);
    return status;
}

static frcnn_status read_file(reader *self, const char *path, const frcnn_boxes_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_file_mapping *file = NULL;
    char *folder = NULL;
    FRCNN_TRY(frcnn_file_mapping_open(&file, path));
    const char *text = (const char *)frcnn_file_mapping_get_data(file);
    const size_t n_bytes = frcnn_file_mapping_get_size(file);
    if (n_bytes == 0) {
        status = frcnn_fail(FRCNN_ERROR_FORMAT,
                            "%s: expected annotations (COCO JSON, VOC XML or YOLO text), found an empty file", path);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_string_copy(&folder, path));
    char *slash = strrchr(folder, '/');
    if (slash != NULL) slash[slash == folder] = '\0';
    FRCNN_TRY_CLEANUP(open_reader(self, find_format(text, n_bytes), slash == NULL ? "." : folder, options));
    FRCNN_TRY_CLEANUP(read_text(self, text, n_bytes, path));

cleanup:
    frcnn_file_mapping_release(file);
    frcnn_free(folder);
    return status;
}

frcnn_status frcnn_boxes_open(frcnn_boxes **out, const char *path, const frcnn_boxes_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_boxes_options defaults;
    reader self = {0};
    struct stat about;
    frcnn_boxes_options_default(&defaults);
    if (options == NULL) options = &defaults;
    FRCNN_FAIL_IF(options->struct_size != sizeof *options, FRCNN_ERROR_INVALID,
                  "boxes options: expected a size of %zu, found %zu; set them with frcnn_boxes_options_default",
                  sizeof *options, options->struct_size);
    const int is_folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    FRCNN_TRY_CLEANUP(is_folder ? read_folder(&self, path, options) : read_file(&self, path, options));
    FRCNN_TRY_CLEANUP(frcnn_boxes_finish(self.boxes));
    *out = self.boxes;
    self.boxes = NULL;

cleanup:
    frcnn_boxes_close(&self.boxes);
    frcnn_image_sizes_close(&self.images);
    frcnn_yolo_classes_deinit(&self.classes);
    return status;
}
