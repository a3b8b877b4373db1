#include "checkpoint/mmdet_config.h"

#include <stdlib.h>
#include <string.h>

#include "checkpoint/settings_fields.h"

/* A part of the configuration. */
typedef struct span {
    const char *begin, *end;
} span;

enum { MAX_VALUES = FRCNN_MAX_SIZES };

/* Where text stands in s, NULL where it does not; not behind a letter or an underscore. */
static const char *find_word(span s, const char *text)
{
    const size_t n = strlen(text);
    for (const char *c = s.begin; c + n <= s.end; c++) {
        const int is_part = c > s.begin && (c[-1] == '_' || (c[-1] >= 'a' && c[-1] <= 'z'));
        if (!is_part && memcmp(c, text, n) == 0) return c;
    }
    return NULL;
}

/* What stands between the bracket at the end of text and the one that closes it. */
static int find_inside(span s, const char *text, span *out)
{
    const char *begin = find_word(s, text);
    int depth = 1;
    if (begin == NULL) return 0;
    begin += strlen(text);
    for (const char *c = begin; c < s.end; c++) {
        if (*c == '(' || *c == '[' || *c == '{') depth++;
        if (*c == ')' || *c == ']' || *c == '}') depth--;
        if (depth == 0) {
            *out = (span){begin, c};
            return 1;
        }
    }
    return 0;
}

/* KEYWORD=[a, b, …] or (a, b, …): how many numbers it has; 0 where it is not there or holds anything else. */
static int find_numbers(span s, const char *keyword, double *values)
{
    char text[64];
    span list;
    int n = 0;
    for (int i = 0; i < 2; i++) {
        const size_t length = strlen(keyword);
        memcpy(text, keyword, length);
        memcpy(text + length, i == 0 ? "=[" : "=(", 3);
        if (!find_inside(s, text, &list)) continue;
        for (const char *c = list.begin; c < list.end;) {
            char *end = NULL;
            if (*c == ' ' || *c == '\n' || *c == ',') {
                c++;
                continue;
            }
            const double value = strtod(c, &end);
            if (end == c || end > list.end || n == MAX_VALUES) return 0;
            values[n++] = value;
            c = end;
        }
        return n;
    }
    return 0;
}

static int find_number(span s, const char *keyword, double *value)
{
    char text[64];
    const size_t length = strlen(keyword);
    memcpy(text, keyword, length);
    memcpy(text + length, "=", 2);
    const char *begin = find_word(s, text);
    char *end = NULL;
    if (begin == NULL) return 0;
    begin += length + 1;
    *value = strtod(begin, &end);
    return end > begin && end <= s.end;
}

static span whole(const char *config)
{
    const span s = {config, config + strlen(config)};
    return s;
}

int frcnn_mmdet_config_find(char *value, size_t n, const char *config, const char *call, const char *keyword)
{
    span s;
    if (!find_inside(whole(config), call, &s)) return 0;
    char text[64];
    const size_t length = strlen(keyword);
    memcpy(text, keyword, length);
    memcpy(text + length, "=", 2);
    const char *begin = find_word(s, text);
    if (begin == NULL) return 0;
    begin += length + 1;
    size_t used = 0;
    while (begin + used < s.end && begin[used] != ',' && begin[used] != '\n') used++;
    if (used == 0 || used >= n) return 0;
    memcpy(value, begin, used);
    value[used] = '\0';
    return 1;
}

/* 1 where the field of that name may have all values. */
static int are_allowed(const char *name, const double *values, int n)
{
    const frcnn_settings_field *field = frcnn_settings_fields;
    while (strcmp(field->name, name) != 0) field++;
    for (int i = 0; i < n; i++)
        if (!(values[i] >= field->lowest && values[i] <= field->highest)) return 0;
    return 1;
}

static void apply_channels(float *out, const char *name, span s)
{
    double values[MAX_VALUES];
    const int n = find_numbers(s, name, values);
    for (int i = 0; i < 3 && n == 3 && are_allowed(name, values, n); i++) out[i] = (float)values[i];
}

