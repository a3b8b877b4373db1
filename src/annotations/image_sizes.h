/** Sizes of the images in a folder, found by their names without suffix. */
#ifndef FRCNN_IMAGE_SIZES_H
#define FRCNN_IMAGE_SIZES_H

#include <stddef.h>

#include "frcnn/status.h"

typedef struct frcnn_image_sizes frcnn_image_sizes;

/** Lists the files of a folder, whose path is copied. The caller owns *out. Errors: IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_image_sizes_open(frcnn_image_sizes **out, const char *folder);
/** Takes NULL and nulls the handle. */
void frcnn_image_sizes_close(frcnn_image_sizes **sizes);

/** The size, upright, and the file's name (borrowed) of the first image whose name is the first stem_bytes of stem and a
 *  suffix; *name NULL where there is none. Errors: those of frcnn_image_read_size. */
FRCNN_NODISCARD frcnn_status frcnn_image_sizes_find(const frcnn_image_sizes *sizes, const char *stem, size_t stem_bytes,
                                                    const char **name, int *height, int *width);

const char *frcnn_image_sizes_get_folder(const frcnn_image_sizes *sizes);

/** The names of the files in a folder, sorted, without hidden ones. The caller frees them and the list.
 *  Errors: IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_list_files(char ***names, size_t *n, const char *folder);
void frcnn_list_free(char ***names, size_t n);

/** "folder/name", which the caller frees. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_folder_join(char **out, const char *folder, const char *name);

#endif
