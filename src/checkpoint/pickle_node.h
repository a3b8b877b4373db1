/** A value while its pickle is read: what the machine and the functions that it knows have to know more. */
#ifndef FRCNN_PICKLE_NODE_H
#define FRCNN_PICKLE_NODE_H

#include "checkpoint/pickle.h"

/** What a name in a pickle stands for; all others are opaque. */
typedef enum frcnn_pickle_name {
    FRCNN_NAME_UNKNOWN,
    FRCNN_NAME_ORDERED_DICT,
    FRCNN_NAME_REBUILD_TENSOR, /**< torch._utils, over a storage; version 2 and 3 have more arguments */
    FRCNN_NAME_REBUILD_TENSOR_V2,
    FRCNN_NAME_REBUILD_TENSOR_V3,
    FRCNN_NAME_REBUILD_PARAMETER,
    FRCNN_NAME_PARAMETER,
    FRCNN_NAME_SIZE,
    FRCNN_NAME_STORAGE,
    FRCNN_NAME_ENCODE,
    FRCNN_NAME_BYTES,
    FRCNN_NAME_RECONSTRUCT, /**< numpy: an array that BUILD fills in */
    FRCNN_NAME_FROM_BUFFER,
    FRCNN_NAME_ARRAY_CLASS,
    FRCNN_NAME_DTYPE,
    /* What these make, until it is whole: */
    FRCNN_NAME_NEW_ARRAY,
    FRCNN_NAME_NEW_DTYPE
} frcnn_pickle_name;

typedef struct frcnn_pickle_node frcnn_pickle_node;

struct frcnn_pickle_node {
    frcnn_pickle_value value;
    frcnn_pickle_name name; /**< of an OPAQUE value */
    size_t capacity;        /**< of value.as.list.items, where they grow */
    int is_known_dtype;     /**< of a STORAGE class or a numpy dtype: tensors here have it */
    frcnn_dtype dtype;
    int is_big_endian;
    frcnn_pickle_node *from; /**< while cycles are looked for: who holds this; and where to go on */
    size_t at;
    int color;
};

struct frcnn_pickle {
    struct frcnn_pickle_block *blocks; /**< memory of all values */
    size_t n_free;                     /**< bytes at the end of the first block */
    size_t n_nodes;
    size_t n_copied; /**< bytes and items that calls have copied: no more than the pickle has bytes */
    size_t size;     /**< of the pickle, and what is behind it */
    const frcnn_pickle_value *root;
    const frcnn_pickle_storage *storages;
    frcnn_pickle_rules rules;
};

/** Memory that lives as long as the pickle, aligned for any value, uninitialised. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_take(frcnn_pickle *pickle, void **out, size_t n_bytes);

/** Counts what a call copies: a few bytes of a pickle can ask for the same copy again and again.
 *  Errors: UNSUPPORTED (more than the pickle holds). */
FRCNN_NODISCARD frcnn_status frcnn_pickle_count_copied(frcnn_pickle *pickle, size_t n);

/** A value of that kind, otherwise zeros. Errors: UNSUPPORTED (more values than any file of weights has), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_add(frcnn_pickle *pickle, frcnn_pickle_node **out, frcnn_pickle_kind kind);

/** An OPAQUE value; text ends with NUL and is copied. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_add_opaque(frcnn_pickle *pickle, frcnn_pickle_node **out, const char *text);

/** Appends to a LIST or DICT. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_append(frcnn_pickle *pickle, frcnn_pickle_node *list,
                                                 const frcnn_pickle_value *item);

/** What module.name stands for. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_resolve(frcnn_pickle *pickle, frcnn_pickle_node **out, const char *module,
                                                  const char *name);

/** What callable gives for arguments (a TUPLE): a tensor, a container, or an opaque value; nothing is executed.
 *  Errors: FORMAT (arguments that the callable does not take), UNSUPPORTED (a tensor made of an opaque value),
 *  NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_call(frcnn_pickle *pickle, frcnn_pickle_node **out,
                                               const frcnn_pickle_node *callable, const frcnn_pickle_value *arguments);

/** Gives an object its state, as BUILD does. Errors: as frcnn_pickle_call. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_build(frcnn_pickle *pickle, frcnn_pickle_node *object,
                                                const frcnn_pickle_value *state);

/** The storage that a persistent id names. Errors: FORMAT, UNSUPPORTED (anything but a storage), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_add_storage(frcnn_pickle *pickle, frcnn_pickle_node **out,
                                                      const frcnn_pickle_value *id);

/** PyTorch's tensor over arguments storage, offset, size, stride (and more, which is passed over).
 *  Errors: FORMAT (sizes that are none, a tensor beyond its storage), UNSUPPORTED, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_add_torch_tensor(frcnn_pickle *pickle, frcnn_pickle_node **out,
                                                           const frcnn_pickle_value *arguments);

/** NumPy's array, as a TENSOR, of n_bytes in the dtype's elements. Errors: as above. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_set_array(frcnn_pickle *pickle, frcnn_pickle_node *array,
                                                    const frcnn_pickle_node *dtype, const frcnn_pickle_value *shape,
                                                    int is_fortran, const frcnn_pickle_value *bytes);

/** The node that a value is in. */
static inline const frcnn_pickle_node *frcnn_pickle_get_node(const frcnn_pickle_value *value)
{
    return (const frcnn_pickle_node *)value;
}

#endif
