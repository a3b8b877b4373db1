/** Going on with a run: what its journal holds must be what this run would have written. */
#ifndef FRCNN_RUN_RESUME_H
#define FRCNN_RUN_RESUME_H

#include <stdint.h>

#include "frcnn/journal.h"

/** Called with each entry that is there, in order; entry_index from 0. A failure ends the check. */
typedef frcnn_status (*frcnn_resume_visit)(void *context, int64_t entry_index, const frcnn_journal_entry *entry);

/** Reads the journal at path, checks its header against the one this run would write and shows its entries to visit.
 *  *whole_bytes is where the journal's whole lines end: 0 for one that has no whole header yet.
 *  Errors: INVALID (another version, model or setting, named; what visit returns), IO, FORMAT, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_run_resume(const char *path, const char *header_line, frcnn_resume_visit visit,
                                              void *context, int64_t *whole_bytes);

#endif
