/* Whether there are values that are not zero, and whether there are zeros: any and all follow from both. */
#include "kernel.h"

#include "reduce_blocks.h"
#include "reduce_policies.h"

enum { FOUND_NONZERO = 1, FOUND_ZERO = 2 };

template <typename T> struct found_policy {
    typedef T Element;
    typedef unsigned Acc;
    typedef unsigned Part;
    uint8_t *dst;
    unsigned asked; /* the result is whether this was found, */
    int is_absent;  /* or whether it was not */
    FRCNN_DEVICE Acc start() { return 0; }
    FRCNN_DEVICE void take(Acc *acc, T x, int64_t) { *acc |= x != 0 ? FOUND_NONZERO : FOUND_ZERO; }
    FRCNN_DEVICE Part lift(const Acc *acc) { return *acc; }
    FRCNN_DEVICE void join(Part *part, const Part *other) { *part |= *other; }
    FRCNN_DEVICE void write(const found_policy &self, int64_t at, const Part *part)
    {
        self.dst[at] = ((*part & self.asked) != 0) != (self.is_absent != 0);
    }
};

template <typename T> static frcnn_status run(const frcnn_reduction_job *job)
{
    const int is_all = job->reduction == FRCNN_REDUCTION_ALL;
    found_policy<T> policy;
    policy.dst = static_cast<uint8_t *>(job->dst);
    policy.asked = is_all ? FOUND_ZERO : FOUND_NONZERO;
    policy.is_absent = is_all;
    return frcnn_reduce_run(job, policy);
}

/* The sign of an integer does not matter here. */
frcnn_status frcnn_reduce_any_cuda(const frcnn_reduction_job *job)
{
    switch (job->dtype) {
    case FRCNN_F32:
        return run<float>(job);
    case FRCNN_F64:
        return run<double>(job);
    case FRCNN_I16:
        return run<uint16_t>(job);
    case FRCNN_I32:
        return run<uint32_t>(job);
    case FRCNN_I64:
        return run<uint64_t>(job);
    default:
        return run<uint8_t>(job);
    }
}
