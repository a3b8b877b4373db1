#include "parity/compare.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_LINES = 5, SHAPE_TEXT = 128 };

void parity_record(parity_report *report, const char *name, int is_ok, const char *format, ...)
{
    report->n_checks++;
    report->n_failures += !is_ok;
    fprintf(report->stream, "%-4s  %-18s  ", is_ok ? "ok" : "FAIL", name);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(report->stream, format, arguments);
    va_end(arguments);
    fputc('\n', report->stream);
}

static void format_shape(char text[SHAPE_TEXT], int n_dims, const int64_t *shape)
{
    size_t used = (size_t)snprintf(text, SHAPE_TEXT, "[");
    for (int i = 0; i < n_dims && used < SHAPE_TEXT; i++)
        used += (size_t)snprintf(text + used, SHAPE_TEXT - used, i > 0 ? ", %lld" : "%lld", (long long)shape[i]);
    if (used < SHAPE_TEXT) snprintf(text + used, SHAPE_TEXT - used, "]");
}

/* The coordinates of a flat row-major position. */
static void format_place(char text[SHAPE_TEXT], int n_dims, const int64_t *shape, int64_t flat)
{
    int64_t place[FRCNN_MAX_DIMS];
    for (int i = n_dims - 1; i >= 0; i--) {
        place[i] = flat % shape[i];
        flat /= shape[i];
    }
    format_shape(text, n_dims, place);
}

static double get_magnitude(const parity_expected *expected)
{
    double largest = 0.0;
    for (int64_t i = 0; i < expected->n_values; i++) {
        const double magnitude = fabs((double)expected->values[i]);
        if (magnitude > largest) largest = magnitude;
    }
    return largest;
}

/* 0 for equal values, NaN among them; infinite where one of them is no number. */
static double get_error(float expected, float actual, parity_scale scale)
{
    if (memcmp(&expected, &actual, sizeof expected) == 0) return 0.0;
    if (isnan(expected) && isnan(actual)) return 0.0;
    if (scale == PARITY_BITS || !isfinite(expected) || !isfinite(actual)) return INFINITY;
    return fabs((double)actual - (double)expected);
}

void parity_compare_values(parity_report *report, const char *name, const parity_expected *expected, int n_dims,
                           const int64_t *shape, const float *actual, parity_bound bound)
{
    char expected_shape[SHAPE_TEXT], actual_shape[SHAPE_TEXT], place[SHAPE_TEXT];
    format_shape(expected_shape, expected->n_dims, expected->shape);
    format_shape(actual_shape, n_dims, shape);
    if (n_dims != expected->n_dims || memcmp(shape, expected->shape, (size_t)n_dims * sizeof *shape) != 0) {
        parity_record(report, name, 0, "expected shape %s, found %s", expected_shape, actual_shape);
        return;
    }

    const double magnitude = get_magnitude(expected);
    const double unit = bound.scale == PARITY_RELATIVE && magnitude > 0.0 ? magnitude : 1.0;
    int64_t n_wrong = 0, first_wrong = -1, first_wrong_flat = -1;
    double largest = 0.0;
    for (int64_t i = 0; i < expected->n_values; i++) {
        const int64_t flat = expected->index == NULL ? i : expected->index[i];
        const double error = get_error(expected->values[i], actual[flat], bound.scale) / unit;
        if (error > largest) largest = error;
        if (error <= bound.limit) continue;
        if (n_wrong++ == 0) {
            first_wrong = i;
            first_wrong_flat = flat;
        }
    }
    if (bound.scale == PARITY_BITS) {
        parity_record(report, name, n_wrong == 0, "%s  %lld of %lld values differ in their bits", expected_shape,
                      (long long)n_wrong, (long long)expected->n_values);
    } else {
        parity_record(report, name, n_wrong == 0, "%s  largest error %.2e, bound %.0e%s; largest magnitude %.4g",
                      expected_shape, largest, bound.limit, bound.scale == PARITY_RELATIVE ? " of it" : "", magnitude);
    }
    if (n_wrong == 0) return;
    format_place(place, n_dims, shape, first_wrong_flat);
    fprintf(report->stream, "      %lld of %lld values beyond the bound; first at %s: expected %.9g, found %.9g\n",
            (long long)n_wrong, (long long)expected->n_values, place, (double)expected->values[first_wrong],
            (double)actual[first_wrong_flat]);
}

