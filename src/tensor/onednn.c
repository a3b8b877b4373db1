#include "tensor/onednn.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "frcnn/version.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* A memory descriptor is a struct in 2.x and a handle in 3.x; both are passed on as `layout`. */
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t owned_layout;
typedef const_dnnl_memory_desc_t layout;
#else
typedef dnnl_memory_desc_t owned_layout;
typedef const dnnl_memory_desc_t *layout;
#endif

enum { MAX_LAYOUT_DIMS = 5 };

struct frcnn_primitive {
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    dnnl_stream_t stream; /* its own: primitives of several threads run at once */
    dnnl_memory_t src, dst, scratchpad;
    int n_weight_dims;
    int weight_is_transposed;
    dnnl_dims_t weight_dims;
    size_t weight_bytes, scratchpad_bytes;
    int64_t out_c;
};

struct frcnn_packed {
    void *weight_data;
    void *bias_data;
    dnnl_memory_t weight, bias;
};

static pthread_once_t engine_once = PTHREAD_ONCE_INIT;
static dnnl_engine_t engine; /* one serves the process */
static dnnl_status_t engine_status;

static void make_engine(void)
{
    engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0);
}

static frcnn_status check(dnnl_status_t status, const char *what)
{
    if (status == dnnl_success) return FRCNN_OK;
    if (status == dnnl_out_of_memory) return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "oneDNN: out of memory in %s", what);
    return frcnn_fail(FRCNN_ERROR_BACKEND, "oneDNN: %s failed with status %d", what, (int)status);
}

static frcnn_status get_engine(void)
{
    pthread_once(&engine_once, make_engine);
    return check(engine_status, "creating the CPU engine");
}

#if DNNL_VERSION_MAJOR >= 3

static dnnl_status_t layout_init(owned_layout *out, int n_dims, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    return dnnl_memory_desc_create_with_tag(out, n_dims, dims, dnnl_f32, tag);
}

static layout layout_ref(const owned_layout *owned)
{
    return *owned;
}

static void layout_deinit(owned_layout *owned)
{
    if (*owned != NULL) dnnl_memory_desc_destroy(*owned);
}

static dnnl_status_t append_activation(dnnl_post_ops_t ops, dnnl_alg_kind_t kind, float alpha, float beta)
{
    return dnnl_post_ops_append_eltwise(ops, kind, alpha, beta);
}

static dnnl_status_t append_sum(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_sum(ops, 1.0f, 0, dnnl_data_type_undef);
}

static dnnl_status_t conv_desc_create(dnnl_primitive_desc_t *out, const owned_layout layouts[4],
                                      const dnnl_dims_t strides, const dnnl_dims_t dilates, const dnnl_dims_t padding,
                                      const_dnnl_primitive_attr_t attr)
{
    return dnnl_convolution_forward_primitive_desc_create(out, engine, dnnl_forward_inference, dnnl_convolution_direct,
                                                          layouts[0], layouts[1], layouts[2], layouts[3], strides,
                                                          dilates, padding, padding, attr);
}

#else

static dnnl_status_t layout_init(owned_layout *out, int n_dims, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    return dnnl_memory_desc_init_by_tag(out, n_dims, dims, dnnl_f32, tag);
}

static layout layout_ref(const owned_layout *owned)
{
    return owned;
}

static void layout_deinit(owned_layout *owned)
{
    (void)owned;
}

static dnnl_status_t append_activation(dnnl_post_ops_t ops, dnnl_alg_kind_t kind, float alpha, float beta)
{
    return dnnl_post_ops_append_eltwise(ops, 1.0f, kind, alpha, beta);
}

static dnnl_status_t append_sum(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_sum(ops, 1.0f);
}

static dnnl_status_t conv_desc_create(dnnl_primitive_desc_t *out, const owned_layout layouts[4],
                                      const dnnl_dims_t strides, const dnnl_dims_t dilates, const dnnl_dims_t padding,
                                      const_dnnl_primitive_attr_t attr)
{
    dnnl_convolution_desc_t conv;
    const dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &conv, dnnl_forward_inference, dnnl_convolution_direct, &layouts[0], &layouts[1], &layouts[2], &layouts[3],
        strides, dilates, padding, padding);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(out, &conv, attr, engine, NULL);
}

#endif

