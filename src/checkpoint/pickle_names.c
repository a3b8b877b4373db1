/* What the names in a pickle stand for: the few that tensors and plain containers are made with. Nothing is ever looked up
   or run; an unknown name is a value that remembers what it is called. */
#include <stdio.h>
#include <string.h>

#include "checkpoint/npy_dtype.h"
#include "checkpoint/pickle_node.h"
#include "tensor/error.h"
#include "tensor/utf8.h"

enum { WHOLE_NAME = 600 };

static const struct {
    const char *module, *name;
    frcnn_pickle_name what;
} names[] = {
    {"collections", "OrderedDict", FRCNN_NAME_ORDERED_DICT},
    {"torch._utils", "_rebuild_tensor", FRCNN_NAME_REBUILD_TENSOR},
    {"torch._utils", "_rebuild_tensor_v2", FRCNN_NAME_REBUILD_TENSOR_V2},
    {"torch._utils", "_rebuild_tensor_v3", FRCNN_NAME_REBUILD_TENSOR_V3},
    {"torch._utils", "_rebuild_parameter", FRCNN_NAME_REBUILD_PARAMETER},
    {"torch._utils", "_rebuild_parameter_with_state", FRCNN_NAME_REBUILD_PARAMETER},
    {"torch.nn.parameter", "Parameter", FRCNN_NAME_PARAMETER},
    {"torch", "Size", FRCNN_NAME_SIZE},
    {"_codecs", "encode", FRCNN_NAME_ENCODE},
    {"builtins", "bytes", FRCNN_NAME_BYTES},
    {"__builtin__", "bytes", FRCNN_NAME_BYTES},
    {"numpy.core.multiarray", "_reconstruct", FRCNN_NAME_RECONSTRUCT},
    {"numpy._core.multiarray", "_reconstruct", FRCNN_NAME_RECONSTRUCT},
    {"numpy.core.numeric", "_frombuffer", FRCNN_NAME_FROM_BUFFER},
    {"numpy._core.numeric", "_frombuffer", FRCNN_NAME_FROM_BUFFER},
    {"numpy", "ndarray", FRCNN_NAME_ARRAY_CLASS},
    {"numpy", "dtype", FRCNN_NAME_DTYPE},
    {"torch.storage", "UntypedStorage", FRCNN_NAME_STORAGE},
    {"torch.storage", "TypedStorage", FRCNN_NAME_STORAGE},
};

/* Storages of torch and torch.cuda whose elements tensors here have; others are storages of an unknown dtype. */
static const struct {
    const char *name;
    frcnn_dtype dtype;
} storages[] = {
    {"FloatStorage", FRCNN_F32},     {"DoubleStorage", FRCNN_F64}, {"HalfStorage", FRCNN_F16},
    {"BFloat16Storage", FRCNN_BF16}, {"LongStorage", FRCNN_I64},   {"IntStorage", FRCNN_I32},
    {"ShortStorage", FRCNN_I16},     {"CharStorage", FRCNN_I8},    {"ByteStorage", FRCNN_U8},
    {"BoolStorage", FRCNN_BOOL},
};

static int ends_with_storage(const char *name)
{
    const size_t n = strlen(name), n_end = strlen("Storage");
    return n > n_end && strcmp(name + n - n_end, "Storage") == 0;
}

static void resolve_storage(frcnn_pickle_node *node, const char *name)
{
    node->name = FRCNN_NAME_STORAGE;
    for (size_t i = 0; i < sizeof storages / sizeof storages[0]; i++)
        if (strcmp(storages[i].name, name) == 0) {
            node->is_known_dtype = 1;
            node->dtype = storages[i].dtype;
        }
}

frcnn_status frcnn_pickle_resolve(frcnn_pickle *pickle, frcnn_pickle_node **out, const char *module, const char *name)
{
    char whole[WHOLE_NAME];
    snprintf(whole, sizeof whole, "%s.%s", module, name);
    FRCNN_TRY(frcnn_pickle_add_opaque(pickle, out, whole));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].module, module) == 0 && strcmp(names[i].name, name) == 0) (*out)->name = names[i].what;
    if ((strcmp(module, "torch") == 0 || strcmp(module, "torch.cuda") == 0) && ends_with_storage(name))
        resolve_storage(*out, name);
    return FRCNN_OK;
}

static frcnn_status refuse_arguments(const frcnn_pickle *pickle, const frcnn_pickle_node *callable)
{
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: %s: expected other arguments than those found", pickle->rules.source,
                      callable->value.as.text.bytes);
}

