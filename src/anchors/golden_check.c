#include <string.h>

#include "anchors/anchor_difference.h"
#include "anchors/golden_file.h"
#include "tensor/error.h"

enum { BOX = 4 };

/* Of what the file has: base anchors of all levels first, then rows; then what only the SHA-256 can tell. */
static void compare(frcnn_anchor_difference *out, const frcnn_anchor_golden *golden, const frcnn_anchor_golden *made)
{
    const frcnn_anchor_config *config = &golden->config;
    const frcnn_anchor_grids *grids = &golden->grids;
    frcnn_anchor_difference_init(out, config);
    out->n_expected = out->n_found = golden->total;
    for (int i = 0; i < config->n_levels; i++)
        for (int k = 0; k < golden->levels[i].n_base; k++)
            if (frcnn_anchor_difference_add(out, config, grids, i, k, golden->levels[i].base + (ptrdiff_t)k * BOX,
                                            made->levels[i].base + (ptrdiff_t)k * BOX))
                out->is_base = 1;
    if (out->is_base) {
        out->n_expected = 0;
        for (int i = 0; i < config->n_levels; i++) out->n_expected += golden->levels[i].n_base;
        out->n_found = out->n_expected;
        return;
    }
    int64_t n_rows = 0;
    for (int i = 0; i < config->n_levels; i++) {
        const frcnn_golden_level *level = &golden->levels[i];
        for (int k = 0; k < level->n_samples; k++)
            frcnn_anchor_difference_add(out, config, grids, i, level->samples[k].index, level->samples[k].box,
                                        made->levels[i].samples[k].box);
        n_rows += level->n_samples;
    }
    if (out->n_anchors > 0) {
        out->n_expected = out->n_found = n_rows;
        return;
    }
    for (int i = 0; i < config->n_levels && out->level < 0; i++)
        if (strcmp(golden->levels[i].sha256, made->levels[i].sha256) != 0) out->level = i;
    if (out->level >= 0 || strcmp(golden->sha256, made->sha256) != 0)
        out->n_anchors = out->n_values = -1;
    else
        out->is_equal = 1;
}

frcnn_status frcnn_anchor_golden_check(const frcnn_anchor_golden *golden, frcnn_anchor_difference *out)
{
    frcnn_anchor_golden *made = NULL;
    FRCNN_TRY(frcnn_golden_make(&made, &golden->config, &golden->grids, golden));
    compare(out, golden, made);
    frcnn_anchor_golden_close(&made);
    return FRCNN_OK;
}
