/** Wall time, for the times that results carry. */
#ifndef FRCNN_CLOCK_H
#define FRCNN_CLOCK_H

#include <time.h>

/** Milliseconds since some moment; never goes back. */
static inline double frcnn_clock_get_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

#endif
