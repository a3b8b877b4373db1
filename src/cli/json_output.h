/** JSON that subcommands print, in cJSON's tree. */
#ifndef FRCNN_JSON_OUTPUT_H
#define FRCNN_JSON_OUTPUT_H

#include <cjson/cJSON.h>
#include <stdint.h>

/** A number as short as it reads back to the same float. */
cJSON *frcnn_json_float(float value);
/** n of them. */
cJSON *frcnn_json_float_list(const float *values, int n);
/** A whole number, exact beyond 2^53 too. */
cJSON *frcnn_json_int(int64_t value);
/** [first, second] */
cJSON *frcnn_json_pair(int first, int second);

/** Prints object to the file at path, "-" for standard output, and deletes it. Returns 1, or 0 with an error printed. */
int frcnn_json_save(cJSON *object, const char *path);

#endif