/* The largest difference of a coordinate; infinite where one of them is no number. */
static double get_box_distance(const float *a, const float *b)
{
    double largest = 0.0;
    for (int k = 0; k < 4; k++) {
        const double distance = fabs((double)a[k] - (double)b[k]);
        if (!(distance <= largest)) largest = isnan(distance) ? INFINITY : distance;
    }
    return largest;
}

static int is_same_label(const parity_boxes *a, int64_t i, const parity_boxes *b, int64_t j)
{
    return a->labels == NULL || a->labels[i] == b->labels[j];
}

/* The box of the same label nearest to boxes[i] among those not taken; -1 where there is none within the limits. */
static int64_t find_nearest(const parity_boxes *boxes, int64_t i, const parity_boxes *others, const uint8_t *is_taken,
                            double pixels, double score)
{
    int64_t nearest = -1;
    double nearest_distance = INFINITY;
    for (int64_t j = 0; j < others->n; j++) {
        if ((is_taken != NULL && is_taken[j]) || !is_same_label(boxes, i, others, j)) continue;
        if (!(fabs((double)boxes->scores[i] - (double)others->scores[j]) <= score)) continue;
        const double distance = get_box_distance(boxes->boxes + 4 * i, others->boxes + 4 * j);
        if (distance <= pixels && distance < nearest_distance) {
            nearest = j;
            nearest_distance = distance;
        }
    }
    return nearest;
}

/* Which actual box belongs to each expected one, -1 for none; is_taken marks the actual ones that have a partner. */
typedef struct pairing {
    int64_t *partner;
    uint8_t *is_taken;
    int64_t n_pairs;
    double largest_distance, largest_score; /* among pairs */
} pairing;

static void pairing_deinit(pairing *pairs)
{
    frcnn_free(pairs->partner);
    frcnn_free(pairs->is_taken);
}

static frcnn_status pairing_init(pairing *out, const parity_boxes *expected, const parity_boxes *actual, double pixels,
                                 double score_bound)
{
    pairing pairs = {0};
    frcnn_status status = FRCNN_OK;
    void *block = NULL;
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&block, (size_t)expected->n, sizeof *pairs.partner, "pairs"));
    pairs.partner = block;
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&block, (size_t)actual->n, sizeof *pairs.is_taken, "pairs"));
    pairs.is_taken = block;
    for (int64_t i = 0; i < expected->n; i++) {
        const int64_t j = find_nearest(expected, i, actual, pairs.is_taken, pixels, score_bound);
        pairs.partner[i] = j;
        if (j < 0) continue;
        pairs.is_taken[j] = 1;
        pairs.n_pairs++;
        const double distance = get_box_distance(expected->boxes + 4 * i, actual->boxes + 4 * j);
        const double score = fabs((double)expected->scores[i] - (double)actual->scores[j]);
        if (distance > pairs.largest_distance) pairs.largest_distance = distance;
        if (score > pairs.largest_score) pairs.largest_score = score;
    }
    *out = pairs;
    return FRCNN_OK;

cleanup:
    pairing_deinit(&pairs);
    return status;
}

static void print_box(const parity_report *report, const char *what, const parity_boxes *boxes, int64_t i)
{
    const float *box = boxes->boxes + 4 * i;
    fprintf(report->stream, "      %s %lld: ", what, (long long)i);
    if (boxes->labels != NULL) fprintf(report->stream, "label %lld, ", (long long)boxes->labels[i]);
    fprintf(report->stream, "score %.7f, box %.4f %.4f %.4f %.4f\n", (double)boxes->scores[i], (double)box[0],
            (double)box[1], (double)box[2], (double)box[3]);
}

