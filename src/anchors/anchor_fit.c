#include "frcnn/anchor_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/fit_boxes.h"
#include "anchors/fit_clusters.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum {
    MAX_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES,
    MAX_ALL_SIZES = FRCNN_MAX_LEVELS * FRCNN_MAX_SIZES,
    MAX_SEARCHED = 10000,
    MAX_OVERLAPS = 1 << 24, /* of boxes with base anchors, kept while searching */
    N_STARTS = 4,
    N_SHAKES = 24,
    MAX_SWEEPS = 60,
    START_SEED = 1
};

static const double hundredth = 0.01;
static const double max_size = 65535, min_ratio = 0.01, max_ratio = 100;

/* Fewer boxes too few at IoU 0.5, more reached at 0.7, then at 0.5, then a larger sum of overlaps, in 2^-20: whole numbers
   have no rounding that an order of adding could change. */
typedef struct score {
    int64_t n_lost, n_70, n_50, sum;
} score;

static int is_better(const score *a, const score *b)
{
    if (a->n_lost != b->n_lost) return a->n_lost < b->n_lost;
    if (a->n_70 != b->n_70) return a->n_70 > b->n_70;
    if (a->n_50 != b->n_50) return a->n_50 > b->n_50;
    return a->sum > b->sum;
}

/* One number of a config. */
typedef struct parameter {
    int is_ratio;
    int level; /* -1: a ratio of all levels */
    int index;
} parameter;

typedef struct search {
    const frcnn_fit_boxes *boxes;
    frcnn_anchor_config config;
    int is_ratio_shared;
    float *iou;     /* [base anchors of all levels, n boxes] */
    float *rest;    /* [n]: the best that a change leaves alone */
    float *changed; /* [n] */
    score now;
    int64_t least_n_50[FRCNN_N_BOX_SIZES]; /* what is to be reached at IoU 0.5; of any size: not used, 0 */
} search;

/* Where a level's base anchors begin among all. */
static size_t get_first_base(const frcnn_anchor_config *config, int level)
{
    size_t first = 0;
    for (int i = 0; i < level; i++) first += (size_t)frcnn_anchor_config_get_n_base(config, i);
    return first;
}

static score get_score(const search *self, const float *iou)
{
    int64_t n_50[FRCNN_N_BOX_SIZES] = {0};
    score found = {0, 0, 0, 0};
    for (size_t i = 0; i < self->boxes->n; i++) {
        found.n_70 += iou[i] >= 0.7F;
        n_50[self->boxes->size[i]] += iou[i] >= 0.5F;
        found.sum += (int64_t)(iou[i] * 0x1p20F);
    }
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
        found.n_50 += n_50[i];
        if (n_50[i] < self->least_n_50[i]) found.n_lost += self->least_n_50[i] - n_50[i];
    }
    return found;
}

/* Whether a base anchor of a level, in its cell's order, is made from the parameter. */
static int depends(const frcnn_anchor_config *config, const parameter *p, int level, int base)
{
    const frcnn_anchor_level_config *l = &config->levels[level];
    if (p->level >= 0 && p->level != level) return 0;
    const int is_size_major = frcnn_anchor_config_is_size_major(config);
    const int size = is_size_major ? base / l->n_ratios : base % l->n_sizes;
    const int ratio = is_size_major ? base % l->n_ratios : base / l->n_sizes;
    return p->is_ratio ? ratio == p->index : size == p->index;
}

static double get_value(const frcnn_anchor_config *config, const parameter *p)
{
    const frcnn_anchor_level_config *level = &config->levels[p->level < 0 ? 0 : p->level];
    return p->is_ratio ? level->ratios[p->index] : level->sizes[p->index];
}

static void set_value(frcnn_anchor_config *config, const parameter *p, double value)
{
    for (int i = 0; i < config->n_levels; i++) {
        if (p->level >= 0 && p->level != i) continue;
        *(p->is_ratio ? &config->levels[i].ratios[p->index] : &config->levels[i].sizes[p->index]) = value;
    }
}

