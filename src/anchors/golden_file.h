/** What a golden file holds, and how it is made. */
#ifndef FRCNN_GOLDEN_FILE_H
#define FRCNN_GOLDEN_FILE_H

#include <stdint.h>

#include "frcnn/anchor_golden.h"

enum {
    FRCNN_GOLDEN_VERSION = 1,
    FRCNN_GOLDEN_SAMPLES = 8,      /* rows of a level that are written */
    FRCNN_GOLDEN_MAX_SAMPLES = 64, /* and that are read */
    FRCNN_GOLDEN_MAX_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES,
    FRCNN_SHA256_HEX = 65
};

/** One row of a level. */
typedef struct frcnn_golden_sample {
    int64_t index;
    int y, x, anchor;
    float box[4];
} frcnn_golden_sample;

typedef struct frcnn_golden_level {
    int64_t count;
    int n_base;
    float base[FRCNN_GOLDEN_MAX_BASE * 4];
    int n_samples;
    frcnn_golden_sample samples[FRCNN_GOLDEN_MAX_SAMPLES];
    char sha256[FRCNN_SHA256_HEX];
} frcnn_golden_level;

struct frcnn_anchor_golden {
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_golden_level levels[FRCNN_MAX_LEVELS];
    int64_t total;
    char sha256[FRCNN_SHA256_HEX];
};

/** The cell and anchor of a row of a level. */
void frcnn_golden_sample_place(frcnn_golden_sample *sample, const frcnn_anchor_config *config,
                               const frcnn_anchor_grids *grids, int level);

/** Makes the anchors and notes of them what a golden file says; samples are those of like where that is no NULL. The
 *  caller ends *out with frcnn_anchor_golden_close. Errors: INVALID (config, grids), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_golden_make(frcnn_anchor_golden **out, const frcnn_anchor_config *config,
                                               const frcnn_anchor_grids *grids, const frcnn_anchor_golden *like);

#endif
