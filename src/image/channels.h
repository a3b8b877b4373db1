/** Channels of 8-bit pixels: grey, grey and alpha, RGB, RGBA are 1 to 4 of them. */
#ifndef FRCNN_CHANNELS_H
#define FRCNN_CHANNELS_H

#include <stddef.h>
#include <stdint.h>

/** n_pixels of n_from channels as n_to, each 1 to 4: RGB becomes grey as (19595 r + 38470 g + 7471 b + 32768) / 65536,
 *  grey is repeated, alpha is left out, or 255 where there was none. dst and src do not overlap.
 *  Source: ITU-R BT.601's luma in 16-bit fractions, as Pillow's convert. */
void frcnn_channels_convert(uint8_t *dst, int n_to, const uint8_t *src, int n_from, size_t n_pixels);

#endif
