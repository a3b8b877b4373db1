/* A thread moves one piece: an element, or as many neighbouring bytes as lie together on both sides. */
#include "kernel.h"
#include "tensor_kernels.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/join/strided_copy.h"
}

enum { BLOCK = 256, MAX_PIECE_BYTES = 16 };

/* Counted in 32 bits where that will do: a 64-bit division takes several times as long. */
template <typename Index>
FRCNN_DEVICE void find_places(const frcnn_strided_copy &copy, Index i, int64_t *from, int64_t *to)
{
    int64_t src_at = 0;
    int64_t dst_at = 0;
    for (int d = copy.n_dims - 1; d >= 0; d--) {
        const Index rest = d > 0 ? i / (Index)copy.shape[d] : 0;
        const int64_t index = (int64_t)(i - rest * (Index)copy.shape[d]);
        src_at += index * copy.src_strides[d];
        dst_at += index * copy.dst_strides[d];
        i = rest;
    }
    *from = src_at;
    *to = dst_at;
}

template <typename Piece> FRCNN_KERNEL(BLOCK) copy_pieces(const frcnn_strided_copy copy, int64_t n)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    int64_t from = 0;
    int64_t to = 0;
    if (i >= n) return;
    if (n <= INT32_MAX)
        find_places<uint32_t>(copy, (uint32_t)i, &from, &to);
    else
        find_places<int64_t>(copy, i, &from, &to);
    static_cast<Piece *>(copy.dst)[to] = static_cast<const Piece *>(copy.src)[from];
}

/* Pairs of neighbours as one element of twice the size: 1 where that can be. */
static int double_pieces(frcnn_strided_copy *copy)
{
    const int inner = copy->n_dims - 1;
    const size_t bytes = 2 * copy->element_bytes;
    int fits = bytes <= MAX_PIECE_BYTES && copy->shape[inner] % 2 == 0 && copy->src_strides[inner] == 1 &&
               copy->dst_strides[inner] == 1 && (uintptr_t)copy->src % bytes == 0 && (uintptr_t)copy->dst % bytes == 0;
    for (int d = 0; d < inner; d++) fits = fits && copy->src_strides[d] % 2 == 0 && copy->dst_strides[d] % 2 == 0;
    if (!fits) return 0;
    copy->element_bytes = bytes;
    copy->shape[inner] /= 2;
    for (int d = 0; d < inner; d++) {
        copy->src_strides[d] /= 2;
        copy->dst_strides[d] /= 2;
    }
    return 1;
}

template <typename Piece> static frcnn_status run(const frcnn_strided_copy *copy)
{
    int64_t n = 1;
    for (int d = 0; d < copy->n_dims; d++) n *= copy->shape[d];
    return FRCNN_LAUNCH((copy_pieces<Piece>), (unsigned)((n + BLOCK - 1) / BLOCK), BLOCK, 0,
                        frcnn_tensor_stream_get()->handle, *copy, n);
}

extern "C" frcnn_status frcnn_strided_copy_cuda(const frcnn_strided_copy *copy)
{
    frcnn_strided_copy pieces = frcnn_strided_copy_merge(copy);
    while (double_pieces(&pieces)) {
    }
    switch (pieces.element_bytes) {
    case 1:
        return run<uint8_t>(&pieces);
    case 2:
        return run<uint16_t>(&pieces);
    case 4:
        return run<uint32_t>(&pieces);
    case 8:
        return run<uint2>(&pieces);
    default:
        return run<uint4>(&pieces);
    }
}
