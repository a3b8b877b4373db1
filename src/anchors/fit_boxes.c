#include "anchors/fit_boxes.h"

#include <stdlib.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/base_anchors.h"
#include "anchors/box_size.h"
#include "frcnn/random.h"
#include "image/resize_normalize.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { MAX_SIDE = 65535, MAX_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES, THIN_SEED = 1 };

/* An image with boxes, and what becomes of it. */
typedef struct fit_image {
    const frcnn_boxes_image *image;
    int resized_h, resized_w;
    int padded_h, padded_w;
    size_t place; /* keeps images of one shape in order */
} fit_image;

void frcnn_anchor_fit_options_default(frcnn_anchor_fit_options *options, frcnn_anchor_convention convention)
{
    const int is_vgg = frcnn_anchor_convention_is_vgg(convention);
    *options = (frcnn_anchor_fit_options){.struct_size = sizeof *options,
                                          .min_size = is_vgg ? 600 : 800,
                                          .max_size = is_vgg ? 1000 : 1333,
                                          .divisor = is_vgg ? 1 : 32,
                                          .max_loss = 0.02};
}

static int is_side(int side)
{
    return side >= 1 && side <= MAX_SIDE;
}

static frcnn_status check_options(const frcnn_anchor_fit_options *options)
{
    FRCNN_CHECK_OPTIONS("anchor_fit", options);
    FRCNN_FAIL_IF(!is_side(options->min_size) || !is_side(options->max_size) || !is_side(options->divisor),
                  FRCNN_ERROR_INVALID,
                  "anchor fit: expected min_size, max_size and divisor from 1 to %d, found %d, %d "
                  "and %d",
                  MAX_SIDE, options->min_size, options->max_size, options->divisor);
    FRCNN_FAIL_IF((options->image_h != 0 || options->image_w != 0) &&
                      (!is_side(options->image_h) || !is_side(options->image_w)),
                  FRCNN_ERROR_INVALID, "anchor fit: expected an image of 1x1 to %dx%d pixels, found %dx%d", MAX_SIDE,
                  MAX_SIDE, options->image_h, options->image_w);
    return FRCNN_OK;
}

static int round_up(int side, int divisor)
{
    const int rounded = (side + divisor - 1) / divisor * divisor;
    return rounded < MAX_SIDE ? rounded : MAX_SIDE;
}

static frcnn_status resize(fit_image *self, const frcnn_anchor_fit_options *options)
{
    const int height = self->image->height, width = self->image->width;
    if (options->image_h > 0) {
        const double by_h = (double)options->image_h / height, by_w = (double)options->image_w / width;
        const double scale = by_h < by_w ? by_h : by_w;
        self->resized_h = by_h < by_w ? options->image_h : (int)(height * scale);
        self->resized_w = by_h < by_w ? (int)(width * scale) : options->image_w;
        if (self->resized_h < 1) self->resized_h = 1;
        if (self->resized_w < 1) self->resized_w = 1;
        self->padded_h = options->image_h;
        self->padded_w = options->image_w;
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_resize_get_size(FRCNN_RESIZE_TORCHVISION, height, width, options->min_size, options->max_size,
                                    &self->resized_h, &self->resized_w));
    self->padded_h = round_up(self->resized_h, options->divisor);
    self->padded_w = round_up(self->resized_w, options->divisor);
    return FRCNN_OK;
}

static size_t count_boxes(const frcnn_boxes_image *image)
{
    size_t n = 0;
    for (size_t i = 0; i < image->n_boxes; i++) n += !image->boxes[i].is_crowd;
    return n;
}

