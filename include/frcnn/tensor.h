/** Tensors: a dtype, a shape and strides over storage that is counted and shared by views.
 *
 *      int64_t shape[] = {2, 3};
 *      frcnn_tensor *t = NULL, *row = NULL;
 *      status = frcnn_tensor_create(&t, FRCNN_F32, 2, shape);     zeros, row-major
 *      status = frcnn_tensor_narrow(&row, t, 0, 1, 1);            [1, 3], the same storage
 *      frcnn_tensor_destroy(&row);
 *      frcnn_tensor_destroy(&t);                                  the last view frees the storage
 *
 *  A tensor handle belongs to one thread at a time; storage is counted atomically, so views may live on several.
 */
#ifndef FRCNN_TENSOR_H
#define FRCNN_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/device.h"
#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRCNN_MAX_DIMS 8

typedef enum frcnn_dtype {
    FRCNN_F32 = 0,
    FRCNN_F64 = 1,
    FRCNN_F16 = 2,
    FRCNN_BF16 = 3,
    FRCNN_U8 = 4,
    FRCNN_I8 = 5,
    FRCNN_I16 = 6,
    FRCNN_I32 = 7,
    FRCNN_I64 = 8,
    FRCNN_BOOL = 9
} frcnn_dtype;

typedef struct frcnn_tensor frcnn_tensor;

/** Bytes of one element. */
FRCNN_API size_t frcnn_dtype_get_size(frcnn_dtype dtype);
/** "f32", "i64", …: a static string; "?" for a value that is no dtype. */
FRCNN_API const char *frcnn_dtype_get_name(frcnn_dtype dtype);
/** The dtype of an operation on two tensors, as torch.promote_types: floats win over integers and those over bool; of two
 *  floats the wider, f32 for f16 with bf16; of two integers the wider, i16 for u8 with i8. A value that is no dtype
 *  gives the other one. */
FRCNN_API frcnn_dtype frcnn_dtype_promote(frcnn_dtype a, frcnn_dtype b);

typedef enum frcnn_scalar_kind { FRCNN_SCALAR_F64 = 0, FRCNN_SCALAR_I64 = 1 } frcnn_scalar_kind;

/** A number in C, real or whole, as an operation takes it beside tensors. */
typedef struct frcnn_scalar {
    frcnn_scalar_kind kind;
    union {
        double f64;
        int64_t i64;
    } value;
} frcnn_scalar;

static inline frcnn_scalar frcnn_scalar_f64(double value)
{
    frcnn_scalar scalar;
    scalar.kind = FRCNN_SCALAR_F64;
    scalar.value.f64 = value;
    return scalar;
}

static inline frcnn_scalar frcnn_scalar_i64(int64_t value)
{
    frcnn_scalar scalar;
    scalar.kind = FRCNN_SCALAR_I64;
    scalar.value.i64 = value;
    return scalar;
}

/** A new row-major CPU tensor of zeros. shape has n_dims values, 0 to FRCNN_MAX_DIMS of them, each at least 0; n_dims 0
 *  is a scalar. The caller owns *out. Errors: INVALID (dtype, dims, a product that overflows), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_create(frcnn_tensor **out, frcnn_dtype dtype, int n_dims,
                                                           const int64_t *shape);
/** As frcnn_tensor_create, with elements of any value, for a caller that writes every one. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_empty(frcnn_tensor **out, frcnn_dtype dtype, int n_dims,
                                                          const int64_t *shape);

/** A row-major CPU tensor over memory that somebody else owns, read-only by convention; the caller owns *out. The memory may
 *  lie at any address (where it isn't a multiple of an element's size, operations work on copies), and be NULL where the
 *  shape has no elements. release(context) is called once, when the last view goes; NULL where nothing is to be done.
 *  Errors as for frcnn_tensor_create; release is not called then. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_from_memory(frcnn_tensor **out, frcnn_dtype dtype, int n_dims,
                                                                const int64_t *shape, void *data,
                                                                void (*release)(void *context), void *context);

/** Ends a handle; the storage goes with its last view. Takes NULL and nulls the handle. */
FRCNN_API void frcnn_tensor_destroy(frcnn_tensor **tensor);

FRCNN_API frcnn_dtype frcnn_tensor_get_dtype(const frcnn_tensor *tensor);
FRCNN_API frcnn_device frcnn_tensor_get_device(const frcnn_tensor *tensor);
FRCNN_API int frcnn_tensor_get_n_dims(const frcnn_tensor *tensor);
/** Borrowed, n_dims values. */
FRCNN_API const int64_t *frcnn_tensor_get_shape(const frcnn_tensor *tensor);
/** Borrowed, n_dims values, in elements; 0 or more. */
FRCNN_API const int64_t *frcnn_tensor_get_strides(const frcnn_tensor *tensor);
/** The product of the shape. */
FRCNN_API int64_t frcnn_tensor_get_n_elements(const frcnn_tensor *tensor);
/** The first element, in the memory of the tensor's device: that of a GPU is for CUDA's functions alone, after
 *  cudaDeviceSynchronize. frcnn_tensor_to_device brings a tensor to where the CPU reads it. */
