/** The fields of the settings' JSON object, in the order in which they are written. */
#ifndef FRCNN_SETTINGS_FIELDS_H
#define FRCNN_SETTINGS_FIELDS_H

#include <stddef.h>

#include "frcnn/model.h"

typedef enum frcnn_field_kind {
    FRCNN_FIELD_WORD,     /**< a char array of `capacity` bytes */
    FRCNN_FIELD_ORDER,    /**< "rgb" or "bgr" */
    FRCNN_FIELD_INT,      /**< an int */
    FRCNN_FIELD_FLOAT,    /**< a float */
    FRCNN_FIELD_INTS,     /**< 1 to `capacity` rising ints */
    FRCNN_FIELD_FLOATS,   /**< 1 to `capacity` floats */
    FRCNN_FIELD_CHANNELS, /**< 1 to `capacity` floats, as many as every other field of this kind */
    FRCNN_FIELD_LEVELS,   /**< a list of floats per level, all of one length */
    FRCNN_FIELD_CLASSES   /**< class names, which are no part of frcnn_settings */
} frcnn_field_kind;

typedef struct frcnn_settings_field {
    const char *name;
    frcnn_field_kind kind;
    size_t offset;       /**< of the value in frcnn_settings */
    size_t count_offset; /**< of the number of values, an int, for INTS, FLOATS, CHANNELS */
    int capacity;
    double lowest, highest; /**< of a number */
} frcnn_settings_field;

enum { FRCNN_N_SETTINGS_FIELDS = 22 };
extern const frcnn_settings_field frcnn_settings_fields[FRCNN_N_SETTINGS_FIELDS];

#endif
