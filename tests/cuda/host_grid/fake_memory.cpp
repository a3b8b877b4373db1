#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include "fake_cuda.h"
#include "fake_runtime.h"
#include "with_asan.h"

/* A pool keeps nothing: what is freed is gone. */
struct CUmemPoolHandle_st {
    int device;
    uint64_t threshold;
    uint64_t used;
    uint64_t most_used;
};

namespace fake_cuda
{
namespace
{

constexpr size_t ALIGNMENT = 256;
constexpr int UNWRITTEN = 0xff;
constexpr size_t MOST_BYTES = size_t(1) << 40; // so that no sanitizer takes the request for an error of its own

struct Allocation {
    size_t bytes;
    Kind kind;
    int device;
    cudaMemPool_t pool;
};

using Allocations = std::map<uintptr_t, Allocation>;

Allocations &get_allocations()
{
    static Allocations allocations;
    return allocations;
}

Allocations::iterator find(const void *memory)
{
    const uintptr_t address = reinterpret_cast<uintptr_t>(memory);
    Allocations &allocations = get_allocations();
    auto entry = allocations.upper_bound(address);
    if (entry == allocations.begin()) return allocations.end();
    --entry;
    return address - entry->first < entry->second.bytes ? entry : allocations.end();
}

size_t count_bytes(int device)
{
    size_t bytes = 0;
    for (const auto &entry : get_allocations())
        if (entry.second.kind == Kind::DEVICE && (device < 0 || entry.second.device == device))
            bytes += entry.second.bytes;
    return bytes;
}

size_t count_free_bytes(int device)
{
    return get_machine().bytes - std::min(get_machine().bytes, count_bytes(device));
}

cudaMemPool_t get_default_pool(int device)
{
    static std::map<int, CUmemPoolHandle_st> pools;
    CUmemPoolHandle_st &pool = pools[device];
    pool.device = device;
    return &pool;
}

std::map<int, cudaMemPool_t> chosen_pools;

cudaMemPool_t get_pool(int device)
{
    const auto entry = chosen_pools.find(device);
    return entry != chosen_pools.end() ? entry->second : get_default_pool(device);
}

bool is_open;
bool stays_open; // for the thread, until its next call ends
std::thread::id open_for;

cudaError_t allocate(void **out, size_t bytes, Kind kind, int device, cudaMemPool_t pool)
{
    void *memory = nullptr;
    *out = nullptr;
    if (bytes == 0) return cudaSuccess;
    if (kind == Kind::DEVICE && bytes > count_free_bytes(device)) drain_all(); // what is to be freed is free then
    if (kind == Kind::DEVICE && bytes > count_free_bytes(device)) return cudaErrorMemoryAllocation;
    if (bytes > MOST_BYTES || posix_memalign(&memory, ALIGNMENT, bytes) != 0) return cudaErrorMemoryAllocation;
    memset(memory, UNWRITTEN, bytes);
    if (kind == Kind::DEVICE && !is_open) ASAN_POISON_MEMORY_REGION(memory, bytes);
    get_allocations()[reinterpret_cast<uintptr_t>(memory)] = {bytes, kind, device, pool};
    if (pool != nullptr) pool->used += bytes;
    if (pool != nullptr) pool->most_used = std::max(pool->most_used, pool->used);
    *out = memory;
    return cudaSuccess;
}

cudaError_t release(void *memory, Kind kind, const char *function)
{
    const auto entry = get_allocations().find(reinterpret_cast<uintptr_t>(memory));
    if (memory == nullptr) return cudaSuccess;
    if (entry == get_allocations().end() || entry->second.kind != kind)
        return complain(cudaErrorInvalidValue, "%s: %p is not memory that it frees", function, memory);
    if (entry->second.pool != nullptr) entry->second.pool->used -= entry->second.bytes;
    ASAN_UNPOISON_MEMORY_REGION(memory, entry->second.bytes);
    get_allocations().erase(entry);
    free(memory);
    return cudaSuccess;
}

/* All of the bytes are memory of the kind that was said. */
cudaError_t check_side(const char *function, const char *side, const void *memory, size_t bytes, bool is_device)
{
    const auto entry = find(memory);
    const bool is_known = entry != get_allocations().end();
    if (is_device != (is_known && entry->second.kind == Kind::DEVICE))
        return complain(cudaErrorInvalidValue, "%s: %s %p is %sdevice memory", function, side, memory,
                        is_device ? "no " : "");
    if (is_known && bytes > entry->second.bytes - (reinterpret_cast<uintptr_t>(memory) - entry->first))
        return complain(cudaErrorInvalidValue, "%s: %zu bytes from %s %p on leave the %zu bytes of its allocation",
                        function, bytes, side, memory, entry->second.bytes);
    return cudaSuccess;
}

struct Copy {
    void *dst;
    size_t dst_pitch;
    const void *src;
    size_t src_pitch;
    size_t width;
    size_t height;

