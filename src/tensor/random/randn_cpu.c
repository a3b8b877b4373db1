#include "tensor/random/randn.h"

#include "tensor/half.h"
#include "tensor/parallel.h"
#include "tensor/random/randn_body.h"
#include "tensor/random/uniform.h"

/* Numbers are made from 16 uniform ones at a time; a CHUNK is what one thread takes. */
enum { BLOCK = 16, CHUNK = 1024 * BLOCK };

FRCNN_SIMD void frcnn_randn_blocks_f32(int64_t n_blocks, float *values)
{
    for (int64_t i = 0; i < n_blocks; i++) {
        float *block = values + i * BLOCK;
        for (int j = 0; j < BLOCK / 2; j++) frcnn_randn_pair_f32(block + j, block + BLOCK / 2 + j);
    }
}

static void randn_blocks_f64(int64_t n_blocks, double *values)
{
    for (int64_t i = 0; i < n_blocks; i++) {
        double *block = values + i * BLOCK;
        for (int j = 0; j < BLOCK / 2; j++) frcnn_randn_pair_f64(block + j, block + BLOCK / 2 + j);
    }
}

/* What is left of n after the whole blocks is not enough for one: the last 16 are drawn again, over some that are done. */
static void fill_f32(int64_t n, frcnn_generator *generator, float *dst)
{
    const int64_t n_whole = n / BLOCK * BLOCK;
    frcnn_uniform_unit_f32(generator, n, dst);
    if (n_whole <= 2 * CHUNK) {
        frcnn_randn_blocks_f32(n_whole / BLOCK, dst);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t i = 0; i < (n_whole + CHUNK - 1) / CHUNK; i++) {
            const int64_t left = n_whole - i * CHUNK;
            frcnn_randn_blocks_f32((left < CHUNK ? left : CHUNK) / BLOCK, dst + i * CHUNK);
        }
    }
    if (n_whole < n) {
        frcnn_uniform_unit_f32(generator, BLOCK, dst + n - BLOCK);
        frcnn_randn_blocks_f32(1, dst + n - BLOCK);
    }
}

static void fill_f64(int64_t n, frcnn_generator *generator, double *dst)
{
    const int64_t n_whole = n / BLOCK * BLOCK;
    frcnn_uniform_unit_f64(generator, n, dst);
    if (n_whole <= CHUNK) {
        randn_blocks_f64(n_whole / BLOCK, dst);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t i = 0; i < (n_whole + CHUNK - 1) / CHUNK; i++) {
            const int64_t left = n_whole - i * CHUNK;
            randn_blocks_f64((left < CHUNK ? left : CHUNK) / BLOCK, dst + i * CHUNK);
        }
    }
    if (n_whole < n) {
        frcnn_uniform_unit_f64(generator, BLOCK, dst + n - BLOCK);
        randn_blocks_f64(1, dst + n - BLOCK);
    }
}

/* Unlike f32, nothing is drawn for what is left after the whole blocks but the last 16. */
static void fill_half(int64_t n, frcnn_generator *generator, uint16_t (*narrow)(float value), uint16_t *dst)
{
    for (int64_t i = 0; i < n; i += BLOCK) {
        uint16_t *block = dst + (n - i < BLOCK ? n - BLOCK : i);
        float values[BLOCK];
        frcnn_uniform_unit_f32(generator, BLOCK, values);
        frcnn_randn_blocks_f32(1, values);
        for (int j = 0; j < BLOCK; j++) block[j] = narrow(values[j]);
    }
}

static double draw_normal(frcnn_generator *generator)
{
    if (generator->has_normal) {
        const double kept = generator->normal;
        generator->has_normal = 0;
        generator->normal = 0;
        return kept;
    }
    double uniforms[2];
    frcnn_uniform_unit_f64(generator, 2, uniforms);
    const double radius = sqrt(-2.0 * log1p(-uniforms[1]));
    const double angle = 2.0 * 3.141592653589793 * uniforms[0];
    generator->normal = radius * sin(angle);
    generator->has_normal = 1;
    return radius * cos(angle);
}

/* Fewer than a block. */
static void fill_few(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst)
{
    for (int64_t i = 0; i < n; i++) {
        const double value = draw_normal(generator);
        if (dtype == FRCNN_F64)
            ((double *)dst)[i] = value;
        else if (dtype == FRCNN_F16)
            ((uint16_t *)dst)[i] = frcnn_f32_to_f16((float)value);
        else if (dtype == FRCNN_BF16)
            ((uint16_t *)dst)[i] = frcnn_f32_to_bf16((float)value);
        else
            ((float *)dst)[i] = (float)value;
    }
}

frcnn_status frcnn_randn_cpu(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst)
{
    if (n < BLOCK)
        fill_few(dtype, n, generator, dst);
    else if (dtype == FRCNN_F64)
        fill_f64(n, generator, dst);
    else if (dtype == FRCNN_F16)
        fill_half(n, generator, frcnn_f32_to_f16, dst);
    else if (dtype == FRCNN_BF16)
        fill_half(n, generator, frcnn_f32_to_bf16, dst);
    else
        fill_f32(n, generator, dst);
    return FRCNN_OK;
}
