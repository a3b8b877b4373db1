/** Greedy non-maximum suppression. */
#ifndef FRCNN_NMS_H
#define FRCNN_NMS_H

#include <stddef.h>
#include <stdint.h>

/** The largest float that is not above the threshold: an IoU, which is a float, exceeds both or neither. */
float frcnn_nms_round_threshold(double threshold);

/** Bytes that frcnn_nms_cpu needs; SIZE_MAX where that overflows. */
size_t frcnn_nms_get_workspace(int64_t n, int64_t max_keep);

/** Keeps each box that overlaps no box kept before it by more than threshold, until max_keep are kept.
 *  boxes      [n, 4]  x1, y1, x2, y2, best first; any finite unit
 *  groups     [n]     only boxes of one group suppress each other; NULL: all are of one
 *  threshold          the IoU is a float, compared as "greater than" with this double; an IoU of 0/0 suppresses nothing
 *  workspace          aligned to 64 bytes
 *  keep       [min(n, max_keep)]  out: indices of the kept boxes, ascending
 *  Returns how many were kept. With groups this equals a run per group, merged in the boxes' order. */
int64_t frcnn_nms_cpu(const float *boxes, const int32_t *groups, int64_t n, double threshold, int64_t max_keep,
                      void *workspace, int64_t *keep);

#endif
