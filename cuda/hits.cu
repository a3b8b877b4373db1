#include "kernel.h"

#include "hit_blocks.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

extern "C" {
#include "list_stages.h"
}

template <typename Word>
FRCNN_KERNEL(FRCNN_HIT_THREADS)
count_hits(Word kept, int64_t n, const Word *src, int64_t *n_hits_of_blocks)
{
    FRCNN_SHARED int counts[FRCNN_HIT_WARPS];
    frcnn_hit_count(kept, n, src, counts);
    if (threadIdx.x != 0) return;
    int64_t n_hits = 0;
    for (int i = 0; i < FRCNN_HIT_WARPS; i++) n_hits += counts[i];
    n_hits_of_blocks[blockIdx.x] = n_hits;
}

template <typename Word>
static frcnn_status count(frcnn_dtype dtype, int64_t n, const void *src, unsigned n_blocks, int64_t *n_hits_of_blocks)
{
    return FRCNN_LAUNCH((count_hits<Word>), n_blocks, FRCNN_HIT_THREADS, 0, frcnn_tensor_stream_get()->handle,
                        (Word)frcnn_hits_get_kept(dtype), n, static_cast<const Word *>(src), n_hits_of_blocks);
}

frcnn_status frcnn_hits_count_cuda(frcnn_dtype dtype, int64_t n, const void *src, int64_t *starts, int64_t *n_hits)
{
    frcnn_stream *stream = frcnn_tensor_stream_get();
    const int64_t n_blocks = frcnn_hits_get_n_blocks(n);
    const size_t bytes = frcnn_cuda_scan_get_workspace(n_blocks);
    int64_t found = 0;
    frcnn_scratch counts;
    frcnn_scratch workspace;
    if (n_blocks == 0) {
        *n_hits = 0;
        return frcnn_cuda_check(cudaMemsetAsync(starts, 0, sizeof *starts, stream->handle), "hits");
    }
    FRCNN_FAIL_IF(n_blocks > INT32_MAX, FRCNN_ERROR_UNSUPPORTED, "hits: %lld elements are more than a grid holds",
                  (long long)n);
    FRCNN_TRY(counts.alloc((size_t)n_blocks * sizeof(int64_t), "hits"));
    FRCNN_TRY(workspace.alloc(bytes, "hits"));
    FRCNN_WORD_DISPATCH(frcnn_dtype_get_size(dtype),
                        FRCNN_TRY(count<Word>(dtype, n, src, (unsigned)n_blocks, counts.get<int64_t>())));
    FRCNN_TRY(
        frcnn_cuda_scan_i64(counts.get<int64_t>(), n_blocks, starts, workspace.get<void>(), bytes, stream->handle));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, &found, starts + n_blocks, sizeof found));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    *n_hits = found;
    return FRCNN_OK;
}
