/** Ends of names. */
#ifndef FRCNN_ENDS_WITH_H
#define FRCNN_ENDS_WITH_H

#include <string.h>

/** 1 where text ends with end. */
static inline int frcnn_ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

#endif
