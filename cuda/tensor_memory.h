/** Where the tensors of a GPU are, and the stream that their operations are put on. */
#ifndef FRCNN_TENSOR_MEMORY_H
#define FRCNN_TENSOR_MEMORY_H

#include "cuda_stream.h"

extern "C" {
#include "tensor/memory_ops.h"
}

extern "C" const frcnn_memory_ops frcnn_memory_ops_cuda;

/** The stream of the device that this thread named last, in frcnn_tensor_ops_find; all threads share it, and it is that
 *  device that launches go to. */
frcnn_stream *frcnn_tensor_stream_get(void);

/** Memory for the work of one call, given back behind it. */
class frcnn_scratch
{
  public:
    frcnn_scratch() : stream(frcnn_tensor_stream_get()), memory(nullptr) {}
    ~frcnn_scratch() { frcnn_stream_ops_cuda.free(stream, memory); }
    frcnn_scratch(const frcnn_scratch &) = delete;
    frcnn_scratch &operator=(const frcnn_scratch &) = delete;

    /** Once. what names it in the message. Errors: NO_MEMORY, BACKEND. */
    FRCNN_NODISCARD frcnn_status alloc(size_t bytes, const char *what)
    {
        return frcnn_stream_ops_cuda.alloc(stream, &memory, bytes, what);
    }
    template <typename T> T *get() const { return static_cast<T *>(memory); }

  private:
    frcnn_stream *stream;
    void *memory;
};

#endif
