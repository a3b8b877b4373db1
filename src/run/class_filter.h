/** The classes that a user asks for. */
#ifndef FRCNN_CLASS_FILTER_H
#define FRCNN_CLASS_FILTER_H

#include "frcnn/detector.h"
#include "frcnn/model.h"

/** is_kept [n] becomes 1 for each class that the list names, by name or by id, with commas between.
 *  Errors: INVALID (a class that is not there; an empty word). */
FRCNN_NODISCARD frcnn_status frcnn_class_filter_parse(const char *list, const frcnn_category *classes, size_t n,
                                                      char *is_kept);

/** Drops the detections of other classes; the order stays. */
void frcnn_class_filter_apply(const char *is_kept, frcnn_result *result);

#endif
