/* Convolutions as cuDNN graphs: convolution, + residual, + bias, ReLU, in this order and all but the result virtual and
 * f32. That is the pattern of cuDNN's compiled kernels: maps, weights, bias and result have one dtype, so that ReLU6, an
 * upsampled residual and results of another dtype are left to other engines. */
#include "conv_cudnn.h"
#include "conv_engine.h"
#include "cuda_libraries.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>

extern "C" {
#include "tensor/error.h"
#include "tensor/memory.h"
}

#if FRCNN_HAVE_CUDNN

enum {
    MAX_VARIANTS = 6,
    MAX_CHOICES = 64,
    MAX_DESCRIPTORS = 2 * MAX_CHOICES + 16,
    MAX_NOTES = 16,
    MAX_TENSORS = 5,
    NAME_BYTES = 40,
    MAX_DEVICES = 64,
    /* What a tensor's memory is aligned to at least. */
    TENSOR_ALIGNMENT = 16
};

/* Names of a graph's tensors; the sums on the way are virtual. */
enum { UID_SRC = 1, UID_WEIGHT, UID_BIAS, UID_RESIDUAL, UID_DST, UID_SUM, UID_SUM_WITH_RESIDUAL, UID_BIASED };

/* Descriptors that are destroyed together, and the first failure in making them: what follows it does nothing. */
struct descriptor_list {
    const frcnn_cudnn *cudnn;
    int n;
    cudnnBackendDescriptor_t items[MAX_DESCRIPTORS];
    cudnnStatus_t status;
};

/* Where a graph is to run: on the GPU of a handle, or, only to see whether it could, on one that is described. */
struct conv_target {
    cudnnHandle_t handle;
    cudnnBackendDescriptor_t properties;
};

struct conv_plan {
    cudnnBackendDescriptor_t descriptor;
    size_t scratchpad;
    char name[NAME_BYTES];
};

struct conv_state {
    descriptor_list list; /* of the plans and all that they are made from */
    int device, has_residual, n_plans;
    conv_plan plans[MAX_VARIANTS];
};

/* A device's handle, which one thread at a time has: to make plans with it, or to set its stream and run one. */
struct device_handle {
    std::mutex lock;
    cudnnHandle_t handle;
    int was_tried;
};

static device_handle handles[MAX_DEVICES];

/* That of the current device, under its lock; nullptr where it can't be made. Kept to the end. */
static cudnnHandle_t get_handle(const frcnn_cudnn *cudnn, device_handle *device)
{
    if (!device->was_tried && cudnn->Create(&device->handle) != CUDNN_STATUS_SUCCESS) device->handle = nullptr;
    device->was_tried = 1;
    return device->handle;
}

/* Destroys all but the first n. */
static void shorten_list(descriptor_list *list, int n)
{
    while (list->n > n) (void)list->cudnn->BackendDestroyDescriptor(list->items[--list->n]);
}

static void destroy_list(descriptor_list *list)
{
    shorten_list(list, 0);
}

/* Takes the failure of a step. */
static void note(descriptor_list *list, cudnnStatus_t status)
{
    if (list->status == CUDNN_STATUS_SUCCESS) list->status = status;
}

/* Hands a descriptor on to another list. */
static void move(descriptor_list *list, cudnnBackendDescriptor_t descriptor, descriptor_list *dst)
{
    if (dst->n == MAX_DESCRIPTORS) return;
    cudnnBackendDescriptor_t *found = std::find(list->items, list->items + list->n, descriptor);
    *found = list->items[--list->n];
    dst->items[dst->n++] = descriptor;
}

/* Belongs to the list. */
static cudnnBackendDescriptor_t add(descriptor_list *list, cudnnBackendDescriptorType_t type)
{
    cudnnBackendDescriptor_t descriptor = nullptr;
    if (list->n == MAX_DESCRIPTORS) note(list, CUDNN_STATUS_NOT_SUPPORTED);
    if (list->status != CUDNN_STATUS_SUCCESS) return nullptr;
    note(list, list->cudnn->BackendCreateDescriptor(type, &descriptor));
    if (list->status == CUDNN_STATUS_SUCCESS) list->items[list->n++] = descriptor;
    return descriptor;
}