/* Version 3 has them in the preprocessor, version 2 in a dict of its own. */
static void apply_pixels(frcnn_settings *settings, const char *config)
{
    static const char *const calls[] = {"data_preprocessor=dict(", "data_preprocessor = dict(", "img_norm_cfg = dict("};
    static const char *const keywords[] = {"bgr_to_rgb", "to_rgb"};
    char value[16];
    span s;
    for (int i = 0; i < 3; i++) {
        if (!find_inside(whole(config), calls[i], &s)) continue;
        apply_channels(settings->mean, "mean", s);
        apply_channels(settings->std, "std", s);
        for (int k = 0; k < 2; k++)
            if (frcnn_mmdet_config_find(value, sizeof value, config, calls[i], keywords[k]))
                memcpy(settings->order, strcmp(value, "True") == 0 ? "rgb" : "bgr", sizeof "rgb");
        break;
    }
    if (frcnn_mmdet_config_find(value, sizeof value, config, "backbone=dict(", "style"))
        settings->stride_in_1x1 = strstr(value, "caffe") != NULL;
}

static void apply_size(frcnn_settings *settings, const char *config)
{
    static const char *const keywords[] = {"scale", "img_scale"};
    double values[MAX_VALUES];
    span pipeline;
    if (!find_inside(whole(config), "test_pipeline = [", &pipeline)) return;
    for (int k = 0; k < 2; k++) {
        if (find_numbers(pipeline, keywords[k], values) != 2 || !are_allowed("max_size", values, 2)) continue;
        const int is_rising = values[0] < values[1];
        settings->max_size = (int)values[is_rising ? 1 : 0];
        settings->min_size = (int)values[is_rising ? 0 : 1];
    }
}

/* Sizes are multiples of each level's stride. */
static void apply_anchors(frcnn_settings *settings, const char *config)
{
    double strides[MAX_VALUES], scales[MAX_VALUES], ratios[MAX_VALUES];
    span s;
    if (!find_inside(whole(config), "anchor_generator=dict(", &s)) return;
    const int n_strides = find_numbers(s, "strides", strides), n_scales = find_numbers(s, "scales", scales);
    const int n_ratios = find_numbers(s, "ratios", ratios);
    if (n_strides < 1 || n_strides > FRCNN_MAX_LEVELS || n_scales < 1 || n_ratios < 1) return;
    if (!are_allowed("anchor_ratios", ratios, n_ratios)) return;
    for (int i = 0; i < n_strides * n_scales; i++) {
        const double size = scales[i % n_scales] * strides[i / n_scales];
        if (!are_allowed("anchor_sizes", &size, 1)) return;
    }
    settings->n_levels = n_strides;
    settings->n_ratios = n_ratios;
    for (int i = 0; i < n_ratios; i++) settings->anchor_ratios[i] = (float)ratios[i];
    for (int level = 0; level < n_strides; level++) {
        settings->n_sizes[level] = n_scales;
        for (int i = 0; i < n_scales; i++) settings->anchor_sizes[level][i] = (float)(scales[i] * strides[level]);
    }
}

static void apply_float(float *out, const char *name, span s, const char *keyword)
{
    double value = 0.0;
    if (find_number(s, keyword, &value) && are_allowed(name, &value, 1)) *out = (float)value;
}

static void apply_int(int *out, const char *name, span s, const char *keyword)
{
    double value = 0.0;
    if (find_number(s, keyword, &value) && are_allowed(name, &value, 1)) *out = (int)value;
}

/* model.test_cfg has one part for the RPN and one for the box head. */
static void apply_thresholds(frcnn_settings *settings, const char *config)
{
    span rest = whole(config), test, part;
    while (find_inside(rest, "test_cfg=dict(", &test)) {
        rest.begin = test.end;
        if (!find_inside(test, "rcnn=dict(", &part)) continue;
        apply_float(&settings->box_score_thresh, "box_score_thresh", part, "score_thr");
        apply_float(&settings->box_nms_thresh, "box_nms_thresh", part, "iou_threshold");
        apply_int(&settings->box_detections_per_img, "box_detections_per_img", part, "max_per_img");
        if (!find_inside(test, "rpn=dict(", &part)) return;
        apply_float(&settings->rpn_nms_thresh, "rpn_nms_thresh", part, "iou_threshold");
        apply_int(&settings->rpn_pre_nms_top_n, "rpn_pre_nms_top_n", part, "nms_pre");
        apply_int(&settings->rpn_post_nms_top_n, "rpn_post_nms_top_n", part, "max_per_img");
        return;
    }
}

void frcnn_mmdet_config_apply(frcnn_settings *settings, const char *config, int has_pixels)
{
    if (has_pixels) apply_pixels(settings, config);
    apply_size(settings, config);
    apply_anchors(settings, config);
    apply_thresholds(settings, config);
}
