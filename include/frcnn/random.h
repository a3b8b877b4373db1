/** Seeded random numbers: PyTorch's CPU generator, number for number.
 *
 *      frcnn_generator *generator = NULL;
 *      const int64_t shape[] = {3, 4};
 *      status = frcnn_generator_create(&generator, 1);
 *      status = frcnn_tensor_rand(&tensor, generator, FRCNN_F32, 2, shape);     0.7576, 0.2793, 0.4031, …
 *      frcnn_generator_destroy(&generator);
 *
 *  What is drawn one after another from one generator is what PyTorch draws from torch.Generator().manual_seed(seed) by
 *  the same calls, on every CPU the bits that PyTorch gives on one with AVX2. (Where there is none, PyTorch's own uniform
 *  and randn differ from that by a few ulp. randn of f64 is as exact as the C library's logarithm, sine and cosine.) A
 *  generator belongs to one thread at a time. A call that fails draws nothing. Source: PyTorch 2.14; Matsumoto and
 *  Nishimura 1998 (MT19937).
 */
#ifndef FRCNN_RANDOM_H
#define FRCNN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_generator frcnn_generator;

/** A generator with this seed; a negative one wraps modulo 2^64. The caller owns *out. Errors: NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_generator_create(frcnn_generator **out, uint64_t seed);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_generator_destroy(frcnn_generator **generator);
/** Starts the generator again, as if it were created with this seed. */
FRCNN_API void frcnn_generator_manual_seed(frcnn_generator *generator, uint64_t seed);

/** Where the generator stands: u8 [5056], the bytes of PyTorch's Generator.get_state(). Errors: NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_generator_get_state(frcnn_tensor **out, const frcnn_generator *generator);
/** Goes on from a state that frcnn_generator_get_state, or PyTorch's get_state, gave, on any device. On failure the
 *  generator stays as it is. Errors: INVALID (dtype, number of elements, positions that no generator can be at). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_generator_set_state(frcnn_generator *generator, const frcnn_tensor *state);

/** @name New row-major CPU tensors; shape has n_dims values, as for frcnn_tensor_create. The caller owns *out.
 *  Errors: INVALID (a dtype that is not named, shape, bounds), NO_MEMORY. @{ */

/** Uniform in [0, 1): f32, f64, f16, bf16. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_rand(frcnn_tensor **out, frcnn_generator *generator,
                                                         frcnn_dtype dtype, int n_dims, const int64_t *shape);
/** Uniform in [low, high): f32, f64, f16, bf16; low everywhere where they are equal. low and high are finite in dtype, and
 *  so is their difference. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_uniform(frcnn_tensor **out, frcnn_generator *generator,
                                                            frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                                            double low, double high);
/** Normal with mean 0 and standard deviation 1: f32, f64, f16, bf16. Fewer than 16 elements are made in pairs whose second
 *  value the generator may keep for the next such call; 16 or more in blocks of 16. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_randn(frcnn_tensor **out, frcnn_generator *generator,
                                                          frcnn_dtype dtype, int n_dims, const int64_t *shape);
/** Whole numbers in [low, high), low < high: every dtype, where low and high - 1 are in its range. Floats round what they
 *  do not hold; bounds that they do not hold move inward first. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_randint(frcnn_tensor **out, frcnn_generator *generator,
                                                            frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                                            int64_t low, int64_t high);
/** 0 … n - 1 in random order, [n]: every dtype but bool. n - 1 is in the dtype's range; f16, f32 and f64 take n up to one
 *  more than the whole numbers that they count without a gap: 2^11 + 1, 2^24 + 1, 2^53 + 1. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_randperm(frcnn_tensor **out, frcnn_generator *generator,
                                                             frcnn_dtype dtype, int64_t n);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