/* Scratch memory comes from the caller; the residual is added before the activation. */
static frcnn_status attr_create(dnnl_primitive_attr_t *out, frcnn_activation activation, int has_residual)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_post_ops_t ops = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(check(dnnl_primitive_attr_create(&attr), "creating attributes"));
    FRCNN_TRY_CLEANUP(
        check(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user), "choosing the scratchpad"));
    FRCNN_TRY_CLEANUP(check(dnnl_post_ops_create(&ops), "creating fused operations"));
    if (has_residual) FRCNN_TRY_CLEANUP(check(append_sum(ops), "fusing the residual"));
    if (activation == FRCNN_RELU)
        FRCNN_TRY_CLEANUP(check(append_activation(ops, dnnl_eltwise_relu, 0.0f, 0.0f), "fusing ReLU"));
    if (activation == FRCNN_RELU6)
        FRCNN_TRY_CLEANUP(check(append_activation(ops, dnnl_eltwise_clip, 0.0f, 6.0f), "fusing ReLU6"));
    if (activation == FRCNN_HARDSWISH)
        FRCNN_TRY_CLEANUP(
            check(append_activation(ops, dnnl_eltwise_hardswish, 1.0f / 6.0f, 0.5f), "fusing hard swish"));
    FRCNN_TRY_CLEANUP(check(dnnl_primitive_attr_set_post_ops(attr, ops), "fusing operations"));
    *out = attr;
    attr = NULL;
cleanup:
    if (ops != NULL) dnnl_post_ops_destroy(ops);
    if (attr != NULL) dnnl_primitive_attr_destroy(attr);
    return status;
}

static frcnn_status memory_create(dnnl_memory_t *out, dnnl_primitive_desc_t desc, dnnl_query_t what)
{
    return check(dnnl_memory_create(out, dnnl_primitive_desc_query_md(desc, what, 0), engine, DNNL_MEMORY_NONE),
                 "describing memory");
}

/* Takes desc over. */
static frcnn_status wrap(frcnn_primitive **out, dnnl_primitive_desc_t desc, int n_weight_dims,
                         const dnnl_dims_t weight_dims, const frcnn_conv2d *conv)
{
    frcnn_primitive *primitive = NULL;
    void *block = NULL;
    frcnn_status status = frcnn_alloc_zeroed(&block, 1, sizeof *primitive, "primitive");
    if (status != FRCNN_OK) {
        dnnl_primitive_desc_destroy(desc);
        return status;
    }
    primitive = block;
    primitive->desc = desc;
    primitive->n_weight_dims = n_weight_dims;
    memcpy(primitive->weight_dims, weight_dims, sizeof primitive->weight_dims);
    primitive->weight_is_transposed = conv->weight_is_transposed;
    primitive->out_c = conv->out_c;
    primitive->weight_bytes = dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0));
    primitive->scratchpad_bytes =
        dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0));
    FRCNN_TRY_CLEANUP(check(dnnl_primitive_create(&primitive->primitive, desc), "creating a primitive"));
    FRCNN_TRY_CLEANUP(
        check(dnnl_stream_create(&primitive->stream, engine, dnnl_stream_default_flags), "creating a stream"));
    FRCNN_TRY_CLEANUP(memory_create(&primitive->src, desc, dnnl_query_src_md));
    FRCNN_TRY_CLEANUP(memory_create(&primitive->dst, desc, dnnl_query_dst_md));
    FRCNN_TRY_CLEANUP(memory_create(&primitive->scratchpad, desc, dnnl_query_scratchpad_md));
    *out = primitive;
    primitive = NULL;
cleanup:
    frcnn_primitive_destroy(&primitive);
    return status;
}

