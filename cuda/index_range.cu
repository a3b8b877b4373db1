#include "tensor_index.h"
#include "tensor_memory.h"
#include "tensor_reduce.h"

extern "C" {
#include "tensor/error.h"
}

frcnn_status frcnn_index_range_cuda(int64_t n, const int64_t *indices, int64_t *least, int64_t *most)
{
    frcnn_stream *stream = frcnn_tensor_stream_get();
    int64_t found[2];
    frcnn_scratch scratch;
    FRCNN_TRY(scratch.alloc(sizeof found, "indices"));
    frcnn_reduction_job job = {FRCNN_REDUCTION_AMIN,   FRCNN_I64, 1,  1, n, 1, indices,
                               scratch.get<int64_t>(), nullptr,   0.0};
    FRCNN_TRY(frcnn_reduce_cuda(&job));
    job.reduction = FRCNN_REDUCTION_AMAX;
    job.dst = scratch.get<int64_t>() + 1;
    FRCNN_TRY(frcnn_reduce_cuda(&job));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, found, scratch.get<int64_t>(), sizeof found));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    *least = found[0];
    *most = found[1];
    return FRCNN_OK;
}
