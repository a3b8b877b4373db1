#include "detector/categories.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { N_COCO_IDS = 90, N_COCO = 80, N_VOC = 20 };

/* COCO's class names by id, 1 to 90; ten ids were never given out. */
static const char *const coco_names[N_COCO_IDS] = {
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

static const char *const voc_names[N_VOC] = {
    "aeroplane",   "bicycle", "bird",  "boat",      "bottle", "bus",         "car",   "cat",  "chair", "cow",
    "diningtable", "dog",     "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
};

/* The ids that were given out, in order. */
static void list_coco_ids(int32_t ids[N_COCO])
{
    int n = 0;
    for (int i = 0; i < N_COCO_IDS; i++)
        if (strcmp(coco_names[i], "N/A") != 0) ids[n++] = i + 1;
}

/* 1 where the names are COCO's 80. */
static int are_coco_names(const char *const *names, size_t n, const int32_t ids[N_COCO])
{
    if (n != N_COCO) return 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], coco_names[ids[i] - 1]) != 0) return 0;
    return 1;
}

static int is_background(const char *name)
{
    return strcmp(name, "background") == 0 || strcmp(name, "__background__") == 0;
}

frcnn_status frcnn_categories_create(frcnn_category **out, size_t n, const char *const *names, size_t n_names,
                                     frcnn_class_lists lists, const char *source)
{
    const char *coco[N_COCO];
    int32_t coco_ids[N_COCO];
    frcnn_category *categories = NULL;
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    if (n_names == n + 1 && is_background(names[0])) {
        names++;
        n_names--;
    }
    FRCNN_FAIL_IF(n_names != 0 && n_names != n, FRCNN_ERROR_INVALID,
                  "%s: expected %zu class names (%zu with the background first), found %zu", source, n, n + 1, n_names);
    list_coco_ids(coco_ids);
    for (int i = 0; i < N_COCO; i++) coco[i] = coco_names[coco_ids[i] - 1];
    if (n_names == 0) {
        const int has_gaps = lists == FRCNN_CLASSES_BY_ID;
        if (has_gaps && n == N_COCO_IDS) names = coco_names;
        if (!has_gaps && n == N_COCO) names = coco;
        if (!has_gaps && n == N_VOC) names = voc_names;
        if (names != NULL) n_names = n;
    }
    const int has_coco_ids = n_names > 0 && are_coco_names(names, n_names, coco_ids);
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n, sizeof *categories, "categories"));
    categories = block;
    for (size_t i = 0; i < n; i++) {
        char numbered[32];
        snprintf(numbered, sizeof numbered, "class %zu", i + 1);
        char *name = NULL;
        FRCNN_TRY_CLEANUP(frcnn_string_copy(&name, n_names > 0 ? names[i] : numbered));
        categories[i].id = has_coco_ids ? coco_ids[i] : (int32_t)(i + 1);
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