    void operator()() const
    {
        for (size_t y = 0; y < height; y++)
            memmove(static_cast<char *>(dst) + y * dst_pitch, static_cast<const char *>(src) + y * src_pitch, width);
    }
};

cudaError_t copy(const char *function, const Copy &copy, cudaMemcpyKind kind, cudaStream_t stream)
{
    if (copy.width == 0 || copy.height == 0) return cudaSuccess;
    if (copy.width > copy.dst_pitch || copy.width > copy.src_pitch) return note(cudaErrorInvalidValue);
    bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (kind == cudaMemcpyDefault) {
        to_device = find_kind(copy.dst) == Kind::DEVICE;
        from_device = find_kind(copy.src) == Kind::DEVICE;
    }
    FAKE_CUDA_TRY(check_side(function, "dst", copy.dst, (copy.height - 1) * copy.dst_pitch + copy.width, to_device));
    FAKE_CUDA_TRY(check_side(function, "src", copy.src, (copy.height - 1) * copy.src_pitch + copy.width, from_device));
    const bool is_pageable = find_kind(copy.dst) == Kind::PAGEABLE || find_kind(copy.src) == Kind::PAGEABLE;
    if (is_pageable && !is_capturing(stream) && stream != nullptr) count_wait();
    if (is_capturing(stream) || !get_machine().is_lazy) return put(stream, function, copy);
    // Memory that is not pinned is read before the call returns, and written too.
    if (find_kind(copy.src) == Kind::PAGEABLE) {
        std::vector<char> bytes((copy.height - 1) * copy.src_pitch + copy.width);
        memcpy(bytes.data(), copy.src, bytes.size());
        FAKE_CUDA_TRY(put(stream, function, [copy, bytes] {
            Copy later = copy;
            later.src = bytes.data();
            later();
        }));
    } else {
        FAKE_CUDA_TRY(put(stream, function, copy));
    }
    if (find_kind(copy.dst) == Kind::PAGEABLE) drain(stream);
    return cudaSuccess;
}

cudaError_t set(const char *function, void *dst, size_t pitch, int value, size_t width, size_t height,
                cudaStream_t stream)
{
    if (width == 0 || height == 0) return cudaSuccess;
    FAKE_CUDA_TRY(check_side(function, "dst", dst, (height - 1) * pitch + width, true));
    return put(stream, function, [=] {
        for (size_t y = 0; y < height; y++) memset(static_cast<char *>(dst) + y * pitch, value, width);
    });
}

} // namespace

void open_memory(bool until_next_call)
{
    if (until_next_call) open_for = std::this_thread::get_id();
    stays_open = stays_open || until_next_call;
    if (is_open) return;
    is_open = true;
    for (const auto &entry : get_allocations())
        ASAN_UNPOISON_MEMORY_REGION(reinterpret_cast<void *>(entry.first), entry.second.bytes);
}

void close_memory(const char *function)
{
    if (stays_open && (open_for != std::this_thread::get_id() || strcmp(function, "meet") == 0)) return;
    stays_open = false;
    if (!is_open) return;
    is_open = false;
    for (const auto &entry : get_allocations())
        if (entry.second.kind == Kind::DEVICE)
            ASAN_POISON_MEMORY_REGION(reinterpret_cast<void *>(entry.first), entry.second.bytes);
}

Kind find_kind(const void *memory)
{
    const auto entry = find(memory);
    return entry == get_allocations().end() ? Kind::PAGEABLE : entry->second.kind;
}

} // namespace fake_cuda

using namespace fake_cuda;

size_t fake_cuda_get_allocated(void)
{
    const Call call("fake_cuda_get_allocated");
    drain_all();
    return count_bytes(-1);
}

cudaError_t cudaMalloc(void **out, size_t bytes)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    return note(allocate(out, bytes, Kind::DEVICE, get_device(), nullptr));
}

cudaError_t cudaFree(void *memory)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    drain_all();
    return note(release(memory, Kind::DEVICE, __func__));
}

cudaError_t cudaMallocFromPoolAsync(void **out, size_t bytes, cudaMemPool_t pool, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    if (is_capturing(stream)) FAKE_CUDA_TRY(check_no_capture(__func__));
    return note(allocate(out, bytes, Kind::DEVICE, pool->device, pool));
}

cudaError_t cudaMallocAsync(void **out, size_t bytes, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    int device = get_device();
    if (stream != nullptr) FAKE_CUDA_TRY(cudaStreamGetDevice(stream, &device));
    if (is_capturing(stream)) FAKE_CUDA_TRY(check_no_capture(__func__));
    return note(allocate(out, bytes, Kind::DEVICE, device, get_pool(device)));
}

cudaError_t cudaFreeAsync(void *memory, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    if (is_capturing(stream)) FAKE_CUDA_TRY(check_no_capture(__func__));
    if (find_kind(memory) != Kind::DEVICE) return release(memory, Kind::DEVICE, __func__);
    return put(stream, __func__, [memory] { (void)release(memory, Kind::DEVICE, "cudaFreeAsync"); });
}

