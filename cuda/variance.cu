/* A thread sums distances from the first of its values and their squares; mean and m2, the squared distances from it, follow
   and are merged. */
#include "kernel.h"

#include "reduce_blocks.h"
#include "reduce_policies.h"

extern "C" {
#include "tensor/reduce/reduction_body.h"
}

struct sums {
    double shift, distances, squares;
    int64_t n;
};

struct moments {
    double mean, m2;
    int64_t n;
};

template <typename T> struct variance_policy {
    typedef T Element;
    typedef sums Acc;
    typedef moments Part;
    T *dst;
    double correction;
    FRCNN_DEVICE Acc start()
    {
        const Acc nothing = {0.0, 0.0, 0.0, 0};
        return nothing;
    }
    FRCNN_DEVICE void take(Acc *acc, T x, int64_t)
    {
        if (acc->n == 0) acc->shift = (double)x;
        const double distance = (double)x - acc->shift;
        acc->distances += distance;
        acc->squares += distance * distance;
        acc->n += 1;
    }
    FRCNN_DEVICE Part lift(const Acc *acc)
    {
        Part part = {0.0, 0.0, acc->n};
        if (acc->n > 0)
            frcnn_variance_from_sums(acc->shift, acc->distances, acc->squares, acc->n, &part.mean, &part.m2);
        return part;
    }
    FRCNN_DEVICE void join(Part *part, const Part *other)
    {
        if (other->n == 0) return;
        if (part->n == 0) {
            *part = *other;
            return;
        }
        frcnn_variance_merge(&part->mean, &part->m2, part->n, other->mean, other->m2, other->n);
        part->n += other->n;
    }
    FRCNN_DEVICE void write(const variance_policy &self, int64_t at, const Part *part)
    {
        self.dst[at] = (T)frcnn_variance_from(part->m2, part->n, self.correction);
    }
};

template <typename T> static frcnn_status run(const frcnn_reduction_job *job)
{
    variance_policy<T> policy;
    policy.dst = static_cast<T *>(job->dst);
    policy.correction = job->correction;
    return frcnn_reduce_run(job, policy);
}

frcnn_status frcnn_reduce_variance_cuda(const frcnn_reduction_job *job)
{
    return job->dtype == FRCNN_F64 ? run<double>(job) : run<float>(job);
}
