/** What one window of a pooling covers along one side of a map. */
#ifndef FRCNN_WINDOW_BODY_H
#define FRCNN_WINDOW_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** in values give out windows. kernel 0 cuts the side into out bins that differ by at most one value in length, and may
 *  overlap by one (adaptive pooling); stride, padding and dilation mean nothing then. */
typedef struct frcnn_window {
    int64_t in, out;
    int kernel, stride, padding, dilation;
} frcnn_window;

/** Positions first, first + step, … below end. Never negative; empty where a dilated window misses the side. */
typedef struct frcnn_span {
    int64_t first, end, step;
} frcnn_span;

/** The positions inside the side that window number out covers, where kernel is above 0. */
FRCNN_HD frcnn_span frcnn_window_get_sliding_span(const frcnn_window *window, int64_t out)
{
    frcnn_span span;
    const int64_t start = out * window->stride - window->padding;
    const int64_t stop = start + (int64_t)window->dilation * (window->kernel - 1) + 1;
    const int outside = start < 0 ? (int)-start : 0; /* at most the padding */
    span.first = start + (outside + window->dilation - 1) / window->dilation * window->dilation;
    span.end = stop < window->in ? stop : window->in;
    span.step = window->dilation;
    return span;
}

/** The same of any window. A bin is [floor(out * in / n), ceil((out + 1) * in / n)), as PyTorch's. */
FRCNN_HD frcnn_span frcnn_window_get_span(const frcnn_window *window, int64_t out)
{
    frcnn_span span;
    if (window->kernel > 0) return frcnn_window_get_sliding_span(window, out);
    /* out * in may not fit: split into the bin's whole and rest. */
    const int64_t whole = window->in / window->out;
    const int64_t rest = window->in % window->out;
    span.first = out * whole + out * rest / window->out;
    span.end = (out + 1) * whole + ((out + 1) * rest + window->out - 1) / window->out;
    span.step = 1;
    return span;
}

/** The first window that has tap number tap at position 0 or after. */
FRCNN_HD int64_t frcnn_window_get_first_out(const frcnn_window *window, int64_t tap)
{
    const int64_t outside = window->padding - tap * window->dilation;
    const int64_t first = outside <= 0 ? 0 : (outside + window->stride - 1) / window->stride;
    return first < window->out ? first : window->out;
}

/** One past the last window that has tap number tap before the side's end. */
FRCNN_HD int64_t frcnn_window_get_end_out(const frcnn_window *window, int64_t tap)
{
    const int64_t inside = window->in + window->padding - tap * window->dilation;
    const int64_t end = inside <= 0 ? 0 : (inside + window->stride - 1) / window->stride;
    return end < window->out ? end : window->out;
}

#endif
