/** A COCO truth file's images and categories: the ids that its evaluation expects in results.
 *
 *      frcnn_annotations *truth = NULL;
 *      status = frcnn_annotations_open(&truth, "instances_val.json");
 *      int64_t id = 0;
 *      if (frcnn_annotations_find_image(truth, "a/1.jpg", &id)) use(id);
 *      frcnn_annotations_close(&truth);
 */
#ifndef FRCNN_ANNOTATIONS_H
#define FRCNN_ANNOTATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_annotations frcnn_annotations;

/** How a class of a model found its category. */
typedef enum frcnn_category_match {
    FRCNN_MATCHED_BY_NAME = 0,
    FRCNN_MATCHED_BY_ID = 1, /**< no category has the class's name, but one that no class is named after has its id */
    FRCNN_NOT_MATCHED = 2    /**< a fresh id above all others */
} frcnn_category_match;

/** Reads images and categories of a COCO file. The caller owns *out.
 *  Errors: IO; FORMAT (no JSON; images without id and file_name, categories without id and name; an id below 0 or
 *  above 2^52, a category's above 2^30; an id or a file name twice); NO_MEMORY. Messages begin with the path. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_annotations_open(frcnn_annotations **out, const char *path);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_annotations_close(frcnn_annotations **annotations);

FRCNN_API size_t frcnn_annotations_get_n_images(const frcnn_annotations *annotations);
FRCNN_API size_t frcnn_annotations_get_n_categories(const frcnn_annotations *annotations);
/** The largest image id, 0 or more. */
FRCNN_API int64_t frcnn_annotations_get_max_image_id(const frcnn_annotations *annotations);
/** 2 and the id where a file_name equals name; else 1 and the id where just one has the same last part, behind all
 *  folders; else 0. */
FRCNN_API int frcnn_annotations_find_image(const frcnn_annotations *annotations, const char *name, int64_t *id);
/** The name of a category, borrowed; NULL where there is none of that id. */
FRCNN_API const char *frcnn_annotations_find_category(const frcnn_annotations *annotations, int32_t id);

/** Gives each of n classes the id of its category: by name first, then by id. matched[i] is classes[i] with that id;
 *  how[i] says how it was found. */
FRCNN_API void frcnn_annotations_match(const frcnn_annotations *annotations, const frcnn_category *classes, size_t n,
                                       frcnn_category *matched, frcnn_category_match *how);

#ifdef __cplusplus
}
#endif
#endif
