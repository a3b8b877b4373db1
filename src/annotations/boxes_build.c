#include "annotations/boxes_build.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_boxes {
    frcnn_boxes_format format;
    frcnn_boxes_image *images;
    size_t n_images, images_room;
    frcnn_box *boxes;
    size_t *image_of; /* [n_boxes], while boxes are added */
    size_t n_boxes, boxes_room;
    frcnn_category *categories;
    size_t n_categories, categories_room;
    char *bad[FRCNN_MAX_NAMED_BAD_BOXES];
    size_t n_bad;
};

frcnn_status frcnn_boxes_create(frcnn_boxes **out, frcnn_boxes_format format)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof **out, "annotations"));
    *out = block;
    (*out)->format = format;
    return FRCNN_OK;
}

void frcnn_boxes_close(frcnn_boxes **handle)
{
    frcnn_boxes *self = *handle;
    if (self == NULL) return;
    for (size_t i = 0; i < self->n_images; i++) frcnn_free((void *)self->images[i].name);
    for (size_t i = 0; i < self->n_categories; i++) frcnn_free((void *)self->categories[i].name);
    for (size_t i = 0; i < FRCNN_MAX_NAMED_BAD_BOXES; i++) frcnn_free(self->bad[i]);
    frcnn_free(self->images);
    frcnn_free(self->boxes);
    frcnn_free(self->image_of);
    frcnn_free(self->categories);
    frcnn_free(self);
    *handle = NULL;
}

/* Room for one more behind n, twice as much as before each time. */
static frcnn_status grow(void **block, size_t n, size_t *room, size_t size)
{
    if (n < *room) return FRCNN_OK;
    const size_t new_room = *room == 0 ? 64 : 2 * *room;
    FRCNN_TRY(frcnn_realloc(block, n, new_room, size, "annotations"));
    *room = new_room;
    return FRCNN_OK;
}

frcnn_status frcnn_boxes_add_image(frcnn_boxes *self, const char *name, int height, int width)
{
    void *block = self->images;
    char *copy = NULL;
    FRCNN_TRY(grow(&block, self->n_images, &self->images_room, sizeof *self->images));
    self->images = block;
    FRCNN_TRY(frcnn_string_copy(&copy, name));
    self->images[self->n_images++] = (frcnn_boxes_image){.name = copy, .height = height, .width = width};
    return FRCNN_OK;
}

frcnn_status frcnn_boxes_add_category(frcnn_boxes *self, int32_t id, const char *name)
{
    void *block = self->categories;
    char *copy = NULL;
    FRCNN_TRY(grow(&block, self->n_categories, &self->categories_room, sizeof *self->categories));
    self->categories = block;
    FRCNN_TRY(frcnn_string_copy(&copy, name));
    self->categories[self->n_categories++] = (frcnn_category){id, copy};
    return FRCNN_OK;
}

static frcnn_status add_bad(frcnn_boxes *self, const double corners[4], const char *fault, const frcnn_box_place *place)
{
    const size_t i = self->n_bad++;
    if (i >= FRCNN_MAX_NAMED_BAD_BOXES) return FRCNN_OK;
    const size_t n_bytes = strlen(place->path) + strlen(place->before) + strlen(place->after) + strlen(fault) + 160;
    void *text = NULL;
    FRCNN_TRY(frcnn_alloc(&text, n_bytes, 1, "annotations"));
    snprintf(text, n_bytes, "%s: %s%zu%s: box %.6g,%.6g,%.6g,%.6g: %s", place->path, place->before, place->number,
             place->after, corners[0], corners[1], corners[2], corners[3], fault);
    self->bad[i] = text;
    return FRCNN_OK;
}

static double clip(double value, double side)
{
    return value < 0 ? 0 : (value > side ? side : value);
}