frcnn_status frcnn_primitive_create(frcnn_primitive **out, const frcnn_conv2d *conv)
{
    FRCNN_TRY(get_engine());
    const dnnl_dims_t src_dims = {conv->n, conv->in_c, conv->in_h, conv->in_w};
    const dnnl_dims_t dst_dims = {conv->n, conv->out_c, conv->out_h, conv->out_w};
    const dnnl_dims_t bias_dims = {conv->out_c};
    const dnnl_dims_t plain_dims = {conv->out_c, conv->in_c, conv->kernel_h, conv->kernel_w};
    const dnnl_dims_t grouped_dims = {conv->groups, conv->out_c / conv->groups, conv->in_c / conv->groups,
                                      conv->kernel_h, conv->kernel_w};
    const int n_weight_dims = conv->groups > 1 ? 5 : 4;
    const int64_t *weight_dims = conv->groups > 1 ? grouped_dims : plain_dims;
    const dnnl_dims_t strides = {conv->stride_h, conv->stride_w};
    const dnnl_dims_t dilates = {conv->dilation_h - 1, conv->dilation_w - 1};
    /* What lies below and right of the last window is no padding for oneDNN. */
    const dnnl_dims_t padding = {conv->padding_h, conv->padding_w};
    owned_layout layouts[4];
    memset(layouts, 0, sizeof layouts);
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t desc = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(check(layout_init(&layouts[0], 4, src_dims, dnnl_nhwc), "describing the input"));
    FRCNN_TRY_CLEANUP(
        check(layout_init(&layouts[1], n_weight_dims, weight_dims, dnnl_format_tag_any), "describing weights"));
    FRCNN_TRY_CLEANUP(check(layout_init(&layouts[2], 1, bias_dims, dnnl_a), "describing the bias"));
    FRCNN_TRY_CLEANUP(check(layout_init(&layouts[3], 4, dst_dims, dnnl_nhwc), "describing the output"));
    FRCNN_TRY_CLEANUP(attr_create(&attr, conv->activation, conv->has_residual));
    FRCNN_TRY_CLEANUP(
        check(conv_desc_create(&desc, layouts, strides, dilates, padding, attr), "describing a convolution"));
    status = wrap(out, desc, n_weight_dims, weight_dims, conv);
cleanup:
    if (attr != NULL) dnnl_primitive_attr_destroy(attr);
    for (int i = 0; i < 4; i++) layout_deinit(&layouts[i]);
    return status;
}

void frcnn_primitive_destroy(frcnn_primitive **handle)
{
    frcnn_primitive *primitive = *handle;
    if (primitive == NULL) return;
    if (primitive->src != NULL) dnnl_memory_destroy(primitive->src);
    if (primitive->dst != NULL) dnnl_memory_destroy(primitive->dst);
    if (primitive->scratchpad != NULL) dnnl_memory_destroy(primitive->scratchpad);
    if (primitive->stream != NULL) dnnl_stream_destroy(primitive->stream);
    if (primitive->primitive != NULL) dnnl_primitive_destroy(primitive->primitive);
    dnnl_primitive_desc_destroy(primitive->desc);
    frcnn_free(primitive);
    *handle = NULL;
}

size_t frcnn_primitive_get_scratchpad(const frcnn_primitive *primitive)
{
    return primitive->scratchpad_bytes;
}

size_t frcnn_primitive_get_packed_bytes(const frcnn_primitive *primitive)
{
    return primitive->weight_bytes + (size_t)primitive->out_c * sizeof(float);
}

/* Copies plain weights into the order of target. */
static frcnn_status reorder(const frcnn_primitive *primitive, const float *weight, layout target_layout,
                            dnnl_memory_t target)
{
    static const dnnl_format_tag_t tags[MAX_LAYOUT_DIMS + 1] = {
        dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde};
    const dnnl_format_tag_t tag = primitive->weight_is_transposed ? dnnl_bacd : tags[primitive->n_weight_dims];
    owned_layout plain;
    memset(&plain, 0, sizeof plain);
    dnnl_memory_t source = NULL;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t copy = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(
        check(layout_init(&plain, primitive->n_weight_dims, primitive->weight_dims, tag), "describing plain weights"));
    /* oneDNN only reads what is its source, but takes no const pointer. */
    union {
        const float *in;
        void *out;
    } data = {weight};
    FRCNN_TRY_CLEANUP(check(dnnl_memory_create(&source, layout_ref(&plain), engine, data.out), "describing memory"));
    FRCNN_TRY_CLEANUP(
        check(dnnl_reorder_primitive_desc_create(&desc, layout_ref(&plain), engine, target_layout, engine, NULL),
              "describing the packing of weights"));
    FRCNN_TRY_CLEANUP(check(dnnl_primitive_create(&copy, desc), "creating the packing of weights"));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}};
    FRCNN_TRY_CLEANUP(check(dnnl_primitive_execute(copy, primitive->stream, 2, arguments), "packing weights"));
    FRCNN_TRY_CLEANUP(check(dnnl_stream_wait(primitive->stream), "packing weights"));
cleanup:
    if (copy != NULL) dnnl_primitive_destroy(copy);
    if (desc != NULL) dnnl_primitive_desc_destroy(desc);
    if (source != NULL) dnnl_memory_destroy(source);
    layout_deinit(&plain);
    return status;
}

