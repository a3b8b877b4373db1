/** What the files of the fake runtime share. All of it is used by one thread at a time: the one in a Call. */
#ifndef FRCNN_FAKE_RUNTIME_H
#define FRCNN_FAKE_RUNTIME_H

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cuda_runtime_api.h>

namespace fake_cuda
{

using Work = std::function<void()>;

/** Which GPUs there are. */
struct Machine {
    int n_devices;
    size_t bytes;
    int driver;
    int major;
    int minor;
    bool is_lazy;
};
Machine &get_machine();
/** OK, or why no GPU can be used. */
cudaError_t find_trouble();
int get_device();

/** A function of the runtime: serves it alone, counts it, and fails it where a test said so. */
class Call
{
  public:
    explicit Call(const char *function);
    Call(const Call &) = delete;
    ~Call();
    /** What the function fails with before it has done anything. */
    cudaError_t error;

  private:
    const char *name;
    std::lock_guard<std::recursive_mutex> lock;
};

/** Counts a wait that is no function of its own. */
void count_wait();

/** Remembers the error of this thread for cudaGetLastError, and returns it. */
cudaError_t note(cudaError_t error);
/** The same of a wrong use, with a line on stderr that says which. */
cudaError_t complain(cudaError_t error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define FAKE_CUDA_CALL                                                                                                 \
    const fake_cuda::Call call(__func__);                                                                              \
    if (call.error != cudaSuccess) return fake_cuda::note(call.error)
#define FAKE_CUDA_TRY(expression)                                                                                      \
    do {                                                                                                               \
        const cudaError_t try_error = (expression);                                                                    \
        if (try_error != cudaSuccess) return fake_cuda::note(try_error);                                               \
    } while (0)

enum class Kind { PAGEABLE, PINNED, DEVICE };
/** What the memory is; PAGEABLE where the runtime did not give it. */
Kind find_kind(const void *memory);

/** Under AddressSanitizer only work on a stream may touch device memory: opens it until the Call ends, or until the next
 *  one of this thread does. A function's Call closes it. */
void open_memory(bool until_next_call);
void close_memory(const char *function);

/** Puts work on the stream; NULL is the default one of the current GPU. */
cudaError_t put(cudaStream_t stream, const char *function, Work work);
/** Does all work that waits on the stream, and what it waits for. */
void drain(cudaStream_t stream);
void drain_all();
cudaStream_t get_default_stream();
bool is_capturing(cudaStream_t stream);
/** Fails what no capture allows where this thread captures, and breaks the capture off. */
cudaError_t check_no_capture(const char *function);

} // namespace fake_cuda

#endif
