#include "anchors/anchor_overlay_pictures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/anchor_overlay_panel.h"
#include "frcnn/draw.h"
#include "image/image_type.h"
#include "image/strokes.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* Red, the first colour, is what no anchor reaches. */
enum { RED = 0, FIRST_LEVEL_COLOR = 1, OPAQUE = 255 };

static const uint32_t truth_color = 0x10141a, dark_ink = 0x39414d;

uint32_t frcnn_overlay_get_level_color(int level)
{
    return frcnn_draw_get_color(FIRST_LEVEL_COLOR + level);
}

static void add_numbers(char *text, const char *name, const double *values, int n)
{
    size_t length = strlen(text);
    length += (size_t)snprintf(text + length, FRCNN_OVERLAY_TEXT_BYTES - length, ", %s", name);
    for (int i = 0; i < n && length < FRCNN_OVERLAY_TEXT_BYTES; i++)
        length += (size_t)snprintf(text + length, FRCNN_OVERLAY_TEXT_BYTES - length, " %.4g", values[i]);
}

void frcnn_overlay_describe_level(const frcnn_overlay *self, int level, char text[FRCNN_OVERLAY_TEXT_BYTES])
{
    const frcnn_anchor_grids *grids = self->grids;
    const frcnn_anchor_level_config *config = &self->config->levels[level];
    snprintf(text, FRCNN_OVERLAY_TEXT_BYTES, "stride %dx%d, grid %dx%d", grids->stride_y[level], grids->stride_x[level],
             grids->grid_h[level], grids->grid_w[level]);
    const int has_base = frcnn_anchor_convention_has_base_size(self->config->convention);
    add_numbers(text, config->n_sizes == 1 ? "size" : "sizes", config->sizes, config->n_sizes);
    if (has_base) {
        const double base = frcnn_anchor_config_get_base_size(self->config, level);
        const size_t length = strlen(text);
        snprintf(text + length, FRCNN_OVERLAY_TEXT_BYTES - length, " times %.4g", base);
    }
    add_numbers(text, config->n_ratios == 1 ? "ratio" : "ratios", config->ratios, config->n_ratios);
}

/* ---- parts of pictures ---- */

/* anchor counts through all levels. */
static frcnn_anchor_edges get_any_edges(const frcnn_overlay *self, int64_t anchor)
{
    int64_t in_level = 0;
    const int level = frcnn_overlay_find_level(self, anchor, &in_level);
    return frcnn_overlay_get_edges(self, level, in_level);
}

/* Far outside of any picture, and far inside of int. */
static int to_pixel(double coordinate)
{
    const double most = 1 << 20;
    return (int)lround(fmin(fmax(coordinate, -most), most));
}

/* A box's line, half outside of it; dashed where it leaves the image. */
static void draw_edges(frcnn_image *view, const frcnn_overlay *self, const frcnn_anchor_edges *edges, int line,
                       uint32_t color, int alpha)
{
    const int dash = frcnn_overlay_leaves(self, edges) ? frcnn_stroke_get_dash(line) : 0;
    const frcnn_pen pen = {line, dash, color, alpha};
    const int outside = line / 2, inside = line - outside;
    frcnn_stroke_frame(view, to_pixel(frcnn_overlay_map_x(self, edges->x1)) - outside,
                       to_pixel(frcnn_overlay_map_y(self, edges->y1)) - outside,
                       to_pixel(frcnn_overlay_map_x(self, edges->x2)) + inside,
                       to_pixel(frcnn_overlay_map_y(self, edges->y2)) + inside, &pen);
}

/* The same on a thin bed of white, which parts it from a photo and from lines below. */
static void draw_bedded(frcnn_image *view, const frcnn_overlay *self, const frcnn_anchor_edges *edges, uint32_t color)
{
    if (!frcnn_overlay_leaves(self, edges)) draw_edges(view, self, edges, self->line + 2, 0xffffff, 170);
    draw_edges(view, self, edges, self->line, color, OPAQUE);
}

