#include "frcnn/image.h"

#include <limits.h>
#include <string.h>

#include "image/image_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* cells * (side + padding) + padding; 0 where that is no int. */
static int64_t get_extent(int64_t n_cells, int64_t side, int64_t padding)
{
    int64_t extent = 0;
    if (!frcnn_mul_int64(n_cells, side + padding, &extent) || !frcnn_add_int64(extent, padding, &extent) ||
        extent > INT_MAX)
        return 0;
    return extent;
}

static frcnn_status check_images(const frcnn_image *const *images, size_t n_images, int n_per_row, int padding)
{
    FRCNN_FAIL_IF(n_images == 0, FRCNN_ERROR_INVALID, "image grid: expected at least one image, found none");
    FRCNN_FAIL_IF(n_per_row < 1 || padding < 0, FRCNN_ERROR_INVALID,
                  "image grid: expected at least one image a row and padding of at least 0, found %d and %d", n_per_row,
                  padding);
    for (size_t i = 1; i < n_images; i++)
        FRCNN_FAIL_IF(images[i]->height != images[0]->height || images[i]->width != images[0]->width,
                      FRCNN_ERROR_INVALID, "image grid: expected images of %dx%d, found %dx%d at index %zu",
                      images[0]->height, images[0]->width, images[i]->height, images[i]->width, i);
    return FRCNN_OK;
}

frcnn_status frcnn_image_make_grid(frcnn_image **out, const frcnn_image *const *images, size_t n_images, int n_per_row,
                                   int padding, uint8_t pad_value)
{
    FRCNN_TRY(check_images(images, n_images, n_per_row, padding));
    if (n_images == 1) return frcnn_image_copy(out, images[0]);

    const size_t n_columns = (size_t)n_per_row < n_images ? (size_t)n_per_row : n_images;
    const size_t n_rows = (n_images + n_columns - 1) / n_columns;
    const int64_t height = get_extent((int64_t)n_rows, images[0]->height, padding);
    const int64_t width = get_extent((int64_t)n_columns, images[0]->width, padding);
    FRCNN_FAIL_IF(height == 0 || width == 0, FRCNN_ERROR_INVALID,
                  "image grid: %zu rows and %zu columns of %dx%d pixels are too large", n_rows, n_columns,
                  images[0]->height, images[0]->width);
    frcnn_image *grid = NULL;
    FRCNN_TRY(frcnn_image_alloc(&grid, (int)height, (int)width, 3));
    memset(grid->pixels, pad_value, (size_t)height * (size_t)width * 3);
    const size_t cell_height = (size_t)images[0]->height + (size_t)padding;
    const size_t cell_width = (size_t)images[0]->width + (size_t)padding;
    const size_t row_bytes = (size_t)images[0]->width * 3;
    for (size_t k = 0; k < n_images; k++) {
        const size_t top = k / n_columns * cell_height + (size_t)padding;
        const size_t left = k % n_columns * cell_width + (size_t)padding;
        for (size_t y = 0; y < (size_t)images[k]->height; y++)
            memcpy(grid->pixels + ((top + y) * (size_t)width + left) * 3, images[k]->pixels + y * row_bytes, row_bytes);
    }
    *out = grid;
    return FRCNN_OK;
}
