/* On our own kernels, whose sums have an order that follows from the sizes; weights are on the device already. */
#include "conv_engine.h"
#include "conv_weight.h"
#include "cuda_check.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/error.h"
}

enum { ALIGNMENT = 16 };

/* The first of our engines that runs conv. */
static frcnn_status open_engine(const frcnn_conv_engine **out, void **state, const frcnn_conv2d *conv, int device)
{
    const frcnn_conv_engine *const engines[] = {&frcnn_conv_engine_depthwise, &frcnn_conv_engine_gemm};
    for (const frcnn_conv_engine *engine : engines) {
        int n_variants = 0;
        FRCNN_TRY(engine->open(state, &n_variants, conv, device));
        if (n_variants == 0) continue;
        *out = engine;
        return FRCNN_OK;
    }
    return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "conv2d: no kernel runs a %dx%d convolution of %lld to %lld channels",
                      conv->kernel_h, conv->kernel_w, (long long)conv->in_c, (long long)conv->out_c);
}

/* *src where it is aligned, else a copy of it. */
static frcnn_status align(const float **src, frcnn_scratch *copy, size_t bytes)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    if (reinterpret_cast<uintptr_t>(*src) % ALIGNMENT == 0) return FRCNN_OK;
    FRCNN_TRY(copy->alloc(bytes, "conv2d"));
    FRCNN_TRY(
        frcnn_cuda_check(cudaMemcpyAsync(copy->get<void>(), *src, bytes, cudaMemcpyDeviceToDevice, stream), "conv2d"));
    *src = copy->get<float>();
    return FRCNN_OK;
}

static frcnn_status run(const frcnn_conv_engine *engine, void *state, const frcnn_conv2d *conv,
                        frcnn_conv_memory *memory, const float *weight)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const frcnn_conv_layout layout = frcnn_conv_layout_get_kernel(conv);
    frcnn_scratch packed;
    frcnn_scratch scratchpad;
    FRCNN_TRY(packed.alloc((size_t)frcnn_conv_layout_get_count(&layout) * sizeof(float), "conv2d"));
    FRCNN_TRY(scratchpad.alloc(engine->get_scratchpad(state, 0), "conv2d"));
    FRCNN_TRY(frcnn_conv_weight_pack(&layout, conv->weight_is_transposed, weight, packed.get<void>(), stream));
    memory->kernel_weight = packed.get<void>();
    memory->scratchpad = scratchpad.get<void>();
    return engine->run(state, 0, memory, stream);
}

frcnn_status frcnn_conv2d_cuda(const frcnn_conv2d *conv, const float *src, const float *weight, const float *bias,
                               float *dst)
{
    const frcnn_conv_engine *engine = nullptr;
    void *state = nullptr;
    frcnn_scratch src_copy;
    frcnn_scratch bias_copy;
    FRCNN_TRY(align(&src, &src_copy, (size_t)(conv->n * conv->in_h * conv->in_w * conv->in_c) * sizeof *src));
    FRCNN_TRY(align(&bias, &bias_copy, (size_t)conv->out_c * sizeof *bias));
    FRCNN_TRY(open_engine(&engine, &state, conv, frcnn_tensor_stream_get()->device));
    frcnn_conv_memory memory = {src, nullptr, nullptr, bias, bias, nullptr, dst, nullptr};
    const frcnn_status status = run(engine, state, conv, &memory, weight);
    engine->close(&state);
    return status;
}
