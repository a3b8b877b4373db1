#include "anchors/anchor_difference.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchors/golden_file.h"
#include "tensor/float_text.h"
#include "tensor/half.h"

enum { BOX = 4 };

void frcnn_anchor_difference_init(frcnn_anchor_difference *difference, const frcnn_anchor_config *config)
{
    memset(difference, 0, sizeof *difference);
    difference->is_yx = frcnn_anchor_convention_is_yx(config->convention);
    difference->level = difference->y = difference->x = difference->anchor = difference->coordinate = -1;
    difference->count_level = -1;
}

/* float32 values in order, -0 and 0 the same. */
static int64_t get_place(float value)
{
    const uint32_t bits = frcnn_f32_to_bits(value);
    const int64_t magnitude = bits & 0x7fffffffu;
    return (bits >> 31) != 0 ? -magnitude : magnitude;
}

int frcnn_anchor_difference_add(frcnn_anchor_difference *difference, const frcnn_anchor_config *config,
                                const frcnn_anchor_grids *grids, int level, int64_t row, const float *expected,
                                const float *found)
{
    int n_differ = 0;
    for (int i = 0; i < BOX; i++) {
        if (expected[i] == found[i]) continue;
        const double distance = fabs((double)found[i] - (double)expected[i]);
        if (!isfinite(distance))
            difference->largest = INFINITY;
        else if (distance > difference->largest)
            difference->largest = distance;
        if (n_differ++ > 0 || difference->coordinate >= 0) continue;
        frcnn_golden_sample place = {.index = row};
        frcnn_golden_sample_place(&place, config, grids, level);
        difference->level = level;
        difference->y = place.y;
        difference->x = place.x;
        difference->anchor = place.anchor;
        difference->coordinate = i;
        difference->expected = expected[i];
        difference->found = found[i];
        difference->ulps = isfinite(distance) ? llabs(get_place(found[i]) - get_place(expected[i])) : -1;
    }
    difference->n_values += n_differ;
    difference->n_anchors += n_differ > 0;
    return n_differ > 0;
}

/* Text that grows in a buffer, or is cut. */
typedef struct text_buffer {
    char *text;
    size_t n, capacity;
} text_buffer;

static void append(text_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(text_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(buffer->text + buffer->n, buffer->capacity - buffer->n, format, arguments);
    va_end(arguments);
    if (n > 0) buffer->n += (size_t)n;
    if (buffer->n >= buffer->capacity) buffer->n = buffer->capacity - 1;
}

static const char *format_value(char text[FRCNN_FLOAT_TEXT_BYTES], float value)
{
    if (isfinite(value))
        frcnn_float_text(text, value);
    else
        snprintf(text, FRCNN_FLOAT_TEXT_BYTES, "%s", isnan(value) ? "nan" : (value > 0 ? "inf" : "-inf"));
    return text;
}

static void describe_first(text_buffer *buffer, const frcnn_anchor_difference *d)
{
    static const char *const names[2][BOX] = {{"x1", "y1", "x2", "y2"}, {"y1", "x1", "y2", "x2"}};
    char expected[FRCNN_FLOAT_TEXT_BYTES];
    char found[FRCNN_FLOAT_TEXT_BYTES];
    if (d->is_base)
        append(buffer, "first: level %d, base anchor %d", d->level, d->anchor);
    else
        append(buffer, "first: level %d, cell (y %d, x %d), anchor %d of the cell", d->level, d->y, d->x, d->anchor);
    append(buffer, ", %s: expected %s, found %s", names[d->is_yx != 0][d->coordinate],
           format_value(expected, d->expected), format_value(found, d->found));
    if (d->ulps >= 0) append(buffer, ", %lld ulp apart", (long long)d->ulps);
}

static void describe_counts(text_buffer *buffer, const frcnn_anchor_difference *d)
{
    append(buffer, "expected %lld anchors, found %lld\n", (long long)d->n_expected, (long long)d->n_found);
    if (d->count_level >= 0)
        append(buffer, "level %d: expected %lld anchors, found %lld\n", d->count_level, (long long)d->level_n_expected,
               (long long)d->level_n_found);
}

static void describe_cause(text_buffer *buffer, const frcnn_anchor_difference *d)
{
    if (d->cause == NULL) {
        append(buffer, "\ncause: none of the known mistakes leads to this");
        return;
    }
    append(buffer, "\nlikely cause: %s: %s", d->cause, d->advice);
    if (d->n_unexplained < 0)
        append(buffer, " (judged by their number alone)");
    else if (d->n_unexplained > 0)
        append(buffer, " (%lld values differ from that too)", (long long)d->n_unexplained);
}

void frcnn_anchor_difference_describe(char *text, size_t text_bytes, const frcnn_anchor_difference *d)
{
    text_buffer buffer = {text, 0, text_bytes};
    if (text_bytes == 0) return;
    text[0] = '\0';
    if (d->is_equal) {
        append(&buffer, "all %lld %s are equal", (long long)d->n_expected, d->is_base ? "base anchors" : "anchors");
        return;
    }
    if (d->n_anchors < 0) {
        if (d->level >= 0)
            append(&buffer, "level %d: the rows that the file has are equal, the SHA-256 of all is not", d->level);
        else
            append(&buffer, "every level is equal, the SHA-256 of all levels is not");
        return;
    }
    const int64_t n_both = d->n_expected < d->n_found ? d->n_expected : d->n_found;
    if (d->n_expected != d->n_found) describe_counts(&buffer, d);
    if (d->coordinate < 0) {
        append(&buffer, "the first %lld are equal", (long long)n_both);
    } else {
        append(&buffer, "%lld of %lld %s differ, in %lld value%s, by at most %.9g\n", (long long)d->n_anchors,
               (long long)n_both, d->is_base ? "base anchors" : "anchors", (long long)d->n_values,
               d->n_values == 1 ? "" : "s", d->largest);
        describe_first(&buffer, d);
    }
    describe_cause(&buffer, d);
}
