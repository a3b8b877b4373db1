#include "anchors/anchor_overlay_view.h"

#include <math.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "frcnn/layers.h"
#include "frcnn/picture.h"
#include "image/image_type.h"
#include "image/strokes.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { BOX = 4 };

/* Longer sides of the shown image, in pixels of the picture. */
static const double least_side = 800, most_side = 2000;
/* The margin, in parts of the longer side. */
static const double least_margin = 0.04, most_margin = 0.35;

static const uint32_t margin_color = 0xe9ecf1, paper_color = 0xffffff, padding_color = 0xd5dae2, edge_color = 0x39414d;

int frcnn_overlay_get_n_base(const frcnn_overlay *overlay, int level)
{
    return frcnn_anchor_config_get_n_base(overlay->config, level);
}

frcnn_anchor_edges frcnn_overlay_get_edges(const frcnn_overlay *overlay, int level, int64_t anchor)
{
    const float *rows = frcnn_tensor_get_const_data(overlay->anchors[level]);
    return frcnn_anchor_edges_get(overlay->config->convention, rows + anchor * BOX);
}

int frcnn_overlay_leaves(const frcnn_overlay *overlay, const frcnn_anchor_edges *edges)
{
    return edges->x1 < 0 || edges->y1 < 0 || edges->x2 > overlay->options.resized_w ||
           edges->y2 > overlay->options.resized_h;
}

int frcnn_overlay_find_level(const frcnn_overlay *overlay, int64_t anchor, int64_t *in_level)
{
    int level = 0;
    for (; level < overlay->config->n_levels; level++) {
        const int64_t n = frcnn_tensor_get_n_elements(overlay->anchors[level]) / BOX;
        if (anchor < n) break;
        anchor -= n;
    }
    *in_level = anchor;
    return level;
}

/* ---- what is shown ---- */

static frcnn_status check_proposals(const frcnn_overlay *self)
{
    const frcnn_tensor *anchors = self->options.proposal_anchors;
    const frcnn_tensor *scores = self->options.proposal_scores;
    if (anchors == NULL && scores == NULL) return FRCNN_OK;
    FRCNN_FAIL_IF(
        anchors == NULL || scores == NULL || frcnn_tensor_get_dtype(anchors) != FRCNN_I64 ||
            frcnn_tensor_get_dtype(scores) != FRCNN_F32 || frcnn_tensor_get_n_dims(anchors) != 1 ||
            frcnn_tensor_get_device(anchors).kind != FRCNN_CPU || frcnn_tensor_get_device(scores).kind != FRCNN_CPU ||
            frcnn_tensor_get_n_elements(anchors) != frcnn_tensor_get_n_elements(scores),
        FRCNN_ERROR_INVALID, "anchor overlay: expected proposals as i64 [n] anchors and f32 [n] scores on the CPU");
    int64_t n_anchors = 0;
    FRCNN_TRY(frcnn_anchors_count(&n_anchors, self->config, self->grids, self->config->n_levels));
    const int64_t *values = frcnn_tensor_get_const_data(anchors);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(anchors); i++)
        FRCNN_FAIL_IF(values[i] < 0 || values[i] >= n_anchors, FRCNN_ERROR_INVALID,
                      "anchor overlay: proposal %lld: expected an anchor of 0 to %lld, found %lld", (long long)i,
                      (long long)n_anchors - 1, (long long)values[i]);
    return FRCNN_OK;
}

static frcnn_status check(frcnn_overlay *self)
{
    frcnn_anchor_overlay_options *options = &self->options;
    const frcnn_anchor_grids *grids = self->grids;
    FRCNN_TRY(frcnn_anchor_grids_check(self->config, grids));
    FRCNN_FAIL_IF(options->struct_size != sizeof *options, FRCNN_ERROR_INVALID,
                  "anchor overlay: expected options of %zu bytes, found %zu; set them with "
                  "frcnn_anchor_overlay_options_default",
                  sizeof *options, options->struct_size);
    if (options->resized_h == 0) options->resized_h = grids->image_h;
    if (options->resized_w == 0) options->resized_w = grids->image_w;
    FRCNN_FAIL_IF(options->resized_h < 1 || options->resized_w < 1 || options->resized_h > grids->image_h ||
                      options->resized_w > grids->image_w,
                  FRCNN_ERROR_INVALID, "anchor overlay: expected a resized image of at most %dx%d, found %dx%d",
                  grids->image_h, grids->image_w, options->resized_h, options->resized_w);
    FRCNN_FAIL_IF(options->every < 0, FRCNN_ERROR_INVALID, "anchor overlay: every: expected 0 or more, found %d",
                  options->every);
    FRCNN_FAIL_IF(!(options->min_iou >= 0 && options->min_iou <= 1), FRCNN_ERROR_INVALID,
                  "anchor overlay: expected an IoU of 0 to 1, found %g", options->min_iou);
    FRCNN_FAIL_IF(options->cell_y < -1 || options->cell_x < -1 || options->cell_y >= grids->grid_h[0] ||
                      options->cell_x >= grids->grid_w[0],
                  FRCNN_ERROR_INVALID, "cell %d,%d: expected one of 0,0 to %d,%d, the grid of level 0", options->cell_y,
                  options->cell_x, grids->grid_h[0] - 1, grids->grid_w[0] - 1);
    return check_proposals(self);
}

