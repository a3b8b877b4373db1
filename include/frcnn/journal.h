/** The journal of a run: a header line, then one JSON line per input, in input order. Everything else is made from it.
 *
 *      frcnn_journal *journal = NULL;
 *      status = frcnn_journal_open(&journal, "frcnn-out/detections.jsonl");
 *      const frcnn_journal_entry *entry = NULL;
 *      while ((status = frcnn_journal_read(journal, &entry)) == FRCNN_OK && entry != NULL) use(entry);
 *      frcnn_journal_close(&journal);
 *
 *  Reading holds one line in memory. A last line without its end (the run was killed) is as if it were not there.
 */
#ifndef FRCNN_JOURNAL_H
#define FRCNN_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_journal frcnn_journal;

typedef struct frcnn_journal_header {
    const char *version;      /**< of the library that ran */
    const char *model_name;   /**< the file's name */
    const char *model_family; /**< "torchvision" */
    const char *model_sha256;
    size_t n_categories;
    const frcnn_category *categories;
} frcnn_journal_header;

typedef struct frcnn_journal_detection {
    int64_t category_id;
    float x, y, width, height; /**< pixels of the upright image */
    float score;
} frcnn_journal_detection;

/** One input. Borrowed, until the next read. */
typedef struct frcnn_journal_entry {
    const char *file;  /**< the input's name; bytes */
    const char *error; /**< NULL; else why there is no result, and the rest is 0 */
    int64_t image_id;
    int width, height; /**< pixels of the upright image */
    size_t n_detections;
    const frcnn_journal_detection *detections; /**< highest score first */
} frcnn_journal_entry;

/** Opens a journal and reads its header. The caller owns *out.
 *  Errors: IO; FORMAT (no journal; a header of another version of the format); NO_MEMORY. Messages begin with the
 *  path. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_journal_open(frcnn_journal **out, const char *path);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_journal_close(frcnn_journal **journal);
/** Borrowed. */
FRCNN_API const frcnn_journal_header *frcnn_journal_get_header(const frcnn_journal *journal);
/** The next input; *entry is NULL after the last.
 *  Errors: IO, FORMAT (with the line's number), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_journal_read(frcnn_journal *journal, const frcnn_journal_entry **entry);

#ifdef __cplusplus
}
#endif
#endif