FRCNN_API void *frcnn_tensor_get_data(frcnn_tensor *tensor);
FRCNN_API const void *frcnn_tensor_get_const_data(const frcnn_tensor *tensor);
/** 1 where the elements lie row-major without holes, so that data can be walked as one array. */
FRCNN_API int frcnn_tensor_is_contiguous(const frcnn_tensor *tensor);

/** @name Views: a new handle over the same storage; the caller owns *out.
 *  A negative dim counts from the end. Errors: INVALID, with the range that was allowed; NO_MEMORY. @{ */

/** The whole tensor again. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_share(frcnn_tensor **out, const frcnn_tensor *tensor);
/** A dimension of 1 in front of dim; dim is in [-(n+1), n]. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_unsqueeze(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);
/** Drops dim where it is 1, else changes nothing; dim is in [-n, n-1], -1 or 0 for a scalar. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_squeeze(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);
/** Drops every dimension of 1. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_squeeze_all(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The same elements in another shape; one entry may be -1. Refused where the strides allow no view (a transpose). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_view(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims,
                                                         const int64_t *shape);
/** As view; where the strides allow none, a row-major copy in new storage. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_reshape(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims,
                                                            const int64_t *shape);
/** Dimensions start_dim to end_dim, both included, as one: [A, B, C, D] with 1 and 2 is [A, B * C, D]. A scalar becomes
 *  [1]. Copies where reshape does. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_flatten(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                            int start_dim, int end_dim);
/** The tensor itself shared where it is contiguous and lies at a multiple of its element's size, else a row-major copy in
 *  new storage. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_contiguous(frcnn_tensor **out, const frcnn_tensor *tensor);
/** Dimension i of the result is dimension order[i] of the tensor; order is a permutation of n_dims values. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_permute(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                            const int *order);
/** Two dimensions change places; they may be the same, -1 or 0 for a scalar. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_transpose(frcnn_tensor **out, const frcnn_tensor *tensor, int dim0,
                                                              int dim1);
/** Elements start … start + length - 1 along dim. A negative start counts from the end: start is in [-size, size]. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_narrow(frcnn_tensor **out, const frcnn_tensor *tensor, int dim,
                                                           int64_t start, int64_t length);
/** Element index along dim, without that dimension. A negative index counts from the end. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_select(frcnn_tensor **out, const frcnn_tensor *tensor, int dim,
                                                           int64_t index);
/** Dimensions of 1 repeated to the sizes of shape, and new dimensions in front, with stride 0; -1 keeps a size. The last
 *  dimensions of shape stand for the tensor's. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_expand(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims,
                                                           const int64_t *shape);
/** A view with given strides (elements, 0 or more) and offset (elements, from the start of the storage); refused where
 *  an element would lie outside the storage. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_as_strided(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                               int n_dims, const int64_t *shape, const int64_t *strides,
                                                               int64_t offset);

/** Parts of `size` along dim, the last of what is left; a dimension of 0 gives one part. Views into out[0] …
 *  out[*n_parts - 1], each owned by the caller; on failure none is made. capacity is the room in out; with out NULL the
 *  parts are counted only. Errors: also INVALID (a capacity that is too small; a scalar). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_split(frcnn_tensor **out, int capacity, int *n_parts,
                                                          const frcnn_tensor *tensor, int64_t size, int dim);
/** Parts of sizes[0], sizes[1], … along dim, which they fill. out has room for n_sizes; the rest is as for split. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_split_sizes(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                const int64_t *sizes, int n_sizes, int dim);
/** At most n_chunks parts along dim, each of ceil(size / n_chunks), the last of what is left; a dimension of 0 gives
 *  n_chunks parts. The rest is as for split. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_chunk(frcnn_tensor **out, int capacity, int *n_parts,
                                                          const frcnn_tensor *tensor, int64_t n_chunks, int dim);
/** @} */

/** The tensor on that device: shared where it is there already, else a copy. The caller owns *out. Errors: INVALID (no
 *  device), UNSUPPORTED (a GPU that is not there, as for frcnn_device_choose), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_to_device(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                              frcnn_device device);

/** A row-major copy in new storage, in dtype; the caller owns *out. f16 and bf16 round to nearest even, integers wrap, bool
 *  is "not zero", and a float becomes an integer by dropping its fraction. Where that is outside the dtype's range, C
 *  leaves the result undefined, and PyTorch takes what the CPU gives: on x86 u8, i8 and i16 wrap (300 is 44 as u8, NaN and
 *  what no i32 holds are 0), i32 and i64 become their smallest value. Here it is the nearest value in range, and NaN is
 *  0, the same on every machine. Errors: UNSUPPORTED (a device that this build does not compute on), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_cast(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                         frcnn_dtype dtype);

#ifdef __cplusplus
}
#endif
#endif
