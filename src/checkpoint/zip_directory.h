/** The entries of a zip archive that lies in memory, and where the bytes of those are that are stored as they are. */
#ifndef FRCNN_ZIP_DIRECTORY_H
#define FRCNN_ZIP_DIRECTORY_H

#include <stddef.h>

#include "frcnn/status.h"

typedef struct frcnn_zip_directory frcnn_zip_directory;

/** data lives as long as *out; source begins messages. The caller ends *out with frcnn_zip_directory_close.
 *  Errors: FORMAT (no whole archive, names that are no places within it, a name that is there twice), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_zip_directory_open(frcnn_zip_directory **out, const unsigned char *data, size_t size,
                                                      const char *source);
/** Takes NULL and nulls the handle. */
void frcnn_zip_directory_close(frcnn_zip_directory **directory);

/** The archive's first name; NULL where it is empty. Borrowed. */
const char *frcnn_zip_directory_get_first(const frcnn_zip_directory *directory);

/** 1 where there is an entry of that name. */
int frcnn_zip_directory_has(const frcnn_zip_directory *directory, const char *name);

/** An entry's bytes within data, which its checksum vouches for, where it has one. Errors: FORMAT (no such entry, one that does
 *  not lie within the archive or in another's bytes, or is damaged), UNSUPPORTED (compressed or encrypted), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_zip_directory_find(frcnn_zip_directory *directory, const char *name,
                                                      const unsigned char **bytes, size_t *n_bytes);

#endif