/* A box without a partner, and the one on the other side that comes closest. */
static void print_lonely(const parity_report *report, const char *what, const parity_boxes *boxes, int64_t i,
                         const char *other_what, const parity_boxes *others)
{
    print_box(report, what, boxes, i);
    const int64_t nearest = find_nearest(boxes, i, others, NULL, INFINITY, INFINITY);
    if (nearest >= 0) print_box(report, other_what, others, nearest);
}

frcnn_status parity_compare_proposals(parity_report *report, const char *name, const parity_boxes *expected,
                                      const parity_boxes *actual, double score_bound)
{
    pairing pairs;
    FRCNN_TRY(pairing_init(&pairs, expected, actual, PARITY_PROPOSAL_PIXELS, score_bound));

    int64_t n_out_of_order = 0, last = -1;
    for (int64_t i = 0; i < expected->n; i++) {
        if (pairs.partner[i] < 0) continue;
        n_out_of_order += pairs.partner[i] < last;
        last = pairs.partner[i];
    }
    const int64_t n_absent = expected->n - pairs.n_pairs, n_new = actual->n - pairs.n_pairs;
    const int64_t n_different = (n_absent > n_new ? n_absent : n_new) + n_out_of_order;
    const int is_ok = n_different * PARITY_PROPOSALS_PER_DIFFERENCE <= expected->n;
    parity_record(report, name, is_ok,
                  "%lld expected, %lld found: %lld absent, %lld new, %lld out of order; largest error of the others "
                  "%.2e px, score %.2e",
                  (long long)expected->n, (long long)actual->n, (long long)n_absent, (long long)n_new,
                  (long long)n_out_of_order, pairs.largest_distance, pairs.largest_score);
    int n_lines = 0;
    for (int64_t i = 0; i < expected->n && !is_ok && n_lines < MAX_LINES; i++) {
        if (pairs.partner[i] >= 0) continue;
        print_lonely(report, "absent", expected, i, "nearest found", actual);
        n_lines++;
    }
    pairing_deinit(&pairs);
    return FRCNN_OK;
}

/* Whether rounding alone can have decided that boxes[i] is there. */
static int is_at_bound(const parity_boxes *boxes, int64_t i, double threshold, int64_t cap)
{
    const double score = (double)boxes->scores[i];
    if (fabs(score - threshold) <= PARITY_SCORE) return 1;
    return boxes->n >= cap && score - (double)boxes->scores[boxes->n - 1] <= PARITY_SCORE;
}

frcnn_status parity_compare_detections(parity_report *report, const char *name, const parity_boxes *expected,
                                       const parity_boxes *actual, double threshold, int64_t cap)
{
    pairing pairs;
    FRCNN_TRY(pairing_init(&pairs, expected, actual, PARITY_DETECTION_PIXELS, PARITY_SCORE));

    int64_t n_absent = 0, n_new = 0;
    for (int64_t i = 0; i < expected->n; i++)
        n_absent += pairs.partner[i] < 0 && !is_at_bound(expected, i, threshold, cap);
    for (int64_t j = 0; j < actual->n; j++) n_new += !pairs.is_taken[j] && !is_at_bound(actual, j, threshold, cap);
    parity_record(report, name, n_absent == 0 && n_new == 0,
                  "%lld expected, %lld found: %lld absent, %lld new; largest error of the others %.2e px, score %.2e",
                  (long long)expected->n, (long long)actual->n, (long long)n_absent, (long long)n_new,
                  pairs.largest_distance, pairs.largest_score);
    int n_lines = 0;
    for (int64_t i = 0; i < expected->n && n_lines < MAX_LINES; i++) {
        if (pairs.partner[i] >= 0 || is_at_bound(expected, i, threshold, cap)) continue;
        print_lonely(report, "absent", expected, i, "nearest found", actual);
        n_lines++;
    }
    for (int64_t j = 0; j < actual->n && n_lines < 2 * MAX_LINES; j++) {
        if (pairs.is_taken[j] || is_at_bound(actual, j, threshold, cap)) continue;
        print_lonely(report, "new", actual, j, "nearest expected", expected);
        n_lines++;
    }
    pairing_deinit(&pairs);
    return FRCNN_OK;
}
