#include "tensor_index.h"
#include "tensor_memory.h"

extern "C" {
#include "list_stages.h"
#include "tensor/error.h"
}

frcnn_status frcnn_index_range_cuda(int64_t n, const int64_t *indices, int64_t *least, int64_t *most)
{
    const size_t bytes = frcnn_cuda_range_get_workspace();
    frcnn_scratch workspace;
    FRCNN_TRY(workspace.alloc(bytes, "indices"));
    return frcnn_cuda_range_i64(indices, n, least, most, workspace.get<void>(), bytes,
                                frcnn_tensor_stream_get()->handle);
}
