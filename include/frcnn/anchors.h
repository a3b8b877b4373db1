/** Anchors in each published convention, to the last bit of float32: the boxes that a detector's proposals start from.
 *
 *      frcnn_anchor_config config;
 *      frcnn_anchor_grids grids;
 *      frcnn_tensor *anchors = NULL;
 *      frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);       ResNet-50-FPN's
 *      status = frcnn_anchor_grids_from_image(&grids, &config, 800, 1344);
 *      status = frcnn_anchors_create(&anchors, &config, &grids);              [268569, 4]
 *      frcnn_tensor_destroy(&anchors);
 *
 *  A convention says how a box is made from a size and a ratio, where it is centred, in which order a cell's boxes come,
 *  and how far cells are apart. Levels follow each other fine to coarse; within one rows (y) are slow, columns (x) fast, and
 *  a cell's boxes fastest. Boxes are (x1, y1, x2, y2); simple-faster-rcnn's are (y1, x1, y2, x2).
 */
#ifndef FRCNN_ANCHORS_H
#define FRCNN_ANCHORS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRCNN_MAX_LEVELS 8
#define FRCNN_MAX_SIZES 16

typedef enum frcnn_anchor_convention {
    /** AnchorGenerator: sizes in pixels; corners rounded half to even; ratio slow, size fast; cells are
     *  image / grid apart, rounded down. */
    FRCNN_ANCHORS_TORCHVISION = 0,
    /** DefaultAnchorGenerator: sizes in pixels; size slow, ratio fast; not rounded; the first cell's boxes are centred on
     *  offset strides. */
    FRCNN_ANCHORS_DETECTRON2 = 1,
    /** AnchorGenerator of mmdetection 2 and 3: sizes are multiples of the stride; ratio slow, size fast; not rounded; the
     *  first cell's boxes are centred on offset strides. */
    FRCNN_ANCHORS_MMDET = 2,
    /** LegacyAnchorGenerator, mmdetection 1: as that, but a box of width w spans w - 1, is centred on
     *  offset * (stride - 1), and its corners are rounded half to even. */
    FRCNN_ANCHORS_MMDET_LEGACY = 3,
    /** generate_anchors of py-faster-rcnn: sizes are multiples of 16; the sides for each ratio are rounded before they
     *  are multiplied; a box of width w spans w - 1; centred on 7.5. */
    FRCNN_ANCHORS_PY_FASTER_RCNN = 4,
    /** The same counted from 1, as the MATLAB code does: every coordinate is one more. */
    FRCNN_ANCHORS_MATLAB = 5,
    /** generate_anchor_base of simple-faster-rcnn-pytorch: sizes are multiples of 16; not rounded; centred on 8; boxes are
     *  (y1, x1, y2, x2). */
    FRCNN_ANCHORS_SIMPLE_FASTER_RCNN = 6
} frcnn_anchor_convention;

enum { FRCNN_N_ANCHOR_CONVENTIONS = 7 };

/** In which order sizes and ratios meet in a cell. */
typedef enum frcnn_anchor_order {
    FRCNN_ANCHOR_ORDER_DEFAULT = 0, /**< the convention's */
    FRCNN_ANCHOR_ORDER_RATIO_MAJOR = 1,
    FRCNN_ANCHOR_ORDER_SIZE_MAJOR = 2
} frcnn_anchor_order;

typedef struct frcnn_anchor_level_config {
    int n_sizes;
    /** Side of the square of equal area: pixels, or multiples of base_size; above 0, at most 1e6. */
    double sizes[FRCNN_MAX_SIZES];
    int n_ratios;
    double ratios[FRCNN_MAX_SIZES]; /**< height / width; above 1e-6, at most 1e6 */
    int stride_y, stride_x;         /**< nominal: pixels of the image per cell of the map */
} frcnn_anchor_level_config;

typedef struct frcnn_anchor_config {
    size_t struct_size; /**< set by frcnn_anchor_config_default */
    frcnn_anchor_convention convention;
    frcnn_anchor_order order;
    double offset; /**< of the first cell's centre, in strides; only where the convention has one; -65535 to 65535 */
    /** What sizes are multiples of, where they are, at most 65535; 0: the lesser stride for mmdetection's, else 16. */
    double base_size;
    int n_levels;
    frcnn_anchor_level_config levels[FRCNN_MAX_LEVELS];
} frcnn_anchor_config;

