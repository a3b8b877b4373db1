/** Reports: what other tools read, made from the journal of a run alone.
 *
 *      status = frcnn_report_save("frcnn-out", FRCNN_REPORT_COCO, "frcnn-out/detections.jsonl");
 */
#ifndef FRCNN_REPORT_H
#define FRCNN_REPORT_H

#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRCNN_COCO_NAME "coco.json"                 /**< images, annotations with scores, categories */
#define FRCNN_COCO_RESULTS_NAME "coco_results.json" /**< the list of results that pycocotools loads */

/** What to make; values may be added up. */
typedef enum frcnn_report_format {
    FRCNN_REPORT_NONE = 0,
    FRCNN_REPORT_COCO = 1, /**< FRCNN_COCO_NAME and FRCNN_COCO_RESULTS_NAME */
    FRCNN_REPORT_ALL = 1
} frcnn_report_format;

/** Reads a list of format names with commas between, or "all" or "none". Errors: INVALID, with the names known. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_report_parse_formats(unsigned *formats, const char *list);

/** Writes the reports that formats asks for into folder. Inputs that failed are left out, images without detections are
 *  not. Memory does not grow with the journal.
 *  Errors: INVALID (an unknown format), IO, FORMAT (the journal), NO_MEMORY; a report is there whole or not at all. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_report_save(const char *folder, unsigned formats, const char *journal);

#ifdef __cplusplus
}
#endif
#endif