/* OrderedDict(), or of a list of pairs as Python 2 wrote it. */
static frcnn_status call_ordered_dict(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_node *callable,
                                      const frcnn_pickle_value *arguments)
{
    FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_DICT));
    if (arguments->as.list.n_items == 0) return FRCNN_OK;
    const frcnn_pickle_value *pairs = arguments->as.list.items[0];
    if (arguments->as.list.n_items > 1 || pairs->kind != FRCNN_PICKLE_LIST) return refuse_arguments(pickle, callable);
    FRCNN_TRY(frcnn_pickle_count_copied(pickle, pairs->as.list.n_items));
    for (size_t i = 0; i < pairs->as.list.n_items; i++) {
        const frcnn_pickle_value *pair = pairs->as.list.items[i];
        if ((pair->kind != FRCNN_PICKLE_LIST && pair->kind != FRCNN_PICKLE_TUPLE) || pair->as.list.n_items != 2)
            return refuse_arguments(pickle, callable);
        for (int k = 0; k < 2; k++) FRCNN_TRY(frcnn_pickle_append(pickle, *out, pair->as.list.items[k]));
    }
    return FRCNN_OK;
}

/* Text whose characters are bytes: how protocol 2 writes bytes. */
static frcnn_status call_encode(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_node *callable,
                                const frcnn_pickle_value *arguments)
{
    const frcnn_pickle_value *const *items = arguments->as.list.items;
    if (arguments->as.list.n_items != 2 || items[0]->kind != FRCNN_PICKLE_TEXT ||
        !(frcnn_pickle_is_text(items[1], "latin1") || frcnn_pickle_is_text(items[1], "latin-1")))
        return refuse_arguments(pickle, callable);
    const char *text = items[0]->as.text.bytes;
    const size_t n = items[0]->as.text.n_bytes;
    void *memory = NULL;
    FRCNN_TRY(frcnn_pickle_count_copied(pickle, n));
    FRCNN_TRY(frcnn_pickle_take(pickle, &memory, n));
    char *bytes = memory;
    size_t used = 0;
    for (size_t i = 0; i < n;) {
        uint32_t character = 0;
        i += frcnn_utf8_decode(&character, text + i, n - i);
        if (character > 0xff) return refuse_arguments(pickle, callable);
        bytes[used++] = (char)character;
    }
    FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_BYTES));
    (*out)->value.as.text.bytes = bytes;
    (*out)->value.as.text.n_bytes = used;
    return FRCNN_OK;
}

/* numpy.dtype("f4", …); BUILD tells the byte order. */
static frcnn_status call_dtype(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_node *callable,
                               const frcnn_pickle_value *arguments)
{
    char whole[WHOLE_NAME];
    if (arguments->as.list.n_items == 0 || arguments->as.list.items[0]->kind != FRCNN_PICKLE_TEXT)
        return refuse_arguments(pickle, callable);
    const frcnn_pickle_value *name = arguments->as.list.items[0];
    snprintf(whole, sizeof whole, "numpy.%.*s", name->as.text.n_bytes < 64 ? (int)name->as.text.n_bytes : 64,
             name->as.text.bytes);
    FRCNN_TRY(frcnn_pickle_add_opaque(pickle, out, whole));
    (*out)->name = FRCNN_NAME_NEW_DTYPE;
    (*out)->is_known_dtype = frcnn_npy_dtype_find(&(*out)->dtype, name->as.text.bytes, name->as.text.n_bytes);
    return FRCNN_OK;
}

/* numpy's _frombuffer(bytes, dtype, shape, order). */
static frcnn_status call_from_buffer(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_node *callable,
                                     const frcnn_pickle_value *arguments)
{
    const frcnn_pickle_value *const *items = arguments->as.list.items;
    if (arguments->as.list.n_items != 4 ||
        !(frcnn_pickle_is_text(items[3], "C") || frcnn_pickle_is_text(items[3], "F")))
        return refuse_arguments(pickle, callable);
    FRCNN_TRY(frcnn_pickle_add_opaque(pickle, out, "numpy.ndarray"));
    return frcnn_pickle_set_array(pickle, *out, frcnn_pickle_get_node(items[1]), items[2],
                                  frcnn_pickle_is_text(items[3], "F"), items[0]);
}

/* What a parameter is made of: the tensor itself. */
static frcnn_status call_parameter(frcnn_pickle_node **out, const frcnn_pickle *pickle,
                                   const frcnn_pickle_node *callable, const frcnn_pickle_value *arguments)
{
    if (arguments->as.list.n_items == 0 || arguments->as.list.items[0]->kind != FRCNN_PICKLE_TENSOR)
        return refuse_arguments(pickle, callable);
    *out = (frcnn_pickle_node *)(uintptr_t)arguments->as.list.items[0];
    return FRCNN_OK;
}