/** A convention's published Faster R-CNN: ResNet-50-FPN's five levels, or VGG16's one. */
FRCNN_API void frcnn_anchor_config_default(frcnn_anchor_config *config, frcnn_anchor_convention convention);

/** "torchvision", "detectron2", "mmdet", "mmdet-legacy", "py-faster-rcnn", "matlab", "simple-faster-rcnn"; a static string;
 *  "?" for a value that is no convention. */
FRCNN_API const char *frcnn_anchor_convention_get_name(frcnn_anchor_convention convention);
/** The convention of that name. Errors: INVALID, with all names. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_convention_parse(frcnn_anchor_convention *out, const char *name);

/** Whether offset means anything to the convention, and sizes are multiples of base_size. */
FRCNN_API int frcnn_anchor_convention_has_offset(frcnn_anchor_convention convention);
FRCNN_API int frcnn_anchor_convention_has_base_size(frcnn_anchor_convention convention);
/** 1 where boxes are (y1, x1, y2, x2). */
FRCNN_API int frcnn_anchor_convention_is_yx(frcnn_anchor_convention convention);

/** The sizes base * 2^(i / n) for i from 0 to n - 1, as mmdetection's octave_base_scale and scales_per_octave say them.
 *  sizes has room for n, at most FRCNN_MAX_SIZES. Errors: INVALID (base, n). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_octave_sizes(double *sizes, double base, int n);

/** The feature maps under an image, and how far their cells are apart. */
typedef struct frcnn_anchor_grids {
    int image_h, image_w; /**< pixels of the padded image */
    int n_levels;
    int grid_h[FRCNN_MAX_LEVELS], grid_w[FRCNN_MAX_LEVELS];     /**< cells */
    int stride_y[FRCNN_MAX_LEVELS], stride_x[FRCNN_MAX_LEVELS]; /**< pixels: nominal, or for torchvision image / grid */
} frcnn_anchor_grids;

/** The maps of a padded image: ceil(side / nominal stride) cells.
 *  Errors: INVALID (config; a side below 1, or more than 65535). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_grids_from_image(frcnn_anchor_grids *out,
                                                                     const frcnn_anchor_config *config, int image_h,
                                                                     int image_w);
/** Maps of given sizes, config->n_levels of them; image_h and image_w 0: grid * nominal stride of the first level.
 *  Errors: INVALID (config; a map below 1x1 or larger than the image). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_grids_from_maps(frcnn_anchor_grids *out,
                                                                    const frcnn_anchor_config *config, int image_h,
                                                                    int image_w, const int *grid_h, const int *grid_w);

/** The boxes of a level's first cell: f32 [A, 4], A = sizes * ratios. The caller owns *out. Errors: INVALID (config;
 *  level), NO_MEMORY. Sources: each convention's own code, named above. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_create_base(frcnn_tensor **out, const frcnn_anchor_config *config,
                                                                 int level);
/** All anchors of one level: f32 [grid_h * grid_w * A, 4]. The caller owns *out. Errors: INVALID (config; level; grids of
 *  another number of levels), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_create_level(frcnn_tensor **out, const frcnn_anchor_config *config,
                                                                  const frcnn_anchor_grids *grids, int level);
/** All anchors of an image, level after level: f32 [N, 4]. Otherwise as frcnn_anchors_create_level. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_create(frcnn_tensor **out, const frcnn_anchor_config *config,
                                                            const frcnn_anchor_grids *grids);
/** Where anchors of a level begin among those of all; with level n_levels, how many there are.
 *  Errors: INVALID (as above; more than memory can address). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_count(int64_t *out, const frcnn_anchor_config *config,
                                                           const frcnn_anchor_grids *grids, int level);

/** Writes anchors to a file, for other tools: of an image, or with grids NULL the base anchors of each level.
 *  format_name is "csv" (columns level,y,x,anchor,x1,y1,x2,y2), "json", "npy" (f32 [N, 4], level after level) or
 *  "safetensors" ("level.0" [n, 4], …); NULL: by the path's end. Numbers are the shortest that read back to the same f32.
 *  The file is there whole or not at all. Errors: INVALID (config, grids, format), IO, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_save(const char *path, const char *format_name,
                                                          const frcnn_anchor_config *config,
                                                          const frcnn_anchor_grids *grids);
/** The same to a stream, as "csv" or "json". */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchors_print(FILE *stream, const char *format_name,
                                                           const frcnn_anchor_config *config,
                                                           const frcnn_anchor_grids *grids);

#ifdef __cplusplus
}
#endif
#endif
