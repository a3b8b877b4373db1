/** What a file looks like that was given as a checkpoint and is none that is read here. */
#ifndef FRCNN_FILE_KIND_H
#define FRCNN_FILE_KIND_H

#include <stddef.h>

/** A phrase for a message ("a zip archive, as PyTorch writes its .pth files"), a static string; NULL where the first
 *  bytes say nothing. */
const char *frcnn_file_kind_get(const unsigned char *data, size_t size);

#endif
