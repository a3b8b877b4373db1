#include "anchors/anchor_mistakes.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "anchors/mistake_table.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { BOX = 4 };

/* How far one array is from another. */
typedef struct distance {
    int64_t n_unequal; /* values that differ */
    int64_t n_far;     /* and by more than rounding does */
} distance;

/* Sums that were taken in another order differ by a few ulp of the largest value that went into them. */
static distance measure(const float *a, const float *b, int64_t n)
{
    enum { SUMS = 4 };
    distance result = {0, 0};
    float largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fabsf(a[i]) > largest ? fabsf(a[i]) : largest;
    const float tolerance = (float)SUMS * FLT_EPSILON * largest;
    for (int64_t i = 0; i < n; i++) {
        result.n_unequal += a[i] != b[i];
        result.n_far += !(fabsf(a[i] - b[i]) <= tolerance);
    }
    return result;
}

/* Whether nearly all that differed is explained: all but a hundredth of the values, and a twentieth of those that differed. */
static int is_explained(int64_t n_left, int64_t n_before, int64_t n)
{
    enum { OF_ALL = 100, OF_DIFFERENT = 20 };
    return n_before > 0 && n_left <= n / OF_ALL && n_left <= n_before / OF_DIFFERENT;
}

static void name_mistake(frcnn_anchor_difference *out, const frcnn_anchor_mistake *m, int64_t n_unexplained,
                         const char *detail)
{
    out->cause = m->cause;
    out->n_unexplained = n_unexplained;
    snprintf(out->advice, sizeof out->advice, "%s%s%s", m->advice, detail[0] != '\0' ? "; " : "", detail);
}

/* What the number of anchors alone can tell. */
static void judge_count(const frcnn_anchor_case *what, frcnn_anchor_difference *out)
{
    int64_t n_cells = 0;
    for (int i = 0; i < what->config->n_levels; i++)
        n_cells += (int64_t)what->grids->grid_h[i] * what->grids->grid_w[i];
    if (what->n_expected == what->n_found || what->n_found == 0 || what->n_found % n_cells != 0 ||
        what->n_expected % n_cells != 0)
        return;
    out->cause = "another number of anchors a cell";
    out->n_unexplained = -1;
    snprintf(out->advice, sizeof out->advice, "every cell has %lld anchors; it has to have %lld, sizes times ratios",
             (long long)(what->n_found / n_cells), (long long)(what->n_expected / n_cells));
}

frcnn_status frcnn_anchor_mistakes_find(const frcnn_anchor_case *what, frcnn_anchor_difference *out)
{
    const int64_t n = what->n_found * BOX;
    const size_t n_bytes = (size_t)n * sizeof(float);
    const int is_same_count = what->n_expected == what->n_found;
    const distance before = is_same_count ? measure(what->expected, what->found, n) : (distance){n, n};
    distance best = before;
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)what->n_found, BOX * sizeof(float), "anchors"));
    float *made = block;
    for (int i = 0; i < frcnn_n_anchor_mistakes && best.n_unequal > 0 && n > 0; i++) {
        char detail[FRCNN_MISTAKE_DETAIL] = "";
        int is_made = 0;
        FRCNN_TRY_CLEANUP(frcnn_anchor_mistakes[i].make(what, &frcnn_anchor_mistakes[i], made, &is_made, detail));
        if (!is_made || (is_same_count && memcmp(made, what->expected, n_bytes) == 0)) continue;
        const distance left = measure(made, what->found, n);
        if (left.n_unequal > 0 && !is_explained(left.n_unequal, before.n_unequal, n) &&
            !is_explained(left.n_far, before.n_far, n))
            continue;
        if (out->cause != NULL && left.n_unequal > 0 && left.n_far >= best.n_far) continue;
        best = left;
        name_mistake(out, &frcnn_anchor_mistakes[i], left.n_far, detail);
    }
    if (out->cause == NULL) judge_count(what, out);

cleanup:
    frcnn_free(block);
    return status;
}
