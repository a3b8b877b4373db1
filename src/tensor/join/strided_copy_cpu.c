#include "tensor/join/strided_copy.h"

#include <string.h>

#include "tensor/parallel.h"

enum { CHUNK = 32768 };

frcnn_strided_copy frcnn_strided_copy_merge(const frcnn_strided_copy *copy)
{
    frcnn_strided_copy merged = {copy->src, copy->dst, copy->element_bytes, 1, {1}, {1}, {1}};
    for (int d = 0; d < copy->n_dims; d++) {
        const int64_t n = copy->shape[d];
        const int last = merged.n_dims - 1;
        if (n == 1) continue;
        const int is_one_walk = merged.src_strides[last] == copy->src_strides[d] * n &&
                                merged.dst_strides[last] == copy->dst_strides[d] * n;
        const int at = merged.shape[last] == 1 || is_one_walk ? last : merged.n_dims++;
        merged.shape[at] = at == last ? merged.shape[last] * n : n;
        merged.src_strides[at] = copy->src_strides[d];
        merged.dst_strides[at] = copy->dst_strides[d];
    }
    return merged;
}

/* A size that the compiler knows makes each element one load and one store. */
#define COPY_EACH(size)                                                                                                \
    for (int64_t i = 0; i < n; i++) memcpy(dst + i * dst_step, src + i * src_step, (size));

static void copy_run(int64_t n, size_t size, const unsigned char *src, int64_t src_step, unsigned char *dst,
                     int64_t dst_step)
{
    if (src_step == (int64_t)size && dst_step == (int64_t)size) {
        memcpy(dst, src, (size_t)n * size);
        return;
    }
    switch (size) {
    case 1:
        COPY_EACH(1)
        break;
    case 2:
        COPY_EACH(2)
        break;
    case 4:
        COPY_EACH(4)
        break;
    default:
        COPY_EACH(8)
        break;
    }
}

/* Elements first … first + n - 1 in row-major order. */
static void copy_chunk(const frcnn_strided_copy *copy, int64_t first, int64_t n)
{
    const int64_t size = (int64_t)copy->element_bytes;
    const int inner = copy->n_dims - 1;
    int64_t index[FRCNN_MAX_DIMS];
    int64_t from = 0;
    int64_t to = 0;
    for (int d = inner; d >= 0; d--) {
        index[d] = first % copy->shape[d];
        first /= copy->shape[d];
        from += index[d] * copy->src_strides[d];
        to += index[d] * copy->dst_strides[d];
    }
    while (n > 0) {
        const int64_t left = copy->shape[inner] - index[inner];
        const int64_t n_run = left < n ? left : n;
        copy_run(n_run, copy->element_bytes, (const unsigned char *)copy->src + from * size,
                 copy->src_strides[inner] * size, (unsigned char *)copy->dst + to * size,
                 copy->dst_strides[inner] * size);
        n -= n_run;
        from -= index[inner] * copy->src_strides[inner];
        to -= index[inner] * copy->dst_strides[inner];
        index[inner] = 0;
        for (int d = inner - 1; d >= 0; d--) {
            from += copy->src_strides[d];
            to += copy->dst_strides[d];
            if (++index[d] < copy->shape[d]) break;
            from -= index[d] * copy->src_strides[d];
            to -= index[d] * copy->dst_strides[d];
            index[d] = 0;
        }
    }
}

frcnn_status frcnn_strided_copy_cpu(const frcnn_strided_copy *copy)
{
    const frcnn_strided_copy runs = frcnn_strided_copy_merge(copy);
    int64_t n = 1;
    for (int d = 0; d < runs.n_dims; d++) n *= runs.shape[d];
    const int64_t n_chunks = (n + CHUNK - 1) / CHUNK;
    if (n_chunks <= 1) {
        copy_chunk(&runs, 0, n);
        return FRCNN_OK;
    }
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n_chunks; i++) copy_chunk(&runs, i * CHUNK, i < n_chunks - 1 ? CHUNK : n - i * CHUNK);
    return FRCNN_OK;
}
