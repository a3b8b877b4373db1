#include "image/resize_normalize.h"

#include <math.h>

#include "tensor/error.h"

frcnn_status frcnn_resize_get_size(int height, int width, int min_size, int max_size, int *out_height, int *out_width)
{
    FRCNN_FAIL_IF(height < 1 || width < 1, FRCNN_ERROR_INVALID, "resize: expected an image of 1x1 or more, found %dx%d",
                  height, width);
    FRCNN_FAIL_IF(min_size < 1 || max_size < 1, FRCNN_ERROR_INVALID,
                  "resize: expected min_size and max_size of 1 or more, found %d and %d", min_size, max_size);
    const double by_short = (double)min_size / (height < width ? height : width);
    const double by_long = (double)max_size / (height < width ? width : height);
    const double scale = by_short < by_long ? by_short : by_long;
    const int resized_height = (int)floor(height * scale);
    const int resized_width = (int)floor(width * scale);
    *out_height = resized_height < 1 ? 1 : resized_height;
    *out_width = resized_width < 1 ? 1 : resized_width;
    return FRCNN_OK;
}
