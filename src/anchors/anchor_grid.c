#include "anchors/anchor_grid.h"

#include "anchors/anchor_config.h"
#include "anchors/anchor_grid_body.h"
#include "anchors/base_anchors.h"
#include "frcnn/creation.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { BOX = 4, MAX_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES };

/* Cells of a level that are worth a second thread: filling those of an image of 800x1344 takes less time than waiting for
   it where other programs have the cores. */
enum { MIN_PARALLEL_CELLS = 1 << 18 };

/* Anchors of one level; their coordinates can be addressed. The grids have been checked. */
static frcnn_status count_level(int64_t *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                                int level)
{
    const int64_t cells = (int64_t)grids->grid_h[level] * grids->grid_w[level];
    int64_t bytes = 0;
    FRCNN_FAIL_IF(!frcnn_mul_int64(cells, frcnn_anchor_config_get_n_base(config, level), out) ||
                      !frcnn_mul_int64(*out, BOX * (int64_t)sizeof(float), &bytes),
                  FRCNN_ERROR_INVALID, "anchors: level %d: %dx%d cells of %d are more than memory can address", level,
                  grids->grid_h[level], grids->grid_w[level], frcnn_anchor_config_get_n_base(config, level));
    return FRCNN_OK;
}

frcnn_status frcnn_anchors_count(int64_t *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                                 int level)
{
    int64_t sum = 0;
    FRCNN_TRY(frcnn_anchor_grids_check(config, grids));
    FRCNN_FAIL_IF(level < 0 || level > grids->n_levels, FRCNN_ERROR_INVALID,
                  "anchors: expected a level of 0 to %d, found %d", grids->n_levels, level);
    for (int i = 0; i < level; i++) {
        int64_t n = 0;
        FRCNN_TRY(count_level(&n, config, grids, i));
        FRCNN_FAIL_IF(!frcnn_add_int64(sum, n, &sum) || sum > INT64_MAX / (BOX * (int64_t)sizeof(float)),
                      FRCNN_ERROR_INVALID, "anchors: %d levels have more anchors than memory can address", level);
    }
    *out = sum;
    return FRCNN_OK;
}

/* The shifts of n cells. Those of whole pixels are exact in any dtype; with an offset they are Detectron2's arange, which
   ends half a cell behind the last so that no rounding changes how many there are. */
static frcnn_status make_shifts(frcnn_tensor **out, frcnn_dtype dtype, const frcnn_anchor_config *config, int n,
                                int stride)
{
    const double first = frcnn_anchor_config_get_first_shift(config, stride);
    return frcnn_tensor_arange(out, dtype, first, first + (n - 0.5) * stride, stride);
}

/* The grid of both shifts: the coordinates that base anchors are moved by, in the order in which a box has them. */
typedef struct shift_grid {
    frcnn_tensor *lines[2]; /* y, x */
    frcnn_tensor *maps[2];  /* [grid_h, grid_w] each, views of the lines */
} shift_grid;

static void close_grid(shift_grid *grid)
{
    for (int i = 0; i < 2; i++) {
        frcnn_tensor_destroy(&grid->maps[i]);
        frcnn_tensor_destroy(&grid->lines[i]);
    }
}

static frcnn_status open_grid(shift_grid *out, frcnn_dtype dtype, const frcnn_anchor_config *config,
                              const frcnn_anchor_grids *grids, int level)
{
    shift_grid grid = {{NULL}, {NULL}};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(make_shifts(&grid.lines[0], dtype, config, grids->grid_h[level], grids->stride_y[level]));
    FRCNN_TRY_CLEANUP(make_shifts(&grid.lines[1], dtype, config, grids->grid_w[level], grids->stride_x[level]));
    const frcnn_tensor *lines[2] = {grid.lines[0], grid.lines[1]};
    FRCNN_TRY_CLEANUP(frcnn_tensor_meshgrid(grid.maps, lines, 2, FRCNN_MESHGRID_IJ));
    *out = grid;
    return FRCNN_OK;

cleanup:
    close_grid(&grid);
    return status;
}

/* A coordinate's shifts, walked through a map. */
typedef struct walk {
    const void *data;
    int64_t row_stride, column_stride;
} walk;

static walk open_walk(const frcnn_tensor *map)
{
    const int64_t *strides = frcnn_tensor_get_strides(map);
    return (walk){frcnn_tensor_get_const_data(map), strides[0], strides[1]};
}

static void fill_f32(float *out, const double *base, int n_base, const frcnn_anchor_grids *grids, int level,
                     const walk *shifts)
{
    float narrow[MAX_BASE * BOX];
    for (int i = 0; i < n_base * BOX; i++) narrow[i] = (float)base[i];
    const int64_t grid_w = grids->grid_w[level];
    FRCNN_PARALLEL_FOR_IF(grid_w * grids->grid_h[level] >= MIN_PARALLEL_CELLS)
    for (int64_t y = 0; y < grids->grid_h[level]; y++)
        for (int64_t x = 0; x < grid_w; x++) {
            const float shift0 =
                ((const float *)shifts[0].data)[y * shifts[0].row_stride + x * shifts[0].column_stride];
            const float shift1 =
                ((const float *)shifts[1].data)[y * shifts[1].row_stride + x * shifts[1].column_stride];
            float *cell = out + (y * grid_w + x) * n_base * BOX;
            for (int a = 0; a < n_base; a++)
                frcnn_anchor_at_f32(narrow + (ptrdiff_t)a * BOX, shift0, shift1, cell + (ptrdiff_t)a * BOX);
        }
}

