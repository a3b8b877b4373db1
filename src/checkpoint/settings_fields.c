#include "checkpoint/settings_fields.h"

#define AT(member) offsetof(frcnn_settings, member)
#define WORD(member)                                                                                                   \
    {                                                                                                                  \
#member, FRCNN_FIELD_WORD, AT(member), 0, sizeof((frcnn_settings *)0)->member, 0, 0                            \
    }
#define NUMBER(kind, member, lowest, highest)                                                                          \
    {                                                                                                                  \
#member, kind, AT(member), 0, 1, lowest, highest                                                               \
    }
#define LIST(kind, member, count, capacity, lowest, highest)                                                           \
    {                                                                                                                  \
#member, kind, AT(member), AT(count), capacity, lowest, highest                                                \
    }

/* The ranges hold every value that makes sense, and keep products of a few of them within an int. */
const frcnn_settings_field frcnn_settings_fields[FRCNN_N_SETTINGS_FIELDS] = {
    WORD(family),
    WORD(backbone),
    LIST(FRCNN_FIELD_INTS, return_layers, n_return_layers, FRCNN_MAX_LEVELS, 0, 1000),
    {"classes", FRCNN_FIELD_CLASSES, 0, 0, 0, 0, 0},
    NUMBER(FRCNN_FIELD_FLOAT, norm_eps, 0, 1),
    {"order", FRCNN_FIELD_ORDER, AT(order), 0, 0, 0, 0},
    LIST(FRCNN_FIELD_CHANNELS, mean, n_channels, FRCNN_MAX_CHANNELS, -1000, 1000),
    LIST(FRCNN_FIELD_CHANNELS, std, n_channels, FRCNN_MAX_CHANNELS, 1e-6, 1000),
    NUMBER(FRCNN_FIELD_INT, min_size, 1, 65535),
    NUMBER(FRCNN_FIELD_INT, max_size, 1, 65535),
    LIST(FRCNN_FIELD_LEVELS, anchor_sizes, n_levels, FRCNN_MAX_LEVELS, 1e-3, 65535),
    LIST(FRCNN_FIELD_FLOATS, anchor_ratios, n_ratios, FRCNN_MAX_SIZES, 1e-3, 1000),
    NUMBER(FRCNN_FIELD_INT, rpn_pre_nms_top_n, 1, 1000000),
    NUMBER(FRCNN_FIELD_INT, rpn_post_nms_top_n, 1, 1000000),
    NUMBER(FRCNN_FIELD_FLOAT, rpn_nms_thresh, 0, 1),
    NUMBER(FRCNN_FIELD_FLOAT, rpn_score_thresh, 0, 1),
    NUMBER(FRCNN_FIELD_INT, roi_output_size, 1, 64),
    NUMBER(FRCNN_FIELD_INT, roi_sampling_ratio, -1, 32),
    NUMBER(FRCNN_FIELD_FLOAT, box_score_thresh, 0, 1),
    NUMBER(FRCNN_FIELD_FLOAT, box_nms_thresh, 0, 1),
    NUMBER(FRCNN_FIELD_INT, box_detections_per_img, 1, 1000000),
};
