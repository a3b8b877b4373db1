#include "detector/categories.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { N_COCO = 90 };

/* COCO's class names by id, 1 to 90; ten ids were never given out. */
static const char *const coco_names[N_COCO] = {
    "person",        "bicycle",       "car",          "motorcycle",     "airplane",     "bus",
    "train",         "truck",         "boat",         "traffic light",  "fire hydrant", "N/A",
    "stop sign",     "parking meter", "bench",        "bird",           "cat",          "dog",
    "horse",         "sheep",         "cow",          "elephant",       "bear",         "zebra",
    "giraffe",       "N/A",           "backpack",     "umbrella",       "N/A",          "N/A",
    "handbag",       "tie",           "suitcase",     "frisbee",        "skis",         "snowboard",
    "sports ball",   "kite",          "baseball bat", "baseball glove", "skateboard",   "surfboard",
    "tennis racket", "bottle",        "N/A",          "wine glass",     "cup",          "fork",
    "knife",         "spoon",         "bowl",         "banana",         "apple",        "sandwich",
    "orange",        "broccoli",      "carrot",       "hot dog",        "pizza",        "donut",
    "cake",          "chair",         "couch",        "potted plant",   "bed",          "N/A",
    "dining table",  "N/A",           "N/A",          "toilet",         "N/A",          "tv",
    "laptop",        "mouse",         "remote",       "keyboard",       "cell phone",   "microwave",
    "oven",          "toaster",       "sink",         "refrigerator",   "N/A",          "book",
    "clock",         "vase",          "scissors",     "teddy bear",     "hair drier",   "toothbrush",
};

static int is_background(const char *name)
{
    return strcmp(name, "background") == 0 || strcmp(name, "__background__") == 0;
}

frcnn_status frcnn_categories_create(frcnn_category **out, size_t n, const char *const *names, size_t n_names,
                                     const char *source)
{
    frcnn_category *categories = NULL;
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    if (n_names == n + 1 && is_background(names[0])) {
        names++;
        n_names--;
    }
    FRCNN_FAIL_IF(n_names != 0 && n_names != n, FRCNN_ERROR_INVALID,
                  "%s: expected %zu class names (%zu with the background first), found %zu", source, n, n + 1, n_names);
    if (n_names == 0 && n == N_COCO) {
        names = coco_names;
        n_names = N_COCO;
    }
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n, sizeof *categories, "categories"));
    categories = block;
    for (size_t i = 0; i < n; i++) {
        char numbered[32];
        snprintf(numbered, sizeof numbered, "class %zu", i + 1);
        char *name = NULL;
        FRCNN_TRY_CLEANUP(frcnn_string_copy(&name, n_names > 0 ? names[i] : numbered));
        categories[i].id = (int32_t)(i + 1);
        categories[i].name = name;
    }
    *out = categories;
    categories = NULL;
cleanup:
    frcnn_categories_destroy(&categories, n);
    return status;
}

void frcnn_categories_destroy(frcnn_category **handle, size_t n)
{
    frcnn_category *categories = *handle;
    if (categories == NULL) return;
    for (size_t i = 0; i < n; i++) {
        /* The names are this list's own; the public struct only shows them as borrowed. */
        union {
            const char *shown;
            char *owned;
        } name = {categories[i].name};
        frcnn_free(name.owned);
    }
    frcnn_free(categories);
    *handle = NULL;
}
