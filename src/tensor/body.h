/** What a body header (*_body.h) needs to be valid C11 and CUDA C++, and what its CPU launcher needs to vectorise it. */
#ifndef FRCNN_BODY_H
#define FRCNN_BODY_H

#if defined(__CUDACC__)
#define FRCNN_HD static __host__ __device__ __forceinline__
#elif defined(__GNUC__)
/* gcc inlines a plain function into no FRCNN_SIMD clone: the instruction sets differ. */
#define FRCNN_HD static inline __attribute__((always_inline))
#else
#define FRCNN_HD static inline
#endif

/* A launcher's inner loop is compiled for several instruction sets and chosen when the program starts. Bodies do no
   floating-point contraction, so every version gives the same bits. Sanitizers run before the choice can be made. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&     \
    !defined(FRCNN_NO_CLONES)
#define FRCNN_SIMD __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define FRCNN_SIMD
#endif

#endif
