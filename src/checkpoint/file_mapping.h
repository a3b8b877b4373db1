/** A whole file mapped into memory, read-only, and counted, so that what was made from it may outlive its opener. */
#ifndef FRCNN_FILE_MAPPING_H
#define FRCNN_FILE_MAPPING_H

#include <stddef.h>

#include "frcnn/status.h"

typedef struct frcnn_file_mapping frcnn_file_mapping;

/** Maps a regular file; an empty one is mapped as 0 bytes. The caller holds *out once and ends that with
 *  frcnn_file_mapping_release. Whoever cuts the file shorter while it is mapped ends the program (SIGBUS).
 *  Errors: IO (missing, unreadable, a folder or a device), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_file_mapping_open(frcnn_file_mapping **out, const char *path);

/** One more holder. Any thread may hold and release. */
void frcnn_file_mapping_hold(frcnn_file_mapping *mapping);

/** One holder less; the last one unmaps. Takes NULL. The argument is a frcnn_file_mapping: void, so that it can be a
 *  tensor's release function. */
void frcnn_file_mapping_release(void *mapping);

/** The first byte, aligned to a page; borrowed. NULL where the file is empty. */
unsigned char *frcnn_file_mapping_get_data(const frcnn_file_mapping *mapping);
size_t frcnn_file_mapping_get_size(const frcnn_file_mapping *mapping);

/** Gives the pages that were read back to the system; the next read of them goes to the file again. */
void frcnn_file_mapping_drop_pages(const frcnn_file_mapping *mapping);

#endif
