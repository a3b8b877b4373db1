/** Parts of a caller's workspace, laid out once: the same walk with no memory behind it gives the size that is needed.
 *
 *      frcnn_workspace w = {memory, 0};                    memory NULL: only count
 *      float *scores = frcnn_workspace_take(&w, n, sizeof *scores);
 *      return w.bytes;
 */
#ifndef FRCNN_WORKSPACE_H
#define FRCNN_WORKSPACE_H

#include <stddef.h>
#include <stdint.h>

typedef struct frcnn_workspace {
    void *memory; /**< as aligned as the parts need; NULL: nothing is handed out */
    size_t bytes; /**< of the parts so far; SIZE_MAX, which no allocation gives, where that overflows */
} frcnn_workspace;

/** count elements at the next multiple of 64 bytes; NULL where there is no memory. A count below 0 is 0. */
static inline void *frcnn_workspace_take(frcnn_workspace *workspace, int64_t count, size_t size)
{
    const size_t step = 64;
    const size_t n = count > 0 ? (size_t)count : 0;
    const size_t offset = workspace->bytes;
    if (offset == SIZE_MAX || (size > 0 && n > (SIZE_MAX - offset - step) / size)) {
        workspace->bytes = SIZE_MAX;
        return NULL;
    }
    workspace->bytes = offset + (n * size + step - 1) / step * step;
    return workspace->memory ? (char *)workspace->memory + offset : NULL;
}

#endif