static int compare_shapes(const void *a, const void *b)
{
    const fit_image *x = a, *y = b;
    if (x->padded_h != y->padded_h) return x->padded_h < y->padded_h ? -1 : 1;
    if (x->padded_w != y->padded_w) return x->padded_w < y->padded_w ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static frcnn_status list_images(fit_image **out, size_t *n_images, size_t *n_boxes, const frcnn_boxes *const *boxes,
                                size_t n, const frcnn_anchor_fit_options *options)
{
    size_t n_all = 0;
    void *block = NULL;
    for (size_t i = 0; i < n; i++) n_all += frcnn_boxes_get_n_images(boxes[i]);
    FRCNN_TRY(frcnn_alloc(&block, n_all, sizeof **out, "images of annotations"));
    fit_image *images = block;
    *n_images = *n_boxes = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < frcnn_boxes_get_n_images(boxes[i]); j++) {
            fit_image *image = &images[*n_images];
            *image = (fit_image){.image = frcnn_boxes_get_image(boxes[i], j), .place = *n_images};
            const size_t n_counted = count_boxes(image->image);
            if (n_counted == 0) continue;
            const frcnn_status status = resize(image, options);
            if (status != FRCNN_OK) {
                frcnn_free(images);
                return status;
            }
            *n_boxes += n_counted;
            (*n_images)++;
        }
    }
    if (*n_images > 0) qsort(images, *n_images, sizeof *images, compare_shapes);
    *out = images;
    return FRCNN_OK;
}

static frcnn_status alloc_boxes(frcnn_fit_boxes *self, size_t n, size_t n_groups)
{
    float **const lists[] = {&self->x1, &self->y1, &self->x2, &self->y2};
    void *block = NULL;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        FRCNN_TRY(frcnn_alloc(&block, n, sizeof(float), "boxes to fit"));
        *lists[i] = block;
    }
    FRCNN_TRY(frcnn_alloc(&block, n, 1, "boxes to fit"));
    self->size = block;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_groups, sizeof *self->groups, "boxes to fit"));
    self->groups = block;
    return FRCNN_OK;
}

static double get_area(const frcnn_box *box)
{
    return ((double)box->x2 - box->x1) * ((double)box->y2 - box->y1);
}

static void add_boxes(frcnn_fit_boxes *self, const fit_image *image)
{
    const double scale_y = (double)image->resized_h / image->image->height;
    const double scale_x = (double)image->resized_w / image->image->width;
    for (size_t i = 0; i < image->image->n_boxes; i++) {
        const frcnn_box *box = &image->image->boxes[i];
        if (box->is_crowd) continue;
        self->x1[self->n] = (float)(box->x1 * scale_x);
        self->y1[self->n] = (float)(box->y1 * scale_y);
        self->x2[self->n] = (float)(box->x2 * scale_x);
        self->y2[self->n] = (float)(box->y2 * scale_y);
        self->size[self->n++] = (uint8_t)frcnn_box_size_get(get_area(box));
    }
}

