/** Option values as users type them. Each returns 1 and sets its outputs, or 0 where the text is no such value. */
#ifndef FRCNN_VALUES_H
#define FRCNN_VALUES_H

#include <argp.h>
#include <stddef.h>

#include "frcnn/anchors.h"

/** A whole number from lowest to highest. */
int frcnn_value_int(const char *text, int lowest, int highest, int *value);
/** A number from lowest to highest. */
int frcnn_value_double(const char *text, double lowest, double highest, double *value);
/** HEIGHTxWIDTH, each 1 to 65535. */
int frcnn_value_size(const char *text, int *height, int *width);
/** Bytes: a number above 0, K, M or G behind it for powers of 1024. */
int frcnn_value_bytes(const char *text, size_t *bytes);
/** At most capacity numbers with commas between; *n is how many. */
int frcnn_value_doubles(const char *text, int capacity, double *values, int *n);
int frcnn_value_floats(const char *text, int capacity, float *values, int *n);

/** Lists of numbers, as one for each level of a detector. */
typedef struct frcnn_value_lists {
    int n_lists;
    int n[FRCNN_MAX_LEVELS];
    double values[FRCNN_MAX_LEVELS][FRCNN_MAX_SIZES];
} frcnn_value_lists;

/** Numbers with commas between, and / between lists. */
int frcnn_value_read_lists(const char *text, frcnn_value_lists *lists);

/** Ends the program with a usage error: "OPTION: expected …, found '…'". */
void frcnn_value_refuse(const struct argp_state *state, const char *option, const char *expected, const char *found);

#endif
