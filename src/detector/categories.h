/** The names and ids of a model's classes. */
#ifndef FRCNN_CATEGORIES_H
#define FRCNN_CATEGORIES_H

#include <stddef.h>

#include "frcnn/model.h"

/** n categories without background, ids 1 … n. names [n_names] are used where there are any; else COCO's 90 where n is
 *  90; else "class 1", …. A list that also names the background first ("background" or "__background__") is taken
 *  without it. source names the list in messages. The caller owns *out (frcnn_categories_destroy).
 *  Errors: INVALID (a number of names that does not fit: both numbers), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_categories_create(frcnn_category **out, size_t n, const char *const *names,
                                                     size_t n_names, const char *source);
/** Takes NULL and nulls the list. */
void frcnn_categories_destroy(frcnn_category **categories, size_t n);

#endif