static void draw_center(frcnn_image *view, const frcnn_overlay *self, const frcnn_anchor_edges *edges, double radius,
                        uint32_t color)
{
    const double x = frcnn_overlay_map_x(self, (edges->x1 + edges->x2) / 2);
    const double y = frcnn_overlay_map_y(self, (edges->y1 + edges->y2) / 2);
    frcnn_stroke_dot(view, x, y, radius, color, OPAQUE);
}

static void fill_cell(frcnn_image *view, const frcnn_overlay *self, int level, int y, int x, int alpha)
{
    const double stride_y = self->grids->stride_y[level], stride_x = self->grids->stride_x[level];
    frcnn_stroke_fill(view, (int)lround(frcnn_overlay_map_x(self, x * stride_x)),
                      (int)lround(frcnn_overlay_map_y(self, y * stride_y)),
                      (int)lround(frcnn_overlay_map_x(self, (x + 1) * stride_x)),
                      (int)lround(frcnn_overlay_map_y(self, (y + 1) * stride_y)), frcnn_overlay_get_level_color(level),
                      alpha);
}

/* The borders of a level's cells, where there is room for them. */
static void draw_cells(frcnn_image *view, const frcnn_overlay *self, int level)
{
    enum { LEAST_CELL = 12, ALPHA = 40 };
    const frcnn_anchor_grids *grids = self->grids;
    const int least = grids->stride_y[level] < grids->stride_x[level] ? grids->stride_y[level] : grids->stride_x[level];
    if (least * self->scale < LEAST_CELL) return;
    const int right = (int)lround(frcnn_overlay_map_x(self, grids->image_w));
    const int bottom = (int)lround(frcnn_overlay_map_y(self, grids->image_h));
    for (int y = 1; y < grids->grid_h[level]; y++) {
        const int row = (int)lround(frcnn_overlay_map_y(self, (double)y * grids->stride_y[level]));
        frcnn_stroke_fill(view, self->margin_x, row, right, row + 1, dark_ink, ALPHA);
    }
    for (int x = 1; x < grids->grid_w[level]; x++) {
        const int column = (int)lround(frcnn_overlay_map_x(self, (double)x * grids->stride_x[level]));
        frcnn_stroke_fill(view, column, self->margin_y, column + 1, bottom, dark_ink, ALPHA);
    }
}

static int64_t get_first_in_cell(const frcnn_overlay *self, int level, int y, int x)
{
    return ((int64_t)y * self->grids->grid_w[level] + x) * frcnn_overlay_get_n_base(self, level);
}

static void add_dashed_row(frcnn_panel *panel)
{
    frcnn_panel_add(panel, FRCNN_PANEL_DASHED, dark_ink, "leaves the image");
}

/* Ends a picture: *view is destroyed. */
static frcnn_status finish(frcnn_image **out, frcnn_image **view, const frcnn_overlay *self, const frcnn_panel *panel)
{
    const frcnn_status status = frcnn_panel_compose(out, *view, panel, self->text, self->line);
    frcnn_image_destroy(view);
    return status;
}

/* ---- base anchors ---- */

/* The chosen cell's. */
static frcnn_anchor_edges get_base_edges(const frcnn_overlay *self, int level, int anchor)
{
    const int64_t first = get_first_in_cell(self, level, self->cell_y[level], self->cell_x[level]);
    return frcnn_overlay_get_edges(self, level, first + anchor);
}

/* Two levels with the same boxes. */
static int is_same_level(const frcnn_overlay *self, int a, int b)
{
    const frcnn_anchor_level_config *levels = self->config->levels;
    const frcnn_anchor_grids *grids = self->grids;
    return grids->stride_y[a] == grids->stride_y[b] && grids->stride_x[a] == grids->stride_x[b] &&
           memcmp(&levels[a], &levels[b], sizeof levels[a]) == 0;
}

