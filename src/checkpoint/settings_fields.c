#include "checkpoint/settings_fields.h"

#define AT(member) .name = #member, .offset = offsetof(frcnn_settings, member)
#define COUNTED(count, n) .count_offset = offsetof(frcnn_settings, count), .capacity = (n)
#define FROM_TO(low, high) .lowest = (low), .highest = (high)
#define WORD(member) AT(member), .kind = FRCNN_FIELD_WORD, .capacity = sizeof((frcnn_settings *)0)->member
#define INT(member, low, high) AT(member), .kind = FRCNN_FIELD_INT, FROM_TO(low, high)
#define FLOAT(member, low, high) AT(member), .kind = FRCNN_FIELD_FLOAT, FROM_TO(low, high)
#define LIST(type, member, count, n, low, high) AT(member), .kind = (type), COUNTED(count, n), FROM_TO(low, high)

/* The ranges hold every value that makes sense, and keep products of a few of them within an int. */
const frcnn_settings_field frcnn_settings_fields[FRCNN_N_SETTINGS_FIELDS] = {
    {WORD(family)},
    {WORD(backbone)},
    {LIST(FRCNN_FIELD_INTS, return_layers, n_return_layers, FRCNN_MAX_LEVELS, 0, 1000)},
    {.name = "classes", .kind = FRCNN_FIELD_CLASSES},
    {FLOAT(norm_eps, 0, 1)},
    {INT(stride_in_1x1, 0, 1)},
    {AT(order), .kind = FRCNN_FIELD_ORDER},
    {LIST(FRCNN_FIELD_CHANNELS, mean, n_channels, FRCNN_MAX_CHANNELS, -1000, 1000)},
    {LIST(FRCNN_FIELD_CHANNELS, std, n_channels, FRCNN_MAX_CHANNELS, 1e-6, 1000)},
    {INT(min_size, 1, 65535)},
    {INT(max_size, 1, 65535)},
    {LIST(FRCNN_FIELD_LEVELS, anchor_sizes, n_levels, FRCNN_MAX_LEVELS, 1e-3, 65535)},
    {LIST(FRCNN_FIELD_FLOATS, anchor_ratios, n_ratios, FRCNN_MAX_SIZES, 1e-3, 1000)},
    {INT(rpn_pre_nms_top_n, 1, 1000000)},
    {INT(rpn_post_nms_top_n, 1, 1000000)},
    {FLOAT(rpn_nms_thresh, 0, 1)},
    {FLOAT(rpn_score_thresh, 0, 1)},
    {INT(roi_output_size, 1, 64)},
    {INT(roi_sampling_ratio, -1, 32)},
    {FLOAT(box_score_thresh, 0, 1)},
    {FLOAT(box_nms_thresh, 0, 1)},
    {INT(box_detections_per_img, 1, 1000000)},
};
