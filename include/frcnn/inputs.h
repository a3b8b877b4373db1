/** The inputs of a run: arguments as a user types them, made into one ordered list of images.
 *
 *      const char *arguments[] = {"photos", "more/?.png"};
 *      frcnn_inputs *inputs = NULL;
 *      status = frcnn_inputs_create(&inputs, arguments, 2, NULL);
 *      for (size_t i = 0; i < frcnn_inputs_get_count(inputs); i++) use(frcnn_inputs_get(inputs, i)->path);
 *      frcnn_inputs_destroy(&inputs);
 *
 *  An argument is
 *      a folder     every image below it; hidden files, files that are no images by content and folders of earlier runs
 *                   are left out and counted; a loop of symbolic links is cut
 *      a file       taken as it is: whether it is an image shows when it is decoded
 *      a pattern    with * ? or [, where no file has that very name: what it matches, as the shell would
 *      @FILE        one path a line, a file or a folder; @- reads them from standard input
 *      -            standard input, one binary PPM or PGM image behind the other; no other argument beside it
 *  The list is ordered by the bytes of the paths and holds no path twice.
 */
#ifndef FRCNN_INPUTS_H
#define FRCNN_INPUTS_H

#include <stddef.h>

#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_inputs frcnn_inputs;

typedef struct frcnn_input {
    const char *path;  /**< what to open; bytes */
    const char *name;  /**< what results call it, different for each input: the path below its folder argument, the
                            file's own name, or the whole path where those are taken; bytes */
    const char *error; /**< NULL; else why nothing can be read here: a folder that could not be listed */
} frcnn_input;

typedef struct frcnn_inputs_options {
    size_t struct_size;   /**< set by frcnn_inputs_options_default */
    int is_not_recursive; /**< 1: folders below a folder argument are left out; default 0 */
} frcnn_inputs_options;

/** What the list leaves out. */
typedef struct frcnn_inputs_skipped {
    size_t n_hidden;     /**< files and folders whose name begins with a dot */
    size_t n_not_images; /**< files whose first bytes are no image's, and devices */
    size_t n_runs;       /**< folders that hold the journal of a run */
    size_t n_doubled;    /**< paths that were named before */
} frcnn_inputs_skipped;

FRCNN_API void frcnn_inputs_options_default(frcnn_inputs_options *options);

/** options NULL: the defaults. The caller owns *out.
 *  Errors: INVALID (struct_size; no argument; "-" beside others), IO (a list file that cannot be read), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_inputs_create(frcnn_inputs **out, const char *const *arguments,
                                                           size_t n_arguments, const frcnn_inputs_options *options);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_inputs_destroy(frcnn_inputs **inputs);

/** 1 where the images come from standard input; the count is then 0. */
FRCNN_API int frcnn_inputs_is_stream(const frcnn_inputs *inputs);
FRCNN_API size_t frcnn_inputs_get_count(const frcnn_inputs *inputs);
/** Borrowed; index is below the count. */
FRCNN_API const frcnn_input *frcnn_inputs_get(const frcnn_inputs *inputs, size_t index);
FRCNN_API const frcnn_inputs_skipped *frcnn_inputs_get_skipped(const frcnn_inputs *inputs);

#ifdef __cplusplus
}
#endif
#endif