static void set(descriptor_list *list, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                cudnnBackendAttributeType_t type, int64_t n, const void *values)
{
    if (list->status == CUDNN_STATUS_SUCCESS)
        note(list, list->cudnn->BackendSetAttribute(descriptor, name, type, n, values));
}

static void set_descriptor(descriptor_list *list, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                           cudnnBackendDescriptor_t value)
{
    set(list, descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value);
}

static void set_dtype(descriptor_list *list, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                      cudnnDataType_t value)
{
    set(list, descriptor, name, CUDNN_TYPE_DATA_TYPE, 1, &value);
}

static void finalize(descriptor_list *list, cudnnBackendDescriptor_t descriptor)
{
    if (list->status == CUDNN_STATUS_SUCCESS) note(list, list->cudnn->BackendFinalize(descriptor));
}

/* The values of an attribute, at most max_n; their number. */
static int64_t get(descriptor_list *list, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                   cudnnBackendAttributeType_t type, int64_t max_n, void *values)
{
    int64_t n = 0;
    if (list->status == CUDNN_STATUS_SUCCESS)
        note(list, list->cudnn->BackendGetAttribute(descriptor, name, type, max_n, &n, values));
    return list->status == CUDNN_STATUS_SUCCESS ? std::min(n, max_n) : 0;
}

static cudnnDataType_t to_dtype(frcnn_precision precision)
{
    const frcnn_dtype dtype = frcnn_precision_get_dtype(precision);
    return dtype == FRCNN_F16 ? CUDNN_DATA_HALF : dtype == FRCNN_BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
}

/* cuDNN lists dimensions as [n, c, h, w] whatever the order in memory; strides say that the channels of a pixel follow each
 * other. A weight is [out_c, in_c, h, w] in the same way. */