/* The steps that values are rounded to. */
static double get_step(const frcnn_anchor_config *config, int is_ratio)
{
    return is_ratio || frcnn_anchor_convention_has_base_size(config->convention) ? hundredth : 1;
}

static double round_to(double value, double step)
{
    /* Hundredths as the nearest double, as a reader of "0.57" has it. */
    return step == 1 ? rint(value) : rint(value / step) / rint(1 / step);
}

/* Between which values, both excluded, the parameter may move: sizes and ratios stay in order. */
static void get_bounds(const frcnn_anchor_config *config, const parameter *p, double *low, double *high)
{
    const frcnn_anchor_level_config *levels = config->levels;
    const int level = p->level < 0 ? 0 : p->level;
    const double step = get_step(config, p->is_ratio);
    if (p->is_ratio) {
        *low = p->index > 0 ? levels[level].ratios[p->index - 1] : min_ratio - step / 2;
        *high = p->index + 1 < levels[level].n_ratios ? levels[level].ratios[p->index + 1] : max_ratio + step / 2;
        return;
    }
    *low = step / 2;
    *high = max_size;
    if (frcnn_anchor_convention_has_base_size(config->convention)) {
        /* Of other levels the base size may differ. */
        if (p->index > 0) *low = levels[level].sizes[p->index - 1];
        if (p->index + 1 < levels[level].n_sizes) *high = levels[level].sizes[p->index + 1];
        return;
    }
    if (p->index > 0)
        *low = levels[level].sizes[p->index - 1];
    else if (level > 0)
        *low = levels[level - 1].sizes[levels[level - 1].n_sizes - 1];
    if (p->index + 1 < levels[level].n_sizes)
        *high = levels[level].sizes[p->index + 1];
    else if (level + 1 < config->n_levels)
        *high = levels[level + 1].sizes[0];
}

/* Matches the base anchors that depend on p (all, where it is NULL) again, into iou. */
static void match_again(search *self, const parameter *p)
{
    float base[MAX_BASE * 4];
    for (int level = 0; level < self->config.n_levels; level++) {
        if (p != NULL && p->level >= 0 && p->level != level) continue;
        frcnn_fit_first_cell(base, &self->config, level);
        const size_t first = get_first_base(&self->config, level);
        const int n = frcnn_anchor_config_get_n_base(&self->config, level);
        for (int i = 0; i < n; i++)
            if (p == NULL || depends(&self->config, p, level, i))
                frcnn_fit_match(self->iou + (first + (size_t)i) * self->boxes->n, self->boxes, level,
                                base + (size_t)i * 4, 0);
    }
}

/* rest becomes the best of those that do not depend on p; of all where it is NULL. */
static void find_rest(search *self, const parameter *p)
{
    const size_t n = self->boxes->n;
    memset(self->rest, 0, n * sizeof *self->rest);
    for (int level = 0; level < self->config.n_levels; level++) {
        const size_t first = get_first_base(&self->config, level);
        const int n_base = frcnn_anchor_config_get_n_base(&self->config, level);
        for (int i = 0; i < n_base; i++) {
            if (p != NULL && depends(&self->config, p, level, i)) continue;
            const float *iou = self->iou + (first + (size_t)i) * n;
            for (size_t b = 0; b < n; b++) self->rest[b] = self->rest[b] > iou[b] ? self->rest[b] : iou[b];
        }
    }
}

/* The score with another value of p; rest is p's. */
static score score_value(search *self, const parameter *p, double value)
{
    float base[MAX_BASE * 4];
    frcnn_anchor_config config = self->config;
    set_value(&config, p, value);
    memcpy(self->changed, self->rest, self->boxes->n * sizeof *self->rest);
    for (int level = 0; level < config.n_levels; level++) {
        if (p->level >= 0 && p->level != level) continue;
        frcnn_fit_first_cell(base, &config, level);
        const int n = frcnn_anchor_config_get_n_base(&config, level);
        for (int i = 0; i < n; i++)
            if (depends(&config, p, level, i))
                frcnn_fit_match(self->changed, self->boxes, level, base + (size_t)i * 4, 1);
    }
    return get_score(self, self->changed);
}