/* _rebuild_tensor_v3 has the dtype apart from the storage: one that no storage has a class for, nor tensors here. */
static frcnn_status call_tensor_v3(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_node *callable,
                                   const frcnn_pickle_value *arguments)
{
    enum { DTYPE = 6 };
    if (arguments->as.list.n_items <= DTYPE || arguments->as.list.items[DTYPE]->kind != FRCNN_PICKLE_OPAQUE)
        return refuse_arguments(pickle, callable);
    const frcnn_pickle_value *storage = arguments->as.list.items[0];
    if (storage->kind == FRCNN_PICKLE_STORAGE && storage->as.storage->is_known)
        return refuse_arguments(pickle, callable);
    FRCNN_TRY(frcnn_pickle_add_torch_tensor(pickle, out, arguments));
    frcnn_pickle_tensor *tensor = (frcnn_pickle_tensor *)(uintptr_t)(*out)->value.as.tensor;
    tensor->unknown_dtype = arguments->as.list.items[DTYPE]->as.text.bytes;
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_call(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_node *callable,
                               const frcnn_pickle_value *arguments)
{
    FRCNN_FAIL_IF(callable->value.kind != FRCNN_PICKLE_OPAQUE || arguments->kind != FRCNN_PICKLE_TUPLE,
                  FRCNN_ERROR_FORMAT, "%s: expected a name that is called with a tuple, found another value",
                  pickle->rules.source);
    switch (callable->name) {
    case FRCNN_NAME_ORDERED_DICT:
        return call_ordered_dict(pickle, out, callable, arguments);
    case FRCNN_NAME_REBUILD_TENSOR:
    case FRCNN_NAME_REBUILD_TENSOR_V2:
        return frcnn_pickle_add_torch_tensor(pickle, out, arguments);
    case FRCNN_NAME_REBUILD_TENSOR_V3:
        return call_tensor_v3(pickle, out, callable, arguments);
    case FRCNN_NAME_REBUILD_PARAMETER:
    case FRCNN_NAME_PARAMETER:
        return call_parameter(out, pickle, callable, arguments);
    case FRCNN_NAME_SIZE:
        if (arguments->as.list.n_items != 1 || arguments->as.list.items[0]->kind != FRCNN_PICKLE_TUPLE)
            return refuse_arguments(pickle, callable);
        *out = (frcnn_pickle_node *)(uintptr_t)arguments->as.list.items[0];
        return FRCNN_OK;
    case FRCNN_NAME_ENCODE:
        return call_encode(pickle, out, callable, arguments);
    case FRCNN_NAME_BYTES: /* protocol 2 writes none of them so */
        if (arguments->as.list.n_items != 0) return refuse_arguments(pickle, callable);
        FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_BYTES));
        (*out)->value.as.text.bytes = "";
        return FRCNN_OK;
    case FRCNN_NAME_RECONSTRUCT:
        FRCNN_TRY(frcnn_pickle_add_opaque(pickle, out, "numpy.ndarray"));
        (*out)->name = FRCNN_NAME_NEW_ARRAY;
        return FRCNN_OK;
    case FRCNN_NAME_FROM_BUFFER:
        return call_from_buffer(pickle, out, callable, arguments);
    case FRCNN_NAME_DTYPE:
        return call_dtype(pickle, out, callable, arguments);
    default:
        FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_OPAQUE));
        (*out)->value.as.text = callable->value.as.text;
        return FRCNN_OK;
    }
}

/* (version, byte order, …) */
static frcnn_status build_dtype(frcnn_pickle *pickle, frcnn_pickle_node *dtype, const frcnn_pickle_value *state)
{
    if (state->kind != FRCNN_PICKLE_TUPLE || state->as.list.n_items < 2 ||
        state->as.list.items[1]->kind != FRCNN_PICKLE_TEXT)
        return refuse_arguments(pickle, dtype);
    dtype->is_big_endian = frcnn_pickle_is_text(state->as.list.items[1], ">");
    return FRCNN_OK;
}

/* (version, shape, dtype, is it in Fortran's order, bytes) */
static frcnn_status build_array(frcnn_pickle *pickle, frcnn_pickle_node *array, const frcnn_pickle_value *state)
{
    const frcnn_pickle_value *const *items = state->as.list.items;
    if (state->kind != FRCNN_PICKLE_TUPLE || state->as.list.n_items != 5 || items[3]->kind != FRCNN_PICKLE_BOOL)
        return refuse_arguments(pickle, array);
    return frcnn_pickle_set_array(pickle, array, frcnn_pickle_get_node(items[2]), items[1], items[3]->as.integer != 0,
                                  items[4]);
}

frcnn_status frcnn_pickle_build(frcnn_pickle *pickle, frcnn_pickle_node *object, const frcnn_pickle_value *state)
{
    switch (object->value.kind) {
    case FRCNN_PICKLE_DICT:   /* attributes of an OrderedDict */
    case FRCNN_PICKLE_TENSOR: /* whether a parameter is trained, and hooks */
        return FRCNN_OK;
    case FRCNN_PICKLE_OPAQUE:
        if (object->name == FRCNN_NAME_NEW_ARRAY) return build_array(pickle, object, state);
        if (object->name == FRCNN_NAME_NEW_DTYPE) return build_dtype(pickle, object, state);
        return FRCNN_OK;
    default:
        return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected an object that takes a state, found a plain value",
                          pickle->rules.source);
    }
}
