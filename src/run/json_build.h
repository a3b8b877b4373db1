/** Pieces of JSON that cJSON does not print the way files here need them. */
#ifndef FRCNN_JSON_BUILD_H
#define FRCNN_JSON_BUILD_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "frcnn/status.h"

/** Each adds a member to object and returns 1, or 0 where memory ran out. @{ */
/** Shortest-exact; value is finite. */
int frcnn_json_add_float(cJSON *object, const char *name, float value);
int frcnn_json_add_int(cJSON *object, const char *name, int64_t value);
/** n values, as an array. */
int frcnn_json_add_floats(cJSON *object, const char *name, const float *values, int n);
/** Bytes that are no UTF-8 become U+FFFD. */
int frcnn_json_add_text(cJSON *object, const char *name, const char *text);
/** A path: its text, and where that loses bytes NAME_bytes with all of them in hexadecimal. */
int frcnn_json_add_path(cJSON *object, const char *name, const char *path);
/** @} */

/** n values as an array that the caller owns; NULL where memory ran out. */
cJSON *frcnn_json_create_floats(const float *values, int n);

/** One line without spaces, with its end, which the caller frees with frcnn_free. object NULL (memory ran out while it
 *  was made) is taken. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_json_print_line(char **line, const cJSON *object);

#endif
