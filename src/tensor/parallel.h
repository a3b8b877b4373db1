/** Loops over independent iterations, in parallel where the build has OpenMP.
 *
 *      FRCNN_PARALLEL_FOR
 *      for (int64_t i = 0; i < n; i++) one(i);
 *
 *  FRCNN_PARALLEL_FOR_IF(condition) stays on this thread where the work is too little to share.
 *  Iterations never share what they write, so the result does not depend on the number of threads.
 */
#ifndef FRCNN_PARALLEL_H
#define FRCNN_PARALLEL_H

#include <sched.h>

#if defined(_OPENMP)
#include <omp.h>
#define FRCNN_PRAGMA(text) _Pragma(#text)
#define FRCNN_PARALLEL_FOR _Pragma("omp parallel for schedule(static)")
#define FRCNN_PARALLEL_FOR_IF(condition) FRCNN_PRAGMA(omp parallel for schedule(static) if (condition))
#define FRCNN_PARALLEL_FOR_DYNAMIC _Pragma("omp parallel for schedule(dynamic)")
static inline int frcnn_parallel_get_threads(void)
{
    return omp_get_max_threads();
}
static inline void frcnn_parallel_set_threads(int n_threads)
{
    omp_set_num_threads(n_threads);
}
#else
#define FRCNN_PARALLEL_FOR
#define FRCNN_PARALLEL_FOR_IF(condition) (void)(condition);
#define FRCNN_PARALLEL_FOR_DYNAMIC
static inline int frcnn_parallel_get_threads(void)
{
    return 1;
}
static inline void frcnn_parallel_set_threads(int n_threads)
{
    (void)n_threads;
}
#endif

/** Elements below which starting threads costs more than they bring. */
enum { FRCNN_PARALLEL_MIN = 32768 };

/** The cores that this process may use. */
static inline int frcnn_parallel_count_cores(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    return sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) > 0 ? CPU_COUNT(&cores) : 1;
}

#endif
