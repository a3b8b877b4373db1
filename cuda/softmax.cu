/* The threads of a block lie as [runs, rows, columns]: each run's rows are shared by row_lanes threads, and runs side by side
   by column_lanes, as in reduce_blocks.h. Values are read three times: for the largest, for the sum, and for the results. */
#include "kernel.h"

#include "reduce_blocks.h"
#include "tensor_reduce.h"

extern "C" {
#include "tensor/reduce/softmax_body.h"
}

struct f32_arithmetic {
    typedef float Real;
    FRCNN_DEVICE float power(float value, float largest) { return frcnn_softmax_power_f32(value, largest); }
};

struct f64_arithmetic {
    typedef double Real;
    FRCNN_DEVICE double power(double value, double largest) { return frcnn_softmax_power_f64(value, largest); }
};

/* NaN is passed over: it makes the sum NaN. */
template <typename Real> struct largest_policy {
    typedef Real Part;
    FRCNN_DEVICE void join(Real *largest, const Real *other) { *largest = *other > *largest ? *other : *largest; }
};

struct sum_policy {
    typedef double Part;
    FRCNN_DEVICE void join(double *sum, const double *other) { *sum += *other; }
};

/* Folds, and gives the result to all threads of a run. */
template <class Policy>
FRCNN_DEVICE typename Policy::Part fold_for_all(const frcnn_reduce_cut &cut, int row_lane, typename Policy::Part part,
                                                typename Policy::Part *shared)
{
    frcnn_reduce_fold<Policy>(cut, row_lane, &part, shared);
    __syncthreads();
    part = shared[(int)threadIdx.x - row_lane * cut.column_lanes];
    __syncthreads();
    return part;
}

template <class Arithmetic>
FRCNN_KERNEL(FRCNN_REDUCE_THREADS)
run_softmax(frcnn_reduce_cut cut, int is_log, const typename Arithmetic::Real *src, typename Arithmetic::Real *dst)
{
    typedef typename Arithmetic::Real Real;
    FRCNN_SHARED double sums[FRCNN_REDUCE_THREADS];
    FRCNN_SHARED Real tops[FRCNN_REDUCE_THREADS];
    const frcnn_reduce_place place = frcnn_reduce_find_place(cut);
    const int64_t start = place.outer * cut.n * cut.n_inner + place.column;
    const int64_t end = place.is_inside ? cut.n : 0;
    Real largest = -(Real)INFINITY;
    double sum = 0.0;
    for (int64_t row = place.row_lane; row < end; row += cut.row_lanes) {
        const Real value = src[start + row * cut.n_inner];
        largest = value > largest ? value : largest;
    }
    largest = fold_for_all<largest_policy<Real>>(cut, place.row_lane, largest, tops);
    for (int64_t row = place.row_lane; row < end; row += cut.row_lanes)
        sum += (double)Arithmetic::power(src[start + row * cut.n_inner], largest);
    sum = fold_for_all<sum_policy>(cut, place.row_lane, sum, sums);
    const Real rest = (Real)(is_log ? log(sum) : sum);
    for (int64_t row = place.row_lane; row < end; row += cut.row_lanes) {
        const Real value = src[start + row * cut.n_inner];
        dst[start + row * cut.n_inner] = is_log ? value - largest - rest : Arithmetic::power(value, largest) / rest;
    }
}

template <class Arithmetic> static frcnn_status run(const frcnn_softmax *softmax)
{
    typedef typename Arithmetic::Real Real;
    frcnn_reduce_cut cut = frcnn_reduce_cut_up(1, softmax->n_outer, softmax->n, softmax->n_inner);
    const int64_t n_blocks = cut.n_outer_tiles * cut.n_column_tiles;
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    FRCNN_FAIL_IF(n_blocks > INT32_MAX, FRCNN_ERROR_UNSUPPORTED, "softmax: %lld runs are more than a grid holds",
                  (long long)(softmax->n_outer * softmax->n_inner));
    cut.n_chunks = 1;
    cut.chunk_rows = softmax->n;
    return FRCNN_LAUNCH((run_softmax<Arithmetic>), (unsigned)n_blocks, FRCNN_REDUCE_THREADS, 0, stream, cut,
                        softmax->is_log, static_cast<const Real *>(softmax->src), static_cast<Real *>(softmax->dst));
}

frcnn_status frcnn_softmax_cuda(const frcnn_softmax *softmax)
{
    return softmax->dtype == FRCNN_F64 ? run<f64_arithmetic>(softmax) : run<f32_arithmetic>(softmax);
}
