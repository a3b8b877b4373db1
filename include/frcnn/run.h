/** A run: many inputs through a detector. Images are decoded, detected, drawn and written at the same time, in bounded
 *  memory; results come in input order, whatever the number of threads; an image that fails harms no other.
 *
 *      frcnn_run_options options;
 *      frcnn_run_options_default(&options);
 *      options.folder = "frcnn-out";
 *      frcnn_run *run = NULL;
 *      status = frcnn_run_create(&run, model, NULL, inputs, &options);
 *      if (status == FRCNN_OK) status = frcnn_run_execute(run);
 *      frcnn_run_destroy(&run);
 */
#ifndef FRCNN_RUN_H
#define FRCNN_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/annotations.h"
#include "frcnn/detector.h"
#include "frcnn/draw.h"
#include "frcnn/image.h"
#include "frcnn/inputs.h"
#include "frcnn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name What a run writes into its folder, beside the reports made from it (report.h). @{ */
#define FRCNN_JOURNAL_NAME "detections.jsonl"
#define FRCNN_IMAGES_NAME "images" /**< a folder: drawn images, as NAME.jpg or NAME.png */
/** @} */

typedef struct frcnn_run frcnn_run;

/** What to do where the folder holds a run already. */
typedef enum frcnn_run_existing {
    FRCNN_RUN_REFUSE = 0, /**< fail with EXISTS */
    FRCNN_RUN_RESUME = 1, /**< go on behind its last input; the model and the settings must be the same */
    FRCNN_RUN_REPLACE = 2 /**< remove what it wrote, and nothing else */
} frcnn_run_existing;

/** One input done. Borrowed for the call. */
typedef struct frcnn_run_event {
    const char *name;           /**< of the input; bytes */
    const char *error;          /**< NULL; else why there is no result, and the rest is 0 */
    int64_t n_done, n_total;    /**< inputs, this one and resumed ones with them; n_total is -1 for a stream */
    int height, width;          /**< pixels */
    const frcnn_result *result; /**< of the classes asked for */
    double decode_ms, draw_ms;  /**< draw with encoding and writing; 0 where nothing is drawn */
} frcnn_run_event;

/** Called for each input, in order, by the thread that called frcnn_run_execute. */
typedef void (*frcnn_run_listener)(void *context, const frcnn_run_event *event);

typedef struct frcnn_run_options {
    size_t struct_size;          /**< set by frcnn_run_options_default */
    const char *folder;          /**< where results go, made where it is missing; NULL (default): to descriptor alone */
    int descriptor;              /**< where the journal goes without a folder; default 1, standard output */
    frcnn_run_existing existing; /**< default FRCNN_RUN_REFUSE */
    int is_not_drawn;            /**< 1: no drawn images; default 0 */
    frcnn_image_format draw_format;   /**< default FRCNN_IMAGE_JPEG */
    const frcnn_draw_options *draw;   /**< NULL (default): the defaults */
    const frcnn_image_options *image; /**< NULL (default): the defaults */
    const char *classes;              /**< names or ids to keep, with commas between; NULL (default): all */
    const frcnn_annotations *truth;   /**< whose ids are used; NULL (default): 1, 2, … in the order of the inputs */
    const char *timings;              /**< a CSV file of milliseconds per input; NULL (default): none */
    int stops_at_failure;             /**< 1: end behind the first input that fails; default 0 */
    frcnn_run_listener listener;      /**< NULL (default): none */
    void *listener_context;
} frcnn_run_options;

/** Counts over all inputs done, resumed ones with them where nothing else is said. */
typedef struct frcnn_run_summary {
    int64_t n_done;    /**< inputs in the journal */
    int64_t n_resumed; /**< of them, those that were there before */
    int64_t n_detections;
    int64_t n_failed;
    int64_t n_capped;  /**< of this run: images with more objects than the model's limit */
    int64_t n_shrunk;  /**< of this run: images that the model sees at less than half their size */
    int64_t n_unknown; /**< inputs that the truth does not have */
    int is_whole;      /**< 1: every input is done */
} frcnn_run_summary;

typedef struct frcnn_run_failure {
    const char *name;  /**< of the input */
    const char *error; /**< begins with the path */
} frcnn_run_failure;

FRCNN_API void frcnn_run_options_default(frcnn_run_options *options);

/** Makes detectors and the folder ready and starts or reopens its journal. Many inputs are worked on side by side, by as
 *  many detectors as detector_options' threads and memory allow; as many threads decode and draw. Model, inputs and what
 *  options point to must outlive the run. detector_options, options NULL: the defaults. The caller owns *out.
 *  Errors: INVALID (struct_size; a detector option out of range; classes that the model lacks; a stream with truth; on
 *  resuming: another model, other settings or other inputs), EXISTS (a run and FRCNN_RUN_REFUSE; a folder that holds one
 *  of our names but no run; another process that writes there), UNSUPPORTED (a device that is not there), IO, FORMAT (a
 *  damaged journal on resuming), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_run_create(frcnn_run **out, const frcnn_model *model,
                                                        const frcnn_detector_options *detector_options,
                                                        const frcnn_inputs *inputs, const frcnn_run_options *options);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_run_destroy(frcnn_run **run);

/** Runs to the end, once. Inputs that fail are no error of the run: they are in the journal and among the failures.
 *  Errors: INTERRUPTED (frcnn_run_stop); IO, NO_MEMORY (an output that could not be written: what is in the journal is
 *  whole, and the run can be resumed); with stops_at_failure the first input's error. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_run_execute(frcnn_run *run);

/** Asks a run that executes to end soon: what is being detected is finished and written. May be called from a signal
 *  handler and from any thread. */
FRCNN_API void frcnn_run_stop(frcnn_run *run);

/** Of all detectors together; borrowed. */
FRCNN_API const frcnn_detector_info *frcnn_run_get_detector_info(const frcnn_run *run);
/** Borrowed. */
FRCNN_API const frcnn_run_summary *frcnn_run_get_summary(const frcnn_run *run);
/** Borrowed; index is below the summary's n_failed. */
FRCNN_API const frcnn_run_failure *frcnn_run_get_failure(const frcnn_run *run, size_t index);

#ifdef __cplusplus
}
#endif
#endif