cudaError_t cudaHostAlloc(void **out, size_t bytes, unsigned int)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    return note(allocate(out, bytes, Kind::PINNED, 0, nullptr));
}

cudaError_t cudaMallocHost(void **out, size_t bytes)
{
    FAKE_CUDA_CALL;
    return cudaHostAlloc(out, bytes, cudaHostAllocDefault);
}

cudaError_t cudaFreeHost(void *memory)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    drain_all();
    return note(release(memory, Kind::PINNED, __func__));
}

cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total)
{
    FAKE_CUDA_CALL;
    *total = get_machine().bytes;
    *free_bytes = count_free_bytes(get_device());
    return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes, const void *memory)
{
    FAKE_CUDA_CALL;
    const auto entry = find(memory);
    *attributes = cudaPointerAttributes();
    attributes->type = cudaMemoryTypeUnregistered;
    attributes->device = -2;
    if (entry == get_allocations().end()) return cudaSuccess;
    attributes->type = entry->second.kind == Kind::DEVICE ? cudaMemoryTypeDevice : cudaMemoryTypeHost;
    attributes->device = entry->second.device;
    attributes->devicePointer = const_cast<void *>(memory);
    if (entry->second.kind == Kind::PINNED) attributes->hostPointer = const_cast<void *>(memory);
    return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t *pool, int device)
{
    FAKE_CUDA_CALL;
    if (device < 0 || device >= get_machine().n_devices) return note(cudaErrorInvalidDevice);
    *pool = get_default_pool(device);
    return cudaSuccess;
}

cudaError_t cudaDeviceGetMemPool(cudaMemPool_t *pool, int device)
{
    FAKE_CUDA_CALL;
    if (device < 0 || device >= get_machine().n_devices) return note(cudaErrorInvalidDevice);
    *pool = get_pool(device);
    return cudaSuccess;
}

cudaError_t cudaDeviceSetMemPool(int device, cudaMemPool_t pool)
{
    FAKE_CUDA_CALL;
    chosen_pools[device] = pool;
    return cudaSuccess;
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t *pool, const cudaMemPoolProps *properties)
{
    FAKE_CUDA_CALL;
    if (properties->location.type != cudaMemLocationTypeDevice || properties->location.id < 0 ||
        properties->location.id >= get_machine().n_devices)
        return note(cudaErrorInvalidValue);
    *pool = new CUmemPoolHandle_st();
    (*pool)->device = properties->location.id;
    return cudaSuccess;
}

cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool)
{
    FAKE_CUDA_CALL;
    drain_all();
    if (pool->used != 0) return complain(cudaErrorInvalidValue, "%s: memory of the pool is in use", __func__);
    delete pool;
    return cudaSuccess;
}

cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t)
{
    FAKE_CUDA_CALL;
    return cudaSuccess;
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void *value)
{
    FAKE_CUDA_CALL;
    if (attribute == cudaMemPoolAttrReleaseThreshold) memcpy(&pool->threshold, value, sizeof pool->threshold);
    return cudaSuccess;
}

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void *value)
{
    FAKE_CUDA_CALL;
    uint64_t found = 0;
    switch (attribute) {
    case cudaMemPoolAttrReleaseThreshold:
        found = pool->threshold;
        break;
    case cudaMemPoolAttrReservedMemCurrent:
    case cudaMemPoolAttrUsedMemCurrent:
        found = pool->used;
        break;
    case cudaMemPoolAttrReservedMemHigh:
    case cudaMemPoolAttrUsedMemHigh:
        found = pool->most_used;
        break;
    default:
        return note(cudaErrorInvalidValue);
    }
    memcpy(value, &found, sizeof found);
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return copy(__func__, {dst, bytes, src, bytes, bytes, 1}, kind, stream);
}

cudaError_t cudaMemcpy(void *dst, const void *src, size_t bytes, cudaMemcpyKind kind)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    FAKE_CUDA_TRY(copy(__func__, {dst, bytes, src, bytes, bytes, 1}, kind, nullptr));
    drain(nullptr);
    return cudaSuccess;
}

cudaError_t cudaMemcpy2DAsync(void *dst, size_t dst_pitch, const void *src, size_t src_pitch, size_t width,
                              size_t height, cudaMemcpyKind kind, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return copy(__func__, {dst, dst_pitch, src, src_pitch, width, height}, kind, stream);
}

cudaError_t cudaMemcpyPeerAsync(void *dst, int, const void *src, int, size_t bytes, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return copy(__func__, {dst, bytes, src, bytes, bytes, 1}, cudaMemcpyDeviceToDevice, stream);
}

cudaError_t cudaMemsetAsync(void *dst, int value, size_t bytes, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return set(__func__, dst, bytes, value, bytes, 1, stream);
}

cudaError_t cudaMemset2DAsync(void *dst, size_t pitch, int value, size_t width, size_t height, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return set(__func__, dst, pitch, value, width, height, stream);
}

cudaError_t cudaMemset(void *dst, int value, size_t bytes)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    return set(__func__, dst, bytes, value, bytes, 1, nullptr);
}
