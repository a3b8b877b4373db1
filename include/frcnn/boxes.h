/** Annotated boxes of images: COCO JSON, VOC XML and YOLO labels, told apart by their content.
 *
 *      frcnn_boxes *boxes = NULL;
 *      status = frcnn_boxes_open(&boxes, "VOC2012/Annotations", NULL);
 *      for (size_t i = 0; i < frcnn_boxes_get_n_images(boxes); i++) {
 *          const frcnn_boxes_image *image = frcnn_boxes_get_image(boxes, i);
 *          for (size_t j = 0; j < image->n_boxes; j++) use(&image->boxes[j]);
 *      }
 *      frcnn_boxes_close(&boxes);
 */
#ifndef FRCNN_BOXES_H
#define FRCNN_BOXES_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_boxes frcnn_boxes;

typedef enum frcnn_boxes_format {
    FRCNN_BOXES_COCO = 0, /**< a JSON file; bbox [x, y, width, height] */
    FRCNN_BOXES_VOC = 1,  /**< an XML file for each image; pixels counted from 1, the last one included */
    FRCNN_BOXES_YOLO = 2  /**< a text file for each image; lines "class cx cy width height", of the image's sides */
} frcnn_boxes_format;

/** Pixels of the original, upright image, from 0 at its upper left corner; clipped to the image, of an area above 0.
 *  VOC's xmin, ymin, xmax, ymax become xmin - 1, ymin - 1, xmax, ymax, as Detectron2 has them. */
typedef struct frcnn_box {
    float x1, y1, x2, y2;
    int category;     /**< its place in frcnn_boxes_get_categories */
    int is_crowd;     /**< COCO: a group, not one object */
    int is_difficult; /**< VOC: not counted by its evaluation */
} frcnn_box;

typedef struct frcnn_boxes_image {
    const char *name; /**< COCO's file_name, VOC's filename, the image of a YOLO label; a path or a bare name */
    int height, width;
    size_t n_boxes; /**< 0 where nothing is annotated */
    const frcnn_box *boxes;
} frcnn_boxes_image;

typedef struct frcnn_boxes_options {
    size_t struct_size; /**< set by frcnn_boxes_options_default */
    const char
        *images; /**< the images' folder, for sizes that the annotations lack; NULL (default): their own folder */
} frcnn_boxes_options;

FRCNN_API void frcnn_boxes_options_default(frcnn_boxes_options *options);

/** Reads a file, or of a folder the .xml files, or where it has none the .txt files, in the order of their names. YOLO
 *  labels, and VOC files without sizes, need the images, found by the name without its suffix. Names of YOLO classes come
 *  from classes.txt beside the labels or in the folder above, else a class is called by its number. options NULL: the
 *  defaults. The caller owns *out.
 *  A box of negative size, without area, not finite or outside its image is left out, counted and named.
 *  Errors: IO; FORMAT, naming file and line or key (no annotations; a box without its numbers; an id twice, or of no
 *  image or category; a size not known); INVALID (options); NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_boxes_open(frcnn_boxes **out, const char *path,
                                                        const frcnn_boxes_options *options);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_boxes_close(frcnn_boxes **boxes);

FRCNN_API frcnn_boxes_format frcnn_boxes_get_format(const frcnn_boxes *boxes);
/** All boxes of all images. */
FRCNN_API size_t frcnn_boxes_get_n_boxes(const frcnn_boxes *boxes);
FRCNN_API size_t frcnn_boxes_get_n_images(const frcnn_boxes *boxes);
/** i is below frcnn_boxes_get_n_images. Borrowed. */
FRCNN_API const frcnn_boxes_image *frcnn_boxes_get_image(const frcnn_boxes *boxes, size_t i);
/** The image of that name; else the only one with the same last part, behind all folders; else the only one whose last
 *  part is the same but for its suffix; else NULL. Borrowed. */
FRCNN_API const frcnn_boxes_image *frcnn_boxes_find_image(const frcnn_boxes *boxes, const char *name);
FRCNN_API size_t frcnn_boxes_get_n_categories(const frcnn_boxes *boxes);
/** All of them, borrowed. Ids are the file's; VOC's count from 1 in the order in which names appear. */
FRCNN_API const frcnn_category *frcnn_boxes_get_categories(const frcnn_boxes *boxes);

/** Boxes that were left out. */
FRCNN_API size_t frcnn_boxes_get_n_bad(const frcnn_boxes *boxes);
/** Where the i-th of them is and what is wrong with it, borrowed; NULL from the 101st on. */
FRCNN_API const char *frcnn_boxes_get_bad(const frcnn_boxes *boxes, size_t i);

#ifdef __cplusplus
}
#endif
#endif
