/* The largest and the smallest value, alone or with its index. */
#include "kernel.h"

#include "reduce_blocks.h"
#include "reduce_policies.h"

extern "C" {
#include "tensor/reduce/reduction_body.h"
}

/* What an order is: whether x takes the place of best, whether neither takes the other's, and what all others replace. */
#define DEFINE_ORDERS(name, type, lowest_value, highest_value)                                                         \
    struct above_##name {                                                                                              \
        typedef type Element;                                                                                          \
        FRCNN_DEVICE int is_better(type x, type best) { return frcnn_is_above_##name(x, best); }                       \
        FRCNN_DEVICE int is_level(type x, type best) { return frcnn_is_level_##name(x, best); }                        \
        FRCNN_DEVICE type worst() { return lowest_value; }                                                             \
    };                                                                                                                 \
    struct below_##name {                                                                                              \
        typedef type Element;                                                                                          \
        FRCNN_DEVICE int is_better(type x, type best) { return frcnn_is_below_##name(x, best); }                       \
        FRCNN_DEVICE int is_level(type x, type best) { return frcnn_is_level_##name(x, best); }                        \
        FRCNN_DEVICE type worst() { return highest_value; }                                                            \
    };

DEFINE_ORDERS(f32, float, -INFINITY, INFINITY)
DEFINE_ORDERS(f64, double, (double)-INFINITY, (double)INFINITY)
DEFINE_ORDERS(u8, uint8_t, 0, UINT8_MAX)
DEFINE_ORDERS(i32, int32_t, INT32_MIN, INT32_MAX)
DEFINE_ORDERS(i64, int64_t, INT64_MIN, INT64_MAX)

template <class Order> struct extreme_policy {
    typedef typename Order::Element Element;
    typedef Element Acc;
    typedef Element Part;
    Element *dst;
    FRCNN_DEVICE Acc start() { return Order::worst(); }
    FRCNN_DEVICE void take(Acc *best, Element x, int64_t) { *best = Order::is_better(x, *best) ? x : *best; }
    FRCNN_DEVICE Part lift(const Acc *best) { return *best; }
    FRCNN_DEVICE void join(Part *best, const Part *other) { take(best, *other, 0); }
    FRCNN_DEVICE void write(const extreme_policy &self, int64_t at, const Part *best) { self.dst[at] = *best; }
};

template <typename T> struct found {
    T value;
    int64_t index;
};

/* Of equal values the lowest index, in whatever order they come; nothing yet has an index above all. */
template <class Order> struct arg_policy {
    typedef typename Order::Element Element;
    typedef found<Element> Acc;
    typedef found<Element> Part;
    Element *dst;
    int64_t *indices;
    FRCNN_DEVICE Acc start()
    {
        const Acc nothing = {Order::worst(), INT64_MAX};
        return nothing;
    }
    FRCNN_DEVICE void take(Acc *best, Element x, int64_t row)
    {
        const Part other = {x, row};
        join(best, &other);
    }
    FRCNN_DEVICE Part lift(const Acc *best) { return *best; }
    FRCNN_DEVICE void join(Part *best, const Part *other)
    {
        const int is_taken = Order::is_better(other->value, best->value) ||
                             (Order::is_level(other->value, best->value) && other->index < best->index);
        if (is_taken) *best = *other;
    }
    FRCNN_DEVICE void write(const arg_policy &self, int64_t at, const Part *best)
    {
        self.dst[at] = best->value;
        self.indices[at] = best->index;
    }
};

template <class Order> static frcnn_status run_extreme(const frcnn_reduction_job *job)
{
    extreme_policy<Order> policy;
    policy.dst = static_cast<typename Order::Element *>(job->dst);
    return frcnn_reduce_run(job, policy);
}

template <class Order> static frcnn_status run_arg(const frcnn_reduction_job *job)
{
    arg_policy<Order> policy;
    policy.dst = static_cast<typename Order::Element *>(job->dst);
    policy.indices = job->indices;
    return frcnn_reduce_run(job, policy);
}

frcnn_status frcnn_reduce_extreme_cuda(const frcnn_reduction_job *job)
{
    const int is_largest = job->reduction == FRCNN_REDUCTION_AMAX;
    switch (job->dtype) {
    case FRCNN_F32:
        return is_largest ? run_extreme<above_f32>(job) : run_extreme<below_f32>(job);
    case FRCNN_F64:
        return is_largest ? run_extreme<above_f64>(job) : run_extreme<below_f64>(job);
    case FRCNN_U8:
        return is_largest ? run_extreme<above_u8>(job) : run_extreme<below_u8>(job);
    case FRCNN_I32:
        return is_largest ? run_extreme<above_i32>(job) : run_extreme<below_i32>(job);
    default:
        return is_largest ? run_extreme<above_i64>(job) : run_extreme<below_i64>(job);
    }
}

frcnn_status frcnn_reduce_arg_cuda(const frcnn_reduction_job *job)
{
    const int is_largest = job->reduction == FRCNN_REDUCTION_ARGMAX;
    if (job->dtype == FRCNN_F32) return is_largest ? run_arg<above_f32>(job) : run_arg<below_f32>(job);
    if (job->dtype == FRCNN_F64) return is_largest ? run_arg<above_f64>(job) : run_arg<below_f64>(job);
    return is_largest ? run_arg<above_i64>(job) : run_arg<below_i64>(job);
}
