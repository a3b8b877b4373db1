/** Places the values of a graph in one block of memory by their lifetimes. */
#ifndef FRCNN_ARENA_H
#define FRCNN_ARENA_H

#include <stddef.h>

#include "tensor/graph.h"

/* Bytes: what cuBLASLt asks of its workspace. */
enum { FRCNN_ARENA_PART = 256 };

/** Writes the offset of each value, a multiple of FRCNN_ARENA_PART, and the size of the block that holds them all. Values
 *  that live at the same time do not overlap, but for those that overwrite each other on purpose (same_as).
 *  keep_all 1: every value lives to the end. offsets [n_values]. Errors: INVALID (a value read after it was overwritten),
 *  NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_arena_place(const frcnn_graph *graph, int keep_all, size_t *offsets, size_t *bytes);

#endif
