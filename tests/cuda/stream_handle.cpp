#include "stream_handle.h"

#include "cuda_stream.h"

extern "C" void *get_handle(frcnn_stream *stream)
{
    return stream->handle;
}