static frcnn_status group_images(frcnn_fit_boxes *self, const frcnn_anchor_config *config, const fit_image *images,
                                 size_t n_images)
{
    for (size_t i = 0; i < n_images; i++) {
        const fit_image *image = &images[i];
        if (i == 0 || image->padded_h != image[-1].padded_h || image->padded_w != image[-1].padded_w) {
            frcnn_fit_group *group = &self->groups[self->n_groups++];
            group->first = self->n;
            FRCNN_TRY(frcnn_anchor_grids_from_image(&group->grids, config, image->padded_h, image->padded_w));
        }
        add_boxes(self, image);
        frcnn_fit_group *group = &self->groups[self->n_groups - 1];
        group->n = self->n - group->first;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_fit_boxes_init(frcnn_fit_boxes *out, const frcnn_anchor_config *config,
                                  const frcnn_boxes *const *boxes, size_t n, const frcnn_anchor_fit_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_anchor_fit_options defaults;
    frcnn_fit_boxes self = {0};
    fit_image *images = NULL;
    size_t n_images = 0, n_boxes = 0;
    FRCNN_TRY(frcnn_anchor_config_check(config));
    frcnn_anchor_fit_options_default(&defaults, config->convention);
    if (options == NULL) options = &defaults;
    FRCNN_TRY(check_options(options));
    FRCNN_TRY(list_images(&images, &n_images, &n_boxes, boxes, n, options));
    FRCNN_TRY_CLEANUP(alloc_boxes(&self, n_boxes, n_images));
    FRCNN_TRY_CLEANUP(group_images(&self, config, images, n_images));
    *out = self;
    memset(&self, 0, sizeof self);

cleanup:
    frcnn_free(images);
    frcnn_fit_boxes_deinit(&self);
    return status;
}

void frcnn_fit_boxes_deinit(frcnn_fit_boxes *self)
{
    frcnn_free(self->x1);
    frcnn_free(self->y1);
    frcnn_free(self->x2);
    frcnn_free(self->y2);
    frcnn_free(self->size);
    frcnn_free(self->groups);
    memset(self, 0, sizeof *self);
}

/* Moves the boxes that stay to the front of their lists, in order. */
static void keep(frcnn_fit_boxes *self, const uint8_t *is_kept)
{
    size_t n = 0;
    for (size_t g = 0; g < self->n_groups; g++) {
        frcnn_fit_group *group = &self->groups[g];
        const size_t first = n;
        for (size_t i = group->first; i < group->first + group->n; i++) {
            if (!is_kept[i]) continue;
            self->x1[n] = self->x1[i];
            self->y1[n] = self->y1[i];
            self->x2[n] = self->x2[i];
            self->y2[n] = self->y2[i];
            self->size[n++] = self->size[i];
        }
        group->first = first;
        group->n = n - first;
    }
    self->n = n;
}

frcnn_status frcnn_fit_boxes_thin(frcnn_fit_boxes *self, size_t limit)
{
    frcnn_status status = FRCNN_OK;
    frcnn_generator *generator = NULL;
    frcnn_tensor *order = NULL;
    void *is_kept = NULL;
    if (self->n <= limit) return FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_generator_create(&generator, THIN_SEED));
    FRCNN_TRY_CLEANUP(frcnn_tensor_randperm(&order, generator, FRCNN_I64, (int64_t)self->n));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&is_kept, self->n, 1, "boxes to fit"));
    const int64_t *places = frcnn_tensor_get_const_data(order);
    for (size_t i = 0; i < limit; i++) ((uint8_t *)is_kept)[places[i]] = 1;
    keep(self, is_kept);

cleanup:
    frcnn_free(is_kept);
    frcnn_tensor_destroy(&order);
    frcnn_generator_destroy(&generator);
    return status;
}

void frcnn_fit_first_cell(float *out, const frcnn_anchor_config *config, int level)
{
    double base[MAX_BASE * 4];
    const frcnn_anchor_level_config *l = &config->levels[level];
    const int n = frcnn_anchor_config_get_n_base(config, level);
    const int is_yx = frcnn_anchor_convention_is_yx(config->convention);
    const double offset = config->convention == FRCNN_ANCHORS_DETECTRON2 ? config->offset : 0;
    const float shift[2] = {(float)(offset * l->stride_x), (float)(offset * l->stride_y)};
    frcnn_base_anchors(config, level, base);
    for (int i = 0; i < 4 * n; i++) out[i] = (float)base[is_yx ? i ^ 1 : i] + shift[i % 2];
}

/* How far the cell is whose anchor is nearest: the overlap along an axis never grows with the distance of the centres, so
   this cell's is the largest, whichever is taken along the other axis. */
static inline float get_shift(float box_centre, float base_centre, float stride, float per_stride, float last)
{
    float cell = (box_centre - base_centre) * per_stride + 0.5F;
    cell = cell < 0 ? 0 : cell;
    cell = cell > last ? last : cell;
    return (float)(int)cell * stride;
}

static inline float get_overlap(float a1, float a2, float b1, float b2)
{
    const float low = a1 > b1 ? a1 : b1;
    const float high = a2 < b2 ? a2 : b2;
    return high > low ? high - low : 0;
}

