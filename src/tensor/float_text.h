/** float32 as text: the shortest that reads back to the same value, so that the same numbers give the same bytes. */
#ifndef FRCNN_FLOAT_TEXT_H
#define FRCNN_FLOAT_TEXT_H

enum { FRCNN_FLOAT_TEXT_BYTES = 32 };

/** Writes value, which is finite, as a JSON number of at most 9 significant digits: the fewest for which
 *  (float)strtod(text) is value again (of subnormal values 6, where fewer might do). The locale plays no part. */
void frcnn_float_text(char text[FRCNN_FLOAT_TEXT_BYTES], float value);

/** Puts a point where printf wrote the locale's, which may be several bytes, into a finite number. */
void frcnn_float_text_restore_point(char *text);

#endif