/* Takes the best of the values near the one there is; 1 where one is better than that. */
static int improve(search *self, const parameter *p)
{
    static const double factors[] = {0.6, 0.75, 0.85, 0.9, 0.94, 0.97, 0.985, 1.015, 1.03, 1.06, 1.1, 1.18, 1.33, 1.65};
    enum { N_FACTORS = sizeof factors / sizeof *factors, N_STEPS = 4, N_TRIED = N_FACTORS + N_STEPS };
    const double before = get_value(&self->config, p), step = get_step(&self->config, p->is_ratio);
    double low = 0, high = 0, best = before;
    get_bounds(&self->config, p, &low, &high);
    find_rest(self, p);
    for (int i = 0; i < N_TRIED; i++) {
        static const int steps[N_STEPS] = {-2, -1, 1, 2};
        const double value = round_to(i < N_FACTORS ? before * factors[i] : before + steps[i - N_FACTORS] * step, step);
        if (value <= low || value >= high || value == before) continue;
        const score found = score_value(self, p, value);
        if (!is_better(&found, &self->now)) continue;
        self->now = found;
        best = value;
    }
    if (best == before) return 0;
    set_value(&self->config, p, best);
    match_again(self, p);
    return 1;
}

static int sweep(search *self)
{
    int is_improved = 0;
    for (int level = 0; level < self->config.n_levels; level++)
        for (int i = 0; i < self->config.levels[level].n_sizes; i++)
            is_improved |= improve(self, &(parameter){0, level, i});
    const int n_lists = self->is_ratio_shared ? 1 : self->config.n_levels;
    for (int level = 0; level < n_lists; level++)
        for (int i = 0; i < self->config.levels[level].n_ratios; i++)
            is_improved |= improve(self, &(parameter){1, self->is_ratio_shared ? -1 : level, i});
    return is_improved;
}

