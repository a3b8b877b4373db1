/** The lines of a journal as text. */
#ifndef FRCNN_JOURNAL_TEXT_H
#define FRCNN_JOURNAL_TEXT_H

#include "frcnn/detector.h"
#include "frcnn/journal.h"

/** What a result depends on beside the model's file, as the header tells it. */
typedef struct frcnn_journal_run {
    const frcnn_model_info *model;
    const frcnn_category *categories; /**< [model->n_categories], the ids that results use */
    const char *is_kept;              /**< [model->n_categories] of 0 and 1, the classes asked for; NULL: all */
    const char *precision;            /**< that the detector computes in */
    int ignore_exif;
    double range_lo, range_hi;
} frcnn_journal_run;

/** Each makes one line with its end, which the caller frees with frcnn_free; the same values give the same bytes.
 *  Errors: NO_MEMORY. @{ */
FRCNN_NODISCARD frcnn_status frcnn_journal_header_text(char **line, const frcnn_journal_run *run);
/** categories turn a detection's class_index into an id. */
FRCNN_NODISCARD frcnn_status frcnn_journal_result_text(char **line, int64_t image_id, const char *file, int width,
                                                       int height, const frcnn_result *result,
                                                       const frcnn_category *categories);
FRCNN_NODISCARD frcnn_status frcnn_journal_error_text(char **line, const char *file, const char *error);
/** @} */

#endif