frcnn_status frcnn_overlay_draw_base(frcnn_image **out, frcnn_overlay *self)
{
    frcnn_panel panel = {.n_rows = 0};
    frcnn_image *view = NULL;
    frcnn_overlay_overhang overhang = {0, 0};
    for (int level = 0; level < self->config->n_levels; level++)
        for (int a = 0; a < frcnn_overlay_get_n_base(self, level); a++) {
            const frcnn_anchor_edges edges = get_base_edges(self, level, a);
            frcnn_overlay_overhang_add(&overhang, self, &edges);
        }
    FRCNN_TRY(frcnn_overlay_create_view(&view, self, FRCNN_OVERLAY_LIGHT, &overhang));
    draw_cells(view, self, 0);
    snprintf(panel.heading, sizeof panel.heading, "Base anchors of cell %d,%d of level 0%s", self->cell_y[0],
             self->cell_x[0], self->config->n_levels > 1 ? ", and of the others at its place" : "");
    int any_leaves = 0;
    for (int level = self->config->n_levels - 1; level >= 0; level--) {
        const uint32_t color = frcnn_overlay_get_level_color(level);
        fill_cell(view, self, level, self->cell_y[level], self->cell_x[level], 48);
        for (int a = 0; a < frcnn_overlay_get_n_base(self, level); a++) {
            const frcnn_anchor_edges edges = get_base_edges(self, level, a);
            draw_bedded(view, self, &edges, color);
            any_leaves |= frcnn_overlay_leaves(self, &edges);
        }
    }
    for (int level = self->config->n_levels - 1; level >= 0; level--) {
        const frcnn_anchor_edges edges = get_base_edges(self, level, 0);
        draw_center(view, self, &edges, 1.6 * self->line + 1, 0xffffff);
        draw_center(view, self, &edges, 1.6 * self->line, frcnn_overlay_get_level_color(level));
    }
    for (int level = 0; level < self->config->n_levels; level++) {
        char text[FRCNN_OVERLAY_TEXT_BYTES];
        frcnn_overlay_describe_level(self, level, text);
        frcnn_panel_add(&panel, FRCNN_PANEL_SOLID, frcnn_overlay_get_level_color(level), "level %d: %s%s", level, text,
                        level > 0 && is_same_level(self, level - 1, level) ? "; hidden by the level before" : "");
    }
    if (any_leaves) add_dashed_row(&panel);
    return finish(out, &view, self, &panel);
}

/* ---- every n-th cell ---- */

static frcnn_anchor_edges get_lattice_edges(const frcnn_overlay *self, int level, const frcnn_overlay_lattice *lattice,
                                            int y, int x)
{
    return frcnn_overlay_get_edges(self, level, get_first_in_cell(self, level, y, x) + lattice->anchor);
}

frcnn_status frcnn_overlay_draw_level(frcnn_image **out, frcnn_overlay *self, int level)
{
    const frcnn_anchor_grids *grids = self->grids;
    const frcnn_overlay_lattice lattice = frcnn_overlay_get_lattice(self, level);
    const uint32_t color = frcnn_overlay_get_level_color(level);
    const int n_base = frcnn_overlay_get_n_base(self, level);
    frcnn_panel panel = {.n_rows = 0};
    frcnn_image *view = NULL;
    int any_leaves = 0;
    /* The same for all levels: their pictures are to be compared. */
    const double room = 0.08 * fmax(grids->image_h, grids->image_w);
    const frcnn_overlay_overhang overhang = {room, room};
    FRCNN_TRY(frcnn_overlay_create_view(&view, self, FRCNN_OVERLAY_LIGHT, &overhang));
    draw_cells(view, self, level);
    /* Dots for all cells, where they stay apart. */
    if (fmin(grids->stride_y[level], grids->stride_x[level]) * self->scale > 3 * self->line)
        for (int y = 0; y < grids->grid_h[level]; y++)
            for (int x = 0; x < grids->grid_w[level]; x++) {
                const frcnn_anchor_edges edges =
                    frcnn_overlay_get_edges(self, level, get_first_in_cell(self, level, y, x));
                draw_center(view, self, &edges, 0.5 * self->line, color);
            }
    for (int y = lattice.first_y; y < grids->grid_h[level]; y += lattice.every)
        for (int x = lattice.first_x; x < grids->grid_w[level]; x += lattice.every) {
            const frcnn_anchor_edges edges = get_lattice_edges(self, level, &lattice, y, x);
            draw_bedded(view, self, &edges, color);
            draw_center(view, self, &edges, 1.5 * self->line, color);
            any_leaves |= frcnn_overlay_leaves(self, &edges);
        }
    char text[FRCNN_OVERLAY_TEXT_BYTES];
    frcnn_overlay_describe_level(self, level, text);
    snprintf(panel.heading, sizeof panel.heading, "Level %d: %s", level, text);
    if (lattice.every == 1)
        frcnn_panel_add(&panel, FRCNN_PANEL_SOLID, color, "anchor %d of %d of every cell", lattice.anchor, n_base);
    else
        frcnn_panel_add(&panel, FRCNN_PANEL_SOLID, color, "anchor %d of %d of one cell in %d, each way", lattice.anchor,
                        n_base, lattice.every);
    if (any_leaves) add_dashed_row(&panel);
    return finish(out, &view, self, &panel);
}