/* Changes one value after the other while that helps. */
static void climb(search *self)
{
    match_again(self, NULL);
    find_rest(self, NULL);
    self->now = get_score(self, self->rest);
    for (int i = 0; i < MAX_SWEEPS && sweep(self); i++) {
    }
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* In order, in steps, no two alike. */
static void make_increasing(double *values, int n, double step)
{
    qsort(values, (size_t)n, sizeof *values, compare_numbers);
    for (int i = 0; i < n; i++) {
        values[i] = round_to(values[i] < step ? step : values[i], step);
        if (i > 0 && values[i] <= values[i - 1]) values[i] = round_to(values[i - 1] + step, step);
    }
}

/* Sizes from clusters of boxes, dealt to the levels fine to coarse; ratios from clusters of their shapes. */
static frcnn_status start_from_clusters(frcnn_anchor_config *config, const frcnn_fit_boxes *boxes,
                                        frcnn_generator *generator)
{
    frcnn_status status = FRCNN_OK;
    frcnn_fit_shape centres[MAX_ALL_SIZES];
    double sizes[MAX_ALL_SIZES], ratios[FRCNN_MAX_SIZES];
    void *block = NULL;
    int n_sizes = 0, n_ratios = 0;
    for (int i = 0; i < config->n_levels; i++) {
        n_sizes += config->levels[i].n_sizes;
        if (config->levels[i].n_ratios > n_ratios) n_ratios = config->levels[i].n_ratios;
    }
    FRCNN_TRY(frcnn_alloc(&block, boxes->n, sizeof(frcnn_fit_shape), "shapes of boxes"));
    frcnn_fit_shape *shapes = block;
    for (size_t i = 0; i < boxes->n; i++)
        shapes[i] = (frcnn_fit_shape){(double)(boxes->x2[i] - boxes->x1[i]), (double)(boxes->y2[i] - boxes->y1[i])};
    FRCNN_TRY_CLEANUP(frcnn_fit_cluster(centres, n_sizes, shapes, boxes->n, generator));
    for (int i = 0; i < n_sizes; i++) sizes[i] = sqrt(centres[i].w * centres[i].h);
    make_increasing(sizes, n_sizes, 1);
    for (size_t i = 0; i < boxes->n; i++) {
        const double side = sqrt(shapes[i].w * shapes[i].h);
        shapes[i] = (frcnn_fit_shape){shapes[i].w / side, shapes[i].h / side};
    }
    FRCNN_TRY_CLEANUP(frcnn_fit_cluster(centres, n_ratios, shapes, boxes->n, generator));
    for (int i = 0; i < n_ratios; i++) {
        ratios[i] = centres[i].h / centres[i].w;
        if (ratios[i] > max_ratio) ratios[i] = max_ratio;
    }
    make_increasing(ratios, n_ratios, hundredth);

    for (int level = 0, next = 0; level < config->n_levels; level++) {
        frcnn_anchor_level_config *l = &config->levels[level];
        const int has_base = frcnn_anchor_convention_has_base_size(config->convention);
        const double unit = has_base ? frcnn_anchor_config_get_base_size(config, level) : 1;
        for (int i = 0; i < l->n_sizes; i++) l->sizes[i] = sizes[next++] / unit;
        make_increasing(l->sizes, l->n_sizes, get_step(config, 0));
        memcpy(l->ratios, ratios, (size_t)l->n_ratios * sizeof *ratios);
    }

cleanup:
    frcnn_free(block);
    return status;
}

/* Whether the search may start from it: values in order, as it keeps them. */
static int is_ordered(const frcnn_anchor_config *config)
{
    for (int level = 0; level < config->n_levels; level++) {
        const frcnn_anchor_level_config *l = &config->levels[level];
        for (int i = 0; i < l->n_sizes; i++) {
            double low = 0, high = 0;
            get_bounds(config, &(parameter){0, level, i}, &low, &high);
            if (l->sizes[i] <= low || l->sizes[i] >= high) return 0;
        }
        for (int i = 1; i < l->n_ratios; i++)
            if (l->ratios[i] <= l->ratios[i - 1]) return 0;
    }
    return 1;
}

/* Moves every value, mostly by less than a third of itself. Sizes of all levels stay in order where they are pixels. */
static frcnn_status shake(frcnn_anchor_config *config, int is_ratio_shared, frcnn_generator *generator)
{
    static const double spread = 0.35;
    const int64_t n_draws = 2 * MAX_ALL_SIZES;
    frcnn_tensor *draws = NULL;
    FRCNN_TRY(frcnn_tensor_randn(&draws, generator, FRCNN_F64, 1, &n_draws));
    const double *draw = frcnn_tensor_get_const_data(draws);
    double sizes[MAX_ALL_SIZES];
    int n_sizes = 0;
    const int has_base = frcnn_anchor_convention_has_base_size(config->convention);
    for (int level = 0; level < config->n_levels; level++) {
        frcnn_anchor_level_config *l = &config->levels[level];
        for (int i = 0; i < l->n_sizes; i++) {
            l->sizes[i] *= exp(spread * draw[n_sizes]);
            sizes[n_sizes++] = l->sizes[i];
        }
        make_increasing(l->sizes, l->n_sizes, get_step(config, 0));
        const double *ratio_draw = draw + MAX_ALL_SIZES + (is_ratio_shared ? 0 : level * FRCNN_MAX_SIZES);
        for (int i = 0; i < l->n_ratios; i++) l->ratios[i] *= exp(spread * ratio_draw[i]);
        make_increasing(l->ratios, l->n_ratios, hundredth);
    }
    if (!has_base) {
        make_increasing(sizes, n_sizes, 1);
        for (int level = 0, next = 0; level < config->n_levels; level++)
            for (int i = 0; i < config->levels[level].n_sizes; i++) config->levels[level].sizes[i] = sizes[next++];
    }
    frcnn_tensor_destroy(&draws);
    return FRCNN_OK;
}

static int has_shared_ratios(const frcnn_anchor_config *config)
{
    for (int i = 1; i < config->n_levels; i++)
        if (config->levels[i].n_ratios != config->levels[0].n_ratios ||
            memcmp(config->levels[i].ratios, config->levels[0].ratios,
                   (size_t)config->levels[0].n_ratios * sizeof(double)) != 0)
            return 0;
    return 1;
}

/* The levels and the anchors per cell that were asked for: more sizes, else more ratios. */
static frcnn_status set_counts(frcnn_anchor_config *config, const frcnn_anchor_fit_options *options)
{
    FRCNN_FAIL_IF(options->n_levels < 0 || options->n_levels > FRCNN_MAX_LEVELS, FRCNN_ERROR_INVALID,
                  "anchor fit: expected 1 to %d levels, found %d", FRCNN_MAX_LEVELS, options->n_levels);
    FRCNN_FAIL_IF(options->per_cell < 0, FRCNN_ERROR_INVALID,
                  "anchor fit: expected 1 anchor per cell or more, found %d", options->per_cell);
    for (int i = config->n_levels; i < options->n_levels; i++) {
        frcnn_anchor_level_config *level = &config->levels[i];
        *level = config->levels[i - 1];
        level->stride_y *= 2;
        level->stride_x *= 2;
    }
    if (options->n_levels > 0) config->n_levels = options->n_levels;
    if (options->per_cell == 0) return FRCNN_OK;
    for (int i = 0; i < config->n_levels; i++) {
        frcnn_anchor_level_config *level = &config->levels[i];
        if (options->per_cell % level->n_ratios == 0) {
            level->n_sizes = options->per_cell / level->n_ratios;
        } else if (options->per_cell % level->n_sizes == 0) {
            level->n_ratios = options->per_cell / level->n_sizes;
        } else {
            level->n_sizes = 1;
            level->n_ratios = options->per_cell;
        }
        FRCNN_FAIL_IF(level->n_sizes > FRCNN_MAX_SIZES || level->n_ratios > FRCNN_MAX_SIZES, FRCNN_ERROR_INVALID,
                      "anchor fit: expected at most %d sizes and ratios on a level, found %d and %d for %d anchors per "
                      "cell",
                      FRCNN_MAX_SIZES, level->n_sizes, level->n_ratios, options->per_cell);
        /* Values to begin with, until clusters give better ones. */
        for (int j = 0; j < FRCNN_MAX_SIZES; j++) level->sizes[j] = level->ratios[j] = j + 1;
    }
    return FRCNN_OK;
}

static frcnn_status open_search(search *self, const frcnn_fit_boxes *boxes, size_t n_base)
{
    void *block = NULL;
    self->boxes = boxes;
    FRCNN_TRY(frcnn_alloc(&block, boxes->n, sizeof(float), "overlaps"));
    self->rest = block;
    FRCNN_TRY(frcnn_alloc(&block, boxes->n, sizeof(float), "overlaps"));
    self->changed = block;
    FRCNN_TRY(frcnn_alloc(&block, boxes->n, n_base * sizeof(float), "overlaps"));
    self->iou = block;
    return FRCNN_OK;
}

static void close_search(search *self)
{
    frcnn_free(self->iou);
    frcnn_free(self->rest);
    frcnn_free(self->changed);
}

/* The best that each start leads to. Where counts are the same, first has config's values and is one of them. */
static frcnn_status search_all(frcnn_anchor_config *best, search *self, const frcnn_anchor_config *first, int is_same)
{
    frcnn_status status = FRCNN_OK;
    frcnn_generator *generator = NULL;
    score best_score = {INT64_MAX, -1, -1, -1};
    FRCNN_TRY(frcnn_generator_create(&generator, START_SEED));
    for (int i = 0; i < N_STARTS + N_SHAKES; i++) {
        self->config = i < N_STARTS ? *first : *best;
        if (i == 0 && (!is_same || !is_ordered(first))) continue;
        if (i >= N_STARTS)
            FRCNN_TRY_CLEANUP(shake(&self->config, self->is_ratio_shared, generator));
        else if (i > 0)
            FRCNN_TRY_CLEANUP(start_from_clusters(&self->config, self->boxes, generator));
        climb(self);
        if (!is_better(&self->now, &best_score)) continue;
        best_score = self->now;
        *best = self->config;
    }

cleanup:
    frcnn_generator_destroy(&generator);
    return status;
}

/* What config reaches at IoU 0.5, of as many boxes as are looked at, less what may be given up. */
static frcnn_status set_floor(search *self, const frcnn_anchor_config *config, const frcnn_boxes *const *boxes,
                              size_t n, const frcnn_anchor_fit_options *options)
{
    frcnn_anchor_recall before;
    FRCNN_TRY(frcnn_anchor_recall_measure(&before, config, boxes, n, options));
    int64_t n_of_size[FRCNN_N_BOX_SIZES] = {0};
    for (size_t i = 0; i < self->boxes->n; i++) n_of_size[self->boxes->size[i]]++;
    for (int i = FRCNN_BOX_SMALL; i < FRCNN_N_BOX_SIZES; i++) {
        if (n_of_size[i] == 0) continue;
        const double share = (double)before.n_reached_50[i] / (double)before.n_boxes[i];
        self->least_n_50[i] = (int64_t)ceil((share - options->max_loss) * (double)n_of_size[i]);
    }
    return FRCNN_OK;
}

/* Of all boxes, not of those that were looked at. */
static frcnn_status is_worse(int *out, const frcnn_anchor_config *fitted, const frcnn_anchor_config *config,
                             const frcnn_boxes *const *boxes, size_t n, const frcnn_anchor_fit_options *options)
{
    frcnn_anchor_recall before, after;
    FRCNN_TRY(frcnn_anchor_recall_measure(&before, config, boxes, n, options));
    FRCNN_TRY(frcnn_anchor_recall_measure(&after, fitted, boxes, n, options));
    *out = after.n_reached_70[FRCNN_BOX_ANY] < before.n_reached_70[FRCNN_BOX_ANY];
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_fit(frcnn_anchor_config *out, const frcnn_anchor_config *config,
                              const frcnn_boxes *const *sets, size_t n, const frcnn_anchor_fit_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_anchor_fit_options defaults;
    frcnn_fit_boxes boxes = {0};
    search self = {.is_ratio_shared = 0};
    FRCNN_TRY(frcnn_anchor_config_check(config));
    frcnn_anchor_fit_options_default(&defaults, config->convention);
    if (options == NULL) options = &defaults;
    FRCNN_CHECK_OPTIONS("anchor_fit", options);
    FRCNN_FAIL_IF(!(options->max_loss >= 0) || !(options->max_loss <= 1), FRCNN_ERROR_INVALID,
                  "anchor fit: expected a max_loss from 0 to 1, found %g", options->max_loss);
    frcnn_anchor_config first = *config, best = *config;
    FRCNN_TRY(set_counts(&first, options));
    const size_t n_base = get_first_base(&first, first.n_levels);
    const int is_same = first.n_levels == config->n_levels && options->per_cell == 0;
    self.is_ratio_shared = has_shared_ratios(config);
    FRCNN_TRY(frcnn_fit_boxes_init(&boxes, &first, sets, n, options));
    if (boxes.n == 0) {
        status = frcnn_fail(FRCNN_ERROR_INVALID, "anchor fit: expected at least one box, found none");
        goto cleanup;
    }
    const size_t limit = MAX_OVERLAPS / n_base;
    FRCNN_TRY_CLEANUP(frcnn_fit_boxes_thin(&boxes, limit < MAX_SEARCHED ? limit : MAX_SEARCHED));
    FRCNN_TRY_CLEANUP(open_search(&self, &boxes, n_base));
    FRCNN_TRY_CLEANUP(set_floor(&self, config, sets, n, options));
    FRCNN_TRY_CLEANUP(search_all(&best, &self, &first, is_same));
    if (is_same) {
        int worse = 0;
        FRCNN_TRY_CLEANUP(is_worse(&worse, &best, config, sets, n, options));
        if (worse) best = *config;
    }
    *out = best;

cleanup:
    close_search(&self);
    frcnn_fit_boxes_deinit(&boxes);
    return status;
}
