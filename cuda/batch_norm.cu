#include "kernel.h"

#include "item_grid.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/batch_norm_body.h"
}

struct f32_norm {
    typedef float Real;
    FRCNN_DEVICE float alpha(float variance, float eps, float weight)
    {
        return frcnn_batch_norm_alpha_f32(variance, eps, weight);
    }
    FRCNN_DEVICE float beta(float mean, float alpha, float bias)
    {
        return frcnn_batch_norm_beta_f32(mean, alpha, bias);
    }
    FRCNN_DEVICE float value(float x, float alpha, float beta) { return frcnn_batch_norm_f32(x, alpha, beta); }
};

struct f64_norm {
    typedef double Real;
    FRCNN_DEVICE double alpha(double variance, double eps, double weight)
    {
        return frcnn_batch_norm_alpha_f64(variance, eps, weight);
    }
    FRCNN_DEVICE double beta(double mean, double alpha, double bias)
    {
        return frcnn_batch_norm_beta_f64(mean, alpha, bias);
    }
    FRCNN_DEVICE double value(double x, double alpha, double beta) { return frcnn_batch_norm_f64(x, alpha, beta); }
};

/* factors [2, c]: the alpha and beta of each channel. */
template <class Norm>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
make_factors(frcnn_batch_norm_run run, typename Norm::Real *factors)
{
    typedef typename Norm::Real Real;
    for (int64_t c = frcnn_item_first(); c < run.c; c += frcnn_item_step()) {
        const Real weight = run.weight != nullptr ? static_cast<const Real *>(run.weight)[c] : (Real)1;
        const Real bias = run.bias != nullptr ? static_cast<const Real *>(run.bias)[c] : (Real)0;
        const Real alpha = Norm::alpha(static_cast<const Real *>(run.variance)[c], (Real)run.eps, weight);
        factors[c] = alpha;
        factors[run.c + c] = Norm::beta(static_cast<const Real *>(run.mean)[c], alpha, bias);
    }
}

template <class Norm>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
normalize(int64_t n_values, int64_t c, const typename Norm::Real *factors, const typename Norm::Real *src,
          typename Norm::Real *dst)
{
    for (int64_t i = frcnn_item_first(); i < n_values; i += frcnn_item_step())
        dst[i] = Norm::value(src[i], factors[i % c], factors[c + i % c]);
}

template <class Norm> static frcnn_status launch(const frcnn_batch_norm_run *run)
{
    typedef typename Norm::Real Real;
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const int64_t n_values = run->n * run->c;
    frcnn_scratch factors;
    if (n_values == 0) return FRCNN_OK;
    FRCNN_TRY(factors.alloc(2 * (size_t)run->c * sizeof(Real), "batch_norm"));
    FRCNN_TRY(FRCNN_LAUNCH((make_factors<Norm>), frcnn_item_blocks(run->c), FRCNN_ITEM_THREADS, 0, stream, *run,
                           factors.get<Real>()));
    return FRCNN_LAUNCH((normalize<Norm>), frcnn_item_blocks(n_values), FRCNN_ITEM_THREADS, 0, stream, n_values, run->c,
                        static_cast<const Real *>(factors.get<Real>()), static_cast<const Real *>(run->src),
                        static_cast<Real *>(run->dst));
}

frcnn_status frcnn_batch_norm_cuda(const frcnn_batch_norm_run *run)
{
    return run->dtype == FRCNN_F64 ? launch<f64_norm>(run) : launch<f32_norm>(run);
}