/* The cell of another level at the place of cell of the first; the middle one for -1. */
static int find_cell(int cell, int grid, int stride, int first_stride)
{
    const int found = cell < 0 ? grid / 2 : (int)((cell + 0.5) * first_stride / stride);
    return found < grid ? found : grid - 1;
}

static frcnn_status make_anchors(frcnn_overlay *self)
{
    const frcnn_anchor_grids *grids = self->grids;
    for (int i = 0; i < self->config->n_levels; i++) {
        FRCNN_TRY(frcnn_anchors_create_level(&self->anchors[i], self->config, grids, i));
        self->cell_y[i] = find_cell(self->options.cell_y, grids->grid_h[i], grids->stride_y[i], grids->stride_y[0]);
        self->cell_x[i] = find_cell(self->options.cell_x, grids->grid_w[i], grids->stride_x[i], grids->stride_x[0]);
    }
    return FRCNN_OK;
}

static frcnn_status match_targets(frcnn_overlay *self)
{
    const frcnn_anchor_overlay_options *options = &self->options;
    void *matches = NULL;
    if (options->targets == NULL) return FRCNN_OK;
    FRCNN_TRY(frcnn_alloc_zeroed(&matches, options->n_targets, sizeof *self->matches, "matches"));
    self->matches = matches;
    FRCNN_TRY(frcnn_anchors_match(self->matches, self->config, self->grids, options->targets, options->n_targets));
    frcnn_anchor_recall_count(&self->recall, options->targets, self->matches, options->n_targets);
    return FRCNN_OK;
}

static frcnn_status lay_out(frcnn_overlay *self)
{
    const frcnn_anchor_overlay_options *options = &self->options;
    const double side = fmax(self->grids->image_h, self->grids->image_w);
    self->scale = side < least_side ? ceil(least_side / side) : side > most_side ? most_side / side : 1;
    const double shown = side * self->scale;
    self->line = (int)fmax(round(shown / 420), 2);
    self->text = (int)fmax(round(shown / 48), 13);
    if (options->image == NULL) return FRCNN_OK;
    return frcnn_overlay_resize(&self->photo, options->image, (int)fmax(round(options->resized_h * self->scale), 1),
                                (int)fmax(round(options->resized_w * self->scale), 1));
}

frcnn_status frcnn_overlay_init(frcnn_overlay *self, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                                const frcnn_anchor_overlay_options *options)
{
    *self = (frcnn_overlay){.config = config, .grids = grids};
    if (options != NULL)
        self->options = *options;
    else
        frcnn_anchor_overlay_options_default(&self->options);
    FRCNN_TRY(check(self));
    FRCNN_TRY(make_anchors(self));
    FRCNN_TRY(match_targets(self));
    return lay_out(self);
}

void frcnn_overlay_deinit(frcnn_overlay *self)
{
    for (int i = 0; i < FRCNN_MAX_LEVELS; i++) frcnn_tensor_destroy(&self->anchors[i]);
    frcnn_free(self->matches);
    frcnn_image_destroy(&self->photo);
}

/* ---- which cells ---- */

/* Boxes of side pixels, on an image of which room pixels are enough for one of them. */
static int choose_every(double side, double room, int stride, int grid)
{
    const int apart = (int)ceil(fmax(1.25 * side, room) / stride);
    const int most = grid > 2 ? grid / 2 : 1;
    return apart < most ? apart : most;
}

frcnn_overlay_lattice frcnn_overlay_get_lattice(const frcnn_overlay *self, int level)
{
    const frcnn_anchor_grids *grids = self->grids;
    frcnn_overlay_lattice lattice = {.every = self->options.every, .anchor = frcnn_overlay_get_n_base(self, level) / 2};
    if (lattice.every == 0) {
        const frcnn_anchor_edges e = frcnn_overlay_get_edges(self, level, lattice.anchor);
        const double room = fmax(grids->image_h, grids->image_w) / 16.0;
        const int by_y = choose_every(e.y2 - e.y1, room, grids->stride_y[level], grids->grid_h[level]);
        const int by_x = choose_every(e.x2 - e.x1, room, grids->stride_x[level], grids->grid_w[level]);
        lattice.every = by_y > by_x ? by_y : by_x;
    }
    lattice.first_y = grids->grid_h[level] / 2 % lattice.every;
    lattice.first_x = grids->grid_w[level] / 2 % lattice.every;
    return lattice;
}

/* ---- the image ---- */

double frcnn_overlay_map_y(const frcnn_overlay *self, double y)
{
    return self->margin_y + y * self->scale;
}

double frcnn_overlay_map_x(const frcnn_overlay *self, double x)
{
    return self->margin_x + x * self->scale;
}