static cudnnBackendDescriptor_t add_tensor(descriptor_list *list, int64_t uid, cudnnDataType_t dtype, int64_t n,
                                           int64_t h, int64_t w, int64_t c)
{
    const int64_t dims[] = {n, c, h, w};
    const int64_t strides[] = {h * w * c, 1, w * c, c};
    const int64_t alignment = TENSOR_ALIGNMENT;
    const bool is_virtual = uid >= UID_SUM;
    cudnnBackendDescriptor_t tensor = add(list, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    set_dtype(list, tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, dtype);
    set(list, tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, dims);
    set(list, tensor, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, strides);
    set(list, tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &uid);
    set(list, tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &alignment);
    set(list, tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &is_virtual);
    finalize(list, tensor);
    return tensor;
}

/* Strides, padding and dilation; products are summed in f32. */
static cudnnBackendDescriptor_t add_geometry(descriptor_list *list, const frcnn_conv2d *conv)
{
    const int64_t n_dims = 2;
    const int64_t strides[] = {conv->stride_h, conv->stride_w};
    const int64_t padding[] = {conv->padding_h, conv->padding_w};
    const int64_t dilation[] = {conv->dilation_h, conv->dilation_w};
    const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
    cudnnBackendDescriptor_t geometry = add(list, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    set_dtype(list, geometry, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    set(list, geometry, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
    set(list, geometry, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, &n_dims);
    set(list, geometry, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, strides);
    set(list, geometry, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, padding);
    set(list, geometry, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, padding);
    set(list, geometry, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, dilation);
    finalize(list, geometry);
    return geometry;
}

static cudnnBackendDescriptor_t add_convolution(descriptor_list *list, const frcnn_conv2d *conv,
                                                cudnnBackendDescriptor_t sum)
{
    const cudnnDataType_t dtype = to_dtype(conv->precision);
    const float one = 1.0f;
    const float zero = 0.0f;
    cudnnBackendDescriptor_t geometry = add_geometry(list, conv);
    cudnnBackendDescriptor_t src = add_tensor(list, UID_SRC, dtype, conv->n, conv->in_h, conv->in_w, conv->in_c);
    cudnnBackendDescriptor_t weight =
        add_tensor(list, UID_WEIGHT, dtype, conv->out_c, conv->kernel_h, conv->kernel_w, conv->in_c / conv->groups);
    cudnnBackendDescriptor_t operation = add(list, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, geometry);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, src);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, weight);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, sum);
    set(list, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, &one);
    set(list, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, &zero);
    finalize(list, operation);
    return operation;
}

/* dst = src + addend, or dst = max(src, 0) with mode RELU_FWD, whose addend is nullptr. */
static cudnnBackendDescriptor_t add_pointwise(descriptor_list *list, cudnnPointwiseMode_t mode,
                                              cudnnBackendDescriptor_t src, cudnnBackendDescriptor_t addend,
                                              cudnnBackendDescriptor_t dst)
{
    cudnnBackendDescriptor_t kind = add(list, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    set(list, kind, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
    set_dtype(list, kind, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
    finalize(list, kind);
    cudnnBackendDescriptor_t operation = add(list, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kind);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, src);
    if (addend != nullptr) set_descriptor(list, operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, addend);
    set_descriptor(list, operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, dst);
    finalize(list, operation);
    return operation;
}

/* dst, or a sum of f32 on the way there. */
static cudnnBackendDescriptor_t add_map(descriptor_list *list, const frcnn_conv2d *conv, int64_t uid)
{
    const cudnnDataType_t dtype = uid >= UID_SUM ? CUDNN_DATA_FLOAT : to_dtype(conv->precision);
    return add_tensor(list, uid, dtype, conv->n, conv->out_h, conv->out_w, conv->out_c);
}

/* Writes the operations in the order that they are done in; their number. */
static int add_operations(descriptor_list *list, const frcnn_conv2d *conv, cudnnBackendDescriptor_t operations[4])
{
    const int has_relu = conv->activation == FRCNN_RELU;
    int n = 0;
    cudnnBackendDescriptor_t sum = add_map(list, conv, UID_SUM);
    operations[n++] = add_convolution(list, conv, sum);
    if (conv->has_residual) {
        cudnnBackendDescriptor_t residual = add_map(list, conv, UID_RESIDUAL);
        cudnnBackendDescriptor_t next = add_map(list, conv, UID_SUM_WITH_RESIDUAL);
        operations[n++] = add_pointwise(list, CUDNN_POINTWISE_ADD, sum, residual, next);
        sum = next;
    }
    cudnnBackendDescriptor_t bias = add_tensor(list, UID_BIAS, to_dtype(conv->precision), 1, 1, 1, conv->out_c);
    cudnnBackendDescriptor_t biased = add_map(list, conv, has_relu ? UID_BIASED : UID_DST);
    operations[n++] = add_pointwise(list, CUDNN_POINTWISE_ADD, sum, bias, biased);
    if (has_relu) {
        cudnnBackendDescriptor_t dst = add_map(list, conv, UID_DST);
        operations[n++] = add_pointwise(list, CUDNN_POINTWISE_RELU_FWD, biased, nullptr, dst);
    }
    return n;
}

static cudnnBackendDescriptor_t add_graph(descriptor_list *list, const frcnn_conv2d *conv, const conv_target *target)
{
    cudnnBackendDescriptor_t operations[4];
    const int n = add_operations(list, conv, operations);
    cudnnBackendDescriptor_t graph = add(list, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    if (target->handle != nullptr)
        set(list, graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &target->handle);
    set(list, graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n, operations);
    finalize(list, graph);
    return graph;
}

/* 1 where an engine with these notes gives the same bytes each time, in the precision that was asked for. A sum of f16 in
 * f16, or numbers turned into another form by Winograd's transforms or FFT, lose more of it than the order of a sum does;
 * the smallest of Winograd's, on f32, does not. In place of a residual, only kernels that read an element right before
 * they write it are safe: those of tensor cores. */
static int is_accepted(const frcnn_conv2d *conv, const cudnnBackendNumericalNote_t *notes, int64_t n_notes,
                       const cudnnBackendBehaviorNote_t *behaviors, int64_t n_behaviors)
{
    int has[CUDNN_NUMERICAL_NOTE_TYPE_COUNT] = {0};
    for (int64_t i = 0; i < n_notes; i++)
        if (notes[i] >= 0 && notes[i] < CUDNN_NUMERICAL_NOTE_TYPE_COUNT) has[notes[i]] = 1;
    for (int64_t i = 0; i < n_behaviors; i++)
        if (behaviors[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION) return 0; /* takes seconds */
    const int is_wide = frcnn_precision_get_dtype(conv->precision) == FRCNN_F32;
    const int is_changed = has[CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION] || has[CUDNN_NUMERICAL_NOTE_FFT] ||
                           has[CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6] || has[CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13];
    if (is_changed || has[CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC]) return 0;
    if (has[CUDNN_NUMERICAL_NOTE_WINOGRAD] && !is_wide) return 0;
    if (conv->precision == FRCNN_PRECISION_F32 &&
        (has[CUDNN_NUMERICAL_NOTE_TENSOR_CORE] || has[CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS]))
        return 0;
    return !conv->has_residual || has[CUDNN_NUMERICAL_NOTE_TENSOR_CORE];
}

/* Sets *index to the number of the engine behind choice; 0 where it is not accepted. */
static int check_engine(descriptor_list *list, const frcnn_conv2d *conv, cudnnBackendDescriptor_t choice,
                        int64_t *index)
{
    cudnnBackendNumericalNote_t notes[MAX_NOTES];
    cudnnBackendBehaviorNote_t behaviors[MAX_NOTES];
    cudnnBackendDescriptor_t engine = add(list, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    get(list, choice, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &engine);
    get(list, engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, index);
    const int64_t n_notes =
        get(list, engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, MAX_NOTES, notes);
    const int64_t n_behaviors =
        get(list, engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE, MAX_NOTES, behaviors);
    return list->status == CUDNN_STATUS_SUCCESS && is_accepted(conv, notes, n_notes, behaviors, n_behaviors);
}

/* Sets *plan, which belongs to the list; 0 where the plan can't be made or needs too much memory. */
static int add_plan(descriptor_list *list, conv_plan *plan, cudnnBackendDescriptor_t choice, const conv_target *target)
{
    int64_t bytes = 0;
    const int n_before = list->n;
    cudnnBackendDescriptor_t descriptor = add(list, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    if (target->handle != nullptr)
        set(list, descriptor, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &target->handle);
    set_descriptor(list, descriptor, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, choice);
#if CUDNN_VERSION >= 90800
    if (target->properties != nullptr)
        set_descriptor(list, descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, target->properties);
#endif
    finalize(list, descriptor);
    get(list, descriptor, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &bytes);
    if (list->status != CUDNN_STATUS_SUCCESS || bytes < 0 || bytes > FRCNN_CONV_SCRATCHPAD_LIMIT) {
        shorten_list(list, n_before);
        return 0;
    }
    plan->descriptor = descriptor;
    plan->scratchpad = (size_t)bytes;
    return 1;
}

/* Turns a choice into the state's next plan, where it is accepted. The list is that of the choices. */
static void try_choice(conv_state *state, descriptor_list *list, const frcnn_conv2d *conv,
                       cudnnBackendDescriptor_t choice, int rank, const conv_target *target)
{
    conv_plan *plan = &state->plans[state->n_plans];
    int64_t engine = 0;
    list->status = CUDNN_STATUS_SUCCESS;
    state->list.status = CUDNN_STATUS_SUCCESS;
    if (!check_engine(list, conv, choice, &engine) || !add_plan(&state->list, plan, choice, target)) return;
    move(list, choice, &state->list);
    (void)snprintf(plan->name, sizeof plan->name, "engine %lld, choice %d", (long long)engine, rank);
    state->n_plans++;
}

/* What cuDNN guesses to be fast, fastest first, where mode is A; every engine that it has is asked where it is FALLBACK. */
static int64_t add_choices(descriptor_list *list, cudnnBackendDescriptor_t graph, cudnnBackendHeurMode_t mode,
                           const conv_target *target, cudnnBackendDescriptor_t choices[MAX_CHOICES])
{
    cudnnBackendDescriptor_t heuristic = add(list, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    set_descriptor(list, heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
    set(list, heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
#if CUDNN_VERSION >= 90800
    if (target->properties != nullptr)
        set_descriptor(list, heuristic, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, target->properties);
#endif
    finalize(list, heuristic);
    for (int i = 0; i < MAX_CHOICES; i++) choices[i] = add(list, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    return get(list, heuristic, CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, MAX_CHOICES, choices);
}

static void add_plans(conv_state *state, const frcnn_conv2d *conv, cudnnBackendDescriptor_t graph,
                      cudnnBackendHeurMode_t mode, const conv_target *target)
{
    descriptor_list list = {state->list.cudnn, 0, {nullptr}, CUDNN_STATUS_SUCCESS};
    cudnnBackendDescriptor_t choices[MAX_CHOICES];
    const int64_t n = add_choices(&list, graph, mode, target, choices);
    for (int i = 0; i < n && state->n_plans < MAX_VARIANTS; i++) try_choice(state, &list, conv, choices[i], i, target);
    destroy_list(&list);
}

static int is_possible(const frcnn_conv2d *conv)
{
    const int is_narrow = frcnn_precision_get_dtype(conv->precision) != FRCNN_F32;
    return conv->activation <= FRCNN_RELU && conv->residual_h == 0 && !(conv->dst_is_f32 && is_narrow) && conv->n > 0;
}

static void destroy_state(conv_state **state)
{
    if (*state == nullptr) return;
    destroy_list(&(*state)->list);
    frcnn_free(*state);
    *state = nullptr;
}

/* A graph that cuDNN does not take has no plans. */
static frcnn_status create_state(conv_state **out, const frcnn_cudnn *cudnn, const frcnn_conv2d *conv,
                                 const conv_target *target)
{
    void *memory = nullptr;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(conv_state), "convolution of cuDNN"));
    conv_state *state = static_cast<conv_state *>(memory);
    state->list.cudnn = cudnn;
    state->has_residual = conv->has_residual;
    cudnnBackendDescriptor_t graph = add_graph(&state->list, conv, target);
    const int is_graph = state->list.status == CUDNN_STATUS_SUCCESS;
    if (is_graph) add_plans(state, conv, graph, CUDNN_HEUR_MODE_A, target);
    if (is_graph && state->n_plans == 0) add_plans(state, conv, graph, CUDNN_HEUR_MODE_FALLBACK, target);
    if (state->n_plans == 0) destroy_state(&state);
    *out = state;
    return FRCNN_OK;
}

/* *out is left where the device has no handle. */
static frcnn_status create_state_on(conv_state **out, const frcnn_cudnn *cudnn, const frcnn_conv2d *conv, int device)
{
    const std::lock_guard<std::mutex> guard(handles[device].lock);
    const conv_target target = {get_handle(cudnn, &handles[device]), nullptr};
    if (target.handle == nullptr) return FRCNN_OK;
    FRCNN_TRY(create_state(out, cudnn, conv, &target));
    if (*out != nullptr) (*out)->device = device;
    return FRCNN_OK;
}

static frcnn_status open(void **out, int *n_variants, const frcnn_conv2d *conv, int device)
{
    const frcnn_cudnn *cudnn = is_possible(conv) && device < MAX_DEVICES ? frcnn_cudnn_get() : nullptr;
    conv_state *state = nullptr;
    if (cudnn != nullptr) FRCNN_TRY(create_state_on(&state, cudnn, conv, device));
    *n_variants = state != nullptr ? state->n_plans : 0;
    *out = state;
    return FRCNN_OK;
}

static void close(void **state)
{
    conv_state *conv = static_cast<conv_state *>(*state);
    destroy_state(&conv);
    *state = nullptr;
}

static const char *get_name(const void *state, int variant)
{
    return static_cast<const conv_state *>(state)->plans[variant].name;
}

static size_t get_scratchpad(const void *state, int variant)
{
    return static_cast<const conv_state *>(state)->plans[variant].scratchpad;
}

/* The memory of a run under the names of its tensors. */
static cudnnBackendDescriptor_t add_memory(descriptor_list *list, const conv_state *state,
                                           const frcnn_conv_memory *memory)
{
    const int64_t uids[MAX_TENSORS] = {UID_SRC, UID_WEIGHT, UID_BIAS, UID_DST, UID_RESIDUAL};
    const void *pointers[MAX_TENSORS] = {memory->src, memory->weight, memory->map_bias, memory->dst, memory->residual};
    const int n = state->has_residual ? MAX_TENSORS : MAX_TENSORS - 1;
    cudnnBackendDescriptor_t pack = add(list, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    set(list, pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, n, uids);
    set(list, pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, n, pointers);
    set(list, pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &memory->scratchpad);
    finalize(list, pack);
    return pack;
}

static frcnn_status check(const frcnn_cudnn *cudnn, cudnnStatus_t status)
{
    char text[256] = "";
    if (status == CUDNN_STATUS_SUCCESS) return FRCNN_OK;
    cudnn->GetLastErrorString(text, sizeof text);
    return frcnn_fail(FRCNN_ERROR_BACKEND, "convolution: cuDNN: %s: %s", cudnn->GetErrorString(status), text);
}

static frcnn_status run(void *state, int variant, const frcnn_conv_memory *memory, cudaStream_t stream)
{
    const conv_state *conv = static_cast<const conv_state *>(state);
    const frcnn_cudnn *cudnn = conv->list.cudnn;
    device_handle *handle = &handles[conv->device];
    descriptor_list list = {cudnn, 0, {nullptr}, CUDNN_STATUS_SUCCESS};
    cudnnBackendDescriptor_t pack = add_memory(&list, conv, memory);
    {
        const std::lock_guard<std::mutex> guard(handle->lock);
        if (list.status == CUDNN_STATUS_SUCCESS) note(&list, cudnn->SetStream(handle->handle, stream));
        if (list.status == CUDNN_STATUS_SUCCESS)
            note(&list, cudnn->BackendExecute(handle->handle, conv->plans[variant].descriptor, pack));
    }
    const frcnn_status status = check(cudnn, list.status);
    destroy_list(&list);
    return status;
}

#if CUDNN_VERSION >= 90800

frcnn_status frcnn_conv_cudnn_count(int *n_variants, const frcnn_conv2d *conv, const char *properties)
{
    const frcnn_cudnn *cudnn = frcnn_cudnn_get();
    conv_state *state = nullptr;
    *n_variants = -1;
    if (cudnn == nullptr || cudnn->GetVersion() < 90800) return FRCNN_OK;
    descriptor_list list = {cudnn, 0, {nullptr}, CUDNN_STATUS_SUCCESS};
    const conv_target target = {nullptr, add(&list, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR)};
    set(&list, target.properties, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
        (int64_t)strlen(properties), properties);
    finalize(&list, target.properties);
    frcnn_status status = check(cudnn, list.status);
    if (status == FRCNN_OK && is_possible(conv)) status = create_state(&state, cudnn, conv, &target);
    if (status == FRCNN_OK) *n_variants = state != nullptr ? state->n_plans : 0;
    destroy_state(&state);
    destroy_list(&list);
    return status;
}

#else

frcnn_status frcnn_conv_cudnn_count(int *n_variants, const frcnn_conv2d *, const char *)
{
    *n_variants = -1;
    return FRCNN_OK;
}

#endif

#else /* a toolkit without cuDNN's headers */

static frcnn_status open(void **out, int *n_variants, const frcnn_conv2d *, int)
{
    *out = nullptr;
    *n_variants = 0;
    return FRCNN_OK;
}

static void close(void **) {}

static const char *get_name(const void *, int)
{
    return "";
}

static size_t get_scratchpad(const void *, int)
{
    return 0;
}

static frcnn_status run(void *, int, const frcnn_conv_memory *, cudaStream_t)
{
    return frcnn_fail(FRCNN_ERROR_BACKEND, "convolution: this build has no cuDNN");
}

frcnn_status frcnn_conv_cudnn_count(int *n_variants, const frcnn_conv2d *, const char *)
{
    *n_variants = -1;
    return FRCNN_OK;
}

#endif

const frcnn_conv_engine frcnn_conv_engine_cudnn = {"cuDNN", open, close, get_name, get_scratchpad, run};