/* ---- proposals ---- */

frcnn_status frcnn_overlay_draw_proposals(frcnn_image **out, frcnn_overlay *self)
{
    const int64_t *anchors = frcnn_tensor_get_const_data(self->options.proposal_anchors);
    const float *scores = frcnn_tensor_get_const_data(self->options.proposal_scores);
    const int64_t n = frcnn_tensor_get_n_elements(self->options.proposal_anchors);
    int64_t n_per_level[FRCNN_MAX_LEVELS] = {0};
    int any_leaves = 0;
    frcnn_panel panel = {.n_rows = 0};
    frcnn_image *view = NULL;
    frcnn_overlay_overhang overhang = {0, 0};
    for (int64_t i = 0; i < n && scores[i] >= 0.5f; i++) {
        const frcnn_anchor_edges edges = get_any_edges(self, anchors[i]);
        frcnn_overlay_overhang_add(&overhang, self, &edges);
    }
    FRCNN_TRY(frcnn_overlay_create_view(&view, self, FRCNN_OVERLAY_DARK, &overhang));
    /* The surest ends on top, and is the widest; what is nearly 0 is a breath. */
    for (int64_t i = n; i-- > 0;) {
        const double score = (double)scores[i];
        int64_t in_level = 0;
        const int level = frcnn_overlay_find_level(self, anchors[i], &in_level);
        const frcnn_anchor_edges edges = frcnn_overlay_get_edges(self, level, in_level);
        const int line = (int)fmax(round(self->line * (0.35 + 0.9 * score)), 1);
        n_per_level[level]++;
        any_leaves |= frcnn_overlay_leaves(self, &edges);
        draw_edges(view, self, &edges, line, frcnn_panel_get_ramp(score), (int)(45 + 210 * sqrt(score)));
    }
    char text[FRCNN_OVERLAY_TEXT_BYTES] = "";
    size_t length = 0;
    for (int level = 0; level < self->config->n_levels; level++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%lld", level > 0 ? ", " : "",
                                   (long long)n_per_level[level]);
    snprintf(panel.heading, sizeof panel.heading, "The anchors of the %lld proposals", (long long)n);
    frcnn_panel_add(&panel, FRCNN_PANEL_RAMP, 0, "objectness, 0 to 1; highest here %.3f",
                    n > 0 ? (double)scores[0] : 0.0);
    frcnn_panel_add(&panel, FRCNN_PANEL_NO_MARK, 0, "proposals by level: %s", text);
    if (any_leaves) add_dashed_row(&panel);
    return finish(out, &view, self, &panel);
}

/* ---- matches ---- */

static frcnn_draw_box to_draw_box(const frcnn_overlay *self, const frcnn_anchor_edges *edges)
{
    return (frcnn_draw_box){.x1 = (float)frcnn_overlay_map_x(self, edges->x1),
                            .y1 = (float)frcnn_overlay_map_y(self, edges->y1),
                            .x2 = (float)frcnn_overlay_map_x(self, edges->x2),
                            .y2 = (float)frcnn_overlay_map_y(self, edges->y2),
                            .score = -1};
}

static frcnn_anchor_edges get_target_edges(const frcnn_anchor_target *t)
{
    return (frcnn_anchor_edges){t->x1, t->y1, t->x2, t->y2};
}

static int is_reached(const frcnn_overlay *self, size_t i)
{
    return self->matches[i].iou >= self->options.min_iou && self->matches[i].iou > 0;
}

