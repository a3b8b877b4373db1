/* Annotations of any kind are refused, naming the file, or every box lies in its image and has a category. */
#include <string.h>

#include "frcnn/boxes.h"
#include "fuzz.h"

static char folder[32];

static void remove_folder(void)
{
    char path[64];
    static const char *const names[] = {"a", "a.ppm"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    rmdir(folder);
}

static void write_file(const char *path, const void *bytes, size_t n_bytes)
{
    FILE *stream = fopen(path, "wb");
    FUZZ_CHECK(stream != NULL);
    FUZZ_CHECK(fwrite(bytes, 1, n_bytes, stream) == n_bytes);
    FUZZ_CHECK(fclose(stream) == 0);
}

/* With an image of 2x3 pixels, so that labels without sizes have one. */
static void make_folder(void)
{
    static const char image[] = "P6\n3 2\n255\nabcdefghijklmnopqr";
    char path[64];
    snprintf(folder, sizeof folder, "/tmp/frcnn-fuzz-XXXXXX");
    FUZZ_CHECK(mkdtemp(folder) != NULL);
    FUZZ_CHECK(atexit(remove_folder) == 0);
    snprintf(path, sizeof path, "%s/a.ppm", folder);
    write_file(path, image, sizeof image - 1);
}

static void check_accepted(const frcnn_boxes *boxes)
{
    size_t n_boxes = 0;
    for (size_t i = 0; i < frcnn_boxes_get_n_images(boxes); i++) {
        const frcnn_boxes_image *image = frcnn_boxes_get_image(boxes, i);
        FUZZ_CHECK(image->height >= 1 && image->width >= 1);
        n_boxes += image->n_boxes;
        for (size_t j = 0; j < image->n_boxes; j++) {
            const frcnn_box *box = &image->boxes[j];
            FUZZ_CHECK(box->x1 >= 0 && box->x1 < box->x2 && box->x2 <= (float)image->width);
            FUZZ_CHECK(box->y1 >= 0 && box->y1 < box->y2 && box->y2 <= (float)image->height);
            FUZZ_CHECK(box->category >= 0 && (size_t)box->category < frcnn_boxes_get_n_categories(boxes));
        }
    }
    FUZZ_CHECK(n_boxes == frcnn_boxes_get_n_boxes(boxes));
    FUZZ_CHECK(frcnn_boxes_get_n_bad(boxes) == 0 || frcnn_boxes_get_bad(boxes, 0) != NULL);
    (void)frcnn_boxes_find_image(boxes, "a/1.jpg");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    frcnn_boxes *boxes = NULL;
    if (folder[0] == '\0') make_folder();
    snprintf(path, sizeof path, "%s/a", folder);
    write_file(path, data, size);
    if (frcnn_boxes_open(&boxes, path, NULL) == FRCNN_OK) {
        check_accepted(boxes);
    } else {
        FUZZ_CHECK(boxes == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    frcnn_boxes_close(&boxes);
    return 0;
}
