#include "kernel.h"

#include "loss_sums.h"
#include "tensor_loss.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/loss/pair_loss_body.h"
}

struct f32_losses {
    typedef float Real;
    FRCNN_DEVICE float mse(float input, float target) { return frcnn_mse_loss_f32(input, target); }
    FRCNN_DEVICE float l1(float input, float target) { return frcnn_l1_loss_f32(input, target); }
    FRCNN_DEVICE float smooth_l1(float input, float target, float beta)
    {
        return frcnn_smooth_l1_loss_f32(input, target, beta);
    }
    FRCNN_DEVICE float bce(float input, float target, float pos_weight)
    {
        return frcnn_bce_loss_f32(input, target, pos_weight);
    }
};

struct f64_losses {
    typedef double Real;
    FRCNN_DEVICE double mse(double input, double target) { return frcnn_mse_loss_f64(input, target); }
    FRCNN_DEVICE double l1(double input, double target) { return frcnn_l1_loss_f64(input, target); }
    FRCNN_DEVICE double smooth_l1(double input, double target, double beta)
    {
        return frcnn_smooth_l1_loss_f64(input, target, beta);
    }
    FRCNN_DEVICE double bce(double input, double target, double pos_weight)
    {
        return frcnn_bce_loss_f64(input, target, pos_weight);
    }
};

template <class Losses> FRCNN_DEVICE typename Losses::Real find_loss(const frcnn_pair_loss &loss, int64_t i)
{
    typedef typename Losses::Real Real;
    const Real input = static_cast<const Real *>(loss.input)[i];
    const Real target = static_cast<const Real *>(loss.target)[i];
    if (loss.kind == FRCNN_PAIR_LOSS_MSE) return Losses::mse(input, target);
    if (loss.kind == FRCNN_PAIR_LOSS_L1) return Losses::l1(input, target);
    if (loss.kind == FRCNN_PAIR_LOSS_SMOOTH_L1) return Losses::smooth_l1(input, target, (Real)loss.beta);
    const Real pos_weight = loss.pos_weight != nullptr ? static_cast<const Real *>(loss.pos_weight)[i] : (Real)1;
    const Real value = Losses::bce(input, target, pos_weight);
    return loss.weight != nullptr ? value * static_cast<const Real *>(loss.weight)[i] : value;
}

template <class Losses> FRCNN_KERNEL(FRCNN_LOSS_THREADS) find_losses(frcnn_pair_loss loss, frcnn_loss_sums *parts)
{
    FRCNN_SHARED frcnn_loss_sums shared[FRCNN_LOSS_THREADS];
    const int64_t first = (int64_t)blockIdx.x * FRCNN_LOSS_BLOCK;
    frcnn_loss_sums sums = {0.0, 0.0};
    for (int k = 0; k < FRCNN_LOSS_OWN; k++) {
        const int64_t i = first + k * FRCNN_LOSS_THREADS + threadIdx.x;
        if (i >= loss.n) break;
        const typename Losses::Real value = find_loss<Losses>(loss, i);
        if (loss.losses != nullptr) static_cast<typename Losses::Real *>(loss.losses)[i] = value;
        sums.loss += (double)value;
        sums.weight += 1.0;
    }
    sums = frcnn_loss_add_up(sums, shared);
    if (threadIdx.x == 0) parts[blockIdx.x] = sums;
}

frcnn_status frcnn_pair_loss_cuda(const frcnn_pair_loss *loss, frcnn_loss_sums *sums)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    unsigned n_blocks = 0;
    frcnn_scratch memory;
    if (loss->n == 0) {
        *sums = frcnn_loss_sums{0.0, 0.0};
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_loss_count_blocks(&n_blocks, loss->n));
    FRCNN_TRY(memory.alloc(n_blocks * sizeof(frcnn_loss_sums), "loss"));
    frcnn_loss_sums *const parts = memory.get<frcnn_loss_sums>();
    if (loss->dtype == FRCNN_F64)
        FRCNN_TRY(FRCNN_LAUNCH((find_losses<f64_losses>), n_blocks, FRCNN_LOSS_THREADS, 0, stream, *loss, parts));
    else
        FRCNN_TRY(FRCNN_LAUNCH((find_losses<f32_losses>), n_blocks, FRCNN_LOSS_THREADS, 0, stream, *loss, parts));
    return frcnn_loss_finish(sums, parts, n_blocks);
}
