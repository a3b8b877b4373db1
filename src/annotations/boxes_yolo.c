#include "annotations/boxes_yolo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "annotations/boxes_build.h"
#include "checkpoint/labels.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/number_text.h"

static frcnn_status add_names(frcnn_yolo_classes *classes, frcnn_boxes *self, const char *path)
{
    char **names = NULL;
    size_t n = 0;
    frcnn_status status = frcnn_labels_read(&names, &n, path);
    for (size_t i = 0; i < n && status == FRCNN_OK; i++) {
        status = frcnn_boxes_add_category(self, (int32_t)i, names[i]);
        classes->categories[i] = (int)i + 1;
    }
    classes->is_named = 1;
    frcnn_labels_destroy(&names, n);
    return status;
}

frcnn_status frcnn_yolo_classes_init(frcnn_yolo_classes *classes, frcnn_boxes *self, const char *folder)
{
    static const char *const places[] = {"classes.txt", "../classes.txt"};
    void *block = NULL;
    *classes = (frcnn_yolo_classes){0};
    FRCNN_TRY(frcnn_alloc_zeroed(&block, FRCNN_MAX_LABELS, sizeof *classes->categories, "annotations"));
    classes->categories = block;
    for (size_t i = 0; i < sizeof places / sizeof *places && !classes->is_named; i++) {
        char *path = NULL;
        FRCNN_TRY(frcnn_folder_join(&path, folder, places[i]));
        const frcnn_status status = access(path, F_OK) == 0 ? add_names(classes, self, path) : FRCNN_OK;
        frcnn_free(path);
        FRCNN_TRY(status);
    }
    return FRCNN_OK;
}

void frcnn_yolo_classes_deinit(frcnn_yolo_classes *classes)
{
    frcnn_free(classes->categories);
    classes->categories = NULL;
}

/* The numbers of a line; how many, or -1 where something is no number. Those behind the fifth are not kept. */
static int read_numbers(const char *line, size_t n_bytes, double numbers[5])
{
    int n = 0;
    for (size_t i = 0; i < n_bytes; n++) {
        char text[64];
        size_t length = 0;
        while (i + length < n_bytes && memchr(" \t\r", line[i + length], 3) == NULL) length++;
        if (length > 0) {
            double number = 0;
            if (length >= sizeof text) return -1;
            memcpy(text, line + i, length);
            text[length] = '\0';
            if (strlen(text) != length || !frcnn_number_text_read(text, &number)) return -1;
            if (n < 5) numbers[n] = number;
        } else {
            n--;
        }
        i += length + 1;
    }
    return n;
}

static frcnn_status find_category(frcnn_boxes *self, frcnn_yolo_classes *classes, double number,
                                  const frcnn_box_place *place, int *category)
{
    const int n_named = classes->is_named ? (int)frcnn_boxes_get_n_categories(self) : FRCNN_MAX_LABELS;
    FRCNN_FAIL_IF(!(number >= 0 && number < n_named) || number != (int)number, FRCNN_ERROR_FORMAT,
                  "%s: line %zu: expected a class from 0 to %d, found %g", place->path, place->number, n_named - 1,
                  number);
    int *known = &classes->categories[(int)number];
    if (*known == 0) {
        char name[16];
        snprintf(name, sizeof name, "%d", (int)number);
        FRCNN_TRY(frcnn_boxes_add_category(self, (int32_t)number, name));
        *known = (int)frcnn_boxes_get_n_categories(self);
    }
    *category = *known - 1;
    return FRCNN_OK;
}

static frcnn_status read_line(frcnn_boxes *self, const char *line, size_t n_bytes, frcnn_yolo_classes *classes,
                              const frcnn_box_place *place)
{
    double numbers[5];
    frcnn_box box = {0};
    const int n = read_numbers(line, n_bytes, numbers);
    if (n == 0) return FRCNN_OK;
    FRCNN_FAIL_IF(n < 0, FRCNN_ERROR_FORMAT,
                  "%s: line %zu: expected \"class cx cy width height\", found what is no number", place->path,
                  place->number);
    FRCNN_FAIL_IF(n != 5, FRCNN_ERROR_FORMAT,
                  "%s: line %zu: expected 5 numbers, \"class cx cy width height\", found %d", place->path,
                  place->number, n);
    FRCNN_TRY(find_category(self, classes, numbers[0], place, &box.category));
    const size_t image = frcnn_boxes_get_n_images(self) - 1;
    const double width = frcnn_boxes_get_image(self, image)->width;
    const double height = frcnn_boxes_get_image(self, image)->height;
    const double corners[4] = {(numbers[1] - numbers[3] / 2) * width, (numbers[2] - numbers[4] / 2) * height,
                               (numbers[1] + numbers[3] / 2) * width, (numbers[2] + numbers[4] / 2) * height};
    return frcnn_boxes_add(self, image, corners, &box, place);
}

frcnn_status frcnn_boxes_read_yolo(frcnn_boxes *self, const char *text, size_t n_bytes, const char *path,
                                   const frcnn_image_sizes *images, frcnn_yolo_classes *classes)
{
    const char *slash = strrchr(path, '/');
    const char *stem = slash == NULL ? path : slash + 1;
    const char *point = strrchr(stem, '.');
    const size_t stem_bytes = point == NULL ? strlen(stem) : (size_t)(point - stem);
    const char *name = NULL;
    int height = 0, width = 0;
    FRCNN_TRY(frcnn_image_sizes_find(images, stem, stem_bytes, &name, &height, &width));
    FRCNN_FAIL_IF(name == NULL, FRCNN_ERROR_FORMAT,
                  "%s: expected its image '%.*s' in '%s', for its size, found none; another folder can be named", path,
                  (int)stem_bytes, stem, frcnn_image_sizes_get_folder(images));
    FRCNN_TRY(frcnn_boxes_add_image(self, name, height, width));
    frcnn_box_place place = {path, "line ", "", 1};
    for (size_t at = 0; at < n_bytes; place.number++) {
        const char *newline = memchr(text + at, '\n', n_bytes - at);
        const size_t length = newline == NULL ? n_bytes - at : (size_t)(newline - text) - at;
        FRCNN_TRY(read_line(self, text + at, length, classes, &place));
        at += length + 1;
    }
    return FRCNN_OK;
}
