#include <assert.h>
#include <string.h>

#include <nettle/sha2.h>

#include "anchors/anchor_config.h"
#include "anchors/golden_file.h"
#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/memory.h"

enum { BOX = 4 };

static void hash_values(struct sha256_ctx *hash, const float *values, int64_t n)
{
    enum { CHUNK = 256, F32_BYTES = 4 };
    uint8_t bytes[CHUNK * F32_BYTES];
    for (int64_t start = 0; start < n; start += CHUNK) {
        const int64_t n_chunk = n - start < CHUNK ? n - start : CHUNK;
        for (int64_t i = 0; i < n_chunk; i++) {
            const uint32_t bits = frcnn_f32_to_bits(values[start + i]);
            for (int k = 0; k < F32_BYTES; k++) bytes[i * F32_BYTES + k] = (uint8_t)(bits >> (8 * k));
        }
        sha256_update(hash, (size_t)n_chunk * F32_BYTES, bytes);
    }
}

static void end_hash(struct sha256_ctx *hash, char hex[FRCNN_SHA256_HEX])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned)digest[i]);
}

void frcnn_golden_sample_place(frcnn_golden_sample *sample, const frcnn_anchor_config *config,
                               const frcnn_anchor_grids *grids, int level)
{
    const int n_base = frcnn_anchor_config_get_n_base(config, level);
    const int64_t cell = sample->index / n_base;
    sample->anchor = (int)(sample->index % n_base);
    sample->y = (int)(cell / grids->grid_w[level]);
    sample->x = (int)(cell % grids->grid_w[level]);
}

static frcnn_status make_level(frcnn_golden_level *out, struct sha256_ctx *all, const frcnn_anchor_config *config,
                               const frcnn_anchor_grids *grids, int level, const frcnn_golden_level *like)
{
    struct sha256_ctx hash;
    frcnn_tensor *base = NULL;
    frcnn_tensor *anchors = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_anchors_create_base(&base, config, level));
    FRCNN_TRY_CLEANUP(frcnn_anchors_create_level(&anchors, config, grids, level));
    out->n_base = frcnn_anchor_config_get_n_base(config, level);
    assert(out->n_base <= FRCNN_GOLDEN_MAX_BASE);
    memcpy(out->base, frcnn_tensor_get_const_data(base), (size_t)out->n_base * BOX * sizeof(float));
    const float *boxes = frcnn_tensor_get_const_data(anchors);
    out->count = frcnn_tensor_get_n_elements(anchors) / BOX;
    if (like != NULL)
        out->n_samples = like->n_samples;
    else
        out->n_samples = out->count < FRCNN_GOLDEN_SAMPLES ? (int)out->count : FRCNN_GOLDEN_SAMPLES;
    for (int i = 0; i < out->n_samples; i++) {
        frcnn_golden_sample *sample = &out->samples[i];
        if (like != NULL)
            sample->index = like->samples[i].index;
        else
            sample->index = out->n_samples == 1 ? 0 : (out->count - 1) * i / (out->n_samples - 1);
        frcnn_golden_sample_place(sample, config, grids, level);
        memcpy(sample->box, boxes + sample->index * BOX, sizeof sample->box);
    }
    sha256_init(&hash);
    hash_values(&hash, boxes, out->count * BOX);
    end_hash(&hash, out->sha256);
    hash_values(all, boxes, out->count * BOX);

cleanup:
    frcnn_tensor_destroy(&base);
    frcnn_tensor_destroy(&anchors);
    return status;
}

frcnn_status frcnn_golden_make(frcnn_anchor_golden **out, const frcnn_anchor_config *config,
                               const frcnn_anchor_grids *grids, const frcnn_anchor_golden *like)
{
    struct sha256_ctx all;
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_anchor_grids_check(config, grids));
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof **out, "golden file"));
    frcnn_anchor_golden *golden = block;
    golden->config = *config;
    golden->grids = *grids;
    sha256_init(&all);
    for (int i = 0; i < config->n_levels; i++)
        FRCNN_TRY_CLEANUP(
            make_level(&golden->levels[i], &all, config, grids, i, like != NULL ? &like->levels[i] : NULL));
    end_hash(&all, golden->sha256);
    FRCNN_TRY_CLEANUP(frcnn_anchors_count(&golden->total, config, grids, config->n_levels));
    *out = golden;
    return FRCNN_OK;

cleanup:
    frcnn_anchor_golden_close(&golden);
    return status;
}

void frcnn_anchor_golden_close(frcnn_anchor_golden **golden)
{
    frcnn_free(*golden);
    *golden = NULL;
}

const frcnn_anchor_config *frcnn_anchor_golden_get_config(const frcnn_anchor_golden *golden)
{
    return &golden->config;
}

const frcnn_anchor_grids *frcnn_anchor_golden_get_grids(const frcnn_anchor_golden *golden)
{
    return &golden->grids;
}

int64_t frcnn_anchor_golden_get_total(const frcnn_anchor_golden *golden)
{
    return golden->total;
}

const char *frcnn_anchor_golden_get_sha256(const frcnn_anchor_golden *golden)
{
    return golden->sha256;
}
