/** How the host grid goes through its threads. Where the result of a kernel depends on it, the kernel has a race. */
#ifndef FRCNN_HOST_GRID_ORDER_H
#define FRCNN_HOST_GRID_ORDER_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum grid_order { GRID_FORWARD, GRID_REVERSED, GRID_SHUFFLED } grid_order;

/** The order of blocks, and of threads wherever more than one can go on, from the next launch on; seed is for SHUFFLED.
 *  At first it is what FRCNN_HOST_GRID_ORDER says: forward, reversed, or the seed of a shuffled one; forward where unset. */
void grid_order_set(grid_order order, unsigned seed);

#ifdef __cplusplus
}
#endif

#endif
