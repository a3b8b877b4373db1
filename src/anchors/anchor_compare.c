#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/anchor_difference.h"
#include "anchors/anchor_grid.h"
#include "anchors/anchor_mistakes.h"
#include "anchors/golden_file.h"
#include "frcnn/join.h"
#include "tensor/error.h"

enum { BOX = 4 };

/* f32 rows of any tensor that holds boxes. */
static frcnn_status create_rows(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    frcnn_tensor *values = NULL;
    const int64_t shape[] = {-1, BOX};
    const frcnn_dtype dtype = frcnn_tensor_get_dtype(tensor);
    const int n_dims = frcnn_tensor_get_n_dims(tensor);
    const int64_t last = n_dims > 0 ? frcnn_tensor_get_shape(tensor)[n_dims - 1] : 0;
    FRCNN_FAIL_IF(n_dims < 2 || last != BOX, FRCNN_ERROR_INVALID,
                  "anchors: expected a shape that ends in 4, as [N, 4], found %d dimensions, the last of %lld", n_dims,
                  (long long)last);
    FRCNN_FAIL_IF(dtype != FRCNN_F32 && dtype != FRCNN_F64 && dtype != FRCNN_F16 && dtype != FRCNN_BF16,
                  FRCNN_ERROR_INVALID, "anchors: expected floating-point values, found %s",
                  frcnn_dtype_get_name(dtype));
    FRCNN_TRY(frcnn_tensor_cast(&values, tensor, FRCNN_F32));
    const int64_t n = frcnn_tensor_get_n_elements(values);
    const int64_t empty[] = {0, BOX};
    const frcnn_status status = frcnn_tensor_reshape(out, values, 2, n > 0 ? shape : empty);
    frcnn_tensor_destroy(&values);
    return status;
}

/* All rows in one tensor on the CPU, and the rows of each. */
static frcnn_status join_rows(frcnn_tensor **out, int64_t *counts, const frcnn_tensor *const *tensors, int n_tensors)
{
    const frcnn_device cpu = {FRCNN_CPU, 0};
    frcnn_tensor *rows[FRCNN_MAX_LEVELS] = {NULL};
    frcnn_tensor *all = NULL;
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < n_tensors; i++) {
        FRCNN_TRY_CLEANUP(create_rows(&rows[i], tensors[i]));
        counts[i] = frcnn_tensor_get_n_elements(rows[i]) / BOX;
    }
    FRCNN_TRY_CLEANUP(frcnn_tensor_cat(&all, (const frcnn_tensor *const *)rows, n_tensors, 0));
    status = frcnn_tensor_to_device(out, all, cpu);

cleanup:
    frcnn_tensor_destroy(&all);
    for (int i = 0; i < n_tensors; i++) frcnn_tensor_destroy(&rows[i]);
    return status;
}

/* Base anchors are those of maps of one cell, at its corner. */
static void become_base(frcnn_anchor_config *config, frcnn_anchor_grids *grids)
{
    if (config->convention == FRCNN_ANCHORS_DETECTRON2) config->offset = 0;
    for (int i = 0; i < grids->n_levels; i++) grids->grid_h[i] = grids->grid_w[i] = 1;
}

static frcnn_status compare(frcnn_anchor_difference *out, const frcnn_anchor_case *what)
{
    for (int i = 0; i < what->config->n_levels; i++) {
        int64_t first = 0;
        int64_t end = 0;
        FRCNN_TRY(frcnn_anchors_count(&first, what->config, what->grids, i));
        FRCNN_TRY(frcnn_anchors_count(&end, what->config, what->grids, i + 1));
        for (int64_t row = first; row < end && row < what->n_found; row++)
            frcnn_anchor_difference_add(out, what->config, what->grids, i, row - first, what->expected + row * BOX,
                                        what->found + row * BOX);
    }
    out->is_equal = what->n_expected == what->n_found && out->n_anchors == 0;
    return out->is_equal ? FRCNN_OK : frcnn_anchor_mistakes_find(what, out);
}

frcnn_status frcnn_anchor_golden_compare(const frcnn_anchor_golden *golden, const frcnn_tensor *const *tensors,
                                         int n_tensors, frcnn_anchor_difference *out)
{
    frcnn_anchor_config config = golden->config;
    frcnn_anchor_grids grids = golden->grids;
    frcnn_anchor_difference difference;
    int64_t counts[FRCNN_MAX_LEVELS];
    int64_t n_base = 0;
    frcnn_tensor *found = NULL;
    frcnn_tensor *expected = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_FAIL_IF(n_tensors != 1 && n_tensors != config.n_levels, FRCNN_ERROR_INVALID,
                  "anchors: expected one tensor, or one for each of %d levels, found %d", config.n_levels, n_tensors);
    FRCNN_TRY(join_rows(&found, counts, tensors, n_tensors));
    const int64_t n_found = frcnn_tensor_get_n_elements(found) / BOX;
    for (int i = 0; i < config.n_levels; i++) n_base += golden->levels[i].n_base;
    frcnn_anchor_difference_init(&difference, &config);
    difference.is_base = n_found == n_base && n_found != golden->total;
    if (difference.is_base) become_base(&config, &grids);
    FRCNN_TRY_CLEANUP(frcnn_anchors_create(&expected, &config, &grids));
    const frcnn_anchor_case what = {&config,
                                    &grids,
                                    frcnn_tensor_get_const_data(expected),
                                    frcnn_tensor_get_n_elements(expected) / BOX,
                                    frcnn_tensor_get_const_data(found),
                                    n_found};
    difference.n_expected = what.n_expected;
    difference.n_found = n_found;
    for (int i = 0; i < n_tensors && n_tensors > 1 && difference.count_level < 0; i++) {
        int64_t first = 0;
        int64_t end = 0;
        FRCNN_TRY_CLEANUP(frcnn_anchors_count(&first, &config, &grids, i));
        FRCNN_TRY_CLEANUP(frcnn_anchors_count(&end, &config, &grids, i + 1));
        if (end - first == counts[i]) continue;
        difference.count_level = i;
        difference.level_n_expected = end - first;
        difference.level_n_found = counts[i];
    }
    FRCNN_TRY_CLEANUP(compare(&difference, &what));
    *out = difference;

cleanup:
    frcnn_tensor_destroy(&expected);
    frcnn_tensor_destroy(&found);
    return status;
}
