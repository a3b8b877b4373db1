#include "tensor/print/text_builder.h"

#include <string.h>

#include "tensor/memory.h"

enum { FIRST_CAPACITY = 256 };

/* Room for n more bytes and a NUL. */
static frcnn_status reserve(frcnn_text_builder *builder, size_t n)
{
    if (n < builder->capacity - builder->n_bytes) return FRCNN_OK;
    size_t capacity = 2 * builder->capacity + FIRST_CAPACITY;
    if (capacity - builder->n_bytes <= n) capacity = builder->n_bytes + n + 1;
    void *block = builder->text;
    const frcnn_status status = frcnn_realloc(&block, builder->n_bytes, capacity, 1, "text");
    if (status != FRCNN_OK) return status;
    builder->text = block;
    builder->capacity = capacity;
    return FRCNN_OK;
}

frcnn_status frcnn_text_builder_add(frcnn_text_builder *builder, const char *text)
{
    const size_t n = strlen(text);
    const frcnn_status status = reserve(builder, n);
    if (status != FRCNN_OK) return status;
    memcpy(builder->text + builder->n_bytes, text, n + 1);
    builder->n_bytes += n;
    return FRCNN_OK;
}

frcnn_status frcnn_text_builder_repeat(frcnn_text_builder *builder, char c, size_t n)
{
    const frcnn_status status = reserve(builder, n);
    if (status != FRCNN_OK) return status;
    memset(builder->text + builder->n_bytes, c, n);
    builder->n_bytes += n;
    builder->text[builder->n_bytes] = '\0';
    return FRCNN_OK;
}
