/** What a run shows on standard error while it works. */
#ifndef FRCNN_PROGRESS_H
#define FRCNN_PROGRESS_H

#include "frcnn/frcnn.h"

typedef enum frcnn_progress_kind {
    FRCNN_PROGRESS_NONE,
    FRCNN_PROGRESS_BAR,    /**< on a terminal */
    FRCNN_PROGRESS_LINES,  /**< now and then */
    FRCNN_PROGRESS_VERBOSE /**< a line for each input */
} frcnn_progress_kind;

typedef struct frcnn_progress {
    frcnn_progress_kind kind;
    const frcnn_category *categories;
    size_t n_categories;
    double start_ms, shown_ms;
    int64_t n_done; /**< in this run, without resumed ones */
} frcnn_progress;

void frcnn_progress_init(frcnn_progress *progress, frcnn_progress_kind kind, const frcnn_model_info *model);
/** A frcnn_run_listener whose context is a frcnn_progress. */
void frcnn_progress_listen(void *context, const frcnn_run_event *event);
/** Takes the bar away. */
void frcnn_progress_end(const frcnn_progress *progress);
double frcnn_progress_get_seconds(const frcnn_progress *progress);

#endif
