/** The names and ids of a model's classes. */
#ifndef FRCNN_CATEGORIES_H
#define FRCNN_CATEGORIES_H

#include <stddef.h>

#include "frcnn/model.h"

/** Whose lists of classes a model may be trained on, where it names none. */
typedef enum frcnn_class_lists {
    FRCNN_CLASSES_BY_ID,       /**< torchvision's: COCO's 90, ids that were never given out among them */
    FRCNN_CLASSES_WITHOUT_GAPS /**< all others': COCO's 80, VOC's 20 */
} frcnn_class_lists;

/** n categories without background. names [n_names] are used where there are any; else those of the list of n names; else
 *  "class 1", …. Ids are 1 … n, but COCO's own for COCO's 80 names. A list of names that also names the background first
 *  ("background" or "__background__") is taken without it. source names the list in messages. The caller owns *out
 *  (frcnn_categories_destroy).
 *  Errors: INVALID (a number of names that does not fit: both numbers), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_categories_create(frcnn_category **out, size_t n, const char *const *names,
                                                     size_t n_names, frcnn_class_lists lists, const char *source);
/** Takes NULL and nulls the list. */
void frcnn_categories_destroy(frcnn_category **categories, size_t n);

#endif
