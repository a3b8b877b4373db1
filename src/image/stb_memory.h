/** The allocator pair in the shape that the stb headers ask for. A failure is NULL; the thread's message says why. What
 *  malloc gives is zeroed: what a damaged file leaves unset is then the same each time, and no secret. */
#ifndef FRCNN_STB_MEMORY_H
#define FRCNN_STB_MEMORY_H

#include <stddef.h>

void *frcnn_stb_malloc(size_t size);
void *frcnn_stb_realloc(void *block, size_t old_size, size_t new_size);
void frcnn_stb_free(void *block);

#endif