frcnn_status frcnn_boxes_add(frcnn_boxes *self, size_t image, const double corners[4], const frcnn_box *box,
                             const frcnn_box_place *place)
{
    const double width = self->images[image].width;
    const double height = self->images[image].height;
    frcnn_box added = *box;
    for (int i = 0; i < 4; i++)
        if (!isfinite(corners[i])) return add_bad(self, corners, "not finite", place);
    if (corners[2] < corners[0] || corners[3] < corners[1]) return add_bad(self, corners, "negative size", place);
    added.x1 = (float)clip(corners[0], width);
    added.y1 = (float)clip(corners[1], height);
    added.x2 = (float)clip(corners[2], width);
    added.y2 = (float)clip(corners[3], height);
    if ((float)corners[2] <= (float)corners[0] || (float)corners[3] <= (float)corners[1])
        return add_bad(self, corners, "no area", place);
    if (!(added.x2 > added.x1) || !(added.y2 > added.y1)) return add_bad(self, corners, "outside the image", place);

    if (self->n_boxes == self->boxes_room) {
        size_t room = self->boxes_room;
        void *block = self->image_of;
        FRCNN_TRY(grow(&block, self->n_boxes, &room, sizeof *self->image_of));
        self->image_of = block;
        block = self->boxes;
        FRCNN_TRY(grow(&block, self->n_boxes, &self->boxes_room, sizeof *self->boxes));
        self->boxes = block;
    }
    self->image_of[self->n_boxes] = image;
    self->boxes[self->n_boxes++] = added;
    return FRCNN_OK;
}

frcnn_status frcnn_boxes_finish(frcnn_boxes *self)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, self->n_boxes, sizeof *self->boxes, "annotations"));
    frcnn_box *sorted = block;
    for (size_t i = 0; i < self->n_boxes; i++) self->images[self->image_of[i]].n_boxes++;
    frcnn_box *next = sorted;
    for (size_t i = 0; i < self->n_images; i++) {
        self->images[i].boxes = next;
        next += self->images[i].n_boxes;
        self->images[i].n_boxes = 0;
    }
    for (size_t i = 0; i < self->n_boxes; i++) {
        frcnn_boxes_image *image = &self->images[self->image_of[i]];
        sorted[(size_t)(image->boxes - sorted) + image->n_boxes++] = self->boxes[i];
    }
    frcnn_free(self->boxes);
    frcnn_free(self->image_of);
    self->boxes = sorted;
    self->image_of = NULL;
    return FRCNN_OK;
}

frcnn_boxes_format frcnn_boxes_get_format(const frcnn_boxes *boxes)
{
    return boxes->format;
}

size_t frcnn_boxes_get_n_boxes(const frcnn_boxes *boxes)
{
    return boxes->n_boxes;
}

size_t frcnn_boxes_get_n_images(const frcnn_boxes *boxes)
{
    return boxes->n_images;
}

const frcnn_boxes_image *frcnn_boxes_get_image(const frcnn_boxes *boxes, size_t i)
{
    return &boxes->images[i];
}

size_t frcnn_boxes_get_n_categories(const frcnn_boxes *boxes)
{
    return boxes->n_categories;
}

const frcnn_category *frcnn_boxes_get_categories(const frcnn_boxes *boxes)
{
    return boxes->categories;
}

size_t frcnn_boxes_get_n_bad(const frcnn_boxes *boxes)
{
    return boxes->n_bad;
}

const char *frcnn_boxes_get_bad(const frcnn_boxes *boxes, size_t i)
{
    return i < FRCNN_MAX_NAMED_BAD_BOXES && i < boxes->n_bad ? boxes->bad[i] : NULL;
}

static const char *get_last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

static size_t measure_stem(const char *last_part)
{
    const char *point = strrchr(last_part, '.');
    return point == NULL || point == last_part ? strlen(last_part) : (size_t)(point - last_part);
}

const frcnn_boxes_image *frcnn_boxes_find_image(const frcnn_boxes *self, const char *name)
{
    const frcnn_boxes_image *by_last_part = NULL, *by_stem = NULL;
    size_t n_by_last_part = 0, n_by_stem = 0;
    const char *last_part = get_last_part(name);
    const size_t stem_bytes = measure_stem(last_part);
    for (size_t i = 0; i < self->n_images; i++) {
        const frcnn_boxes_image *image = &self->images[i];
        const char *other = get_last_part(image->name);
        if (strcmp(image->name, name) == 0) return image;
        if (strcmp(other, last_part) == 0) {
            by_last_part = image;
            n_by_last_part++;
        }
        if (measure_stem(other) == stem_bytes && memcmp(other, last_part, stem_bytes) == 0) {
            by_stem = image;
            n_by_stem++;
        }
    }
    if (n_by_last_part == 1) return by_last_part;
    return n_by_last_part == 0 && n_by_stem == 1 ? by_stem : NULL;
}
