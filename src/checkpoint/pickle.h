/** Python pickles, read by a machine that executes nothing: it builds plain containers and descriptions of tensors, and what
 *  else a pickle names becomes an opaque value. Every value lives as long as its pickle; text and tensors' bytes may be
 *  borrowed from the file.
 *
 *      size_t n_read = 0;
 *      frcnn_pickle *pickle = NULL;
 *      status = frcnn_pickle_read(&pickle, &n_read, data, size, &rules);
 *      const frcnn_pickle_value *model = frcnn_pickle_find(frcnn_pickle_get_root(pickle), "model");
 *      frcnn_pickle_destroy(&pickle);
 */
#ifndef FRCNN_PICKLE_H
#define FRCNN_PICKLE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

typedef enum frcnn_pickle_kind {
    FRCNN_PICKLE_NONE,
    FRCNN_PICKLE_BOOL,
    FRCNN_PICKLE_INT,
    FRCNN_PICKLE_FLOAT,
    FRCNN_PICKLE_TEXT,
    FRCNN_PICKLE_BYTES,
    FRCNN_PICKLE_TUPLE,
    FRCNN_PICKLE_LIST,
    FRCNN_PICKLE_DICT,    /**< also an OrderedDict */
    FRCNN_PICKLE_TENSOR,  /**< of PyTorch's or an array of NumPy's */
    FRCNN_PICKLE_STORAGE, /**< what a tensor of PyTorch's views */
    FRCNN_PICKLE_OPAQUE   /**< anything else: text is the "module.name" that it comes from */
} frcnn_pickle_kind;

typedef struct frcnn_pickle_value frcnn_pickle_value;

/** Elements that the file keeps outside of the pickle, under a key. */
typedef struct frcnn_pickle_storage {
    const struct frcnn_pickle_storage *next; /**< of all that the pickle names, the last one first */
    const char *key;                         /**< n_key_bytes of text, no NUL at the end */
    size_t n_key_bytes;
    const char *class_name; /**< "torch.FloatStorage" */
    int is_known;           /**< tensors here have its elements, as dtype */
    frcnn_dtype dtype;
    int64_t n_elements; /**< that the pickle says it has */
    int64_t first; /**< the first element that tensors of it may view, and how many they may; all but in old files */
    int64_t n_viewed;
} frcnn_pickle_storage;

typedef struct frcnn_pickle_tensor {
    const char *unknown_dtype; /**< "torch.complex64": its name where tensors here have no such dtype, else NULL */
    frcnn_dtype dtype;
    int is_big_endian;
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS], strides[FRCNN_MAX_DIMS]; /**< in elements; a stride is at least 0 */
    int64_t offset;                                         /**< in elements, of the storage */
    const frcnn_pickle_storage *storage;                    /**< NULL for an array, which has its bytes */
    const unsigned char *bytes;
    size_t n_bytes;
} frcnn_pickle_tensor;

struct frcnn_pickle_value {
    frcnn_pickle_kind kind;
    union {
        int64_t integer; /**< BOOL, INT; an integer of more than 64 bits is OPAQUE ("int") */
        double number;   /**< FLOAT */
        struct {
            const char *bytes; /**< no NUL at the end; TEXT is valid UTF-8 */
            size_t n_bytes;
        } text; /**< TEXT, BYTES, OPAQUE */
        struct {
            const frcnn_pickle_value **items;
            size_t n_items;
        } list; /**< TUPLE, LIST; DICT: key, value, key, value…, in the order in which they were set: of a key that stands
                   there again, the last counts */
        const frcnn_pickle_storage *storage;
        const frcnn_pickle_tensor *tensor;
    } as;
};

typedef struct frcnn_pickle_rules {
    const char *source; /**< begins messages: the file's path, and which part of it */
    int storage_fields; /**< of a persistent id: 5 (zip) or 6 (legacy) */
} frcnn_pickle_rules;

typedef struct frcnn_pickle frcnn_pickle;

/** Reads one pickle (protocols 2 to 5, as far as files of weights use them) from the front of size bytes, which must live
 *  as long as *out; *n_read is where it ends. A tensor's shape, strides and offset are checked against its storage's
 *  n_elements or its bytes. The caller ends *out with frcnn_pickle_destroy.
 *  Errors: FORMAT (no pickle, cut short, an opcode out of place, a tensor beyond its storage); UNSUPPORTED (an opcode or a
 *  persistent id that weights do not need; an opaque value where a tensor is made of it, by name; nesting, a memo or
 *  text beyond the limits); NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pickle_read(frcnn_pickle **out, size_t *n_read, const unsigned char *data,
                                               size_t size, const frcnn_pickle_rules *rules);

/** Takes NULL and nulls the handle. */
void frcnn_pickle_destroy(frcnn_pickle **pickle);

const frcnn_pickle_value *frcnn_pickle_get_root(const frcnn_pickle *pickle);

/** The first of the storages that the pickle names, some more than once; NULL where it names none. */
const frcnn_pickle_storage *frcnn_pickle_get_storages(const frcnn_pickle *pickle);

/** The value under a key of text; NULL where value is no DICT or has no such key. */
const frcnn_pickle_value *frcnn_pickle_find(const frcnn_pickle_value *value, const char *key);

/** 1 where value is TEXT and equal to text. */
int frcnn_pickle_is_text(const frcnn_pickle_value *value, const char *text);

#endif