/* The best anchor of a target that is reached, in its level's colour; else the target itself, in red. */
static frcnn_draw_box get_match_box(const frcnn_overlay *self, size_t i, const char *label)
{
    const frcnn_anchor_match *match = &self->matches[i];
    frcnn_anchor_edges edges = get_target_edges(&self->options.targets[i]);
    const int has_anchor = is_reached(self, i);
    if (has_anchor) edges = get_any_edges(self, match->anchor);
    frcnn_draw_box box = to_draw_box(self, &edges);
    box.color_index = has_anchor ? FIRST_LEVEL_COLOR + match->level : RED;
    box.is_dashed = has_anchor && frcnn_overlay_leaves(self, &edges);
    box.label = label;
    return box;
}

static frcnn_status draw_matches(frcnn_image *view, const frcnn_overlay *self, frcnn_panel *panel)
{
    enum { LABEL_BYTES = 64 };
    const size_t n = self->options.n_targets;
    void *boxes_block = NULL, *labels_block = NULL;
    frcnn_status status = FRCNN_OK;
    size_t n_unreached = 0;
    int is_used[FRCNN_MAX_LEVELS] = {0}, any_leaves = 0;
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&boxes_block, n, sizeof(frcnn_draw_box), "boxes to draw"));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&labels_block, n, LABEL_BYTES, "labels"));
    frcnn_draw_box *boxes = boxes_block;
    for (size_t i = 0; i < n; i++) {
        const frcnn_anchor_target *target = &self->options.targets[i];
        const frcnn_anchor_edges edges = get_target_edges(target);
        char *label = (char *)labels_block + i * LABEL_BYTES;
        /* Rounded down: a label never says more than what was reached. */
        snprintf(label, LABEL_BYTES, "%.40s%s%.2f", target->label != NULL ? target->label : "",
                 target->label != NULL ? " " : "", floor(self->matches[i].iou * 100) / 100);
        boxes[i] = get_match_box(self, i, label);
        any_leaves |= boxes[i].is_dashed;
        if (boxes[i].color_index == RED) {
            n_unreached++;
        } else {
            is_used[self->matches[i].level] = 1;
            draw_edges(view, self, &edges, self->line + 2, 0xffffff, OPAQUE);
            draw_edges(view, self, &edges, self->line, truth_color, OPAQUE);
        }
    }
    frcnn_draw_options options;
    frcnn_draw_options_default(&options);
    options.line_width = self->line;
    FRCNN_TRY_CLEANUP(frcnn_draw_boxes(view, boxes, n, &options));
    snprintf(panel->heading, sizeof panel->heading, "Boxes and the anchor that overlaps each most, with its IoU");
    frcnn_panel_add(panel, FRCNN_PANEL_SOLID, truth_color, "annotated box: %zu, of which anchors reach %zu", n,
                    n - n_unreached);
    if (n_unreached > 0)
        frcnn_panel_add(panel, FRCNN_PANEL_SOLID, frcnn_draw_get_color(RED), "not reached: best IoU below %.2f",
                        self->options.min_iou);
    for (int level = 0; level < self->config->n_levels; level++)
        if (is_used[level])
            frcnn_panel_add(panel, FRCNN_PANEL_SOLID, frcnn_overlay_get_level_color(level), "anchor of level %d",
                            level);
    if (any_leaves) add_dashed_row(panel);

cleanup:
    frcnn_free(boxes_block);
    frcnn_free(labels_block);
    return status;
}

frcnn_status frcnn_overlay_draw_matches(frcnn_image **out, frcnn_overlay *self)
{
    frcnn_panel panel = {.n_rows = 0};
    frcnn_image *view = NULL;
    frcnn_overlay_overhang overhang = {0, 0};
    for (size_t i = 0; i < self->options.n_targets; i++) {
        const frcnn_anchor_edges edges = get_any_edges(self, self->matches[i].anchor);
        if (is_reached(self, i)) frcnn_overlay_overhang_add(&overhang, self, &edges);
    }
    FRCNN_TRY(frcnn_overlay_create_view(&view, self, FRCNN_OVERLAY_LIGHT, &overhang));
    const frcnn_status status = draw_matches(view, self, &panel);
    if (status == FRCNN_OK) return finish(out, &view, self, &panel);
    frcnn_image_destroy(&view);
    return status;
}