static void fill_f64(float *out, const double *base, int n_base, const frcnn_anchor_grids *grids, int level,
                     const walk *shifts)
{
    const int64_t grid_w = grids->grid_w[level];
    FRCNN_PARALLEL_FOR_IF(grid_w * grids->grid_h[level] >= MIN_PARALLEL_CELLS)
    for (int64_t y = 0; y < grids->grid_h[level]; y++)
        for (int64_t x = 0; x < grid_w; x++) {
            const double shift0 =
                ((const double *)shifts[0].data)[y * shifts[0].row_stride + x * shifts[0].column_stride];
            const double shift1 =
                ((const double *)shifts[1].data)[y * shifts[1].row_stride + x * shifts[1].column_stride];
            float *cell = out + (y * grid_w + x) * n_base * BOX;
            for (int a = 0; a < n_base; a++)
                frcnn_anchor_at_f64(base + (ptrdiff_t)a * BOX, shift0, shift1, cell + (ptrdiff_t)a * BOX);
        }
}

static frcnn_status fill_level(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                               int level)
{
    double base[MAX_BASE * BOX];
    shift_grid grid;
    const int is_f64 = frcnn_anchor_convention_is_f64(config->convention);
    FRCNN_TRY(open_grid(&grid, is_f64 ? FRCNN_F64 : FRCNN_F32, config, grids, level));
    frcnn_base_anchors(config, level, base);
    const int is_yx = frcnn_anchor_convention_is_yx(config->convention);
    const walk shifts[2] = {open_walk(grid.maps[is_yx ? 0 : 1]), open_walk(grid.maps[is_yx ? 1 : 0])};
    (is_f64 ? fill_f64 : fill_f32)(out, base, frcnn_anchor_config_get_n_base(config, level), grids, level, shifts);
    close_grid(&grid);
    return FRCNN_OK;
}

frcnn_status frcnn_anchors_fill_level(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                                      int level)
{
    int64_t n = 0;
    FRCNN_TRY(frcnn_anchor_grids_check(config, grids));
    FRCNN_TRY(count_level(&n, config, grids, level));
    return fill_level(out, config, grids, level);
}

frcnn_status frcnn_anchors_fill(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    FRCNN_TRY(frcnn_anchor_grids_check(config, grids));
    for (int i = 0; i < config->n_levels; i++) {
        int64_t n = 0;
        FRCNN_TRY(count_level(&n, config, grids, i));
        FRCNN_TRY(fill_level(out, config, grids, i));
        out += n * BOX;
    }
    return FRCNN_OK;
}

static frcnn_status check_level(const frcnn_anchor_config *config, int level)
{
    FRCNN_FAIL_IF(level < 0 || level >= config->n_levels, FRCNN_ERROR_INVALID,
                  "anchors: expected a level of 0 to %d, found %d", config->n_levels - 1, level);
    return FRCNN_OK;
}

static frcnn_status create(frcnn_tensor **out, int64_t n)
{
    const int64_t shape[] = {n, BOX};
    return frcnn_tensor_empty(out, FRCNN_F32, 2, shape);
}

frcnn_status frcnn_anchors_create_base(frcnn_tensor **out, const frcnn_anchor_config *config, int level)
{
    double base[MAX_BASE * BOX];
    FRCNN_TRY(frcnn_anchor_config_check(config));
    FRCNN_TRY(check_level(config, level));
    const int n = frcnn_anchor_config_get_n_base(config, level);
    frcnn_base_anchors(config, level, base);
    FRCNN_TRY(create(out, n));
    float *values = frcnn_tensor_get_data(*out);
    for (int i = 0; i < n * BOX; i++) values[i] = (float)base[i];
    return FRCNN_OK;
}

frcnn_status frcnn_anchors_create_level(frcnn_tensor **out, const frcnn_anchor_config *config,
                                        const frcnn_anchor_grids *grids, int level)
{
    int64_t n = 0;
    frcnn_tensor *anchors = NULL;
    FRCNN_TRY(frcnn_anchor_grids_check(config, grids));
    FRCNN_TRY(check_level(config, level));
    FRCNN_TRY(count_level(&n, config, grids, level));
    FRCNN_TRY(create(&anchors, n));
    const frcnn_status status = fill_level(frcnn_tensor_get_data(anchors), config, grids, level);
    if (status == FRCNN_OK)
        *out = anchors;
    else
        frcnn_tensor_destroy(&anchors);
    return status;
}

frcnn_status frcnn_anchors_create(frcnn_tensor **out, const frcnn_anchor_config *config,
                                  const frcnn_anchor_grids *grids)
{
    int64_t n = 0;
    frcnn_tensor *anchors = NULL;
    FRCNN_TRY(frcnn_anchors_count(&n, config, grids, config->n_levels));
    FRCNN_TRY(create(&anchors, n));
    const frcnn_status status = frcnn_anchors_fill(frcnn_tensor_get_data(anchors), config, grids);
    if (status == FRCNN_OK)
        *out = anchors;
    else
        frcnn_tensor_destroy(&anchors);
    return status;
}
