/* Sums, means and products: floats in double, integers in 64 bits that wrap. */
#include "kernel.h"

#include "reduce_blocks.h"
#include "reduce_policies.h"

/* How an element enters: a bool is 0 or 1 whatever its byte is. */
template <typename T, typename Total> struct as_it_is {
    typedef T Element;
    FRCNN_DEVICE Total lift(T x) { return (Total)x; }
};

struct as_truth {
    typedef uint8_t Element;
    FRCNN_DEVICE uint64_t lift(uint8_t x) { return x != 0 ? 1 : 0; }
};

template <class Entry, typename Total> struct sum_policy {
    typedef typename Entry::Element Element;
    typedef Total Acc;
    typedef Total Part;
    FRCNN_DEVICE Acc start() { return 0; }
    FRCNN_DEVICE void take(Acc *acc, Element x, int64_t) { *acc += Entry::lift(x); }
    FRCNN_DEVICE void join(Part *part, const Part *other) { *part += *other; }
};

template <class Entry, typename Total> struct product_policy {
    typedef typename Entry::Element Element;
    typedef Total Acc;
    typedef Total Part;
    FRCNN_DEVICE Acc start() { return 1; }
    FRCNN_DEVICE void take(Acc *acc, Element x, int64_t) { *acc *= Entry::lift(x); }
    FRCNN_DEVICE void join(Part *part, const Part *other) { *part *= *other; }
};

template <class Step, typename Result> struct plain : Step {
    Result *dst;
    FRCNN_DEVICE typename Step::Part lift(const typename Step::Acc *acc) { return *acc; }
    FRCNN_DEVICE void write(const plain &self, int64_t at, const typename Step::Part *part)
    {
        self.dst[at] = (Result)*part;
    }
};

template <typename T> struct mean_policy : sum_policy<as_it_is<T, double>, double> {
    T *dst;
    int64_t n;
    FRCNN_DEVICE double lift(const double *acc) { return *acc; }
    FRCNN_DEVICE void write(const mean_policy &self, int64_t at, const double *part)
    {
        self.dst[at] = (T)(*part / (double)self.n);
    }
};

template <class Step, typename Result> static frcnn_status run(const frcnn_reduction_job *job)
{
    plain<Step, Result> policy;
    policy.dst = static_cast<Result *>(job->dst);
    return frcnn_reduce_run(job, policy);
}

template <typename T> static frcnn_status run_mean(const frcnn_reduction_job *job)
{
    mean_policy<T> policy;
    policy.dst = static_cast<T *>(job->dst);
    policy.n = job->n_repeats * job->n;
    return frcnn_reduce_run(job, policy);
}

template <typename T> static frcnn_status run_whole_sum(const frcnn_reduction_job *job)
{
    return run<sum_policy<as_it_is<T, uint64_t>, uint64_t>, uint64_t>(job);
}

static frcnn_status run_sum(const frcnn_reduction_job *job)
{
    switch (job->dtype) {
    case FRCNN_F32:
        return run<sum_policy<as_it_is<float, double>, double>, float>(job);
    case FRCNN_F64:
        return run<sum_policy<as_it_is<double, double>, double>, double>(job);
    case FRCNN_U8:
        return run_whole_sum<uint8_t>(job);
    case FRCNN_I8:
        return run_whole_sum<int8_t>(job);
    case FRCNN_I16:
        return run_whole_sum<int16_t>(job);
    case FRCNN_I32:
        return run_whole_sum<int32_t>(job);
    case FRCNN_BOOL:
        return run<sum_policy<as_truth, uint64_t>, uint64_t>(job);
    default:
        return run_whole_sum<int64_t>(job);
    }
}

static frcnn_status run_product(const frcnn_reduction_job *job)
{
    if (job->dtype == FRCNN_F32) return run<product_policy<as_it_is<float, double>, double>, float>(job);
    if (job->dtype == FRCNN_F64) return run<product_policy<as_it_is<double, double>, double>, double>(job);
    return run<product_policy<as_it_is<int64_t, uint64_t>, uint64_t>, uint64_t>(job);
}

frcnn_status frcnn_reduce_sum_cuda(const frcnn_reduction_job *job)
{
    if (job->reduction == FRCNN_REDUCTION_PROD) return run_product(job);
    if (job->reduction == FRCNN_REDUCTION_SUM) return run_sum(job);
    return job->dtype == FRCNN_F64 ? run_mean<double>(job) : run_mean<float>(job);
}
