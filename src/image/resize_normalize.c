#include "image/resize_normalize.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "image/resize_rules.h"
#include "tensor/error.h"

static int at_least_1(double side)
{
    return side < 1.0 ? 1 : (int)side;
}

/* The short side is min_size exactly before both are bounded. */
static void get_detectron2_size(int height, int width, int min_size, int max_size, double *out_height,
                                double *out_width)
{
    const double scale = (double)min_size / (height < width ? height : width);
    double h = height < width ? (double)min_size : scale * height;
    double w = height < width ? scale * width : (double)min_size;
    const double longest = h > w ? h : w;
    if (longest > max_size) {
        const double bound = (double)max_size / longest;
        h = h * bound;
        w = w * bound;
    }
    *out_height = h + 0.5;
    *out_width = w + 0.5;
}

/* The long side counts once it is rounded. */
static double get_py_scale(int height, int width, int min_size, int max_size)
{
    const int shortest = height < width ? height : width, longest = height < width ? width : height;
    const double scale = (double)min_size / shortest;
    return rint(scale * longest) > max_size ? (double)max_size / longest : scale;
}

/* Numbers divided by tensors were tensors' reciprocals times numbers. */
static double get_float_scale(int height, int width, int min_size, int max_size)
{
    const float by_short = 1.0f / (float)(height < width ? height : width) * (float)min_size;
    const float by_long = 1.0f / (float)(height < width ? width : height) * (float)max_size;
    return (double)(by_short < by_long ? by_short : by_long);
}

double frcnn_resize_get_scale(frcnn_resize_rule rule, int height, int width, int min_size, int max_size,
                              int resized_width)
{
    if (rule == FRCNN_RESIZE_PY_FASTER_RCNN) return get_py_scale(height, width, min_size, max_size);
    return (double)resized_width / width;
}

frcnn_status frcnn_resize_get_size(frcnn_resize_rule rule, int height, int width, int min_size, int max_size,
                                   int *out_height, int *out_width)
{
    FRCNN_FAIL_IF(height < 1 || width < 1, FRCNN_ERROR_INVALID, "resize: expected an image of 1x1 or more, found %dx%d",
                  height, width);
    FRCNN_FAIL_IF(min_size < 1 || max_size < 1, FRCNN_ERROR_INVALID,
                  "resize: expected min_size and max_size of 1 or more, found %d and %d", min_size, max_size);
    const double by_short = (double)min_size / (height < width ? height : width);
    const double by_long = (double)max_size / (height < width ? width : height);
    const double scale = by_short < by_long ? by_short : by_long;
    const double rounding = frcnn_resize_is_torchvision(rule) ? 0.0 : 0.5;
    double h = height * scale + rounding, w = width * scale + rounding;
    if (rule == FRCNN_RESIZE_TORCHVISION_0_15 || rule == FRCNN_RESIZE_TORCHVISION_0_14) {
        const double own = get_float_scale(height, width, min_size, max_size);
        h = height * own;
        w = width * own;
    }
    if (rule == FRCNN_RESIZE_PY_FASTER_RCNN || rule == FRCNN_RESIZE_SIMPLE_FASTER_RCNN) {
        const double own =
            rule == FRCNN_RESIZE_PY_FASTER_RCNN ? get_py_scale(height, width, min_size, max_size) : scale;
        h = rint(height * own);
        w = rint(width * own);
    }
    if (rule == FRCNN_RESIZE_DETECTRON2) get_detectron2_size(height, width, min_size, max_size, &h, &w);
    *out_height = at_least_1(h);
    *out_width = at_least_1(w);
    return FRCNN_OK;
}

size_t frcnn_resize_normalize_get_workspace(frcnn_resize_rule rule, int height, int width)
{
    switch (rule) {
    case FRCNN_RESIZE_DETECTRON2:
        return frcnn_resize_pillow_get_workspace(height, width);
    case FRCNN_RESIZE_MMDETECTION:
        return frcnn_resize_opencv_get_workspace(height, width);
    default:
        return frcnn_resize_float_get_workspace(height, width);
    }
}

void frcnn_resize_normalize_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst)
{
    assert(p->src_height > 0 && p->src_width > 0 && p->height > 0 && p->width > 0);
    assert(p->padded_height >= p->height && p->padded_width >= p->width);
    if (p->rule == FRCNN_RESIZE_DETECTRON2)
        frcnn_resize_pillow_cpu(p, rgb, workspace, dst);
    else if (p->rule == FRCNN_RESIZE_MMDETECTION)
        frcnn_resize_opencv_cpu(p, rgb, workspace, dst);
    else
        frcnn_resize_float_cpu(p, rgb, workspace, dst);
    const size_t row = (size_t)p->padded_width * 3;
    for (int y = 0; y < p->padded_height; y++) {
        const size_t used = y < p->height ? (size_t)p->width * 3 : 0;
        memset(dst + (size_t)y * row + used, 0, (row - used) * sizeof *dst);
    }
}
