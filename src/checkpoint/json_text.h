/** JSON from files nobody vouches for, read strictly into cJSON's tree. */
#ifndef FRCNN_JSON_TEXT_H
#define FRCNN_JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "frcnn/status.h"

enum { FRCNN_JSON_DESCRIPTION = 64 };

/** Parses n_bytes of text, which needs no NUL at its end. Refused are, beyond what cJSON refuses: bytes that are no
 *  UTF-8, control characters, "\u0000" (cJSON's strings would end there), numbers outside JSON's grammar, a key that
 *  appears twice in one object, and anything but white space after the value. source names the text in messages. The
 *  caller ends *out with cJSON_Delete. Errors: FORMAT, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_json_parse(cJSON **out, const char *text, size_t n_bytes, const char *source);

/** 1 and *out where item is a whole number from lowest to highest (both within 2^53, where doubles are exact), else 0. */
int frcnn_json_get_integer(const cJSON *item, int64_t lowest, int64_t highest, int64_t *out);

/** Describes a value for "expected …, found …": the number, the text in quotes (its beginning), else its kind, as "a
 *  list"; "nothing" for NULL. Returns text. */
const char *frcnn_json_describe(const cJSON *item, char text[FRCNN_JSON_DESCRIPTION]);

#endif
