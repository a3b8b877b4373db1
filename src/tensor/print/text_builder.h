/** A text that grows at its end. */
#ifndef FRCNN_TEXT_BUILDER_H
#define FRCNN_TEXT_BUILDER_H

#include <stddef.h>

#include "frcnn/status.h"

typedef struct frcnn_text_builder {
    char *text; /**< NULL, or ends with a NUL; the owner frees it with frcnn_free */
    size_t n_bytes;
    size_t capacity;
} frcnn_text_builder;

/** Adds a text. Errors: NO_MEMORY; then the builder is as it was. */
FRCNN_NODISCARD frcnn_status frcnn_text_builder_add(frcnn_text_builder *builder, const char *text);
/** Adds a character n times. */
FRCNN_NODISCARD frcnn_status frcnn_text_builder_repeat(frcnn_text_builder *builder, char c, size_t n);

#endif