static void match_group(float *iou, const frcnn_fit_boxes *boxes, const frcnn_fit_group *group, int level,
                        const float base[4], int is_max)
{
    const float stride_x = (float)group->grids.stride_x[level], stride_y = (float)group->grids.stride_y[level];
    const float per_x = 1 / stride_x, per_y = 1 / stride_y;
    const float last_x = (float)(group->grids.grid_w[level] - 1), last_y = (float)(group->grids.grid_h[level] - 1);
    const float left = base[0], top = base[1], right = base[2], bottom = base[3];
    const float base_x = (left + right) / 2, base_y = (top + bottom) / 2;
    const float area = (right - left) * (bottom - top);
    const float *x1 = boxes->x1 + group->first, *y1 = boxes->y1 + group->first;
    const float *x2 = boxes->x2 + group->first, *y2 = boxes->y2 + group->first;
    float *out = iou + group->first;
    for (size_t i = 0; i < group->n; i++) {
        const float x = get_shift((x1[i] + x2[i]) / 2, base_x, stride_x, per_x, last_x);
        const float y = get_shift((y1[i] + y2[i]) / 2, base_y, stride_y, per_y, last_y);
        const float overlap =
            get_overlap(x1[i], x2[i], left + x, right + x) * get_overlap(y1[i], y2[i], top + y, bottom + y);
        const float found = overlap / (area + (x2[i] - x1[i]) * (y2[i] - y1[i]) - overlap);
        out[i] = is_max && out[i] > found ? out[i] : found;
    }
}

void frcnn_fit_match(float *iou, const frcnn_fit_boxes *boxes, int level, const float base[4], int is_max)
{
    const int64_t n_groups = (int64_t)boxes->n_groups;
    FRCNN_PARALLEL_FOR_IF(boxes->n >= FRCNN_PARALLEL_MIN)
    for (int64_t g = 0; g < n_groups; g++) match_group(iou, boxes, &boxes->groups[g], level, base, is_max);
}

void frcnn_fit_match_all(float *iou, const frcnn_fit_boxes *boxes, const frcnn_anchor_config *config)
{
    float base[MAX_BASE * 4];
    for (int level = 0; level < config->n_levels; level++) {
        frcnn_fit_first_cell(base, config, level);
        const int n = frcnn_anchor_config_get_n_base(config, level);
        for (int i = 0; i < n; i++) frcnn_fit_match(iou, boxes, level, base + (size_t)i * 4, level + i > 0);
    }
}

frcnn_status frcnn_anchor_recall_measure(frcnn_anchor_recall *out, const frcnn_anchor_config *config,
                                         const frcnn_boxes *const *sets, size_t n,
                                         const frcnn_anchor_fit_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_fit_boxes boxes = {0};
    void *block = NULL;
    frcnn_anchor_recall recall = {0};
    FRCNN_TRY_CLEANUP(frcnn_fit_boxes_init(&boxes, config, sets, n, options));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&block, boxes.n, sizeof(float), "overlaps"));
    const float *iou = block;
    frcnn_fit_match_all(block, &boxes, config);
    for (size_t i = 0; i < boxes.n; i++) {
        const int kinds[2] = {FRCNN_BOX_ANY, boxes.size[i]};
        for (int k = 0; k < 2; k++) {
            recall.n_boxes[kinds[k]]++;
            recall.n_reached_50[kinds[k]] += iou[i] >= 0.5F;
            recall.n_reached_70[kinds[k]] += iou[i] >= 0.7F;
            recall.mean_iou[kinds[k]] += (double)iou[i];
        }
    }
    for (int k = 0; k < FRCNN_N_BOX_SIZES; k++)
        if (recall.n_boxes[k] > 0) recall.mean_iou[k] /= (double)recall.n_boxes[k];
    *out = recall;

cleanup:
    frcnn_free(block);
    frcnn_fit_boxes_deinit(&boxes);
    return status;
}
