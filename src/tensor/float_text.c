#include "tensor/float_text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void frcnn_float_text_restore_point(char *text)
{
    char *dst = text;
    int is_in_point = 0;
    for (const char *src = text; *src != '\0'; src++) {
        const int is_number = strchr("0123456789+-e", *src) != NULL;
        if (is_number) *dst++ = *src;
        if (!is_number && !is_in_point) *dst++ = '.';
        is_in_point = !is_number;
    }
    *dst = '\0';
}

void frcnn_float_text(char text[FRCNN_FLOAT_TEXT_BYTES], float value)
{
    assert(isfinite(value));
    /* Fewer than 6 digits would only turn 640 into 6.4e+02; %g drops zeros at the end by itself. */
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, FRCNN_FLOAT_TEXT_BYTES, "%.*g", digits, (double)value);
        if ((float)strtod(text, NULL) == value) break;
    }
    frcnn_float_text_restore_point(text);
}
