#include "frcnn/draw.h"

#include <math.h>

/* The first colours are chosen by eye: far apart in hue, and neighbours in lightness too. */
static const uint32_t chosen[] = {
    0xe6293c, 0x18a558, 0x2b6be4, 0xf7941d, 0x8e3bd1, 0x12b5cb, 0xe83fa8, 0xa6ce2a, 0x8a4b1f, 0xffd21f,
    0x0f6e6e, 0xff8a73, 0x4636a8, 0x5fd98b, 0xb01657, 0x6fb4ff, 0x7c8a14, 0xc89bf2, 0x1d4f91, 0xf2b48a,
};

/* hue in [0, 6), saturation and value in [0, 1]. */
static uint32_t from_hue(double hue, double saturation, double value)
{
    uint32_t color = 0;
    const double centres[3] = {5, 3, 1};
    for (int c = 0; c < 3; c++) {
        const double k = fmod(centres[c] + hue, 6);
        double share = k < 4 - k ? k : 4 - k;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        color = color << 8 | (uint32_t)((value - value * saturation * share) * 255 + 0.5);
    }
    return color;
}

uint32_t frcnn_draw_get_color(int color_index)
{
    const int n_chosen = sizeof chosen / sizeof chosen[0];
    const int index = color_index < 0 ? 0 : color_index;
    if (index < n_chosen) return chosen[index];
    /* The golden angle never comes near a hue it has just left. */
    const double turn = 0.381966011250105;
    const double values[3] = {0.95, 0.6, 0.8};
    const double saturations[3] = {0.65, 0.85, 0.95};
    return from_hue(6 * fmod(index * turn, 1), saturations[index % 3], values[index % 3]);
}
