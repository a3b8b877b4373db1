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

/* A launcher's inner loop is compiled for several instruction sets and chosen by what the CPU can do (not by its name:
   "arch=haswell" is never an AMD CPU) when the program starts. Bodies do no floating-point contraction, so every version
   gives the same bits. Sanitizers run before the choice can be made. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&     \
    !defined(FRCNN_NO_CLONES)
#if !defined(__clang__) && __GNUC__ >= 12
#define FRCNN_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FRCNN_SIMD __attribute__((target_clones("avx512f", "fma", "default")))
#endif
#else
#define FRCNN_SIMD
#endif

/* In front of a loop: no iteration reads what another one writes, though pointers may be equal. */
#if defined(__clang__)
#define FRCNN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define FRCNN_INDEPENDENT _Pragma("GCC ivdep")
#else
#define FRCNN_INDEPENDENT
#endif

#endif
