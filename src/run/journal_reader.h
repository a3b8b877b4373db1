/** What resuming a run needs to know of its journal beside the entries. */
#ifndef FRCNN_JOURNAL_READER_H
#define FRCNN_JOURNAL_READER_H

#include <stdint.h>

#include "frcnn/journal.h"

/** The header's line as it stands in the file, without its end; borrowed. */
const char *frcnn_journal_get_header_text(const frcnn_journal *journal);

/** Bytes of the header and of the entries read so far. */
int64_t frcnn_journal_get_read_bytes(const frcnn_journal *journal);

#endif
