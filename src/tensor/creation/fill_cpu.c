#include "tensor/creation/fill.h"

#include <string.h>

#include "tensor/body.h"
#include "tensor/parallel.h"

enum { CHUNK = 32768 };

/* A size that the compiler knows makes each element one store. */
#define FILL_EACH(size)                                                                                                \
    for (int64_t i = 0; i < n; i++) memcpy(dst + i * step * (size), value, (size));

FRCNN_SIMD static void fill_run(int64_t n, size_t size, const unsigned char *value, int64_t step, unsigned char *dst)
{
    switch (size) {
    case 1:
        FILL_EACH(1)
        break;
    case 2:
        FILL_EACH(2)
        break;
    case 4:
        FILL_EACH(4)
        break;
    default:
        FILL_EACH(8)
        break;
    }
}

frcnn_status frcnn_fill_cpu(const frcnn_fill *fill)
{
    const int64_t size = (int64_t)fill->element_bytes;
    unsigned char *dst = fill->dst;
    const int64_t n_chunks = (fill->n + CHUNK - 1) / CHUNK;
    if (n_chunks <= 1) {
        fill_run(fill->n, fill->element_bytes, fill->value.bytes, fill->step, dst);
        return FRCNN_OK;
    }
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n_chunks; i++) {
        const int64_t left = fill->n - i * CHUNK;
        fill_run(left < CHUNK ? left : CHUNK, fill->element_bytes, fill->value.bytes, fill->step,
                 dst + i * CHUNK * fill->step * size);
    }
    return FRCNN_OK;
}