frcnn_status frcnn_packed_create(frcnn_packed **out, const frcnn_primitive *primitive, const float *weight,
                                 const float *bias)
{
    frcnn_packed *packed = NULL;
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof *packed, "packed weights"));
    packed = block;
    const layout weight_layout = dnnl_primitive_desc_query_md(primitive->desc, dnnl_query_weights_md, 0);
    const layout bias_layout = dnnl_primitive_desc_query_md(primitive->desc, dnnl_query_weights_md, 1);
    const size_t bias_bytes = (size_t)primitive->out_c * sizeof(float);
    FRCNN_TRY_CLEANUP(frcnn_alloc(&packed->weight_data, primitive->weight_bytes, 1, "packed weights"));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&packed->bias_data, bias_bytes, 1, "packed bias"));
    FRCNN_TRY_CLEANUP(check(dnnl_memory_create(&packed->weight, weight_layout, engine, packed->weight_data),
                            "describing packed weights"));
    FRCNN_TRY_CLEANUP(
        check(dnnl_memory_create(&packed->bias, bias_layout, engine, packed->bias_data), "describing the bias"));
    FRCNN_TRY_CLEANUP(reorder(primitive, weight, weight_layout, packed->weight));
    memcpy(packed->bias_data, bias, bias_bytes);
    *out = packed;
    packed = NULL;
cleanup:
    frcnn_packed_destroy(&packed);
    return status;
}

void frcnn_packed_destroy(frcnn_packed **handle)
{
    frcnn_packed *packed = *handle;
    if (packed == NULL) return;
    if (packed->weight != NULL) dnnl_memory_destroy(packed->weight);
    if (packed->bias != NULL) dnnl_memory_destroy(packed->bias);
    frcnn_free(packed->weight_data);
    frcnn_free(packed->bias_data);
    frcnn_free(packed);
    *handle = NULL;
}

int frcnn_packed_fits(const frcnn_packed *packed, const frcnn_primitive *primitive)
{
    layout have = NULL;
    if (dnnl_memory_get_memory_desc(packed->weight, &have) != dnnl_success) return 0;
    return dnnl_memory_desc_equal(have, dnnl_primitive_desc_query_md(primitive->desc, dnnl_query_weights_md, 0));
}

int frcnn_primitive_packs_alike(const frcnn_primitive *a, const frcnn_primitive *b)
{
    return dnnl_memory_desc_equal(dnnl_primitive_desc_query_md(a->desc, dnnl_query_weights_md, 0),
                                  dnnl_primitive_desc_query_md(b->desc, dnnl_query_weights_md, 0));
}

frcnn_status frcnn_primitive_run(frcnn_primitive *primitive, const float *src, const frcnn_packed *packed, float *dst,
                                 void *scratchpad)
{
    union {
        const float *in;
        void *out;
    } source = {src};
    FRCNN_TRY(check(dnnl_memory_set_data_handle(primitive->src, source.out), "placing the input"));
    FRCNN_TRY(check(dnnl_memory_set_data_handle(primitive->dst, dst), "placing the output"));
    FRCNN_TRY(check(dnnl_memory_set_data_handle(primitive->scratchpad, scratchpad), "placing the scratchpad"));
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, primitive->src}, {DNNL_ARG_WEIGHTS, packed->weight},           {DNNL_ARG_BIAS, packed->bias},
        {DNNL_ARG_DST, primitive->dst}, {DNNL_ARG_SCRATCHPAD, primitive->scratchpad},
    };
    FRCNN_TRY(check(dnnl_primitive_execute(primitive->primitive, primitive->stream, 5, arguments), "running a layer"));
    return check(dnnl_stream_wait(primitive->stream), "running a layer");
}

const char *frcnn_onednn_get_isa(void)
{
    switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41:
        return "SSE4.1";
    case dnnl_cpu_isa_avx:
        return "AVX";
    case dnnl_cpu_isa_avx2:
        return "AVX2";
    case dnnl_cpu_isa_avx512_core:
        return "AVX-512";
    case dnnl_cpu_isa_avx512_core_vnni:
        return "AVX-512 with VNNI";
    case dnnl_cpu_isa_avx512_core_bf16:
        return "AVX-512 with BF16";
    default:
        break;
    }
    return dnnl_get_effective_cpu_isa() > dnnl_cpu_isa_avx512_core_bf16 ? "AVX-512 with BF16 or more" : "portable";
}

static pthread_once_t name_once = PTHREAD_ONCE_INIT;
static char name[96];

static void make_name(void)
{
    const dnnl_version_t *version = dnnl_version();
    snprintf(name, sizeof name, "oneDNN %d.%d.%d, %s", version->major, version->minor, version->patch,
             frcnn_onednn_get_isa());
}

const char *frcnn_onednn_get_name(void)
{
    pthread_once(&name_once, make_name);
    return name;
}
