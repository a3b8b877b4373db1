/** A detector: a model on a device, ready to find objects.
 *
 *      frcnn_detector *detector = NULL;
 *      status = frcnn_detector_create(&detector, model, NULL);
 *      frcnn_result result = {0};
 *      status = frcnn_detector_run(detector, &image, 1, &result);
 *      for (size_t i = 0; i < result.count; i++) use(result.detections[i]);
 *      frcnn_result_deinit(&result);
 *      frcnn_detector_destroy(&detector);
 *
 *  A detector serves one thread at a time; several may share a model, and with it the packed weights. With OpenMP, its
 *  number of threads stays set on the thread that runs it. Where other work wants the cores too, several detectors of one
 *  thread each are faster than one of many: threads on one image wait for each other after every layer. The same image gives the same bytes, whatever the
 *  number of threads and whatever ran before.
 */
#ifndef FRCNN_DETECTOR_H
#define FRCNN_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"
#include "frcnn/model.h"
#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_detector frcnn_detector;

/** Corners in pixels of the image as it came in, x to the right, y down; x2, y2 are edges, not the last pixel. */
typedef struct frcnn_detection {
    float x1, y1, x2, y2;
    float score;         /**< 0 to 1 */
    int32_t class_index; /**< into frcnn_model_info.categories */
} frcnn_detection;

/** Milliseconds of wall time, for the images of one frcnn_detector_run together divided by their number. */
typedef struct frcnn_stage_times {
    double resize;   /**< resize, normalise, pad */
    double backbone; /**< with the FPN */
    double rpn;      /**< head, top-k, decode, NMS */
    double roi;      /**< RoIAlign and box head */
    double post;     /**< softmax, decode, NMS, back to the image's frame */
} frcnn_stage_times;

/** What was found in one image. Starts as {0}; detections are the library's until frcnn_result_deinit, and are reused
 *  by the next run into the same result. */
typedef struct frcnn_result {
    size_t count;
    frcnn_detection *detections; /**< highest score first; equal scores by proposal, then class */
    size_t capacity;
    int is_capped; /**< 1: there were more than the model's box_detections_per_img */
    int resized_height, resized_width;
    frcnn_stage_times times;
} frcnn_result;

typedef struct frcnn_detector_options {
    size_t struct_size;    /**< set by frcnn_detector_options_default */
    const char *device;    /**< as frcnn_device_choose takes it, and for a run as frcnn_devices_choose does; NULL or
                                "auto" (default): a GPU where one can be used, else the CPU */
    const char *precision; /**< what convolutions compute in: "f32", "tf32", "f16" or "bf16"; on the CPU "f32" alone.
                                NULL (default): "f32". Boxes and scores are f32 in all of them */
    int n_threads;         /**< 0 (default): one per core */
    int batch;             /**< images of equal padded size computed together, at most; default 1 */
    size_t max_memory;     /**< bytes for arenas, anchors and packed weights; 0 (default): 2 GiB; a GPU: all that
                                it has */
} frcnn_detector_options;

typedef struct frcnn_detector_info {
    const char *device;    /**< "cpu", "cuda:0"; of a run on several GPUs "cuda:0,1" */
    const char *isa;       /**< the instruction set that oneDNN uses, "AVX-512 …"; the name of the GPU */
    const char *precision; /**< "f32", "tf32", "f16" or "bf16" */
    int n_threads;
    int halved_batch; /**< 0, or: memory was short, and batches were halved down to so many images */
} frcnn_detector_info;

FRCNN_API void frcnn_detector_options_default(frcnn_detector_options *options);

/** options NULL: the defaults. The model must outlive the detector. The caller owns *out.
 *  Errors: INVALID (an option out of range), UNSUPPORTED (a device this build or machine lacks), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_detector_create(frcnn_detector **out, const frcnn_model *model,
                                                             const frcnn_detector_options *options);
FRCNN_API void frcnn_detector_destroy(frcnn_detector **detector);
FRCNN_API const frcnn_detector_info *frcnn_detector_get_info(const frcnn_detector *detector);

/** Finds objects in n_images images; results[i] is images[i]'s. Neighbours of equal padded size are computed together,
 *  at most options.batch of them. The first run of a padded size makes its plan; later runs allocate nothing.
 *  Errors: INVALID, NO_MEMORY (the message says how much was needed and allowed), BACKEND; results are then empty.
 *  Where memory is short, what is kept for later runs is dropped, then batches are halved; the error is that of one image. The detector stays usable. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_detector_run(frcnn_detector *detector, const frcnn_image *const *images,
                                                          size_t n_images, frcnn_result *results);
FRCNN_API void frcnn_result_deinit(frcnn_result *result);

/** What the RPN made of an image's anchors: its proposals, highest score first. */
typedef struct frcnn_proposals {
    frcnn_tensor *boxes;   /**< f32 [n, 4], pixels of the resized image */
    frcnn_tensor *scores;  /**< f32 [n], 0 to 1 */
    frcnn_tensor *anchors; /**< i64 [n], the anchor that each came from: a row of frcnn_anchors_create's */
} frcnn_proposals;

/** The proposals of one image, for a look at them: nothing of this run is kept for later ones. The caller owns *out.
 *  Errors: as frcnn_detector_run. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_detector_get_proposals(frcnn_detector *detector, const frcnn_image *image,
                                                                    frcnn_proposals *out);
/** Destroys the tensors; the struct may be filled again. */
FRCNN_API void frcnn_proposals_deinit(frcnn_proposals *proposals);

/** What a plan for one image of this size costs. */
typedef struct frcnn_plan_info {
    int64_t macs_backbone, macs_fpn, macs_rpn, macs_roi; /**< multiply-adds */
    size_t arena_bytes;                                  /**< every buffer of a run */
    size_t anchors_bytes;                                /**< anchors of every cell, kept between runs */
    size_t weights_bytes;                                /**< packed weights */
} frcnn_plan_info;

/** Packs no weights and takes no memory for buffers: a size that max_memory has no room for is told as well. Errors:
 *  INVALID, BACKEND, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_detector_get_plan_info(const frcnn_detector *detector, int image_height,
                                                                    int image_width, frcnn_plan_info *out);

#ifdef __cplusplus
}
#endif
#endif