frcnn_status frcnn_overlay_resize(frcnn_image **out, const frcnn_image *image, int height, int width)
{
    frcnn_status status = FRCNN_OK;
    frcnn_image *copy = NULL;
    frcnn_tensor *picture = NULL, *batch = NULL, *resized = NULL, *flat = NULL;
    frcnn_interpolate_options options;
    const int64_t batch_shape[] = {1, image->height, image->width, 3};
    const int64_t shape[] = {height, width, 3};
    frcnn_interpolate_options_default(&options);
    options.mode = FRCNN_INTERPOLATE_BILINEAR;
    options.antialias = 1;
    options.out_h = height;
    options.out_w = width;
    FRCNN_TRY_CLEANUP(frcnn_image_copy(&copy, image));
    FRCNN_TRY_CLEANUP(frcnn_picture_from_image(&picture, &copy));
    FRCNN_TRY_CLEANUP(frcnn_tensor_view(&batch, picture, 4, batch_shape));
    FRCNN_TRY_CLEANUP(frcnn_tensor_interpolate(&resized, batch, &options));
    FRCNN_TRY_CLEANUP(frcnn_tensor_view(&flat, resized, 3, shape));
    FRCNN_TRY_CLEANUP(frcnn_picture_to_image(out, flat));

cleanup:
    frcnn_image_destroy(&copy);
    frcnn_tensor_destroy(&picture);
    frcnn_tensor_destroy(&batch);
    frcnn_tensor_destroy(&resized);
    frcnn_tensor_destroy(&flat);
    return status;
}

/* Less colour, and mixed with white or near-black: lines stand out on any photo. */
static void paint_photo(frcnn_image *view, const frcnn_overlay *self, frcnn_overlay_tone tone)
{
    const frcnn_image *photo = self->photo;
    const int ground = tone == FRCNN_OVERLAY_LIGHT ? 255 : 16;
    const int share = tone == FRCNN_OVERLAY_LIGHT ? 100 : 128;
    for (int y = 0; y < photo->height && y + self->margin_y < view->height; y++) {
        const uint8_t *src = photo->pixels + (size_t)y * (size_t)photo->width * 3;
        uint8_t *dst = view->pixels + ((size_t)(y + self->margin_y) * (size_t)view->width + (size_t)self->margin_x) * 3;
        for (int x = 0; x < photo->width && x + self->margin_x < view->width; x++, src += 3, dst += 3) {
            const int grey = (77 * src[0] + 150 * src[1] + 29 * src[2]) >> 8;
            for (int c = 0; c < 3; c++) {
                const int value = (src[c] + grey) / 2;
                dst[c] = (uint8_t)((value * (256 - share) + ground * share) / 256);
            }
        }
    }
}

void frcnn_overlay_overhang_add(frcnn_overlay_overhang *self, const frcnn_overlay *overlay,
                                const frcnn_anchor_edges *edges)
{
    self->y = fmax(self->y, fmax(-edges->y1, edges->y2 - overlay->grids->image_h));
    self->x = fmax(self->x, fmax(-edges->x1, edges->x2 - overlay->grids->image_w));
}

static int choose_margin(const frcnn_overlay *self, double overhang)
{
    const double shown = fmax(self->grids->image_h, self->grids->image_w) * self->scale;
    const double wanted = overhang * self->scale + 3 * self->line;
    return (int)fmin(fmax(wanted, least_margin * shown), most_margin * shown);
}

frcnn_status frcnn_overlay_create_view(frcnn_image **out, frcnn_overlay *self, frcnn_overlay_tone tone,
                                       const frcnn_overlay_overhang *overhang)
{
    self->margin_y = choose_margin(self, overhang->y);
    self->margin_x = choose_margin(self, overhang->x);
    const frcnn_anchor_overlay_options *options = &self->options;
    const int height = (int)lround(self->grids->image_h * self->scale);
    const int width = (int)lround(self->grids->image_w * self->scale);
    const int right = self->margin_x + (int)lround(options->resized_w * self->scale);
    const int bottom = self->margin_y + (int)lround(options->resized_h * self->scale);
    const int is_dark = tone == FRCNN_OVERLAY_DARK;
    frcnn_image *view = NULL;
    FRCNN_TRY(frcnn_image_create(&view, height + 2 * self->margin_y, width + 2 * self->margin_x, NULL));
    frcnn_stroke_fill(view, 0, 0, view->width, view->height, is_dark ? 0x14171c : margin_color, 255);
    frcnn_stroke_fill(view, self->margin_x, self->margin_y, self->margin_x + width, self->margin_y + height,
                      is_dark ? 0x242931 : padding_color, 255);
    frcnn_stroke_fill(view, self->margin_x, self->margin_y, right, bottom, paper_color, 255);
    if (self->photo != NULL) paint_photo(view, self, tone);
    const int thin = (int)fmax(self->line / 2, 1);
    const frcnn_pen pen = {thin, 0, is_dark ? 0x8892a0 : edge_color, 255};
    frcnn_stroke_frame(view, self->margin_x - thin, self->margin_y - thin, right + thin, bottom + thin, &pen);
    *out = view;
    return FRCNN_OK;
}
