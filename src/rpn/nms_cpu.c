#include "rpn/nms.h"

#include <math.h>

#include "rpn/iou_body.h"
#include "tensor/body.h"
#include "tensor/workspace.h"

/* A box is compared with the boxes kept so far, not with all that follow: with max_keep far below n, as after a box
   head, most boxes meet few others. The kept boxes lie coordinate by coordinate, so the comparison vectorises. */
enum { BLOCK = 64 };

typedef struct kept_boxes {
    float *x1, *y1, *x2, *y2, *area;
    int32_t *group;
} kept_boxes;

static size_t kept_layout(kept_boxes *kept, int64_t n, int64_t max_keep, void *memory)
{
    const int64_t capacity = n < max_keep ? n : max_keep;
    frcnn_workspace w = {memory, 0};
    kept->x1 = frcnn_workspace_take(&w, capacity, sizeof *kept->x1);
    kept->y1 = frcnn_workspace_take(&w, capacity, sizeof *kept->y1);
    kept->x2 = frcnn_workspace_take(&w, capacity, sizeof *kept->x2);
    kept->y2 = frcnn_workspace_take(&w, capacity, sizeof *kept->y2);
    kept->area = frcnn_workspace_take(&w, capacity, sizeof *kept->area);
    kept->group = frcnn_workspace_take(&w, capacity, sizeof *kept->group);
    return w.bytes;
}

size_t frcnn_nms_get_workspace(int64_t n, int64_t max_keep)
{
    kept_boxes kept;
    return kept_layout(&kept, n, max_keep, NULL);
}

/** 1 where one of n kept boxes overlaps the box by more than threshold. */
FRCNN_SIMD int frcnn_nms_is_suppressed(const float *restrict x1, const float *restrict y1, const float *restrict x2,
                                       const float *restrict y2, const float *restrict area,
                                       const int32_t *restrict group, int64_t n, const float *restrict box,
                                       int32_t box_group, float threshold)
{
    const float bx1 = box[0], by1 = box[1], bx2 = box[2], by2 = box[3];
    const float box_area = frcnn_box_get_area(bx1, by1, bx2, by2);
    for (int64_t begin = 0; begin < n; begin += BLOCK) {
        const int64_t end = n - begin < BLOCK ? n : begin + BLOCK;
        int32_t found = 0;
        for (int64_t i = begin; i < end; i++) {
            const float iou = frcnn_box_get_iou(x1[i], y1[i], x2[i], y2[i], area[i], bx1, by1, bx2, by2, box_area);
            found |= (iou > threshold ? 1 : 0) & (group[i] == box_group ? 1 : 0);
        }
        if (found) return 1;
    }
    return 0;
}

float frcnn_nms_round_threshold(double threshold)
{
    const float nearest = (float)threshold;
    return (double)nearest > threshold ? nextafterf(nearest, -INFINITY) : nearest;
}

int64_t frcnn_nms_cpu(const float *boxes, const int32_t *groups, int64_t n, double threshold, int64_t max_keep,
                      void *workspace, int64_t *keep)
{
    kept_boxes kept;
    kept_layout(&kept, n, max_keep, workspace);
    const float float_threshold = frcnn_nms_round_threshold(threshold);
    int64_t n_kept = 0;
    for (int64_t i = 0; i < n && n_kept < max_keep; i++) {
        const float *box = boxes + 4 * i;
        const int32_t group = groups ? groups[i] : 0;
        if (frcnn_nms_is_suppressed(kept.x1, kept.y1, kept.x2, kept.y2, kept.area, kept.group, n_kept, box, group,
                                    float_threshold))
            continue;
        kept.x1[n_kept] = box[0];
        kept.y1[n_kept] = box[1];
        kept.x2[n_kept] = box[2];
        kept.y2[n_kept] = box[3];
        kept.area[n_kept] = frcnn_box_get_area(box[0], box[1], box[2], box[3]);
        kept.group[n_kept] = group;
        keep[n_kept++] = i;
    }
    return n_kept;
}
